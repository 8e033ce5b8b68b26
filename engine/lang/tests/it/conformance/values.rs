//! Types and values of the cases, and when two values are the same.

use std::sync::Arc;

use meshform_lang::{AttributeConstraint, Type, TypeConstraint, Value};
use meshform_state::value::decode_json;
use serde_json::Value as Json;

use super::go;

/// `"string"`, `["list","string"]`, `["object",{…},["optional"]]`.
pub(super) fn constraint(json: &Json) -> TypeConstraint {
    if let Some(name) = json.as_str() {
        return match name {
            "dynamic" => TypeConstraint::Any,
            "bool" => TypeConstraint::Bool,
            "number" => TypeConstraint::Number,
            "string" => TypeConstraint::String,
            other => panic!("no type {other}"),
        };
    }
    let parts = json.as_array().unwrap();
    let inner = || Arc::new(constraint(&parts[1]));
    match parts[0].as_str().unwrap() {
        "list" => TypeConstraint::List(inner()),
        "set" => TypeConstraint::Set(inner()),
        "map" => TypeConstraint::Map(inner()),
        "tuple" => TypeConstraint::Tuple(parts[1].as_array().unwrap().iter().map(constraint).collect()),
        "object" => {
            let optional: Vec<&str> = parts
                .get(2)
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            let attributes = parts[1].as_object().unwrap().iter().map(|(name, ty)| {
                let optional = optional.contains(&name.as_str());
                (
                    name.as_str().into(),
                    AttributeConstraint {
                        constraint: constraint(ty),
                        optional,
                        default: None,
                    },
                )
            });
            TypeConstraint::Object(Arc::new(attributes.collect()))
        }
        other => panic!("no type {other}"),
    }
}

/// `{type, value}` or `{type, go}`.
pub(super) fn value(json: &Json) -> Value {
    if let Some(text) = json.get("go").and_then(Json::as_str)
        && (json.get("value").is_none() || text.contains("Mark("))
    {
        return go::value(text);
    }
    let ty: Type = constraint(&json["type"]).ty();
    let value = &json["value"];
    if ty == Type::Any {
        return Value::Null(Type::Any);
    }
    decode_json(value, &ty).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// Whether two values are the same, but for where later ones come from.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Later(a), Value::Later(b)) => a.ty == b.ty && a.not_null == b.not_null,
        (Value::Secret(a), Value::Secret(b)) => same(a, b),
        (Value::List(a), Value::List(b)) | (Value::Set(a), Value::Set(b)) => {
            a.element == b.element && all(&a.items, &b.items)
        }
        (Value::Tuple(a), Value::Tuple(b)) => all(a, b),
        (Value::Map(a), Value::Map(b)) => {
            a.element == b.element
                && a.entries.keys().eq(b.entries.keys())
                && a.entries
                    .values()
                    .zip(b.entries.values())
                    .all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

fn all(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}
