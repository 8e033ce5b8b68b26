//! Creation: an apply that only works where nothing is.

use std::sync::{Mutex, PoisonError};

use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Certainty, Effect, Effects, ErrorClass, Permit};
use meshform_state::journal::Locator;
use serde_json::Value as Json;

use super::{LOOKS, Wanted, apply_path, place};
use crate::UID_MARK;
use crate::client::Cluster;
use crate::failure::Failure;
use crate::live::Live;
use crate::read::Private;
use crate::shape::Shape;

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
    let (attempted, kept) = (&wanted, &made);
    let id = effects
        .run(effect, |permit| async move {
            let live = make(cluster, attempted, request.uid, &permit).await?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(live);
            Ok(Some(shape.id(&attempted.name)))
        })
        .await?;
    let live = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    let id = id.unwrap_or_else(|| shape.id(&wanted.name));
    // Looked at once more by the engine: a creation is over when others see it, too.
    Ok(Applied {
        id,
        object: None,
        private: live.as_ref().and_then(Private::of),
    })
}

/// Makes the object, marked with `uid`, where nothing is. One that bears the mark already was made by an earlier
/// attempt and is as good.
pub(super) async fn make(
    cluster: &Cluster,
    wanted: &Wanted,
    uid: &str,
    permit: &Permit,
) -> Result<Live, AdapterError> {
    let mut body = wanted.body.clone();
    body["metadata"]["resourceVersion"] = Json::from(ABSENT);
    let resource = place(cluster, &wanted.name).await?;
    let path = apply_path(&resource, &wanted.name, false);
    for _ in 0..LOOKS {
        match wanted.send(cluster, permit, &path, &body).await {
            Ok(live) => return Ok(live),
            Err(failure) if failure.conflict().is_some() => {}
            Err(failure) => return Err(refused(cluster, wanted, failure)),
        }
        let there = wanted
            .look(cluster, &resource)
            .await
            .map_err(|error| AdapterError {
                // What is there may be ours: the same request was delivered twice.
                certainty: Certainty::Unknown,
                ..error
            })?;
        match there {
            Some(live) if live.annotation(UID_MARK) == Some(uid) => return Ok(live),
            Some(live) if live.is_terminating() => {
                let message = format!("an earlier {} is still being deleted", wanted.name);
                return Err(AdapterError::refused(ErrorClass::Busy, message).hint(waits_for(&live)));
            }
            Some(live) => return Err(taken(wanted, &live)),
            // It went in between, or cannot be seen yet.
            None => {}
        }
    }
    let message = format!("{} is said to exist and is not to be seen", wanted.name);
    Err(AdapterError::lost(ErrorClass::Busy, message))
}

fn refused(cluster: &Cluster, wanted: &Wanted, failure: Failure) -> AdapterError {
    let is_homeless = failure.is_not_found();
    let error = failure.into_error(&cluster.subject("patch", wanted.name.to_string()));
    match &wanted.name.namespace {
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

fn taken(wanted: &Wanted, live: &Live) -> AdapterError {
    let mut managers: Vec<String> = live.managers().into_iter().map(|manager| manager.name).collect();
    managers.sort();
    managers.dedup();
    let by = if managers.is_empty() {
        String::new()
    } else {
        format!(" (set by {})", managers.join(", "))
    };
    let message = format!("{} exists already and belongs to somebody else{by}", wanted.name);
    AdapterError::refused(ErrorClass::Conflict, message)
        .hint("Import it to manage it here, give this one another name, or have its owner remove it.")
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
        let name = "v1/ConfigMap/shop/a".parse().unwrap();
        let error = taken(
            &Wanted {
                name,
                body: json!({}),
                contents: None,
            },
            &live,
        );
        assert_eq!(
            error.message,
            "v1/ConfigMap/shop/a exists already and belongs to somebody else (set by argocd, kubectl-create)"
        );
    }
}
