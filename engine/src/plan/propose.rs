//! One resource: what it is now, what it is to be, and the least action between the two.

use meshform_state::Value;

use super::equal::is_same;
use super::model::{Action, Change, Order, Reason};
use crate::desired::{Lifecycle, Resource};
use crate::kind::{Attribute, Schema};
use crate::object::Object;

/// The least action that makes a resource what it is to be.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) action: Action,
    pub(super) reason: Reason,
    pub(super) after: Object,
    pub(super) replace_slots: Vec<usize>,
}

/// What may force a replacement beside the attributes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Forced {
    /// It can never be used.
    pub(super) failed: bool,
    pub(super) requested: bool,
    pub(super) triggered: bool,
}

/// The planned object of a creation.
pub(super) fn creation(resource: &Resource, fields: &[Value]) -> Object {
    let mut planned = proposed(resource, fields, None);
    resource.kind.refine(None, &mut planned);
    planned
}

/// What to do with an object that is there. `before` is it as observed, cut to what counts.
pub(super) fn change(resource: &Resource, fields: &[Value], before: &Object, forced: Forced) -> Proposal {
    let schema = resource.kind.schema();
    let mut after = proposed(resource, fields, Some(before));
    resource.kind.refine(Some(before), &mut after);
    let changed: Vec<usize> = (0..schema.attributes.len())
        .filter(|slot| !schema.attributes[*slot].write_only && after.fields[*slot] != before.fields[*slot])
        .collect();
    let replace_slots: Vec<usize> = changed
        .iter()
        .copied()
        .filter(|slot| schema.attributes[*slot].force_new)
        .collect();
    let reason = match forced {
        _ if !replace_slots.is_empty() => Reason::CannotUpdate,
        Forced { failed: true, .. } => Reason::Incomplete,
        Forced { requested: true, .. } => Reason::Requested,
        Forced { triggered: true, .. } => Reason::Triggered,
        _ if changed.is_empty() => {
            return Proposal {
                action: Action::NoOp,
                reason: Reason::None,
                after,
                replace_slots,
            };
        }
        _ => {
            return Proposal {
                action: Action::Update,
                reason: Reason::None,
                after,
                replace_slots,
            };
        }
    };
    let order = if resource.lifecycle.create_before_destroy {
        Order::CreateFirst
    } else {
        Order::DeleteFirst
    };
    Proposal {
        action: Action::Replace(order),
        reason,
        after: creation(resource, fields),
        replace_slots,
    }
}

/// The object that the configuration proposes: configured values, then defaults, then what the API gave or will give.
fn proposed(resource: &Resource, fields: &[Value], before: Option<&Object>) -> Object {
    let schema = resource.kind.schema();
    let mut planned = Object::empty(schema);
    for (slot, attribute) in schema.attributes.iter().enumerate() {
        let was = before.map(|before| &before.fields[slot]);
        planned.fields[slot] = match (&fields[slot], was) {
            (_, Some(was)) if ignored(&resource.lifecycle, slot, attribute) => was.clone(),
            (Value::Null(_), Some(was)) if attribute.computed => was.clone(),
            (Value::Null(_), None) if attribute.computed => Value::later(attribute.ty.clone()),
            (Value::Null(_), was) => {
                let default = attribute
                    .default
                    .clone()
                    .unwrap_or_else(|| Value::Null(attribute.ty.clone()));
                keep_equivalent(schema, default, was)
            }
            (configured, was) => keep_equivalent(schema, configured.clone(), was),
        };
    }
    planned
}

fn ignored(lifecycle: &Lifecycle, slot: usize, attribute: &Attribute) -> bool {
    let configurable = attribute.required || attribute.optional;
    configurable && (lifecycle.ignore_all || lifecycle.ignore_changes.contains(&slot))
}

/// What is the same to the API is no difference.
fn keep_equivalent(schema: &Schema, value: Value, was: Option<&Value>) -> Value {
    match was {
        Some(was) if is_same(schema, &value, was) => was.clone(),
        _ => value,
    }
}

/// The object of a step with `fields` as they turned out to be.
pub(crate) fn settled(change: &Change, fields: &[Value], creates: bool) -> Object {
    let Some(resource) = &change.resource else {
        return Object {
            fields: fields.into(),
        };
    };
    match &change.before {
        Some(before) if !creates => {
            let mut after = proposed(resource, fields, Some(before));
            resource.kind.refine(Some(before), &mut after);
            after
        }
        _ => creation(resource, fields),
    }
}
