//! Values to JSON and back, led by their type.
//!
//! A position of type [`Type::Any`] is written as `{"type":…,"value":…}`, all others as plain JSON, so that reading
//! needs the schema and nothing else. What is read back is the value that was written, its type included. Later and
//! secret values have no form here, on purpose.

mod json;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Number, Str, Type, Value};

pub use json::parse_json;

/// Why a value must not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStorable {
    /// It is only known after apply.
    #[error("the value at `{path}` is not known yet")]
    Later {
        /// Where in the value, as in an expression; empty for the value itself.
        path: String,
    },
    /// It is secret.
    #[error("the value at `{path}` is sensitive")]
    Secret {
        /// Where in the value.
        path: String,
    },
}

/// Why a stored text is not a value of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored value at `{path}` is not of type {expected}")]
pub struct DecodeError {
    /// Where in the value.
    pub path: String,
    /// The type that the schema gives.
    pub expected: String,
}

/// Appends `value`, of a type that conforms to `ty`, to `out` as JSON.
///
/// # Errors
/// [`NotStorable`] if any part of it is later or secret; `out` may then hold a part of it.
pub fn encode(value: &Value, ty: &Type, out: &mut String) -> Result<(), NotStorable> {
    checked(write(value, ty, Open::Schema, out))
}

fn checked(written: Result<(), Problem>) -> Result<(), NotStorable> {
    written.map_err(|(secret, mut path)| {
        path.reverse();
        let path = path.join("");
        if secret {
            NotStorable::Secret { path }
        } else {
            NotStorable::Later { path }
        }
    })
}

/// `value` as a JSON value, without type wrappers: for machine-readable output of values known to hold no secret.
///
/// # Errors
/// [`NotStorable`] if any part of it is later or secret.
pub fn to_json(value: &Value) -> Result<Json, NotStorable> {
    let mut out = String::new();
    checked(write(value, &Type::Any, Open::Plain, &mut out))?;
    Ok(parse_json(&out).unwrap_or(Json::Null))
}

/// What the form of a value at a position of type [`Type::Any`] is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Always a wrapper.
    Schema,
    /// Within a wrapper, whose type says `Any` for nulls of no type: those are plain.
    Wrapper,
    /// Never a wrapper; what was written cannot be read back.
    Plain,
}

type Problem = (bool, Vec<String>);

fn write(value: &Value, ty: &Type, open: Open, out: &mut String) -> Result<(), Problem> {
    match value {
        Value::Later(_) => return Err((false, Vec::new())),
        Value::Secret(_) => return Err((true, Vec::new())),
        _ => {}
    }
    let is_plain = open == Open::Plain || (open == Open::Wrapper && *value == Value::Null(Type::Any));
    if *ty == Type::Any && !is_plain {
        let actual = value.ty();
        out.push_str("{\"type\":");
        write_type(&actual, out);
        out.push_str(",\"value\":");
        write(value, &actual, Open::Wrapper, out)?;
        out.push('}');
        return Ok(());
    }
    let at = |step: String| {
        move |(secret, mut path): Problem| {
            path.push(step);
            (secret, path)
        }
    };
    match value {
        Value::Null(_) => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => _ = write!(out, "{number}"),
        Value::String(text) => write_text(text, out),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            out.push('[');
            for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                let element = match ty {
                    Type::List(element) | Type::Set(element) => element,
                    Type::Tuple(items) => items.get(index).unwrap_or(&Type::Any),
                    _ => &Type::Any,
                };
                write(item, element, open, out).map_err(at(format!("[{index}]")))?;
            }
            out.push(']');
        }
        Value::Map(_) | Value::Object(_) => {
            out.push('{');
            for (index, (name, item)) in value.entries().into_iter().flatten().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                let element = match ty {
                    Type::Map(element) => element,
                    Type::Object(attributes) => attributes.get(name).unwrap_or(&Type::Any),
                    _ => &Type::Any,
                };
                write(item, element, open, out).map_err(at(format!(".{name}")))?;
            }
            out.push('}');
        }
        Value::Later(_) | Value::Secret(_) => {}
    }
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    // serde_json cannot fail on a text.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Types are written as the reference writes them: `"string"`, `["list","string"]`, `["object",{…}]`.
fn write_type(ty: &Type, out: &mut String) {
    let compound = |name: &str, element: &Type, out: &mut String| {
        _ = write!(out, "[\"{name}\",");
        write_type(element, out);
        out.push(']');
    };
    match ty {
        Type::Any => out.push_str("\"dynamic\""),
        Type::Bool => out.push_str("\"bool\""),
        Type::Number => out.push_str("\"number\""),
        Type::String => out.push_str("\"string\""),
        Type::List(element) => compound("list", element, out),
        Type::Set(element) => compound("set", element, out),
        Type::Map(element) => compound("map", element, out),
        Type::Tuple(items) => {
            out.push_str("[\"tuple\",[");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_type(item, out);
            }
            out.push_str("]]");
        }
        Type::Object(attributes) => {
            out.push_str("[\"object\",{");
            for (index, (name, item)) in attributes.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write_type(item, out);
            }
            out.push_str("}]");
        }
    }
}

