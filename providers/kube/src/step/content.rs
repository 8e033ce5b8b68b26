//! What a deletion would take along: a namespace's objects, the objects of a custom kind.
//!
//! Between the look and the deletion somebody can still add something; Kubernetes has no condition for that.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::{AdapterError, ErrorClass};
use serde_json::Value as Json;

use crate::LINEAGE_MARK;
use crate::client::{Cluster, Extent, Listable, Resource};
use crate::live::Live;

/// How many lists are asked for at once.
const AT_ONCE: usize = 8;

/// How many strangers a message names.
const NAMED: usize = 5;

/// Objects that every namespace has without anybody's wish.
const FURNITURE: &[(&str, &str)] = &[
    ("ConfigMap", "kube-root-ca.crt"),
    ("ConfigMap", "istio-ca-root-cert"),
    ("ConfigMap", "istio-ca-crl"),
    ("ServiceAccount", "default"),
];

/// An object that would go along.
#[derive(Debug)]
struct Inside {
    group: String,
    kind: String,
    live: Live,
}

/// Refuses to delete `live` if something would go along that `lineage` did not make.
pub(super) async fn require_nothing_foreign(
    cluster: &Cluster,
    live: &Live,
    lineage: &str,
) -> Result<(), AdapterError> {
    let text = |pointer: &str| live.0.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let (what, inside) = match (text("/apiVersion"), text("/kind")) {
        ("v1", "Namespace") => (
            format!("namespace `{}`", live.name()),
            in_namespace(cluster, live.name()).await?,
        ),
        (version, "CustomResourceDefinition") if version.starts_with("apiextensions.k8s.io/") => (
            format!("definition `{}`", live.name()),
            of_definition(cluster, live).await?,
        ),
        _ => return Ok(()),
    };
    let foreign = foreign(&inside, lineage);
    if foreign.is_empty() {
        return Ok(());
    }
    let more = foreign.len().saturating_sub(NAMED);
    let mut named = foreign.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        named.push_str(&format!(" and {more} more"));
    }
    let message = format!("{what} is not deleted: objects that are not ours would go with it: {named}");
    Err(AdapterError::refused(ErrorClass::Conflict, message).hint(
        "Remove or move them first, or keep it: a `removed` block with `destroy = false` only forgets it.",
    ))
}

async fn in_namespace(cluster: &Cluster, namespace: &str) -> Result<Vec<Inside>, AdapterError> {
    let subject = cluster.subject("list", format!("everything in namespace `{namespace}`"));
    let kinds = cluster
        .discovery
        .namespaced(&cluster.wire)
        .await
        .map_err(|failure| failure.into_error(&subject))?;
    let Some(kinds) = kinds else {
        let message = format!("the cluster does not say for certain what is in namespace `{namespace}`");
        return Err(AdapterError::refused(ErrorClass::Unavailable, message).hint(
            "One of its extension API servers does not answer: `kubectl get apiservices` shows which.",
        ));
    };
    let lists = kinds
        .into_iter()
        .filter(counts)
        .map(|kind| async move { list(cluster, &kind.resource, &kind.kind, Some(namespace)).await });
    let lists: Vec<Vec<Inside>> = stream::iter(lists.collect::<Vec<_>>())
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(lists.into_iter().flatten().collect())
}

async fn of_definition(cluster: &Cluster, live: &Live) -> Result<Vec<Inside>, AdapterError> {
    let text = |pointer: &str| live.0.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let versions = live.0.pointer("/spec/versions").and_then(Json::as_array);
    let served = versions
        .into_iter()
        .flatten()
        .find(|version| version.get("served") == Some(&Json::Bool(true)));
    let Some(version) = served
        .and_then(|version| version.get("name"))
        .and_then(Json::as_str)
    else {
        return Ok(Vec::new());
    };
    let resource = Resource {
        api_version: format!("{}/{version}", text("/spec/group")),
        plural: text("/spec/names/plural").to_owned(),
        namespaced: text("/spec/scope") == "Namespaced",
    };
    list(cluster, &resource, text("/spec/names/kind"), None).await
}

/// Events and leases come and go by themselves.
fn counts(kind: &Listable) -> bool {
    !matches!(
        (kind.resource.group(), kind.kind.as_str()),
        ("" | "events.k8s.io", "Event") | ("coordination.k8s.io", "Lease" | "LeaseCandidate")
    )
}

