//! Conflicts of a server-side apply: who has what, and whether it was ours before.

use kube::core::Status;
use serde_json::Value as Json;

use crate::managed::{Step, take};

/// A field that somebody else has with another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldConflict {
    /// Who.
    pub(crate) manager: String,
    /// The field, as the API server writes paths.
    pub(crate) field: String,
}

/// The conflicts that `status` names; empty if it is about something else.
pub(crate) fn conflicts(status: &Status) -> Vec<FieldConflict> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes
        .into_iter()
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| FieldConflict {
            manager: quoted(&cause.message).to_owned(),
            field: cause.field.clone(),
        })
        .collect()
}

/// The first quoted word: `conflict with "kubectl-edit" using v1`.
fn quoted(message: &str) -> &str {
    message.split('"').nth(1).unwrap_or("an unnamed manager")
}

/// Whether `object` has the field `path`, written as the API server writes paths: `.spec.containers[name="a"].image`.
/// Names in it are not quoted, so a dot may be in a name or between two.
pub(crate) fn has(object: &Json, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    if let Some(rest) = path.strip_prefix('.') {
        return object.as_object().is_some_and(|entries| {
            entries.iter().any(|(name, value)| {
                rest.strip_prefix(name.as_str())
                    .is_some_and(|rest| (rest.is_empty() || rest.starts_with(['.', '['])) && has(value, rest))
            })
        });
    }
    let Some((inside, rest)) = bracket(path) else {
        return false;
    };
    let Some(step) = step(inside) else { return false };
    take(object, &step).is_some_and(|(_, value)| has(value, rest))
}

/// What is inside the brackets that `path` starts with, and what comes after them.
fn bracket(path: &str) -> Option<(&str, &str)> {
    let inner = path.strip_prefix('[')?;
    let (mut quoted, mut escaped) = (false, false);
    let end = inner.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' => return !quoted,
            _ => {}
        }
        false
    })?;
    Some((&inner[..end], &inner[end + 1..]))
}

fn step(inside: &str) -> Option<Step> {
    if let Some(value) = inside.strip_prefix('=') {
        return serde_json::from_str(value).ok().map(Step::Item);
    }
    if let Ok(index) = inside.parse() {
        return Some(Step::Index(index));
    }
    let mut keys = serde_json::Map::new();
    let mut rest = inside;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let mut values = serde_json::Deserializer::from_str(after).into_iter::<Json>();
        let value = values.next()?.ok()?;
        keys.insert(name.to_owned(), value);
        rest = after.get(values.byte_offset()..)?;
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some(Step::Key(keys))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn causes_name_manager_and_field() {
        let status: Status = serde_json::from_value(json!({ "code": 409, "details": { "causes": [
            { "reason": "FieldManagerConflict", "message": "conflict with \"kubectl-edit\" using v1", "field": ".data.a" },
            { "reason": "FieldManagerConflict",
              "message": "conflict with \"hpa\" with subresource \"scale\" using apps/v1", "field": ".spec.replicas" },
            { "reason": "FieldValueInvalid", "message": "x", "field": ".y" },
        ] } }))
        .unwrap();
        let found: Vec<(String, String)> = conflicts(&status)
            .into_iter()
            .map(|conflict| (conflict.manager, conflict.field))
            .collect();
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found,
            [text("kubectl-edit", ".data.a"), text("hpa", ".spec.replicas")]
        );
        assert!(conflicts(&Status::default()).is_empty());
    }

    #[test]
    fn paths_lead_through_names_with_dots_keys_and_items() {
        let object = json!({
            "metadata": { "labels": { "app.kubernetes.io/name": "web" }, "finalizers": ["a.b/c"] },
            "spec": { "containers": [{ "name": "a]\"b", "image": "x",
                "ports": [{ "containerPort": 80, "protocol": "TCP" }] }] },
        });
        for path in [
            ".metadata.labels.app.kubernetes.io/name",
            ".metadata.finalizers[=\"a.b/c\"]",
            ".spec.containers[name=\"a]\\\"b\"].image",
            ".spec.containers[name=\"a]\\\"b\"].ports[containerPort=80,protocol=\"TCP\"].protocol",
            ".spec.containers[0].image",
        ] {
            assert!(has(&object, path), "{path}");
        }
        for path in [
            ".metadata.labels.app",
            ".metadata.labels.app.kubernetes.io/names",
            ".spec.containers[name=\"b\"].image",
            ".spec.containers[1]",
            ".spec.containers[broken",
            ".spec.replicas",
        ] {
            assert!(!has(&object, path), "{path}");
        }
    }
}
