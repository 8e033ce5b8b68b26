//! What names that are known later may turn out to be: each world gives every one of them a value.
//!
//! The reference answers in all worlds where the two sides differ before. What it then says is the judge: what ours says
//! before must hold in all of them.

use meshform_lang::{Type, Value};

use super::names::{map, names, object, texts};
use crate::support::Names;

/// How many worlds there are: more than any name has values, so that the names vary against one another.
pub(super) const WORLDS: usize = 72;

/// The names of `names`, all of them known.
pub(super) fn world(number: usize) -> Names {
    let mut all = names();
    for (at, (name, values)) in becomes().into_iter().enumerate() {
        // Each name goes through its values at a pace of its own.
        let turn = number + number / values.len() * (at % 3) + at;
        let value = values[turn % values.len()].clone();
        assert!(value.is_known(), "{name} is not known in a world");
        all.0.insert(name.to_owned(), value).expect("the name is there");
    }
    assert!(all.0.values().all(Value::is_known));
    all
}

/// What each name that is known later, or has a part that is, may become.
fn becomes() -> Vec<(&'static str, Vec<Value>)> {
    let mut all = vec![
        ("later_number", or_null(numbers(), Type::Number)),
        ("sure_number", numbers()),
        ("later_text", or_null(strings(), Type::String)),
        ("sure_text", strings()),
        ("later_truth", or_null(truths(), Type::Bool)),
        ("sure_truth", truths()),
        ("later_any", anything()),
        (
            "secret_later",
            each(or_null(strings(), Type::String), Value::into_secret),
        ),
    ];
    all.extend(collections());
    all.extend(halves());
    all
}

fn collections() -> Vec<(&'static str, Vec<Value>)> {
    let list = |items: Vec<Value>| Value::list(Type::String, items);
    let set = |items: &[&str]| Value::set(Type::String, texts(items));
    let thing = |a: Value| object([("a", a)]);
    let lists = vec![
        list(texts(&["x", "1"])),
        list(Vec::new()),
        list(vec![Value::from("a")]),
        list(vec![Value::Null(Type::String), Value::from("")]),
    ];
    let maps = vec![
        map(
            Type::Number,
            [("a", Value::int(4)), ("b", Value::Null(Type::Number))],
        ),
        map(Type::Number, []),
        map(Type::Number, [("k", Value::int(0))]),
        map(Type::Number, [("a", Value::int(1))]),
    ];
    let number_lists = [
        numbers(),
        Vec::new(),
        vec![Value::int(1)],
        vec![Value::Null(Type::Number)],
    ];
    let pair = |id: &str, size| object([("id", Value::from(id)), ("size", size)]);
    let pair_type = pair("p", Value::int(1)).ty();
    let pair_lists = [
        vec![pair("p", Value::int(1)), pair("q", Value::Null(Type::Number))],
        Vec::new(),
    ];
    let pair_lists = pair_lists.map(|pairs| Value::list(pair_type.clone(), pairs));
    let thing_type = Type::object([("a".into(), Type::Number)]);
    vec![
        ("later_list", or_null(lists, Type::list(Type::String))),
        (
            "sure_list",
            number_lists.map(|items| Value::list(Type::Number, items)).into(),
        ),
        (
            "later_set",
            or_null(
                vec![set(&["x", "1"]), set(&[]), set(&["true"])],
                Type::set(Type::String),
            ),
        ),
        ("later_map", or_null(maps, Type::map(Type::Number))),
        ("later_pairs", or_null(pair_lists.into(), Type::list(pair_type))),
        (
            "later_thing",
            or_null(
                vec![thing(Value::int(1)), thing(Value::Null(Type::Number))],
                thing_type,
            ),
        ),
    ]
}

/// What is known but for a part.
fn halves() -> Vec<(&'static str, Vec<Value>)> {
    let some_numbers = || or_null(numbers(), Type::Number);
    let some_strings = || or_null(strings(), Type::String);
    vec![
        (
            "half_list",
            each(some_strings(), |a| {
                Value::list(Type::String, vec![a, Value::from("x")])
            }),
        ),
        // Its late element may be the other one, and stand before or behind it.
        (
            "half_set",
            each(or_null(texts(&["x", "a", "z"]), Type::String), |a| {
                Value::set(Type::String, vec![a, Value::from("x")])
            }),
        ),
        (
            "half_sizes",
            each(some_numbers(), |a| {
                Value::set(Type::Number, vec![a, Value::int(1), Value::int(2)])
            }),
        ),
        (
            "half_map",
            each(some_numbers(), |a| {
                map(Type::Number, [("a", a), ("b", Value::int(1))])
            }),
        ),
        (
            "half_thing",
            each(some_numbers(), |a| object([("a", a), ("b", Value::int(1))])),
        ),
    ]
}

fn anything() -> Vec<Value> {
    vec![
        Value::from("b"),
        Value::int(1),
        Value::Bool(true),
        Value::Null(Type::Any),
        Value::list(Type::String, texts(&["b", "a"])),
        Value::set(Type::Number, numbers()),
        Value::tuple(vec![Value::int(1), Value::from("a")]),
        map(
            Type::Number,
            [("a", Value::int(4)), ("b", Value::Null(Type::Number))],
        ),
        object([("a", Value::from("z")), ("b", Value::Bool(false))]),
    ]
}

fn truths() -> Vec<Value> {
    vec![Value::Bool(true), Value::Bool(false)]
}

fn strings() -> Vec<Value> {
    texts(&["a", "", "12", "true", "b", "x,é"])
}

fn numbers() -> Vec<Value> {
    ["0", "1", "2", "0.5", "-3"].map(number).into()
}

fn or_null(mut values: Vec<Value>, of: Type) -> Vec<Value> {
    values.push(Value::Null(of));
    values
}

fn each(values: Vec<Value>, make: impl Fn(Value) -> Value) -> Vec<Value> {
    values.into_iter().map(make).collect()
}

fn number(text: &str) -> Value {
    Value::Number(meshform_state::value::Number::parse(text).unwrap())
}
