//! Objects that were there before us: we set what is ours on them, and take it away when we go.

use meshform_engine::adapter::Request;
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass, Permit};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::Locator;
use serde_json::{Value as Json, json};

use super::{LOOKS, apply_path, place};
use crate::client::{APPLY, Cluster, Resource};
use crate::conflict::conflicts;
use crate::live::Live;
use crate::read::get;
use crate::{ADOPTED_MARK, UID_MARK};

/// Whether no state of ours has `live`: two that apply under one name would take each other's fields away.
pub(super) fn is_free(live: &Live) -> bool {
    live.annotation(UID_MARK).is_none() && live.annotation(ADOPTED_MARK).is_none()
}

/// Sets `wish` on `live`; `None` if it moved in between.
pub(super) async fn adopt(
    (cluster, resource, name): (&Cluster, &Resource, &ObjectName),
    wish: &Json,
    uid: &str,
    live: &Live,
    permit: &Permit,
) -> Result<Option<Live>, AdapterError> {
    let mut body = wish.clone();
    let annotations = &mut body["metadata"]["annotations"];
    if annotations.is_null() {
        *annotations = json!({});
    }
    annotations[ADOPTED_MARK] = Json::from(uid);
    apply(cluster, resource, name, &mut body, live, permit).await
}

/// Takes away what we set on the object of `request`, which stays.
pub(super) async fn release(
    cluster: &Cluster,
    name: &ObjectName,
    uid: &str,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    let effect = Effect {
        name: "kubernetes:release",
        locator: Locator::Id(request.id.to_owned()),
        repeatable: true,
        creates: false,
    };
    effects
        .run(effect, |permit| async move {
            let_go(cluster, name, uid, &permit).await.map(|()| None)
        })
        .await
        .map(|_| ())
}

async fn let_go(
    cluster: &Cluster,
    name: &ObjectName,
    uid: &str,
    permit: &Permit,
) -> Result<(), AdapterError> {
    let resource = place(cluster, name).await?;
    for _ in 0..LOOKS {
        let Some(live) = get(cluster, &resource, name).await? else {
            return Ok(());
        };
        // Without a field of ours there is nothing to take away.
        let is_held = live.managers().iter().any(crate::managed::Manager::is_us);
        if live.uid() != uid || live.is_terminating() || !is_held {
            return Ok(());
        }
        let mut body =
            json!({ "apiVersion": name.api_version, "kind": name.kind, "metadata": { "name": name.name } });
        if apply(cluster, &resource, name, &mut body, &live, permit)
            .await?
            .is_some()
        {
            return Ok(());
        }
    }
    let message = format!("{name} changes faster than it can be changed");
    Err(AdapterError::refused(ErrorClass::Busy, message))
}

async fn apply(
    cluster: &Cluster,
    resource: &Resource,
    name: &ObjectName,
    body: &mut Json,
    live: &Live,
    permit: &Permit,
) -> Result<Option<Live>, AdapterError> {
    body["metadata"]["uid"] = Json::from(live.uid());
    body["metadata"]["resourceVersion"] = Json::from(live.resource_version());
    let path = apply_path(resource, name, false);
    let failure = match cluster.wire.patch(permit, &path, APPLY, body).await {
        Ok(answer) => return Ok(Some(Live(answer))),
        Err(failure) => failure,
    };
    let Some(status) = failure.conflict() else {
        return Err(failure.into_error(&cluster.subject("patch", name.to_string())));
    };
    let found = conflicts(status);
    if found.is_empty() {
        return Ok(None);
    }
    let theirs: Vec<String> = found
        .iter()
        .map(|conflict| format!("`{}` (set by {})", conflict.field, conflict.manager))
        .collect();
    let message = format!(
        "{name} is there already, with fields of others: {}",
        theirs.join(", ")
    );
    Err(AdapterError::refused(ErrorClass::Conflict, message)
        .hint("Leave them out, set them to what they are, or have their owner let them go."))
}
