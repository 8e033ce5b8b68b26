//! An object as the API server gives it.

use meshform_engine::AdapterError;
use meshform_kinds::kubernetes::MARK;
use serde_json::Value as Json;

use crate::managed::{self, Manager};

/// Metadata that the API server writes, and that no manifest has.
const SERVER_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// A live object.
#[derive(Debug, Clone)]
pub(crate) struct Live(pub(crate) Json);

impl Live {
    fn metadata(&self, name: &str) -> Option<&str> {
        self.0.get("metadata")?.get(name)?.as_str()
    }

    /// What Kubernetes calls this one object for ever.
    pub(crate) fn uid(&self) -> &str {
        self.metadata("uid").unwrap_or_default()
    }

    /// What changes with every change of it.
    pub(crate) fn resource_version(&self) -> &str {
        self.metadata("resourceVersion").unwrap_or_default()
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.metadata("name").unwrap_or_default()
    }

    /// What changes with every change of it that is somebody's wish: controllers write a status all the time, and a
    /// plan must not go stale over that.
    pub(crate) fn expected_version(&self) -> String {
        match self
            .0
            .pointer("/metadata/generation")
            .filter(|_| self.0.get("status").is_some())
        {
            Some(generation) => format!("generation {generation}"),
            None => self.resource_version().to_owned(),
        }
    }

    /// The value of an annotation.
    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.0.get("metadata")?.get("annotations")?.get(name)?.as_str()
    }

    /// Whether its deletion has begun.
    pub(crate) fn is_terminating(&self) -> bool {
        self.metadata("deletionTimestamp").is_some()
    }

    /// What must be done before its deletion can end.
    pub(crate) fn finalizers(&self) -> Vec<&str> {
        let list = self.0.pointer("/metadata/finalizers").and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// Who set what.
    pub(crate) fn managers(&self) -> Vec<Manager> {
        managed::managers(&self.0)
    }

    /// The object as somebody would have written it: without what the API server adds and without our marks.
    pub(crate) fn manifest(&self) -> Json {
        let mut manifest = self.0.clone();
        let Some(object) = manifest.as_object_mut() else {
            return manifest;
        };
        object.remove("status");
        if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
            metadata.retain(|name, _| !SERVER_METADATA.contains(&name.as_str()));
            if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
                annotations.retain(|name, _| !name.starts_with(MARK));
                if annotations.is_empty() {
                    metadata.remove("annotations");
                }
            }
        }
        manifest
    }

    /// Refuses an object that is not the one called `uid`: it was deleted and somebody made another of its name.
    pub(crate) fn require(&self, uid: Option<&str>, what: &str) -> Result<(), AdapterError> {
        match uid {
            Some(uid) if uid != self.uid() => Err(AdapterError::refused(
                meshform_engine::ErrorClass::Conflict,
                format!("{what} was deleted, and somebody made another of the same name"),
            )
            .hint("Plan again: the object that is there now is not ours.")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_has_nothing_of_the_server_and_no_marks() {
        let live = Live(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": "1" }, "status": {},
            "metadata": { "name": "settings", "uid": "u", "resourceVersion": "7", "managedFields": [],
                "creationTimestamp": "now", "annotations": { "meshform.io/uid": "x" } },
        }));
        let manifest = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": "1" },
            "metadata": { "name": "settings" } });
        assert_eq!(live.manifest(), manifest);
    }

    #[test]
    fn a_status_does_not_make_a_plan_stale() {
        let object = |generation: u32, version: &str, status: bool| {
            let mut object = json!({ "metadata": { "generation": generation, "resourceVersion": version } });
            if status {
                object["status"] = json!({});
            }
            Live(object).expected_version()
        };
        assert_eq!(object(1, "7", true), object(1, "8", true));
        assert_ne!(object(1, "7", true), object(2, "8", true));
        assert_ne!(object(1, "7", false), object(1, "8", false));
    }
}