async fn list(
    cluster: &Cluster,
    resource: &Resource,
    kind: &str,
    namespace: Option<&str>,
) -> Result<Vec<Inside>, AdapterError> {
    let group = resource.group();
    let items = match cluster
        .wire
        .list(&resource.path(namespace, None), Extent::Metadata)
        .await
    {
        Ok(items) => items,
        // The kind went in between, or its objects are not kept anywhere.
        Err(failure) if failure.is_not_found() || failure.is_not_allowed() => return Ok(Vec::new()),
        Err(failure) => {
            let place =
                namespace.map_or_else(String::new, |namespace| format!(" in namespace `{namespace}`"));
            return Err(failure.into_error(&cluster.subject("list", format!("{}{place}", resource.plural))));
        }
    };
    let inside = |item| Inside {
        group: group.to_owned(),
        kind: kind.to_owned(),
        live: Live(item),
    };
    Ok(items.into_iter().map(inside).collect())
}

/// The objects that `lineage` did not make, directly or through owners, as messages name them.
fn foreign(inside: &[Inside], lineage: &str) -> Vec<String> {
    let uids: BTreeSet<&str> = inside.iter().map(|object| object.live.uid()).collect();
    let owned = |object: &Inside| {
        let owners = object
            .live
            .0
            .pointer("/metadata/ownerReferences")
            .and_then(Json::as_array);
        let mut owners = owners
            .into_iter()
            .flatten()
            .filter_map(|owner| owner.get("uid")?.as_str());
        // The owner is judged for itself.
        owners.any(|uid| uids.contains(uid))
    };
    let services: BTreeSet<&str> = inside
        .iter()
        .filter(|object| object.group.is_empty() && object.kind == "Service")
        .map(|object| object.live.name())
        .collect();
    let mut names: Vec<String> = inside
        .iter()
        .filter(|object| {
            let (kind, name) = (object.kind.as_str(), object.live.name());
            let core = object.group.is_empty();
            let ours = object.live.annotation(LINEAGE_MARK) == Some(lineage);
            let furniture = core && FURNITURE.contains(&(kind, name));
            // The one derived object without an owner.
            let endpoints = core && kind == "Endpoints" && services.contains(name);
            !ours && !furniture && !endpoints && !owned(object)
        })
        .map(|object| {
            match object
                .live
                .0
                .pointer("/metadata/namespace")
                .and_then(Json::as_str)
            {
                Some(namespace) => format!("{} {namespace}/{}", object.kind, object.live.name()),
                None => format!("{} {}", object.kind, object.live.name()),
            }
        })
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inside(kind: &str, metadata: Json) -> Inside {
        let group = if matches!(kind, "Deployment" | "ReplicaSet") {
            "apps"
        } else {
            ""
        };
        Inside {
            group: group.to_owned(),
            kind: kind.to_owned(),
            live: Live(json!({ "metadata": metadata })),
        }
    }

    fn ours(name: &str, uid: &str, lineage: &str) -> Json {
        json!({ "name": name, "uid": uid, "annotations": { "meshform.io/lineage": lineage } })
    }

    #[test]
    fn furniture_and_what_we_made_are_not_foreign() {
        let all = [
            inside("ConfigMap", json!({ "name": "kube-root-ca.crt" })),
            inside("ServiceAccount", json!({ "name": "default" })),
            inside("Deployment", ours("web", "1", "l")),
            inside(
                "ReplicaSet",
                json!({ "name": "web-1", "uid": "2", "ownerReferences": [{ "uid": "1" }] }),
            ),
            inside(
                "Pod",
                json!({ "name": "web-1-x", "uid": "3", "ownerReferences": [{ "uid": "2" }] }),
            ),
            inside("Service", ours("web", "4", "l")),
            inside("Endpoints", json!({ "name": "web", "uid": "5" })),
        ];
        assert_eq!(foreign(&all, "l"), Vec::<String>::new());
    }

    #[test]
    fn everything_else_is() {
        let all = [
            inside("ConfigMap", json!({ "name": "settings", "namespace": "shop" })),
            inside("Service", ours("tenant", "4", "another state")),
            inside("Secret", json!({ "name": "default" })),
            inside(
                "Pod",
                json!({ "name": "x", "uid": "3", "ownerReferences": [{ "uid": "elsewhere" }] }),
            ),
            inside("Endpoints", json!({ "name": "external" })),
        ];
        assert_eq!(
            foreign(&all, "l"),
            [
                "ConfigMap shop/settings",
                "Endpoints external",
                "Pod x",
                "Secret default",
                "Service tenant"
            ]
        );
    }
}
