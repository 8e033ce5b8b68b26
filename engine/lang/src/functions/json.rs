//! JSON.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use meshform_state::value::Number;
use meshform_state::{Str, Type, Value};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

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
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = reader
        .deserialize_any(Reader)
        .and_then(|found| reader.end().map(|()| found));
    read.map(Found::value).map_err(|error| {
        let message = match error.classify() {
            // Said by the reader itself.
            Category::Data => error.to_string(),
            _ => format!("it is no JSON: line {}, column {}", error.line(), error.column()),
        };
        Failure::argument(0, message)
    })
}

/// Under this name serde_json hands over the text of a number that is large or broken, since serde has none so exact.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads JSON as a value: arrays are tuples, objects are objects.
struct Reader;

/// What was read.
enum Found {
    Value(Value),
    /// A text of its own, which in JSON only that of a number is: other texts are borrowed. So is a number told from an
    /// object with the attribute that its text goes by.
    Owned(String),
}

impl Found {
    fn value(self) -> Value {
        match self {
            Found::Value(value) => value,
            Found::Owned(text) => string(text),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Value(Value::Null(Type::Any)))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Found, E> {
        Ok(Found::Value(Value::Bool(truth)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Found, E> {
        Ok(Found::Value(Value::Number(dashu_int::IBig::from(number).into())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Found, E> {
        Ok(Found::Value(Value::int(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(Found::Value(string(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Found, E> {
        Ok(Found::Owned(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        let mut values = Vec::new();
        while let Some(item) = items.next_element_seed(Reader)? {
            values.push(item.value());
        }
        Ok(Found::Value(Value::tuple(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Found, A::Error> {
        let mut attributes = BTreeMap::new();
        while let Some(name) = entries.next_key::<String>()? {
            let found = entries.next_value_seed(Reader)?;
            if let Found::Owned(text) = &found
                && name == NUMBER
            {
                let number = Number::parse(text)
                    .map_err(|_| A::Error::custom(format_args!("the number {text} is too large")))?;
                return Ok(Found::Value(Value::Number(number)));
            }
            attributes.insert(Str::from(crate::syntax::normalize(&name)), found.value());
        }
        Ok(Found::Value(Value::object(attributes)))
    }
}
