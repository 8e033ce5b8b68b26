//! What whoever applies must be allowed in each cluster: what its resources are made of.

use std::collections::{BTreeMap, BTreeSet};

use meshform_engine::Desired;
use meshform_engine::desired::Resource;
use meshform_kinds::istio::ObjectKey;
use meshform_kinds::kubernetes::Right;
use meshform_lang::Value;
use meshform_state::ScopeKey;

use super::{attribute, text};

/// How objects are brought, and let go again.
const WRITES: [&str; 3] = ["create", "patch", "delete"];

const RBAC: &str = "rbac.authorization.k8s.io";

/// The rights that applying `desired` and destroying it again needs, by cluster.
#[must_use]
pub fn needed(desired: &Desired) -> BTreeMap<ScopeKey, BTreeSet<Right>> {
    let mut all: BTreeMap<ScopeKey, BTreeSet<Right>> = BTreeMap::new();
    for resource in &desired.resources {
        let rights = of(resource);
        if !rights.is_empty() {
            all.entry(resource.scope.clone()).or_default().extend(rights);
        }
    }
    all
}

fn of(resource: &Resource) -> Vec<Right> {
    let namespace = text(resource, "namespace");
    match resource.kind.schema().kind {
        "kubernetes_namespace" => writes("", "namespaces", None),
        "kubernetes_manifest" => manifest(resource),
        "istio_chart" => chart(resource),
        "istio_ca_secret" | "istio_root_ca" => {
            let mut rights = writes("", "secrets", namespace);
            rights.push(right("", "secrets", namespace, "get"));
            rights.extend(writes("", "configmaps", namespace));
            rights
        }
        "istio_remote_secret" => writes("", "secrets", namespace),
        "istio_reader_account" => {
            let mut rights = writes("", "serviceaccounts", namespace);
            rights.extend(writes("", "secrets", namespace));
            // The token is read when the other cluster's remote secret is made.
            rights.push(right("", "secrets", namespace, "get"));
            rights.extend(writes(RBAC, "clusterrolebindings", None));
            rights
        }
        _ => Vec::new(),
    }
}

fn chart(resource: &Resource) -> Vec<Right> {
    let objects = attribute(resource, "objects").and_then(Value::entries);
    let keys = objects
        .into_iter()
        .flatten()
        .filter_map(|(key, _)| key.parse().ok());
    let rights = keys.flat_map(|key: ObjectKey| {
        let resource = Right::resource_of(&key.kind);
        writes(&key.group, &resource, key.namespace.as_deref())
    });
    rights.collect()
}

fn manifest(resource: &Resource) -> Vec<Right> {
    let manifest = attribute(resource, "manifest");
    let part = |name: &str| manifest.and_then(|manifest| manifest.get(name)?.as_str());
    let (Some(version), Some(kind)) = (part("apiVersion"), part("kind")) else {
        return Vec::new();
    };
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let metadata = manifest.and_then(|manifest| manifest.get("metadata"));
    let namespace = metadata.and_then(|metadata| metadata.get("namespace")?.as_str());
    writes(group, &Right::resource_of(kind), namespace)
}

fn writes(group: &str, resource: &str, namespace: Option<&str>) -> Vec<Right> {
    let each = WRITES.iter().map(|verb| right(group, resource, namespace, verb));
    each.collect()
}

fn right(group: &str, resource: &str, namespace: Option<&str>, verb: &str) -> Right {
    Right {
        group: group.to_owned(),
        resource: resource.to_owned(),
        namespace: namespace.map(str::to_owned),
        verb: verb.to_owned(),
    }
}