/// Reads `text`, written by [`encode`] with the same `ty`.
///
/// # Errors
/// [`DecodeError`] if it is not such a text.
pub fn decode(text: &str, ty: &Type) -> Result<Value, DecodeError> {
    let json = parse_json(text).map_err(|_| DecodeError {
        path: String::new(),
        expected: ty.to_string(),
    })?;
    decode_json(&json, ty)
}

/// [`decode`] for JSON that is parsed already.
///
/// # Errors
/// [`DecodeError`] if it is not a value of `ty`.
pub fn decode_json(json: &Json, ty: &Type) -> Result<Value, DecodeError> {
    read(json, ty, Open::Schema).map_err(|(expected, mut path)| {
        path.reverse();
        DecodeError {
            path: path.join(""),
            expected,
        }
    })
}

fn read(json: &Json, ty: &Type, open: Open) -> Result<Value, (String, Vec<String>)> {
    let mismatch = || (ty.to_string(), Vec::new());
    let at = |step: String| {
        move |(expected, mut path): (String, Vec<String>)| {
            path.push(step);
            (expected, path)
        }
    };
    if json.is_null() {
        return Ok(Value::Null(ty.clone()));
    }
    let elements = |element: &Type| -> Result<Vec<Value>, (String, Vec<String>)> {
        let items = json.as_array().ok_or_else(mismatch)?;
        items
            .iter()
            .enumerate()
            .map(|(i, item)| read(item, element, open).map_err(at(format!("[{i}]"))))
            .collect()
    };
    Ok(match ty {
        Type::Any => match json {
            // The states of earlier versions have no wrappers within wrappers.
            Json::String(text) if open == Open::Wrapper => Value::string(text.as_str()),
            _ => {
                let actual = json.get("type").and_then(read_type).ok_or_else(mismatch)?;
                read(json.get("value").ok_or_else(mismatch)?, &actual, Open::Wrapper)?
            }
        },
        Type::Bool => Value::Bool(json.as_bool().ok_or_else(mismatch)?),
        Type::Number => {
            let text = json.as_number().ok_or_else(mismatch)?.to_string();
            Value::Number(Number::read(&text).map_err(|_| mismatch())?)
        }
        Type::String => Value::string(json.as_str().ok_or_else(mismatch)?),
        Type::List(element) => Value::list((**element).clone(), elements(element)?),
        Type::Set(element) => Value::set((**element).clone(), elements(element)?),
        Type::Map(element) => {
            let entries = json.as_object().ok_or_else(mismatch)?;
            let entries: Result<BTreeMap<Str, Value>, _> = entries
                .iter()
                .map(|(name, item)| {
                    Ok((
                        Str::from(name.as_str()),
                        read(item, element, open).map_err(at(format!(".{name}")))?,
                    ))
                })
                .collect();
            Value::map((**element).clone(), entries?)
        }
        Type::Tuple(types) => {
            let items = json
                .as_array()
                .filter(|items| items.len() == types.len())
                .ok_or_else(mismatch)?;
            let items: Result<Vec<_>, _> = items
                .iter()
                .zip(types.iter())
                .enumerate()
                .map(|(i, (item, ty))| read(item, ty, open).map_err(at(format!("[{i}]"))))
                .collect();
            Value::tuple(items?)
        }
        Type::Object(types) => {
            let entries = json.as_object().ok_or_else(mismatch)?;
            let attributes: Result<BTreeMap<Str, Value>, _> = types
                .iter()
                .map(|(name, ty)| {
                    let item = entries.get(&**name).unwrap_or(&Json::Null);
                    Ok((
                        name.clone(),
                        read(item, ty, open).map_err(at(format!(".{name}")))?,
                    ))
                })
                .collect();
            Value::Object(Arc::new(attributes?))
        }
    })
}

fn read_type(json: &Json) -> Option<Type> {
    if let Some(name) = json.as_str() {
        return Some(match name {
            "dynamic" => Type::Any,
            "bool" => Type::Bool,
            "number" => Type::Number,
            "string" => Type::String,
            _ => return None,
        });
    }
    let parts = json.as_array().filter(|parts| parts.len() == 2)?;
    Some(match parts[0].as_str()? {
        "list" => Type::list(read_type(&parts[1])?),
        "set" => Type::set(read_type(&parts[1])?),
        "map" => Type::map(read_type(&parts[1])?),
        "tuple" => Type::Tuple(
            parts[1]
                .as_array()?
                .iter()
                .map(read_type)
                .collect::<Option<_>>()?,
        ),
        "object" => {
            let attributes = parts[1].as_object()?;
            let attributes: Option<BTreeMap<Str, Type>> = attributes
                .iter()
                .map(|(name, ty)| Some((Str::from(name.as_str()), read_type(ty)?)))
                .collect();
            Type::Object(Arc::new(attributes?))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
