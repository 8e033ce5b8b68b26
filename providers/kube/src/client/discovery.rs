//! What a cluster serves: from a kind to the place of its objects.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use meshform_kinds::kubernetes::ObjectName;
use serde_json::Value as Json;

use super::wire::{Wire, encode};
use crate::failure::Failure;

/// Where the objects of a kind are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Group and version that serve it.
    pub(crate) api_version: String,
    /// Its name in paths.
    pub(crate) plural: String,
    /// Whether its objects live in namespaces.
    pub(crate) namespaced: bool,
}

/// A kind whose objects can be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listable {
    /// Where they are.
    pub(crate) resource: Resource,
    /// Its Kubernetes kind.
    pub(crate) kind: String,
}

/// The kinds that were asked for so far, by group and version.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    known: Mutex<HashMap<String, Arc<Served>>>,
}

type Served = HashMap<String, Resource>;

impl Resource {
    /// The path of the object `name`, or of all in `namespace`.
    pub(crate) fn path(&self, namespace: Option<&str>, name: Option<&str>) -> String {
        let mut path = root(&self.api_version);
        if let Some(namespace) = namespace.filter(|_| self.namespaced) {
            path.push_str("/namespaces/");
            path.push_str(&encode(namespace));
        }
        path.push('/');
        path.push_str(&self.plural);
        if let Some(name) = name {
            path.push('/');
            path.push_str(&encode(name));
        }
        path
    }

