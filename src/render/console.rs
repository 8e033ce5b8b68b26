//! Values as the console answers them: with their types, so that what is shown can be typed in again.

use meshform_state::{Type, Value};
use serde_json::{Value as Json, json};

use super::json_values;
use super::values::{SENSITIVE, Secrets, leaf, quote, visible};

/// `value` for people.
pub(crate) fn text(secrets: &Secrets, value: &Value) -> String {
    typed(secrets, value, 0)
}

/// `value` for machines: its type, what is known of it, and where it is not known or must not be shown.
pub(crate) fn document(secrets: &Secrets, value: &Value) -> Json {
    let trees = json_values::value(secrets, value);
    let mut out = json!({ "type": json_values::ty(&value.ty()), "value": trees.known });
    for (name, tree) in [("unknown", trees.later), ("sensitive", trees.sensitive)] {
        if !is_clear(&tree) {
            out[name] = tree;
        }
    }
    out
}

/// Whether a tree of marks bears none.
fn is_clear(tree: &Json) -> bool {
    match tree {
        Json::Bool(mark) => !mark,
        Json::Array(items) => items.iter().all(is_clear),
        Json::Object(entries) => entries.values().all(is_clear),
        _ => true,
    }
}

fn typed(secrets: &Secrets, value: &Value, indent: usize) -> String {
    let wrapped = |function: &str, inner: String| format!("{function}({inner})");
    match value {
        Value::Null(ty) => null(ty),
        Value::String(text) if secrets.is_in(text) => SENSITIVE.to_owned(),
        Value::String(text) if text.contains('\n') => heredoc(text, indent),
        Value::List(list) => wrapped("tolist", items(secrets, &list.items, indent)),
        Value::Set(set) => wrapped("toset", items(secrets, &set.items, indent)),
        Value::Tuple(all) => items(secrets, all, indent),
        Value::Map(map) => wrapped("tomap", entries(secrets, map.entries.iter(), indent)),
        Value::Object(all) => entries(secrets, all.iter(), indent),
        _ => leaf(&match value {
            Value::Number(_) => secrets.canonical(value),
            _ => value.clone(),
        }),
    }
}

fn items(secrets: &Secrets, all: &[Value], indent: usize) -> String {
    if all.is_empty() {
        return "[]".to_owned();
    }
    let margin = "  ".repeat(indent + 1);
    let lines = all
        .iter()
        .map(|item| format!("{margin}{},\n", typed(secrets, item, indent + 1)));
    format!("[\n{}{}]", lines.collect::<String>(), "  ".repeat(indent))
}

fn entries<'a>(
    secrets: &Secrets,
    all: impl ExactSizeIterator<Item = (&'a meshform_state::Str, &'a Value)>,
    indent: usize,
) -> String {
    if all.len() == 0 {
        return "{}".to_owned();
    }
    let margin = "  ".repeat(indent + 1);
    let lines = all.map(|(name, item)| {
        let name = quote(&secrets.redact(name));
        format!("{margin}{name} = {}\n", typed(secrets, item, indent + 1))
    });
    format!("{{\n{}{}}}", lines.collect::<String>(), "  ".repeat(indent))
}

fn null(ty: &Type) -> String {
    match ty {
        Type::Any => "null".to_owned(),
        Type::Bool => "tobool(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::List(element) => format!("tolist(null) /* of {} */", friendly(element)),
        Type::Set(element) => format!("toset(null) /* of {} */", friendly(element)),
        Type::Map(element) => format!("tomap(null) /* of {} */", friendly(element)),
        Type::Tuple(_) => "null /* tuple */".to_owned(),
        Type::Object(_) => "null /* object */".to_owned(),
    }
}

fn friendly(ty: &Type) -> String {
    match ty {
        Type::Any => "any type".to_owned(),
        Type::List(element) => format!("list of {}", friendly(element)),
        Type::Set(element) => format!("set of {}", friendly(element)),
        Type::Map(element) => format!("map of {}", friendly(element)),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::Object(_) => "object".to_owned(),
        simple => simple.to_string(),
    }
}

/// A text of several lines, behind a word that is none of them.
fn heredoc(text: &str, indent: usize) -> String {
    let mut word = "EOT".to_owned();
    while text.split('\n').any(|line| line.trim() == word) {
        word.push('_');
    }
    let (margin, operator) = ("  ".repeat(indent), if indent > 0 { "<<-" } else { "<<" });
    let lines: String = text
        .split('\n')
        .map(|line| format!("{margin}{}\n", visible(line)))
        .collect();
    format!("{operator}{word}\n{lines}{margin}{word}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn types_are_shown_where_brackets_alone_would_hide_them() {
        let mut secrets = Secrets::default();
        secrets.learn(&Value::from("hunter2").into_secret());
        let value = Value::object([
            ("a b".into(), Value::list(Type::String, vec![Value::from("x\ny")])),
            ("later".into(), Value::later(Type::Number)),
            ("map".into(), Value::map(Type::Any, BTreeMap::new())),
            ("null".into(), Value::Null(Type::set(Type::list(Type::Bool)))),
            ("secret".into(), Value::from("hunter2")),
            ("set".into(), Value::set(Type::Number, vec![Value::int(1)])),
        ]);
        insta::assert_snapshot!(text(&secrets, &value), @r#"
        {
          "a b" = tolist([
            <<-EOT
            x
            y
            EOT,
          ])
          "later" = (known after apply)
          "map" = tomap({})
          "null" = toset(null) /* of list of bool */
          "secret" = (sensitive value)
          "set" = toset([
            1,
          ])
        }
        "#);
        let told = document(&secrets, &value);
        assert_eq!(
            (&told["unknown"]["later"], &told["unknown"]["secret"]),
            (&json!(true), &Json::Null)
        );
        assert_eq!(
            (&told["sensitive"]["secret"], &told["sensitive"]["later"]),
            (&json!(true), &Json::Null)
        );
        assert_eq!(told["value"]["set"], json!([1]));
    }
}
