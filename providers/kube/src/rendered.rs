//! Rendered objects of a chart: what they are called, in which order they are made, and what tells them apart from
//! others. Pure.

use meshform_kinds::istio::ObjectKey;
use meshform_kinds::kubernetes::ObjectName;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::pki::hex;

/// One object of a chart, as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rendered {
    /// By which it is known.
    pub(crate) key: ObjectKey,
    /// What it is called in the version that it is written in.
    pub(crate) name: ObjectName,
    /// What it is.
    pub(crate) manifest: Json,
    /// The SHA-256 of the manifest.
    pub(crate) digest: String,
}

/// The order in which helm makes objects; those of other kinds come last. Definitions come before all.
const ORDER: &[&str] = &[
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The place of a kind in the order in which objects are made.
pub(crate) fn rank(kind: &str) -> usize {
    if kind == "CustomResourceDefinition" {
        return 0;
    }
    1 + ORDER
        .iter()
        .position(|known| *known == kind)
        .unwrap_or(ORDER.len())
}

impl Rendered {
    /// The object `manifest`, in its one form: without the label by which Argo CD would take it for its own, and
    /// without what is empty.
    ///
    /// # Errors
    /// A sentence, if it is not one object.
    pub(crate) fn new(mut manifest: Json) -> Result<Self, String> {
        if let Some(object) = manifest.as_object_mut() {
            object.remove("status");
        }
        if let Some(metadata) = manifest.get_mut("metadata").and_then(Json::as_object_mut) {
            metadata.remove("creationTimestamp");
            for part in ["labels", "annotations"] {
                let Some(texts) = metadata.get_mut(part).and_then(Json::as_object_mut) else {
                    metadata.remove(part);
                    continue;
                };
                texts.remove("app.kubernetes.io/instance");
                if texts.is_empty() {
                    metadata.remove(part);
                }
            }
        }
        Rendered::of(manifest)
    }

    fn of(manifest: Json) -> Result<Self, String> {
        let name = ObjectName::of_manifest(&crate::json::to_value(&manifest)).ok_or_else(|| {
            let text: String = manifest.to_string().chars().take(80).collect();
            format!("it has an object without apiVersion, kind or metadata.name: {text}")
        })?;
        Ok(Rendered {
            key: ObjectKey::of(&name),
            name,
            digest: sha256(manifest.to_string().as_bytes()),
            manifest,
        })
    }

    /// Whether it stays when the chart goes.
    pub(crate) fn keeps(manifest: &Json) -> bool {
        manifest
            .pointer("/metadata/annotations/helm.sh~1resource-policy")
            .and_then(Json::as_str)
            == Some("keep")
    }
}

/// Brings objects into the order in which they are made. Objects of one kind stay in theirs.
pub(crate) fn sort(objects: &mut [Rendered]) {
    objects.sort_by_key(|object| rank(&object.name.kind));
}

/// The objects of a JSON array that [`array`] wrote.
///
/// # Errors
/// A sentence, if it is something else.
pub(crate) fn parse(text: &str) -> Result<Vec<Rendered>, String> {
    let all: Vec<Json> =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON array: {error}"))?;
    all.into_iter().map(Rendered::of).collect()
}

/// The objects as a JSON array.
pub(crate) fn array(objects: &[Rendered]) -> String {
    let all: Vec<&Json> = objects.iter().map(|object| &object.manifest).collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// The SHA-256 of `bytes`, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(kind: &str, metadata: &Json) -> Json {
        json!({ "apiVersion": "v1", "kind": kind, "metadata": metadata })
    }

    #[test]
    fn what_argo_cd_would_prune_by_is_stripped() {
        let labels = json!({ "app.kubernetes.io/instance": "istiod", "app": "istiod" });
        let metadata =
            json!({ "name": "a", "labels": labels, "annotations": null, "creationTimestamp": null });
        let made = Rendered::new(object("ConfigMap", &metadata)).unwrap();
        let expected = json!({ "name": "a", "labels": { "app": "istiod" } });
        assert_eq!(made.manifest, object("ConfigMap", &expected));
        assert_eq!(made.key.to_string(), "core/ConfigMap/a");
        assert!(Rendered::new(json!({ "kind": "ConfigMap" })).is_err());
    }

    #[test]
    fn the_array_comes_back_with_the_same_digests() {
        let mut objects: Vec<Rendered> = ["Deployment", "ConfigMap", "CustomResourceDefinition", "Gateway"]
            .into_iter()
            .map(|kind| Rendered::new(object(kind, &json!({ "name": "a" }))).unwrap())
            .collect();
        sort(&mut objects);
        let kinds: Vec<&str> = objects.iter().map(|object| object.name.kind.as_str()).collect();
        assert_eq!(
            kinds,
            ["CustomResourceDefinition", "ConfigMap", "Deployment", "Gateway"]
        );
        assert_eq!(parse(&array(&objects)).unwrap(), objects);
        assert!(parse("{}").is_err());
    }
}
