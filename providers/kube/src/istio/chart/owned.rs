//! What of a live object is ours, and whether it is still as we left it. Pure.
//!
//! The API server keeps who set which field. Ours are those that we applied and nobody has taken over since. Some
//! fields are ours only until a controller takes them: that is how Istio and autoscalers work, and no drift.

use meshform_kinds::kubernetes::MARK;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::live::Live;
use crate::managed::{Path, Step, find};
use crate::rendered::sha256;

/// Fields that others may take from us: the kind, and the names on the way, list items left out.
///
/// istiod fills `caBundle` and turns `failurePolicy` to `Fail` once its webhook answers
/// (istio pkg/webhooks, pkg/webhooks/validation/controller); a HorizontalPodAutoscaler sets `replicas`.
const HANDED_OVER: &[(&str, &[&str])] = &[
    (
        "MutatingWebhookConfiguration",
        &["webhooks", "clientConfig", "caBundle"],
    ),
    ("MutatingWebhookConfiguration", &["webhooks", "failurePolicy"]),
    (
        "ValidatingWebhookConfiguration",
        &["webhooks", "clientConfig", "caBundle"],
    ),
    ("ValidatingWebhookConfiguration", &["webhooks", "failurePolicy"]),
    ("Deployment", &["spec", "replicas"]),
    ("StatefulSet", &["spec", "replicas"]),
];

/// Digits of a field's digest that are kept: enough that no two of an object are alike.
const DIGITS: usize = 8;

/// What is kept of an object that we applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What Kubernetes calls this one object for ever.
    pub(super) uid: String,
    /// The version of its API in which we applied it.
    pub(super) version: String,
    /// The SHA-256 over the fields that are ours, and their values.
    pub(super) fingerprint: String,
    /// The first digits of the digest of each of these fields' places, one after the other.
    pub(super) fields: String,
}

impl Kept {
    /// What to keep of `live`, which we applied in `version`.
    pub(super) fn of(live: &Live, version: &str) -> Self {
        let owned = owned(live);
        let mut text = String::new();
        let mut fields = String::new();
        for path in &owned {
            let place = expression(path);
            let value = find(&live.0, path).map_or(&Json::Null, |place| place.value);
            text.push_str(&format!("{place}\0{value}\0"));
            fields.push_str(&digits(&place));
        }
        Kept {
            uid: live.uid().to_owned(),
            version: version.to_owned(),
            fingerprint: sha256(text.as_bytes()),
            fields,
        }
    }

    /// Whether `live` is the object, as we left it.
    pub(super) fn agrees(&self, live: &Live) -> bool {
        self.uid == live.uid() && self.fingerprint == Kept::of(live, &self.version).fingerprint
    }

    /// Whether the field `place`, written as the API server writes places, was ours.
    pub(super) fn had(&self, place: &str) -> bool {
        let wanted = digits(place);
        self.fields
            .as_bytes()
            .chunks(DIGITS)
            .any(|part| part == wanted.as_bytes())
    }

    /// Who has fields of `live` that were ours: their names, and when they took them.
    pub(super) fn takers(&self, live: &Live) -> Vec<(String, Option<String>)> {
        let others = live.managers().into_iter().filter(|manager| !manager.is_us());
        others
            .filter(|manager| manager.fields.iter().any(|path| self.had(&expression(path))))
            .map(|manager| (manager.name, manager.time))
            .collect()
    }
}

fn digits(place: &str) -> String {
    let mut digest = sha256(place.as_bytes());
    digest.truncate(DIGITS);
    digest
}

/// The fields of `live` that are ours for good, in their order.
fn owned(live: &Live) -> Vec<Path> {
    let kind = kind(live);
    let ours = live.managers().into_iter().filter(crate::managed::Manager::is_us);
    let mut all: Vec<Path> = ours
        .flat_map(|manager| manager.fields)
        .filter(|path| !is_mark(path) && !is_handed_over(&kind, path))
        .collect();
    all.sort_by_key(|path| expression(path));
    all
}

fn kind(live: &Live) -> String {
    let kind = live.0.get("kind").and_then(Json::as_str);
    kind.unwrap_or_default().to_owned()
}

