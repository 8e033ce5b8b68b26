//! JSON.

use std::fmt::Write as _;

use meshform_state::value::{Number, parse_json};
use meshform_state::{Str, Type, Value};
use serde_json::Value as Json;

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want, string};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "jsonencode",
        &[Param::new("val", Want::Any).or_null().or_open()],
        Gives::Always(Want::String),
        |a| {
            a.spend_parts(0)?;
            Ok(Value::string(encode(a.value(0))))
        },
    ),
    Function::new(
        "jsondecode",
        &[Param::new("str", Want::String)],
        Gives::Always(Want::Any),
        decode,
    )
    .may_be_null(),
];

/// `value`, known and without secrets, as the reference implementations write it.
pub(super) fn encode(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null(_) | Value::Later(_) => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => _ = write!(out, "{number}"),
        Value::String(text) => write_text(text, out),
        Value::Secret(inner) => write(inner, out),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            out.push('[');
            for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
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
                write(item, out);
            }
            out.push('}');
        }
    }
}

/// `text` between quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_text(text, &mut out);
    out
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' => _ = write!(out, "\\u{:04x}", u32::from(letter)),
            '\u{2028}' | '\u{2029}' => _ = write!(out, "\\u{:04x}", u32::from(letter)),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            letter if u32::from(letter) < 0x20 => _ = write!(out, "\\u{:04x}", u32::from(letter)),
            letter => out.push(letter),
        }
    }
    out.push('"');
}

fn decode(arguments: &Arguments<'_>) -> Answer {
    let text = arguments.text(0);
    arguments.spend_text(text.len())?;
    let json = parse_json(text).map_err(|error| {
        Failure::argument(
            0,
            format!("it is no JSON: line {}, column {}", error.line(), error.column()),
        )
    })?;
    value(&json).map_err(|number| Failure::argument(0, format!("the number {number} is too large")))
}

/// JSON as a value: arrays are tuples, objects are objects.
fn value(json: &Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Null(Type::Any),
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            let text = number.to_string();
            Value::Number(Number::parse(&text).map_err(|_| text)?)
        }
        Json::String(text) => string(text),
        Json::Array(items) => Value::tuple(items.iter().map(value).collect::<Result<_, _>>()?),
        Json::Object(entries) => {
            let entries: Result<Vec<(Str, Value)>, String> = entries
                .iter()
                .map(|(name, item)| Ok((crate::syntax::normalize(name).into(), value(item)?)))
                .collect();
            Value::object(entries?)
        }
    })
}
