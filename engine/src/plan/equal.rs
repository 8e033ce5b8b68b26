//! What counts as no difference.

use meshform_state::Value;

use crate::kind::{Home, Schema};

/// Whether `value` is nothing: APIs do not tell "none" from "empty".
fn is_none(value: &Value) -> bool {
    match value {
        Value::Null(_) => true,
        Value::List(list) | Value::Set(list) => list.items.is_empty(),
        Value::Map(map) => map.entries.is_empty(),
        _ => false,
    }
}

/// Whether `a` and `b` are the same where objects of `schema` live. Where no API is, they are what was written.
pub(super) fn is_same(schema: &Schema, a: &Value, b: &Value) -> bool {
    a == b || (schema.home != Home::Local && is_none(a) && is_none(b))
}
