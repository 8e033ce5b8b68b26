//! Resources that are made of several objects: their effects one by one, and how each is found again.

use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass, Located, Permit};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::{Intent, Locator, Operation};
use serde_json::Value as Json;

use super::create::Attempt;
use super::delete::{Deletion, Ours};
use super::{LOOKS, Wanted, apply_path, place};
use crate::UID_MARK;
use crate::client::Cluster;
use crate::live::Live;
use crate::read::get_metadata;

/// The objects of the resource of one step. All of them bear the mark of its uid.
pub(crate) struct Parts<'a, 'e> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) request: &'a Request<'a>,
    pub(crate) effects: &'a mut Effects<'e>,
    /// What the resource is called.
    pub(crate) id: String,
    /// Whether the next object that is made brings the resource into being.
    pub(crate) begins: bool,
}

/// Whether an object is still what the plan saw.
pub(crate) type Unchanged<'a> = &'a (dyn Fn(&Live) -> bool + Sync);

impl<'a, 'e> Parts<'a, 'e> {
    /// The objects that `request` is about. One that is made has no id yet.
    pub(crate) fn of(cluster: &'a Cluster, request: &'a Request<'a>, effects: &'a mut Effects<'e>) -> Self {
        Parts {
            cluster,
            request,
            effects,
            id: request.id.to_owned(),
            begins: request.operation == Operation::Create,
        }
    }

    /// What the step left; the engine looks at it by itself.
    pub(crate) fn done(self) -> Applied {
        Applied {
            id: self.id,
            object: None,
            private: None,
        }
    }

    /// Makes an object where nothing is.
    ///
    /// # Errors
    /// If somebody else has one of that name, or it cannot be made.
    pub(crate) async fn create(&mut self, wanted: &Wanted) -> Result<(), AdapterError> {
        let creates = std::mem::take(&mut self.begins);
        let effect = Effect {
            name: "kubernetes:create",
            locator: Locator::Natural(wanted.name.to_string()),
            // One that bears our mark is as good as made.
            repeatable: !creates,
            creates,
        };
        let attempt = Attempt {
            cluster: self.cluster,
            wanted,
            adoption: None,
            uid: self.request.uid,
        };
        let (attempt, id) = (&attempt, &self.id);
        self.effects
            .run(effect, |permit| async move {
                attempt.run(&permit).await?;
                Ok(creates.then(|| id.clone()))
            })
            .await?;
        Ok(())
    }

    /// Changes the object of ours that `wanted` names, whose every field was ours from the start. `unchanged` says
    /// whether it is still what the plan saw.
    ///
    /// # Errors
    /// If it is gone, is another, has changed since the plan, or cannot be changed.
    pub(crate) async fn apply(
        &mut self,
        wanted: &Wanted,
        unchanged: Unchanged<'_>,
    ) -> Result<(), AdapterError> {
        let effect = Effect {
            name: "kubernetes:apply",
            locator: Locator::Natural(wanted.name.to_string()),
            repeatable: true,
            creates: false,
        };
        let (cluster, uid) = (self.cluster, self.request.uid);
        let mut attempts = 0_u32;
        self.effects
            .run(effect, |permit| {
                attempts += 1;
                // What a later attempt finds may be what an earlier one did.
                let unchanged = (attempts == 1).then_some(unchanged);
                async move {
                    change(cluster, wanted, uid, unchanged, &permit).await?;
                    Ok(None)
                }
            })
            .await?;
        Ok(())
    }

    /// Deletes the object `name`, if it is ours.
    ///
    /// # Errors
    /// If it cannot be deleted.
    pub(crate) async fn delete(&mut self, name: ObjectName) -> Result<(), AdapterError> {
        let effect = Effect {
            name: "kubernetes:delete",
            locator: Locator::Natural(name.to_string()),
            repeatable: true,
            creates: false,
        };
        let deletion = Deletion {
            cluster: self.cluster,
            name,
            ours: Ours::Marked,
            mark: self.request.uid,
            lineage: self.request.lineage,
        };
        let deletion = &deletion;
        self.effects
            .run(effect, |permit| async move {
                deletion.attempt(&permit).await.map(|()| None)
            })
            .await?;
        Ok(())
    }
}

async fn change(
    cluster: &Cluster,
    wanted: &Wanted,
    uid: &str,
    unchanged: Option<Unchanged<'_>>,
    permit: &Permit,
) -> Result<(), AdapterError> {
    let resource = place(cluster, &wanted.name).await?;
    for _ in 0..LOOKS {
        let live = wanted.look(cluster, &resource).await?;
        let live = live.ok_or_else(|| gone(&wanted.name))?;
        if live.annotation(UID_MARK) != Some(uid) {
            return Err(other(&wanted.name));
        }
        if unchanged.is_some_and(|unchanged| !unchanged(&live)) {
            let message = format!("{} has changed since it was planned", wanted.name);
            return Err(AdapterError::refused(ErrorClass::Conflict, message)
                .hint("Plan again to see what it is now."));
        }
        let mut body = wanted.body.clone();
        body["metadata"]["uid"] = Json::from(live.uid());
        body["metadata"]["resourceVersion"] = Json::from(live.resource_version());
        // Under the same uid and version; what somebody changed in it was ours.
        let path = apply_path(&resource, &wanted.name, true);
        match wanted.send(cluster, permit, &path, &body).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.conflict().is_some() => {}
            Err(failure) => {
                return Err(failure.into_error(&cluster.subject("patch", wanted.name.to_string())));
            }
        }
    }
    let message = format!("{} changes faster than it can be changed", wanted.name);
    Err(AdapterError::refused(ErrorClass::Busy, message))
}

/// The object that a step is about is gone.
fn gone(name: &ObjectName) -> AdapterError {
    AdapterError::refused(ErrorClass::NotFound, format!("{name} is gone"))
        .hint("Plan again: it will be made anew.")
}

/// The object of that name is of somebody else.
pub(crate) fn other(name: &ObjectName) -> AdapterError {
    let message = format!("{name} belongs to somebody else");
    AdapterError::refused(ErrorClass::Conflict, message)
        .hint("Give this one another name, or have its owner remove it.")
}

/// Whether the object that the effect of `intent` makes is there: the id of the resource then.
pub(crate) async fn locate(cluster: &Cluster, intent: &Intent) -> Result<Located, AdapterError> {
    let invalid = |message: String| AdapterError::refused(ErrorClass::Invalid, message);
    let Locator::Natural(name) = &intent.locator else {
        return Err(invalid(format!(
            "nothing of Kubernetes is found by {:?}",
            intent.locator
        )));
    };
    let name: ObjectName = name.parse().map_err(|error| invalid(format!("{error}")))?;
    let resource = place(cluster, &name).await?;
    let live = get_metadata(cluster, &resource, &name).await?;
    if live.is_none_or(|live| live.annotation(UID_MARK) != Some(intent.uid.as_str())) {
        return Ok(Located::Absent);
    }
    let attributes = intent.draft.as_ref().map(|draft| draft.attributes.get());
    let attributes: Option<Json> = attributes.and_then(|text| serde_json::from_str(text).ok());
    let id = attributes
        .as_ref()
        .and_then(|attributes| attributes.get("id")?.as_str());
    id.map(|id| Located::Found(id.to_owned()))
        .ok_or_else(|| invalid(format!("the intent of {name} does not say what it makes")))
}
