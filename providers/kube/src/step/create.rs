//! Creation: an apply that only works where nothing is.

use std::sync::{Mutex, PoisonError};

use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Certainty, Effect, Effects, ErrorClass, Permit};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::Locator;
use serde_json::Value as Json;

use super::{LOOKS, Wanted, adopt, apply_path, place};
use crate::client::{Cluster, Resource};
use crate::failure::Failure;
use crate::live::Live;
use crate::read::Private;
use crate::shape::Shape;
use crate::{ADOPTED_MARK, UID_MARK};

/// No object ever has this version. An apply that names it creates the object where there is none, and is refused with
/// a conflict where there is one; "0" and "" would merge into a stranger's object.
const ABSENT: &str = "1";

/// Creates the object.
pub(crate) async fn create(
    cluster: &Cluster,
    shape: Shape<'_>,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<Applied, AdapterError> {
    let wanted = Wanted::of(shape, request)?;
    let effect = Effect {
        name: "kubernetes:create",
        locator: Locator::Natural(wanted.name.to_string()),
        repeatable: false,
        creates: true,
    };
    let made: Mutex<Option<Live>> = Mutex::new(None);
    let planned = request.planned.filter(|planned| shape.adopts(planned));
    let adoption = planned.map(|planned| shape.manifest(planned)).transpose()?;
    let attempt = Attempt {
        cluster,
        wanted: &wanted,
        adoption,
        uid: request.uid,
    };
    let (attempt, kept) = (&attempt, &made);
    let id = effects
        .run(effect, |permit| async move {
            let live = attempt.run(&permit).await?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(live);
            Ok(Some(shape.id(&attempt.wanted.name)))
        })
        .await?;
    let live = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    let id = id.unwrap_or_else(|| shape.id(&wanted.name));
    // Looked at once more by the engine: a creation is over when others see it, too.
    Ok(Applied {
        id,
        object: None,
        private: live.as_ref().and_then(|live| Private::of(live, None)),
    })
}

/// One attempt to create an object, which is marked with `uid`.
pub(super) struct Attempt<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) wanted: &'a Wanted,
    /// What to set on an object that is there already, if it is to be adopted.
    pub(super) adoption: Option<Json>,
    pub(super) uid: &'a str,
}

impl Attempt<'_> {
    /// Makes the object where nothing is. One that bears our mark already was made by an earlier attempt and is as
    /// good.
    pub(super) async fn run(&self, permit: &Permit) -> Result<Live, AdapterError> {
        let Attempt {
            cluster, wanted, uid, ..
        } = *self;
        let name = &wanted.name;
        let resource = place(cluster, name).await?;
        for _ in 0..LOOKS {
            if let Some(live) = make(cluster, &resource, wanted, permit).await? {
                return Ok(live);
            }
            let there = wanted
                .look(cluster, &resource)
                .await
                .map_err(|error| AdapterError {
                    // What is there may be ours: the same request was delivered twice.
                    certainty: Certainty::Unknown,
                    ..error
                })?;
            let is_ours = |live: &Live| {
                [UID_MARK, ADOPTED_MARK]
                    .into_iter()
                    .any(|mark| live.annotation(mark) == Some(uid))
            };
            match (there, &self.adoption) {
                (Some(live), _) if is_ours(&live) => return Ok(live),
                (Some(live), _) if live.is_terminating() => return Err(going(name, &live)),
                (Some(live), Some(wish)) if adopt::is_free(&live) => {
                    if let Some(live) =
                        adopt::adopt((cluster, &resource, name), wish, uid, &live, permit).await?
                    {
                        return Ok(live);
                    }
                }
                (Some(live), _) => return Err(taken(name, &live)),
                // It went in between, or cannot be seen yet.
                (None, _) => {}
            }
        }
        Err(unseen(name))
    }
}

/// Makes the object where nothing is; `None` if something is there.
pub(crate) async fn make(
    cluster: &Cluster,
    resource: &Resource,
    wanted: &Wanted,
    permit: &Permit,
) -> Result<Option<Live>, AdapterError> {
    let mut body = wanted.body.clone();
    body["metadata"]["resourceVersion"] = Json::from(ABSENT);
    let path = apply_path(resource, &wanted.name, false);
    match wanted.send(cluster, permit, &path, &body).await {
        Ok(live) => Ok(Some(live)),
        Err(failure) if failure.conflict().is_some() => Ok(None),
        Err(failure) => Err(refused(cluster, &wanted.name, failure)),
    }
}

/// The error for an object that can neither be made nor be seen.
pub(crate) fn unseen(name: &ObjectName) -> AdapterError {
    let message = format!("{name} is said to exist and is not to be seen");
    AdapterError::lost(ErrorClass::Busy, message)
}

/// The error for a new object in whose place an old one is still going.
pub(crate) fn going(name: &ObjectName, live: &Live) -> AdapterError {
    let message = format!("an earlier {name} is still being deleted");
    AdapterError::refused(ErrorClass::Busy, message).hint(waits_for(live))
}

fn refused(cluster: &Cluster, name: &ObjectName, failure: Failure) -> AdapterError {
    let is_homeless = failure.is_not_found();
    let error = failure.into_error(&cluster.subject("patch", name.to_string()));
    match &name.namespace {
        Some(namespace) if is_homeless => error.hint(format!(
            "Does namespace `{namespace}` exist? If it is a resource here, refer to it, so that it comes first."
        )),
        _ => error,
    }
}

/// What the deletion of `live` waits for.
pub(super) fn waits_for(live: &Live) -> String {
    match live.finalizers().as_slice() {
        [] => "It goes by itself.".to_owned(),
        finalizers => format!(
            "It waits for whoever set the finalizers {}.",
            finalizers.join(", ")
        ),
    }
}

/// The error for an object in whose place somebody else's is.
pub(crate) fn taken(name: &ObjectName, live: &Live) -> AdapterError {
    let message = format!(
        "{name} exists already and belongs to somebody else{}",
        owners(live)
    );
    AdapterError::refused(ErrorClass::Conflict, message)
        .hint("Import it to manage it here, give this one another name, or have its owner remove it.")
}

/// Who has `live`, for messages.
fn owners(live: &Live) -> String {
    let mut managers: Vec<String> = live.managers().into_iter().map(|manager| manager.name).collect();
    managers.sort();
    managers.dedup();
    if managers.is_empty() {
        String::new()
    } else {
        format!(" (set by {})", managers.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stranger_is_named_by_its_managers() {
        let live = Live(
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a",
            "namespace": "shop", "managedFields": [
                { "manager": "kubectl-create", "operation": "Update" },
                { "manager": "argocd", "operation": "Apply" },
                { "manager": "argocd", "operation": "Update" }] } }),
        );
        let error = taken(&"v1/ConfigMap/shop/a".parse().unwrap(), &live);
        assert_eq!(
            error.message,
            "v1/ConfigMap/shop/a exists already and belongs to somebody else (set by argocd, kubectl-create)"
        );
    }
}
