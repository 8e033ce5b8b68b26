//! Rendering a chart: `helm template`, and its output as objects in order.

use std::collections::BTreeMap;
use std::ffi::OsString;

use meshform_engine::{AdapterError, ErrorClass};
use meshform_kinds::istio::HelmTemplate;
use serde_json::Value as Json;

use super::command::helm;
use super::source::Found;
use super::{HelmSettings, invalid};
use crate::rendered::{Rendered, array, sort};

/// Renders `found` as `spec` says, into `spec`.
///
/// # Errors
/// If the chart is not the one that `spec` means, or helm or its output has something wrong.
pub(super) async fn fill(
    settings: &HelmSettings,
    found: &Found,
    spec: &mut HelmTemplate,
) -> Result<(), AdapterError> {
    if let Some(digest) = spec.digest.as_ref().filter(|digest| **digest != found.digest) {
        let message = format!(
            "chart `{}` of `{}` has become another one: its digest is {}, expected is {digest}",
            spec.name, spec.source, found.digest
        );
        return Err(AdapterError::refused(ErrorClass::Conflict, message)
            .hint("If that is meant, `meshform init -upgrade` records the new digest."));
    }
    let mut arguments: Vec<OsString> = ["template", "--include-crds", "--no-hooks", "--skip-tests"]
        .into_iter()
        .map(OsString::from)
        .collect();
    arguments.extend(["--namespace".into(), (&spec.namespace).into()]);
    if let Some(version) = &spec.kube_version {
        arguments.extend(["--kube-version".into(), version.into()]);
    }
    if spec.values.is_some() {
        arguments.extend(["--values".into(), "-".into()]);
    }
    arguments.extend(["--".into(), (&spec.release).into(), found.path.clone().into()]);
    let text = helm(settings, &arguments, spec.values.as_deref()).await?;
    let objects = objects(&text, &spec.namespace)
        .map_err(|why| invalid(format!("chart `{}` cannot be used: {why}", spec.name)))?;
    spec.manifests = Some(array(&objects));
    spec.objects = objects
        .into_iter()
        .map(|object| (object.key.to_string(), object.digest))
        .collect();
    Ok(())
}

/// The objects in what helm wrote.
fn objects(text: &str, namespace: &str) -> Result<Vec<Rendered>, String> {
    let mut options = serde_saphyr::Options::default();
    // As helm reads YAML itself.
    options.duplicate_keys = serde_saphyr::DuplicateKeyPolicy::LastWins;
    options.legacy_octal_numbers = true;
    let documents: Vec<Json> = serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| format!("it does not render to YAML: {error}"))?;
    let mut objects = Vec::new();
    for document in documents.into_iter().filter(|document| !document.is_null()) {
        for object in flat(document) {
            objects.push(Rendered::new(without_nulls(homed(object, namespace)))?);
        }
    }
    sort(&mut objects);
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    for object in &objects {
        if seen.insert(object.key.to_string(), ()).is_some() {
            return Err(format!("it renders to two objects `{}`", object.key));
        }
    }
    Ok(objects)
}

/// The objects of a list, or the one object.
fn flat(document: Json) -> Vec<Json> {
    let is_list = document.get("kind").and_then(Json::as_str) == Some("List");
    match document.get("items") {
        Some(Json::Array(items)) if is_list => items.clone(),
        _ => vec![document],
    }
}

/// Kinds of Kubernetes itself that live in namespaces: for these helm puts in the namespace of the release where the
/// chart does not name one.
const NAMESPACED: &[(&str, &[&str])] = &[
    (
        "v1",
        &[
            "ConfigMap",
            "Secret",
            "Service",
            "ServiceAccount",
            "Pod",
            "Endpoints",
            "PersistentVolumeClaim",
            "ResourceQuota",
            "LimitRange",
        ],
    ),
    (
        "apps/v1",
        &["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"],
    ),
    ("batch/v1", &["Job", "CronJob"]),
    ("autoscaling/v2", &["HorizontalPodAutoscaler"]),
    ("autoscaling/v1", &["HorizontalPodAutoscaler"]),
    ("policy/v1", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io/v1", &["Role", "RoleBinding"]),
    ("networking.k8s.io/v1", &["NetworkPolicy", "Ingress"]),
    ("discovery.k8s.io/v1", &["EndpointSlice"]),
    ("coordination.k8s.io/v1", &["Lease"]),
];

fn homed(mut object: Json, namespace: &str) -> Json {
    let text = |name: &str| object.get(name).and_then(Json::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let lives_in_one = NAMESPACED
        .iter()
        .any(|(known, kinds)| *known == version && kinds.contains(&kind));
    if lives_in_one
        && let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut)
        && metadata.get("namespace").is_none_or(Json::is_null)
    {
        metadata.insert("namespace".to_owned(), Json::from(namespace));
    }
    object
}

/// A null in a manifest stands for a field that is not given.
fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(entries) => Json::Object(
            entries
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_nulls(value)))
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helm_writes_becomes_objects_in_order() {
        let text = "---\n# Source: a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels:\ndata:\n  \
            on: \"yes\"\n---\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\n\
            ---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: other\nspec:\n  mode: 0644\n";
        let objects = objects(text, "shop").unwrap();
        let keys: Vec<String> = objects.iter().map(|object| object.key.to_string()).collect();
        assert_eq!(
            keys,
            [
                "apiextensions.k8s.io/CustomResourceDefinition/x",
                "core/ConfigMap/shop/settings",
                "apps/Deployment/other/web"
            ]
        );
        assert_eq!(objects[1].manifest["metadata"].get("labels"), None);
        assert_eq!(objects[1].manifest["data"]["on"], "yes");
        assert_eq!(objects[2].manifest["spec"]["mode"], 420);
    }

    #[test]
    fn two_objects_of_one_name_and_what_is_no_object_are_refused() {
        let one = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
        let why = objects(&format!("{one}---\n{one}"), "shop").unwrap_err();
        assert!(why.contains("two objects"), "{why}");
        assert!(objects("kind: ConfigMap\n", "shop").is_err());
        assert!(objects("a: [", "shop").is_err());
        assert!(objects("", "shop").unwrap().is_empty());
    }
}
