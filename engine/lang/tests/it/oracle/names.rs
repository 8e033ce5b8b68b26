//! What generated expressions refer to: values of every type, known, later and secret.

use std::collections::BTreeMap;

use meshform_lang::{Type, Value};
use meshform_state::value::Later;

use crate::support::Names;

fn later(ty: Type) -> Value {
    Value::later(ty)
}

/// A value that is known never to be null.
pub(super) fn sure(ty: Type) -> Value {
    Value::Later(Later {
        ty,
        not_null: true,
        origin: None,
    })
}

pub(super) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries.map(|(name, value)| (name.into(), value)))
}

pub(super) fn map<const N: usize>(element: Type, entries: [(&str, Value); N]) -> Value {
    let entries = entries.map(|(name, value)| (name.into(), value));
    Value::map(element, BTreeMap::from(entries))
}

pub(super) fn texts(items: &[&str]) -> Vec<Value> {
    items.iter().map(|item| Value::from(*item)).collect()
}

/// The names that the tables of `generate` use.
pub(super) fn names() -> Names {
    let mut all = Names::default();
    for (name, value) in [known(), open(), secret()].concat() {
        all.0.insert(name.to_owned(), value);
    }
    all
}

fn numbers() -> Vec<Value> {
    vec![Value::int(3), Value::int(1), Value::int(2)]
}

fn pair(id: &str, size: i64) -> Value {
    object([("id", Value::from(id)), ("size", Value::int(size))])
}

fn known() -> Vec<(&'static str, Value)> {
    let number_list = |items| Value::list(Type::Number, items);
    let groups = [
        ("a", number_list(numbers())),
        ("b", number_list(vec![Value::int(4)])),
    ];
    let thing = [
        ("a", Value::int(1)),
        ("b", Value::from("x")),
        ("c", Value::tuple(numbers())),
    ];
    let mixed = vec![Value::int(1), Value::from("a"), Value::Bool(true)];
    let pairs = vec![pair("p", 1), pair("q", 2)];
    vec![
        ("n", Value::int(5)),
        ("s", Value::from("Hé llo")),
        ("t", Value::Bool(true)),
        ("k", Value::from("outer")),
        ("v", Value::int(42)),
        ("null_text", Value::Null(Type::String)),
        ("null_number", Value::Null(Type::Number)),
        ("null_list", Value::Null(Type::list(Type::Number))),
        ("numbers", number_list(numbers())),
        ("words", Value::list(Type::String, texts(&["b", "a", "b"]))),
        ("none", Value::list(Type::String, Vec::new())),
        ("kinds", Value::set(Type::String, texts(&["x", "y"]))),
        ("sizes", Value::set(Type::Number, numbers())),
        ("pairs", Value::list(pairs[0].ty(), pairs)),
        ("mixed", Value::tuple(mixed)),
        (
            "counts",
            map(Type::Number, [("a", Value::int(1)), ("b", Value::int(2))]),
        ),
        (
            "labels",
            map(Type::String, [("a", Value::from("1")), ("c", Value::from("z"))]),
        ),
        ("groups", map(Type::list(Type::Number), groups)),
        ("nothing", map(Type::Bool, [])),
        ("thing", object(thing)),
    ]
}

/// Known later, as a whole or in part.
fn open() -> Vec<(&'static str, Value)> {
    let half_list = vec![later(Type::String), Value::from("x")];
    let half_sizes = vec![later(Type::Number), Value::int(1), Value::int(2)];
    let half = || [("a", later(Type::Number)), ("b", Value::int(1))];
    vec![
        ("later_number", later(Type::Number)),
        ("sure_number", sure(Type::Number)),
        ("later_text", later(Type::String)),
        ("sure_text", sure(Type::String)),
        ("later_truth", later(Type::Bool)),
        ("sure_truth", sure(Type::Bool)),
        ("later_list", later(Type::list(Type::String))),
        ("sure_list", sure(Type::list(Type::Number))),
        ("later_pairs", later(Type::list(pair("p", 1).ty()))),
        ("later_set", later(Type::set(Type::String))),
        ("later_map", later(Type::map(Type::Number))),
        ("later_thing", later(Type::object([("a".into(), Type::Number)]))),
        ("later_any", later(Type::Any)),
        ("half_list", Value::list(Type::String, half_list.clone())),
        ("half_set", Value::set(Type::String, half_list)),
        ("half_sizes", Value::set(Type::Number, half_sizes)),
        ("half_map", map(Type::Number, half())),
        ("half_thing", object(half())),
    ]
}

/// Secret, as a whole or in part.
fn secret() -> Vec<(&'static str, Value)> {
    let part = [("a", Value::int(1).into_secret()), ("b", Value::int(2))];
    let items = vec![Value::from("x").into_secret(), Value::from("y")];
    let entries = [("a", Value::int(3)), ("c", Value::int(1))];
    vec![
        ("secret_number", Value::int(7).into_secret()),
        ("secret_text", Value::from("pw").into_secret()),
        ("secret_key", Value::from("a").into_secret()),
        ("secret_truth", Value::Bool(true).into_secret()),
        ("secret_list", Value::list(Type::Number, numbers()).into_secret()),
        (
            "secret_set",
            Value::set(Type::String, texts(&["x", "z"])).into_secret(),
        ),
        ("secret_map", map(Type::Number, entries).into_secret()),
        ("part_secret", object(part)),
        ("secret_items", Value::list(Type::String, items)),
        ("secret_later", later(Type::String).into_secret()),
    ]
}
