//! What counts as no difference.

use meshform_state::Value;

/// Whether `value` is nothing: APIs do not tell "none" from "empty".
pub(super) fn is_none(value: &Value) -> bool {
    match value {
        Value::Null(_) => true,
        Value::List(list) | Value::Set(list) => list.items.is_empty(),
        Value::Map(map) => map.entries.is_empty(),
        _ => false,
    }
}

/// Whether `a` and `b` are the same to an API.
pub(super) fn is_same(a: &Value, b: &Value) -> bool {
    a == b || (is_none(a) && is_none(b))
}
