//! Drift: what changed outside between the last apply and now.

use meshform_state::{Address, Record, Value};

use super::equal::is_same;
use super::model::Drift;
use crate::adapter::{Observation, Owner};
use crate::kind::Kind;
use crate::object::Object;

/// What of `record` changed outside, if anything did. Only what counts is compared: of attributes that others may
/// complete, the parts that we set.
pub(super) fn drift(
    address: &Address,
    kind: &dyn Kind,
    recorded: &Object,
    record: &Record,
    observed: Option<&Observation>,
) -> Option<Drift> {
    // What a broken creation left was never recorded whole, so nothing can be said to have changed.
    if record.incomplete {
        return None;
    }
    let Some(observation) = observed else {
        return Some(Drift {
            address: address.clone(),
            before: recorded.clone(),
            after: None,
            owners: Vec::new(),
        });
    };
    let now = kind.project(&observation.object, recorded, Some(recorded));
    let schema = kind.schema();
    let differs = schema.attributes.iter().enumerate().any(|(slot, attribute)| {
        !attribute.write_only && !is_same(schema, &recorded.fields[slot], &now.fields[slot])
    });
    differs.then(|| Drift {
        address: address.clone(),
        before: recorded.clone(),
        owners: owners(kind, recorded, &now, &observation.owners),
        after: Some(now),
    })
}

/// Those of `owners` that own a part that differs.
fn owners(kind: &dyn Kind, recorded: &Object, now: &Object, owners: &[Owner]) -> Vec<Owner> {
    let mut changed = Vec::new();
    for (slot, attribute) in kind.schema().attributes.iter().enumerate() {
        differences(
            &recorded.fields[slot],
            &now.fields[slot],
            attribute.name.to_owned(),
            &mut changed,
        );
    }
    // APIs write paths in their own ways; the words in them are the same.
    let words = |path: &str| -> Vec<String> {
        path.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let changed: Vec<Vec<String>> = changed.iter().map(|path| words(path)).collect();
    let owns = |owner: &&Owner| {
        let path = words(&owner.path);
        changed
            .iter()
            .any(|changed| changed.starts_with(&path) || path.starts_with(changed))
    };
    owners.iter().filter(owns).cloned().collect()
}

/// The paths of the smallest parts that differ, as far as keys lead.
fn differences(a: &Value, b: &Value, path: String, found: &mut Vec<String>) {
    match (a.entries(), b.entries()) {
        _ if a == b => {}
        (Some(a), Some(b)) => {
            let null = Value::Null(meshform_state::Type::Any);
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let (a, b) = (a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
                differences(a, b, format!("{path}.{key}"), found);
            }
        }
        _ => found.push(path),
    }
}
