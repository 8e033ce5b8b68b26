//! Drift: what changed outside between the last apply and now.

use meshform_state::{Address, Record};

use super::model::Drift;
use crate::adapter::Observation;
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
        return Some(Drift { address: address.clone(), before: recorded.clone(), after: None, owners: Vec::new() });
    };
    let now = kind.project(&observation.object, recorded, Some(recorded));
    let schema = kind.schema();
    let differs = schema.attributes.iter().enumerate().any(|(slot, attribute)| {
        !attribute.write_only && !equivalent(&recorded.fields[slot], &now.fields[slot])
    });
    differs.then(|| Drift {
        address: address.clone(),
        before: recorded.clone(),
        after: Some(now),
        owners: observation.owners.clone(),
    })
}

fn equivalent(a: &meshform_state::Value, b: &meshform_state::Value) -> bool {
    let empty = |value: &meshform_state::Value| {
        value.is_null()
            || matches!(value, meshform_state::Value::Map(map) if map.entries.is_empty())
            || matches!(value, meshform_state::Value::List(list) | meshform_state::Value::Set(list) if list.items.is_empty())
    };
    a == b || (empty(a) && empty(b))
}