/// Fields of `live` that a controller has taken from us: they are not to be sent again.
pub(super) fn taken_over(live: &Live) -> Vec<Path> {
    let kind = kind(live);
    let managers = live.managers();
    let (ours, theirs): (Vec<_>, Vec<_>) = managers.iter().partition(|manager| manager.is_us());
    let shared = |path: &Path| ours.iter().any(|manager| manager.fields.contains(path));
    theirs
        .iter()
        .flat_map(|manager| &manager.fields)
        .filter(|path| is_handed_over(&kind, path) && !shared(path))
        .cloned()
        .collect()
}

fn is_handed_over(kind: &str, path: &[Step]) -> bool {
    let names: Vec<&str> = path
        .iter()
        .filter_map(|step| match step {
            Step::Field(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    HANDED_OVER
        .iter()
        .any(|(known, way)| *known == kind && *way == names)
}

/// Whether `path` is one of our marks.
fn is_mark(path: &[Step]) -> bool {
    matches!(path, [Step::Field(metadata), Step::Field(annotations), Step::Field(name)]
        if metadata == "metadata" && annotations == "annotations" && name.starts_with(MARK))
}

/// A path as the API server writes it in conflicts: `.spec.containers[name="a"].image`.
fn expression(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Field(name) => {
                out.push('.');
                out.push_str(name);
            }
            Step::Key(keys) => {
                let keys: Vec<String> = keys
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                out.push_str(&format!("[{}]", keys.join(",")));
            }
            Step::Item(value) => out.push_str(&format!("[={value}]")),
            Step::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A webhook configuration in which we set the given fields of a webhook, and istiod others.
    fn webhook(policy: &str, ours: &[&str], theirs: &[&str]) -> Live {
        let fields = |names: &[&str]| {
            let mut all = json!({});
            for name in names {
                match *name {
                    "caBundle" => all["f:clientConfig"] = json!({ "f:caBundle": {} }),
                    name => all[format!("f:{name}")] = json!({}),
                }
            }
            json!({ "f:webhooks": { "k:{\"name\":\"a\"}": all },
                "f:metadata": { "f:annotations": { "f:meshform.io/uid": {} } } })
        };
        Live(json!({
            "kind": "ValidatingWebhookConfiguration",
            "metadata": { "uid": "u", "annotations": { "meshform.io/uid": "x" }, "managedFields": [
                { "manager": "meshform", "operation": "Apply", "fieldsV1": fields(ours) },
                { "manager": "pilot-discovery", "operation": "Update", "time": "t", "fieldsV1": fields(theirs) },
            ] },
            "webhooks": [{ "name": "a", "failurePolicy": policy, "sideEffects": "None",
                "clientConfig": { "caBundle": "eA==" } }],
        }))
    }

    #[test]
    fn what_istiod_patches_is_no_change() {
        let before = webhook("Ignore", &["failurePolicy", "sideEffects"], &[]);
        let kept = Kept::of(&before, "v1");
        let after = webhook("Fail", &["sideEffects"], &["failurePolicy", "caBundle"]);
        assert!(kept.agrees(&after));
        assert_eq!(taken_over(&after).len(), 2);
        assert!(taken_over(&before).is_empty());
    }

    #[test]
    fn what_somebody_else_takes_is_one_and_is_theirs_by_name() {
        let kept = Kept::of(&webhook("Ignore", &["failurePolicy", "sideEffects"], &[]), "v1");
        let mut after = webhook("Ignore", &["failurePolicy"], &["sideEffects"]);
        assert!(!kept.agrees(&after));
        assert_eq!(
            kept.takers(&after),
            [("pilot-discovery".to_owned(), Some("t".to_owned()))]
        );
        after = webhook("Ignore", &["failurePolicy", "sideEffects"], &[]);
        after.0["webhooks"][0]["sideEffects"] = json!("Some");
        assert!(!kept.agrees(&after));
        after.0["webhooks"][0]["sideEffects"] = json!("None");
        assert!(kept.agrees(&after));
        after.0["metadata"]["uid"] = json!("another");
        assert!(!kept.agrees(&after));
    }

    #[test]
    fn only_fields_that_were_ours_were_ours() {
        let kept = Kept::of(&webhook("Ignore", &["sideEffects"], &[]), "v1");
        assert!(kept.had(".webhooks[name=\"a\"].sideEffects"));
        assert!(!kept.had(".webhooks[name=\"b\"].sideEffects"));
        assert!(!kept.had(".webhooks[name=\"a\"].failurePolicy"));
    }
}
