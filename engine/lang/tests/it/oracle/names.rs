//! What generated expressions refer to: values of every type, known, later and secret.

use std::collections::BTreeMap;

use meshform_lang::{Type, Value};
use meshform_state::value::Later;

use crate::support::Names;

fn later(ty: Type) -> Value {
    Value::later(ty)
}

/// A value that is known never to be null.
fn sure(ty: Type) -> Value {
    Value::Later(Later {
        ty,
        not_null: true,
        origin: None,
    })
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries.map(|(name, value)| (name.into(), value)))
}

fn map<const N: usize>(element: Type, entries: [(&str, Value); N]) -> Value {
    let entries = entries.map(|(name, value)| (name.into(), value));
    Value::map(element, BTreeMap::from(entries))
}

fn texts(items: &[&str]) -> Vec<Value> {
    items.iter().map(|item| Value::from(*item)).collect()
}

/// The names that the tables of `generate` use.
pub(super) fn names() -> Names {
    let numbers = || vec![Value::int(3), Value::int(1), Value::int(2)];
    let pair = |id: &str, size: i64| object([("id", Value::from(id)), ("size", Value::int(size))]);
    let pair_type = Type::object([("id".into(), Type::String), ("size".into(), Type::Number)]);
    Names::new([
        ("n", Value::int(5)),
        ("s", Value::from("Hé llo")),
        ("t", Value::Bool(true)),
        ("k", Value::from("outer")),
        ("v", Value::int(42)),
        ("null_text", Value::Null(Type::String)),
        ("null_list", Value::Null(Type::list(Type::Number))),
        ("numbers", Value::list(Type::Number, numbers())),
        ("words", Value::list(Type::String, texts(&["b", "a", "b"]))),
        ("none", Value::list(Type::String, Vec::new())),
        ("kinds", Value::set(Type::String, texts(&["x", "y"]))),
        ("sizes", Value::set(Type::Number, numbers())),
        ("pairs", Value::list(pair_type, vec![pair("p", 1), pair("q", 2)])),
        (
            "mixed",
            Value::tuple(vec![Value::int(1), Value::from("a"), Value::Bool(true)]),
        ),
        (
            "counts",
            map(Type::Number, [("a", Value::int(1)), ("b", Value::int(2))]),
        ),
        (
            "labels",
            map(Type::String, [("a", Value::from("1")), ("c", Value::from("z"))]),
        ),
        ("nothing", map(Type::Bool, [])),
        (
            "thing",
            object([
                ("a", Value::int(1)),
                ("b", Value::from("x")),
                ("c", Value::tuple(numbers())),
            ]),
        ),
        ("later_number", later(Type::Number)),
        ("sure_number", sure(Type::Number)),
        ("later_text", later(Type::String)),
        ("sure_text", sure(Type::String)),
        ("later_truth", later(Type::Bool)),
        ("sure_truth", sure(Type::Bool)),
        ("later_list", later(Type::list(Type::String))),
        ("sure_list", sure(Type::list(Type::Number))),
        ("later_set", later(Type::set(Type::String))),
        ("later_map", later(Type::map(Type::Number))),
        ("later_thing", later(Type::object([("a".into(), Type::Number)]))),
        ("later_any", later(Type::Any)),
        (
            "half_list",
            Value::list(Type::String, vec![later(Type::String), Value::from("x")]),
        ),
        (
            "half_map",
            map(Type::Number, [("a", later(Type::Number)), ("b", Value::int(1))]),
        ),
        (
            "half_thing",
            object([("a", later(Type::Number)), ("b", Value::int(1))]),
        ),
        ("secret_number", Value::int(7).into_secret()),
        ("secret_text", Value::from("pw").into_secret()),
        ("secret_truth", Value::Bool(true).into_secret()),
        ("secret_list", Value::list(Type::Number, numbers()).into_secret()),
        (
            "part_secret",
            object([("a", Value::int(1).into_secret()), ("b", Value::int(2))]),
        ),
        (
            "secret_items",
            Value::list(
                Type::String,
                vec![Value::from("x").into_secret(), Value::from("y")],
            ),
        ),
        ("secret_later", later(Type::String).into_secret()),
    ])
}
