//! Deletion: of exactly the object that was ours, and of nothing that comes with it and is not.

use meshform_engine::adapter::Request;
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass, Permit};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::Locator;
use serde_json::json;

use super::create::waits_for;
use super::{LOOKS, SERVER_TIMEOUT, adopt, content};
use crate::UID_MARK;
use crate::client::{Cluster, Resource};
use crate::live::Live;
use crate::read::{Private, get, get_metadata};
use crate::shape::Shape;

/// Deletes the object. It has ended when nothing is left.
pub(crate) async fn delete(
    cluster: &Cluster,
    shape: Shape<'_>,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    let name = shape.name(request.id)?;
    let private = Private::read(request.private);
    if let Some(private) = private.as_ref().filter(|private| private.adopted) {
        return adopt::release(cluster, &name, &private.uid, request, effects).await;
    }
    let uid = private.map(|private| private.uid);
    let effect = Effect {
        name: "kubernetes:delete",
        locator: Locator::Id(request.id.to_owned()),
        repeatable: true,
        creates: false,
    };
    let deletion = Deletion {
        cluster,
        name,
        ours: uid.map_or(Ours::Unknown, Ours::Uid),
        mark: request.uid,
        lineage: request.lineage,
    };
    let deletion = &deletion;
    effects
        .run(effect, |permit| async move {
            deletion.attempt(&permit).await.map(|()| None)
        })
        .await?;
    Ok(())
}

/// The deletion of one object.
pub(crate) struct Deletion<'a> {
    /// Where it is.
    pub(crate) cluster: &'a Cluster,
    /// Its name.
    pub(crate) name: ObjectName,
    /// By what it is known.
    pub(crate) ours: Ours,
    /// The attempt that made it: the uid in the mark of what is ours.
    pub(crate) mark: &'a str,
    /// The state that it belongs to.
    pub(crate) lineage: &'a str,
}

/// Which object is ours.
pub(crate) enum Ours {
    /// The one that Kubernetes calls this.
    Uid(String),
    /// The one that bears our mark.
    Marked,
    /// Nobody knows, if it does not bear our mark.
    Unknown,
}

impl Deletion<'_> {
    /// Deletes it; nothing is left of it then. Nothing else is taken along that the state did not make.
    pub(crate) async fn attempt(&self, permit: &Permit) -> Result<(), AdapterError> {
        let Deletion { cluster, name, .. } = self;
        let subject = cluster.subject("delete", name.to_string());
        for _ in 0..LOOKS {
            let resource = cluster.discovery.resource(&cluster.wire, name).await;
            let resource =
                resource.map_err(|failure| failure.into_error(&cluster.subject("get", name.kind.clone())))?;
            // With its kind the object went too.
            let Some(resource) = resource else { return Ok(()) };
            let Some(live) = look(cluster, &resource, name).await? else {
                return Ok(());
            };
            if self.is_another(&live)? {
                return Ok(());
            }
            if live.is_terminating() {
                return Err(self.going(&live));
            }
            content::require_nothing_foreign(cluster, &live, self.lineage).await?;
            let policy = if has_children(resource.group()) {
                "Foreground"
            } else {
                "Background"
            };
            let options = json!({
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "propagationPolicy": policy,
                "preconditions": { "uid": live.uid(), "resourceVersion": live.resource_version() },
            });
            let path = resource.path(name.namespace.as_deref(), Some(&name.name));
            let path = format!("{path}?timeout={SERVER_TIMEOUT}");
            match cluster.wire.delete(permit, &path, &options).await {
                Ok(_) => {}
                Err(failure) if failure.is_not_found() => return Ok(()),
                // Something moved in between: look again.
                Err(failure) if failure.conflict().is_some() => continue,
                Err(failure) => return Err(failure.into_error(&subject)),
            }
            return match look(cluster, &resource, name).await? {
                Some(live) if live.is_terminating() && !self.is_another(&live)? => Err(self.going(&live)),
                _ => Ok(()),
            };
        }
        Err(AdapterError::refused(
            ErrorClass::Busy,
            format!("{name} changes faster than it can be deleted"),
        ))
    }

    /// Whether `live` is not ours: ours is gone then, and the stranger stays.
    fn is_another(&self, live: &Live) -> Result<bool, AdapterError> {
        let marked = live.annotation(UID_MARK) == Some(self.mark);
        match &self.ours {
            Ours::Uid(uid) => Ok(uid != live.uid()),
            Ours::Marked => Ok(!marked),
            Ours::Unknown if marked => Ok(false),
            Ours::Unknown => {
                let message = format!("nothing tells whether the present {} is ours", self.name);
                Err(AdapterError::refused(ErrorClass::Conflict, message).hint(
                    "Run a plan, which looks at it, or remove it from the state and delete it by hand.",
                ))
            }
        }
    }

    /// The deletion has begun and has not ended.
    fn going(&self, live: &Live) -> AdapterError {
        AdapterError::lost(ErrorClass::Busy, format!("{} is still being deleted", self.name))
            .hint(waits_for(live))
    }
}

/// The object as it is; the contents of a Secret are not asked for.
async fn look(
    cluster: &Cluster,
    resource: &Resource,
    name: &ObjectName,
) -> Result<Option<Live>, AdapterError> {
    if name.api_version == "v1" && name.kind == "Secret" {
        return get_metadata(cluster, resource, name).await;
    }
    get(cluster, resource, name).await
}

/// Whether objects of `group` make others, which must be gone too before their deletion has ended: workloads, and what
/// operators answer with workloads. The rest goes at once, without waiting for the garbage collector.
fn has_children(group: &str) -> bool {
    match group {
        "apps" | "batch" | "gateway.networking.k8s.io" => true,
        _ => group.contains('.') && !group.ends_with(".k8s.io"),
    }
}