    /// The API group; empty for the core group.
    pub(crate) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

fn root(api_version: &str) -> String {
    if api_version.contains('/') {
        format!("/apis/{api_version}")
    } else {
        format!("/api/{api_version}")
    }
}

impl Discovery {
    /// Where objects of the kind of `name` are; `None` if the cluster does not serve it. A kind that is not known is
    /// asked for again each time, since its definition may have come in between.
    pub(crate) async fn resource(&self, wire: &Wire, name: &ObjectName) -> Result<Option<Resource>, Failure> {
        if let Some(found) = self.served(wire, &name.api_version, &name.kind).await? {
            return Ok(Some(found));
        }
        // An object outlives the version that it was written in.
        for version in versions(wire, name.group()).await? {
            if version != name.api_version
                && let Some(found) = self.served(wire, &version, &name.kind).await?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn served(&self, wire: &Wire, api_version: &str, kind: &str) -> Result<Option<Resource>, Failure> {
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known
                .get(api_version)
                .and_then(|served| served.get(kind))
                .cloned()
        };
        if known.is_some() {
            return Ok(known);
        }
        let served = match wire.get(&root(api_version)).await {
            Ok(list) => Arc::new(parse(api_version, &list)),
            Err(failure) if failure.is_not_found() => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let found = served.get(kind).cloned();
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(api_version.to_owned(), served);
        Ok(found)
    }

    /// Everything that can be listed in a namespace, each kind once. `None` if the cluster cannot tell for certain.
    pub(crate) async fn namespaced(&self, wire: &Wire) -> Result<Option<Vec<Listable>>, Failure> {
        let mut all = Vec::new();
        for path in ["/api", "/apis"] {
            match listable(&wire.discover(path).await?) {
                Some(part) => all.extend(part),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }
}

/// The versions in which `group` is served, the preferred one first.
async fn versions(wire: &Wire, group: &str) -> Result<Vec<String>, Failure> {
    if group.is_empty() {
        return Ok(vec!["v1".to_owned()]);
    }
    let answer = match wire.get(&format!("/apis/{}", encode(group))).await {
        Ok(answer) => answer,
        Err(failure) if failure.is_not_found() => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    let versions = answer
        .get("versions")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    Ok(versions
        .filter_map(|version| Some(version.get("groupVersion")?.as_str()?.to_owned()))
        .collect())
}

fn parse(api_version: &str, list: &Json) -> Served {
    let resources = list
        .get("resources")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    resources
        .filter_map(|resource| {
            let plural = resource.get("name")?.as_str()?;
            // The others are parts of objects, such as their status.
            (!plural.contains('/')).then_some(())?;
            let namespaced = resource.get("namespaced")?.as_bool()?;
            let found = Resource {
                api_version: api_version.to_owned(),
                plural: plural.to_owned(),
                namespaced,
            };
            Some((resource.get("kind")?.as_str()?.to_owned(), found))
        })
        .collect()
}

/// What an aggregated discovery document lists in namespaces; `None` if it is none, or a part of it is stale.
fn listable(document: &Json) -> Option<Vec<Listable>> {
    if document.get("kind").and_then(Json::as_str) != Some("APIGroupDiscoveryList") {
        return None;
    }
    let mut all = Vec::new();
    for group in document
        .get("items")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        let name = group
            .pointer("/metadata/name")
            .and_then(Json::as_str)
            .unwrap_or_default();
        // Numbers about objects look like objects and are none.
        if name == "metrics.k8s.io" || name.ends_with(".metrics.k8s.io") {
            continue;
        }
        let mut seen = BTreeSet::new();
        for version in group
            .get("versions")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            if version.get("freshness").and_then(Json::as_str) == Some("Stale") {
                return None;
            }
            let number = version.get("version").and_then(Json::as_str)?;
            let api_version = if name.is_empty() {
                number.to_owned()
            } else {
                format!("{name}/{number}")
            };
            for resource in version
                .get("resources")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
            {
                let text = |pointer: &str| {
                    resource
                        .pointer(pointer)
                        .and_then(Json::as_str)
                        .unwrap_or_default()
                };
                let verbs = resource.get("verbs").and_then(Json::as_array);
                let can_list = verbs.is_some_and(|verbs| verbs.iter().any(|verb| verb == "list"));
                if text("/scope") == "Namespaced" && can_list && seen.insert(text("/resource").to_owned()) {
                    all.push(Listable {
                        resource: Resource {
                            api_version: api_version.clone(),
                            plural: text("/resource").to_owned(),
                            namespaced: true,
                        },
                        kind: text("/responseKind/kind").to_owned(),
                    });
                }
            }
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_follow_group_and_scope() {
        let of = |api_version: &str, plural: &str, namespaced| Resource {
            api_version: api_version.to_owned(),
            plural: plural.to_owned(),
            namespaced,
        };
        assert_eq!(
            of("v1", "namespaces", false).path(None, Some("shop")),
            "/api/v1/namespaces/shop"
        );
        assert_eq!(
            of("v1", "configmaps", true).path(Some("shop"), None),
            "/api/v1/namespaces/shop/configmaps"
        );
        assert_eq!(
            of("apps/v1", "deployments", true).path(Some("shop"), Some("web")),
            "/apis/apps/v1/namespaces/shop/deployments/web"
        );
    }

    #[test]
    fn parts_of_objects_are_no_kinds() {
        let list = json!({ "resources": [
            { "name": "pods", "kind": "Pod", "namespaced": true },
            { "name": "pods/status", "kind": "Pod", "namespaced": true },
        ] });
        let served = parse("v1", &list);
        assert_eq!(served.len(), 1);
        assert_eq!(served["Pod"].plural, "pods");
    }

    #[test]
    fn each_kind_is_listed_once_and_a_stale_group_is_no_answer() {
        let resource = |verbs: &[&str]| {
            json!({ "resource": "things", "scope": "Namespaced", "verbs": verbs,
            "responseKind": { "kind": "Thing" } })
        };
        let document = |freshness: &str| {
            json!({ "kind": "APIGroupDiscoveryList", "items": [{
            "metadata": { "name": "example.com" },
            "versions": [
                { "version": "v1", "freshness": freshness, "resources": [resource(&["get", "list"])] },
                { "version": "v1beta1", "freshness": "Current", "resources": [resource(&["list"])] },
            ] }] })
        };
        let all = listable(&document("Current")).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].resource.api_version, "example.com/v1");
        assert_eq!(listable(&document("Stale")), None);
        assert_eq!(listable(&json!({ "kind": "APIGroupList" })), None);
    }
}
