//! Objects that outlive their chart: they lose our marks, and are there for the next one.

use meshform_engine::{AdapterError, Permit};
use meshform_kinds::kubernetes::ObjectName;
use serde_json::{Value as Json, json};

use crate::client::{Cluster, JSON_PATCH};
use crate::live::Live;
use crate::read::get;
use crate::step::{LOOKS, SERVER_TIMEOUT, place, unseen};
use crate::{DIGEST_MARK, KEPT_MARK, LINEAGE_MARK, MANAGER, UID_MARK};

/// Whether `live` outlived a chart of ours, so that another one may have it.
pub(super) fn is_left_behind(live: &Live) -> bool {
    live.annotation(KEPT_MARK).is_some() && live.annotation(UID_MARK).is_none()
}

/// Takes our marks off the object `name`, if it is the one called `uid`.
pub(super) async fn release(
    cluster: &Cluster,
    name: &ObjectName,
    uid: &str,
    lineage: &str,
    permit: &Permit,
) -> Result<(), AdapterError> {
    let resource = place(cluster, name).await?;
    for _ in 0..LOOKS {
        let Some(live) = get(cluster, &resource, name).await? else {
            return Ok(());
        };
        if live.uid() != uid || is_left_behind(&live) || live.is_terminating() {
            return Ok(());
        }
        let path = resource.path(name.namespace.as_deref(), Some(&name.name));
        let path = format!("{path}?fieldManager={MANAGER}&timeout={SERVER_TIMEOUT}");
        let body = patch(&live, lineage);
        match cluster.wire.patch(permit, &path, JSON_PATCH, &body).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.is_not_found() => return Ok(()),
            Err(failure) if failure.is_test_failed() => {}
            Err(failure) => return Err(failure.into_error(&cluster.subject("patch", name.to_string()))),
        }
    }
    Err(unseen(name))
}

fn patch(live: &Live, lineage: &str) -> Json {
    let at = |mark: &str| format!("/metadata/annotations/{}", mark.replace('/', "~1"));
    let mut operations = vec![
        json!({ "op": "test", "path": "/metadata/uid", "value": live.uid() }),
        json!({ "op": "test", "path": "/metadata/resourceVersion", "value": live.resource_version() }),
        json!({ "op": "add", "path": at(KEPT_MARK), "value": lineage }),
    ];
    let marks = [UID_MARK, LINEAGE_MARK, DIGEST_MARK];
    let there = marks.into_iter().filter(|mark| live.annotation(mark).is_some());
    operations.extend(there.map(|mark| json!({ "op": "remove", "path": at(mark) })));
    Json::from(operations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_a_trace_stays() {
        let live = Live(json!({ "metadata": { "uid": "u", "resourceVersion": "7",
            "annotations": { "meshform.io/uid": "x", "meshform.io/lineage": "l", "helm.sh/resource-policy": "keep" } } }));
        assert!(!is_left_behind(&live));
        let patch = patch(&live, "l").to_string();
        assert!(
            patch.contains("\"add\"") && patch.contains("meshform.io~1kept"),
            "{patch}"
        );
        assert_eq!(patch.matches("\"remove\"").count(), 2, "{patch}");
        let left = Live(json!({ "metadata": { "annotations": { "meshform.io/kept": "l" } } }));
        assert!(is_left_behind(&left));
    }
}
