//! Creation: an apply that only works where nothing is.

use std::sync::{Mutex, PoisonError};

use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass, Permit};
use meshform_state::journal::Locator;
use serde_json::Value as Json;

use super::{Wanted, apply_path, place};
use crate::UID_MARK;
use crate::client::{APPLY, Cluster};
use crate::live::Live;
use crate::read::{Private, get};
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
    let mut wanted = Wanted::of(shape, request)?;
    wanted.body["metadata"]["resourceVersion"] = Json::from(ABSENT);
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
            let live = attempt(cluster, attempted, request.uid, &permit).await?;
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

async fn attempt(
    cluster: &Cluster,
    wanted: &Wanted<'_>,
    uid: &str,
    permit: &Permit,
) -> Result<Live, AdapterError> {
    let resource = place(cluster, &wanted.name).await?;
    let path = apply_path(&resource, &wanted.name, false);
    let subject = cluster.subject("patch", wanted.name.to_string());
    let failure = match cluster.wire.patch(permit, &path, APPLY, &wanted.body).await {
        Ok(answer) => return Ok(Live(answer)),
        Err(failure) => failure,
    };
    if failure.is_not_found() {
        let error = failure.into_error(&subject);
        return Err(match &wanted.name.namespace {
            Some(namespace) => error.hint(format!(
                "Does namespace `{namespace}` exist? If it is a resource here, refer to it, so that it comes first."
            )),
            None => error,
        });
    }
    if failure.conflict().is_none() {
        return Err(failure.into_error(&subject));
    }
    match get(cluster, &resource, &wanted.name).await? {
        // The same request was delivered twice, or an earlier one of this attempt took effect late.
        Some(live) if live.annotation(UID_MARK) == Some(uid) => Ok(live),
        Some(live) if live.is_terminating() => {
            let message = format!("an earlier {} is still being deleted", wanted.name);
            Err(AdapterError::refused(ErrorClass::Busy, message).hint(waits_for(&live)))
        }
        Some(live) => Err(taken(wanted, &live)),
        None => Err(AdapterError::refused(
            ErrorClass::Unavailable,
            format!("{} was there a moment ago and is not any more", wanted.name),
        )),
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

fn taken(wanted: &Wanted<'_>, live: &Live) -> AdapterError {
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
    use meshform_kinds::kubernetes::MANIFEST;
    use serde_json::json;

    use super::*;
    use crate::shape::Shapes;

    #[test]
    fn a_stranger_is_named_by_its_managers() {
        let shapes = Shapes::default();
        let live = Live(
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a",
            "namespace": "shop", "managedFields": [
                { "manager": "kubectl-create", "operation": "Update" },
                { "manager": "argocd", "operation": "Apply" },
                { "manager": "argocd", "operation": "Update" }] } }),
        );
        let planned = shapes.of(MANIFEST).unwrap().object(&live, None);
        let name = "v1/ConfigMap/shop/a".parse().unwrap();
        let error = taken(
            &Wanted {
                planned: &planned,
                name,
                body: json!({}),
            },
            &live,
        );
        assert_eq!(
            error.message,
            "v1/ConfigMap/shop/a exists already and belongs to somebody else (set by argocd, kubectl-create)"
        );
    }
}
