//! Cuts a live object down to what counts: what is wanted, and what was recorded at the last apply.
//!
//! Everything else belongs to others: defaults of the server, fields of controllers, additions by hand. What is left
//! has the form of the wanted object, so that equal means equal.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Str, Value};

use super::list::{Merge, key, merge};
use super::name::group_of;
use super::quantity;

/// Maps from texts to texts, in which an empty text is an entry like any other.
const TEXTS: &[&str] = &[
    "data",
    "binaryData",
    "labels",
    "annotations",
    "matchLabels",
    "nodeSelector",
];

/// Truth values for which being absent is not being false.
const TERNARY: &[&str] = &[
    "allowPrivilegeEscalation",
    "allocateLoadBalancerNodePorts",
    "automountServiceAccountToken",
    "enableServiceLinks",
    "fsGroupChangePolicy",
    "hostUsers",
    "immutable",
    "optional",
    "privileged",
    "readOnlyRootFilesystem",
    "runAsNonRoot",
];

/// The parts of the live object `observed` that are in `desired` or `recorded`.
pub(super) fn manifest(observed: &Value, desired: &Value, recorded: Option<&Value>) -> Value {
    let version = observed
        .get("apiVersion")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let group = group_of(version);
    // Objects of built-in groups pass through typed structures, which lose empty values; custom ones are kept as sent.
    let typed = !group.contains('.') || group.ends_with(".k8s.io");
    Cut { typed }.value(&mut Vec::new(), observed, Some(desired), recorded)
}

/// The entries of the live map `observed` that are in `desired` or `recorded`, in the form of `desired`.
pub(super) fn texts(observed: &Value, desired: &Value, recorded: Option<&Value>) -> Value {
    // While it is not known what is wanted, what was wanted last counts, or else anything.
    let anything = matches!(desired, Value::Later(_)) && recorded.is_none();
    let has = |value: &Value, name: &Str| value.get(name).is_some();
    let wanted =
        |name: &Str| anything || has(desired, name) || recorded.is_some_and(|recorded| has(recorded, name));
    let kept: BTreeMap<Str, Value> = observed
        .entries()
        .into_iter()
        .flatten()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if kept.is_empty() && desired.is_null() {
        desired.clone()
    } else {
        Value::map(meshform_state::Type::String, kept)
    }
}

struct Cut {
    typed: bool,
}

impl Cut {
    fn value<'a>(
        &self,
        path: &mut Vec<&'a str>,
        observed: &'a Value,
        desired: Option<&'a Value>,
        recorded: Option<&'a Value>,
    ) -> Value {
        // While it is not known what is wanted, what was wanted last counts.
        let desired = desired.filter(|desired| recorded.is_none() || !matches!(desired, Value::Later(_)));
        match (observed, desired.or(recorded)) {
            (_, None) => observed.clone(),
            (Value::Object(_) | Value::Map(_), Some(guide)) if guide.entries().is_some() => {
                self.entries(path, observed, desired, recorded)
            }
            (Value::Tuple(_) | Value::List(_), Some(guide)) if guide.items().is_some() => {
                Value::tuple(self.items(path, observed, desired, recorded))
            }
            (_, Some(_)) => match desired {
                Some(desired) if desired.reveal().0 == observed => desired.clone(),
                Some(desired) if quantity::is_quantity(path) && quantity::same(desired, observed) => {
                    desired.clone()
                }
                _ => observed.clone(),
            },
        }
    }

    fn entries<'a>(
        &self,
        path: &mut Vec<&'a str>,
        observed: &'a Value,
        desired: Option<&'a Value>,
        recorded: Option<&'a Value>,
    ) -> Value {
        let names = |value: Option<&'a Value>| {
            value
                .and_then(Value::entries)
                .into_iter()
                .flat_map(BTreeMap::keys)
        };
        let all: BTreeSet<&'a Str> = names(desired).chain(names(recorded)).collect();
        let entries = all.into_iter().filter_map(|name| {
            path.push(name);
            let wanted = desired.and_then(|desired| desired.get(name));
            let before = recorded.and_then(|recorded| recorded.get(name));
            let entry = self.entry(path, observed.get(name), wanted, before);
            path.pop();
            Some((name.clone(), entry?))
        });
        Value::object(entries.collect::<Vec<_>>())
    }

    fn entry<'a>(
        &self,
        path: &mut Vec<&'a str>,
        observed: Option<&'a Value>,
        desired: Option<&'a Value>,
        recorded: Option<&'a Value>,
    ) -> Option<Value> {
        match (observed, desired) {
            (None, Some(desired)) => (self.typed && vanishes(path, desired)).then(|| desired.clone()),
            (None, None) => None,
            (Some(observed), None) => {
                let left = self.value(path, observed, None, recorded);
                // A container that holds nothing of ours any more is not ours either.
                (!is_empty(&left) || is_empty(observed)).then_some(left)
            }
            (Some(observed), Some(_)) => Some(self.value(path, observed, desired, recorded)),
        }
    }

    fn items<'a>(
        &self,
        path: &mut Vec<&'a str>,
        observed: &'a Value,
        desired: Option<&'a Value>,
        recorded: Option<&'a Value>,
    ) -> Vec<Value> {
        let list = |value: Option<&'a Value>| value.and_then(Value::items).unwrap_or_default();
        let (live, wanted, before) = (list(Some(observed)), list(desired), list(recorded));
        match merge(path, if desired.is_some() { wanted } else { before }) {
            Merge::Whole if desired.is_some() && live.len() != wanted.len() => live.to_vec(),
            Merge::Whole => live
                .iter()
                .enumerate()
                .map(|(index, item)| self.value(path, item, wanted.get(index), before.get(index)))
                .collect(),
            Merge::Set => {
                let extra = before.iter().filter(|item| !wanted.contains(item));
                wanted
                    .iter()
                    .chain(extra)
                    .filter(|item| live.contains(item))
                    .cloned()
                    .collect()
            }
            Merge::Keys(keys) => {
                let find = |list: &'a [Value], wanted: &[Str]| {
                    list.iter()
                        .find(|item| key(item, keys).is_some_and(|key| key == wanted))
                };
                let keys_of = |list: &'a [Value]| list.iter().filter_map(|item| key(item, keys));
                let extra: Vec<Vec<Str>> = keys_of(before)
                    .filter(|key| find(wanted, key).is_none())
                    .collect();
                keys_of(wanted)
                    .chain(extra)
                    .filter_map(|key| {
                        Some(self.value(path, find(live, &key)?, find(wanted, &key), find(before, &key)))
                    })
                    .collect()
            }
        }
    }
}

/// Whether a typed structure loses the value at `path` when it holds `value`.
fn vanishes(path: &[&str], value: &Value) -> bool {
    let (parent, field) = match path {
        [.., parent, field] => (*parent, *field),
        [field] => ("", *field),
        [] => return false,
    };
    match value.reveal().0 {
        Value::Object(_) | Value::Map(_) => value.entries().is_some_and(|entries| {
            entries
                .iter()
                .all(|(name, value)| vanishes(&[path, &[name.as_ref()]].concat(), value))
        }),
        Value::Tuple(_) | Value::List(_) => is_empty(value),
        Value::String(text) => text.is_empty() && !TEXTS.contains(&parent),
        Value::Bool(truth) => !truth && !TERNARY.contains(&field),
        Value::Number(_) => value.as_i64() == Some(0),
        Value::Null(_) => true,
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    value.entries().is_some_and(BTreeMap::is_empty) || value.items().is_some_and(<[Value]>::is_empty)
}

#[cfg(test)]
mod tests;
