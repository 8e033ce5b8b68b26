//! Values as one line of text, and the one place that decides what must not be shown.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use meshform_state::{Number, Str, Type, Value};

/// What stands for a value that must not be shown.
pub(crate) const SENSITIVE: &str = "(sensitive value)";
/// What stands for a value that only apply will know.
pub(crate) const LATER: &str = "(known after apply)";

/// Shorter texts and numbers are not looked for: the user, the port and the zone of a sensitive object are found in half
/// of a plan, and `1` everywhere.
const SHORTEST: usize = 6;

/// The texts that must not be shown, wherever they turn up: an API may echo a secret in an attribute of its own. What
/// comes from a secret by way of the configuration is marked as secret already, however short it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    texts: BTreeSet<String>,
}

impl Secrets {
    /// Remembers every secret part of `value`.
    pub(crate) fn learn(&mut self, value: &Value) {
        match value {
            Value::Secret(inner) => self.learn_leaves(inner),
            Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
                value
                    .items()
                    .into_iter()
                    .flatten()
                    .for_each(|item| self.learn(item));
            }
            Value::Map(_) | Value::Object(_) => {
                value
                    .entries()
                    .into_iter()
                    .flatten()
                    .for_each(|(_, item)| self.learn(item));
            }
            _ => {}
        }
    }

    fn learn_leaves(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.learn_text(text),
            Value::Number(number) => self.learn_text(&number.to_string()),
            Value::Secret(inner) => self.learn_leaves(inner),
            _ => {
                value
                    .items()
                    .into_iter()
                    .flatten()
                    .for_each(|item| self.learn_leaves(item));
                value
                    .entries()
                    .into_iter()
                    .flatten()
                    .for_each(|(_, item)| self.learn_leaves(item));
            }
        }
    }

    fn learn_text(&mut self, text: &str) {
        if text.trim().len() >= SHORTEST {
            self.texts.insert(text.to_owned());
        }
    }

    /// Whether `text` is or holds a secret.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.texts.iter().any(|secret| text.contains(secret.as_str()))
    }

    /// Whether the content of a file is, holds or went into a secret.
    pub(crate) fn touch(&self, content: &[u8]) -> bool {
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, content);
        let text = String::from_utf8_lossy(content);
        let inside =
            |part: &str| part.len() >= SHORTEST && self.texts.iter().any(|secret| secret.contains(part));
        [&*text, text.trim(), &encoded]
            .into_iter()
            .any(|part| self.is_in(part) || inside(part))
    }

    /// `text` without the secrets in it.
    pub(crate) fn redact(&self, text: &str) -> String {
        // The longest of those that begin alike comes first.
        let longest = self.texts.iter().rev();
        longest.fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), SENSITIVE)
        })
    }

    /// `value` in the one form that is compared and shown: no types of collections but sets, no origins, and what
    /// must not be shown marked as secret.
    pub(crate) fn canonical(&self, value: &Value) -> Value {
        match value {
            Value::Null(_) => Value::Null(Type::Any),
            Value::Bool(_) => value.clone(),
            Value::Number(number) if self.texts.contains(&number.to_string()) => value.clone().into_secret(),
            Value::String(text) if self.is_in(text) => value.clone().into_secret(),
            Value::Number(_) | Value::String(_) => value.clone(),
            Value::Later(_) => Value::later(Type::Any),
            Value::Secret(inner) => Value::clone(inner).into_secret(),
            Value::Set(set) => Value::set(
                Type::Any,
                set.items.iter().map(|item| self.canonical(item)).collect(),
            ),
            Value::List(_) | Value::Tuple(_) => Value::tuple(
                value
                    .items()
                    .into_iter()
                    .flatten()
                    .map(|item| self.canonical(item))
                    .collect(),
            ),
            Value::Map(_) | Value::Object(_) => {
                let entries = || value.entries().into_iter().flatten();
                let shown = Value::object(entries().map(|(name, item)| (name.clone(), self.canonical(item))));
                if entries().any(|(name, _)| self.is_in(name)) {
                    shown.into_secret()
                } else {
                    shown
                }
            }
        }
    }
}

/// A leaf, or an empty collection, as one line.
pub(crate) fn leaf(value: &Value) -> String {
    match value {
        Value::Null(_) => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quote(text),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => "[]".to_owned(),
        Value::Map(_) | Value::Object(_) => "{}".to_owned(),
        Value::Later(_) => LATER.to_owned(),
        Value::Secret(_) => SENSITIVE.to_owned(),
    }
}

/// `text` between quotes, with control characters escaped: a value must not steer the reader's terminal.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => push_visible(&mut out, c),
        }
    }
    out.push('"');
    out
}

/// `text` with control characters but line ends and tabs escaped.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c == '\t' {
            out.push(c)
        } else {
            push_visible(&mut out, c)
        }
    }
    out
}

/// Direction marks are escaped too: they make a line read as something else than it is.
fn push_visible(out: &mut String, c: char) {
    let reverses = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || reverses {
        _ = write!(out, "\\u{:04x}", c as u32);
    } else {
        out.push(c);
    }
}

/// The name of an attribute or map key as configuration writes it: quoted unless it is an identifier.
pub(crate) fn key(name: &str) -> String {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if starts && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        name.to_owned()
    } else {
        quote(name)
    }
}

/// The value that a text holding a JSON object or array stands for.
pub(crate) fn parse_json(text: &str) -> Option<Value> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['{', '[']) {
        return None;
    }
    Some(from_json(&serde_json::from_str(trimmed).ok()?))
}

fn from_json(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Null(Type::Any),
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            let text = number.to_string();
            Number::parse(&text).map_or_else(|_| Value::string(text), Value::Number)
        }
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::tuple(items.iter().map(from_json).collect()),
        Json::Object(entries) => Value::object(
            entries
                .iter()
                .map(|(name, item)| (Str::from(name.as_str()), from_json(item))),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        texts
            .iter()
            .for_each(|text| secrets.learn(&Value::from(*text).into_secret()));
        secrets
    }

    #[test]
    fn control_and_direction_characters_are_escaped() {
        assert_eq!(
            quote("a\u{1b}[31m\t\"q\"\u{202e}"),
            r#""a\u001b[31m\t\"q\"\u202e""#
        );
        assert_eq!(visible("a\nb\u{7}"), "a\nb\\u0007");
    }

    #[test]
    fn an_echoed_secret_is_hidden_wherever_it_is() {
        let secrets = secrets(&["hunter2", "admin"]);
        let echo = Value::object([
            ("whole".into(), Value::from("hunter2")),
            ("part".into(), Value::from("pw=hunter2;")),
            ("short".into(), Value::from("admin")),
        ]);
        let shown = secrets.canonical(&echo);
        assert_eq!(leaf(shown.get("whole").unwrap()), SENSITIVE);
        assert_eq!(leaf(shown.get("part").unwrap()), SENSITIVE);
        assert_eq!(leaf(shown.get("short").unwrap()), r#""admin""#);
        assert_eq!(
            secrets.redact("failed: pw=hunter2;"),
            "failed: pw=(sensitive value);"
        );
    }

    #[test]
    fn names_that_are_no_identifiers_are_quoted() {
        assert_eq!(key("a-b_1"), "a-b_1");
        assert_eq!(key("we ird.key"), r#""we ird.key""#);
        assert_eq!(key(""), r#""""#);
    }
}
