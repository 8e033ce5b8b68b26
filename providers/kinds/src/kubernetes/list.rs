//! Lists: which of them are keyed, so that an API server and other managers may put items of theirs in between.
//!
//! Only lists that Kubernetes merges by key are matched by key. In an atomic list (the subjects of a role binding, the
//! rules of a policy) an item that somebody adds is a change of ours and must be seen, whatever keys its items carry.

use meshform_state::{Str, Value};

/// How the items of a list are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// By the values of these fields.
    Keys(&'static [&'static str]),
    /// Each item is its own key.
    Set,
    /// By position, all or nothing.
    Whole,
}

/// Lists by the name of their field, and the fields that tell their items apart.
const KEYED: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("imagePullSecrets", &["name"]),
    ("secrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("resourceClaims", &["name"]),
    ("schedulingGates", &["name"]),
    ("webhooks", &["name"]),
    ("matchConditions", &["name"]),
    ("listeners", &["name"]),
    ("ownerReferences", &["uid"]),
    ("conditions", &["type"]),
];

/// How the items of the list at `path` are matched, given those that are wanted.
pub(super) fn merge(path: &[&str], desired: &[Value]) -> Merge {
    let keys: &'static [&'static str] = match path {
        ["metadata", "finalizers"] => return Merge::Set,
        // A network policy's ports carry the same fields and are atomic.
        ["spec", "ports"] => &["port", "protocol"],
        [.., "ports"] => &["containerPort", "protocol"],
        [.., field] => match KEYED.iter().find(|(name, _)| name == field) {
            Some((_, keys)) => keys,
            None => return Merge::Whole,
        },
        [] => return Merge::Whole,
    };
    let mut seen: Vec<Vec<Str>> = Vec::new();
    for item in desired {
        match key(item, keys) {
            Some(key) if !seen.contains(&key) => seen.push(key),
            _ => return Merge::Whole,
        }
    }
    Merge::Keys(keys)
}

/// What tells `item` apart: the values of `keys`, as text. `None` if it lacks one.
pub(super) fn key(item: &Value, keys: &[&str]) -> Option<Vec<Str>> {
    keys.iter()
        .map(|name| match item.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string().into()),
            // What an API server fills in.
            None if *name == "protocol" => Some("TCP".into()),
            _ => None,
        })
        .collect()
}
