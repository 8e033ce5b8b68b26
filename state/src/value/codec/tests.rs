//! What is written is read back, exactly.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::{decode, encode, parse_json, to_json};
use crate::value::{Number, Str, Type, Value};

fn null() -> Value {
    Value::Null(Type::Any)
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::object(attributes.map(|(name, value)| (Str::from(name), value)))
}

fn written(value: &Value, ty: &Type) -> String {
    let mut text = String::new();
    encode(value, ty, &mut text).unwrap();
    text
}

fn survives(value: &Value) {
    let text = written(value, &Type::Any);
    let back = decode(&text, &Type::Any).unwrap();
    assert_eq!(&back, value, "{text}");
    assert_eq!(back.ty(), value.ty(), "{text}");
}

#[test]
fn nulls_and_empty_collections_of_no_type_survive() {
    let list = |items| Value::list(Type::Any, items);
    let empty = || list(Vec::new());
    for value in [
        null(),
        Value::tuple(vec![null()]),
        Value::tuple(vec![null(), object([("a", null())])]),
        Value::set(Type::Any, Vec::new()),
        Value::set(Type::Any, vec![null()]),
        empty(),
        Value::map(Type::Any, BTreeMap::new()),
        object([("a", empty())]),
        // `yamldecode("a:\nb: 1")` and `jsondecode("{\"a\":null}")`.
        object([("a", null()), ("b", Value::int(1))]),
        object([("a", null())]),
        // The whole of `meshform_data.a`, with nothing set.
        object([
            ("id", Value::from("x")),
            ("input", null()),
            ("output", null()),
            ("triggers_replace", null()),
        ]),
        Value::map(
            Type::list(Type::Any),
            [("a".into(), list(vec![null()])), ("b".into(), empty())].into(),
        ),
        Value::Null(Type::list(Type::Any)),
        Value::list(Type::map(Type::Any), vec![Value::Null(Type::map(Type::Any))]),
    ] {
        survives(&value);
    }
}

#[test]
fn what_has_no_type_is_called_dynamic() {
    let value = Value::tuple(vec![null(), object([("a", Value::list(Type::Any, Vec::new()))])]);
    assert_eq!(
        written(&value, &Type::Any),
        r#"{"type":["tuple",["dynamic",["object",{"a":["list","dynamic"]}]]],"value":[null,{"a":[]}]}"#
    );
}

#[test]
fn values_in_collections_of_no_type_survive() {
    let mixed = vec![
        Value::from("a"),
        Value::int(1),
        null(),
        object([("type", Value::from("string")), ("value", Value::from("b"))]),
        Value::Null(Type::String),
        Value::tuple(vec![Value::list(Type::Any, vec![Value::from(true)])]),
    ];
    survives(&Value::list(Type::Any, mixed.clone()));
    survives(&Value::set(Type::Any, mixed));
}

#[test]
fn what_earlier_versions_wrote_without_wrappers_is_read() {
    let text = r#"{"type":["map","dynamic"],"value":{"a":"b","c":null}}"#;
    let value = Value::map(
        Type::Any,
        [("a".into(), Value::from("b")), ("c".into(), null())].into(),
    );
    assert_eq!(decode(text, &Type::Any), Ok(value));
}

#[test]
fn plain_json_has_no_wrappers() {
    let value = Value::list(
        Type::Any,
        vec![
            Value::tuple(vec![null(), Value::int(1)]),
            object([("a", null())]),
            Value::from("a"),
        ],
    );
    assert_eq!(to_json(&value), Ok(json!([[null, 1], { "a": null }, "a"])));
}

#[test]
fn numbers_of_many_digits_survive() {
    let number = |text: &str| Number::parse(text).unwrap();
    let large = number("1.5e20000");
    for number in [
        number("1e100"),
        number("1e-20000"),
        number("1").divided_by(&number("3")).unwrap(),
        large.times(&large).unwrap(),
        large,
    ] {
        survives(&Value::Number(number));
    }
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        2 => Just(Type::Any),
        1 => Just(Type::Bool),
        1 => Just(Type::Number),
        1 => Just(Type::String),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| Type::Tuple(items.into())),
            prop::collection::btree_map("[a-c]|type|value", inner, 0..3).prop_map(|attributes| {
                Type::object(attributes.into_iter().map(|(name, ty)| (name.into(), ty)))
            }),
        ]
    })
}

fn number() -> impl Strategy<Value = Value> {
    let digits = prop_oneof![
        any::<i64>().prop_map(|small| small.to_string()),
        "-?[1-9][0-9]{0,200}(\\.[0-9]{1,200})?(e-?[1-9][0-9]?)?",
    ];
    digits.prop_map(|digits| Value::Number(Number::parse(&digits).unwrap()))
}

/// Values at a position of type `ty`; of [`Type::Any`], nulls of no type and others.
fn value_of(ty: Type) -> BoxedStrategy<Value> {
    let null = Just(Value::Null(ty.clone()));
    let other = match ty {
        Type::Any => prop_oneof![
            4 => Just(Value::Null(Type::Any)),
            1 => any::<String>().prop_map(Value::from),
            1 => any_type()
                .prop_filter("no end", |ty| !ty.has_any())
                .prop_flat_map(value_of),
        ]
        .boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => number().boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::List(element) => {
            let element = Type::clone(&element);
            prop::collection::vec(value_of(element.clone()), 0..3)
                .prop_map(move |items| Value::list(element.clone(), items))
                .boxed()
        }
        Type::Set(element) => {
            let element = Type::clone(&element);
            prop::collection::vec(value_of(element.clone()), 0..3)
                .prop_map(move |items| Value::set(element.clone(), items))
                .boxed()
        }
        Type::Map(element) => {
            let element = Type::clone(&element);
            prop::collection::btree_map(
                any::<String>().prop_map(Str::from),
                value_of(element.clone()),
                0..3,
            )
            .prop_map(move |entries| Value::map(element.clone(), entries))
            .boxed()
        }
        Type::Tuple(items) => {
            let items: Vec<_> = items.iter().cloned().map(value_of).collect();
            items.prop_map(Value::tuple).boxed()
        }
        Type::Object(attributes) => {
            let names: Vec<Str> = attributes.keys().cloned().collect();
            let values: Vec<_> = attributes.values().cloned().map(value_of).collect();
            values
                .prop_map(move |values| Value::object(names.iter().cloned().zip(values)))
                .boxed()
        }
    };
    prop_oneof![1 => null, 8 => other].boxed()
}

proptest! {
    #[test]
    fn any_value_survives_where_the_schema_says_nothing(value in any_type().prop_flat_map(value_of)) {
        let text = written(&value, &Type::Any);
        let back = decode(&text, &Type::Any).unwrap();
        prop_assert_eq!(back.ty(), value.ty(), "{}", text);
        prop_assert_eq!(back, value, "{}", text);
    }

    #[test]
    fn any_value_survives_where_the_schema_has_its_type(
        (ty, value) in any_type().prop_flat_map(|ty| (Just(ty.clone()), value_of(ty))),
    ) {
        let text = written(&value, &ty);
        prop_assert_eq!(decode(&text, &ty).unwrap(), value, "{}", text);
    }
}

#[test]
fn an_attribute_may_have_any_name() {
    let key = "$serde_json::private::Number";
    let value = Value::object([
        (key.into(), Value::from("12")),
        ("a".into(), Value::object([(key.into(), Value::int(3))])),
        ("b".into(), Value::Number(Number::read("1e100").unwrap())),
    ]);
    for ty in [Type::Any, value.ty()] {
        let mut text = String::new();
        encode(&value, &ty, &mut text).unwrap();
        assert_eq!(decode(&text, &ty).unwrap(), value, "{text}");
    }
    let json = to_json(&value).unwrap();
    assert_eq!(json[key], "12");
    assert!(json["b"].is_number(), "{json}");
    assert_eq!(parse_json(&json.to_string()).unwrap(), json);
    assert_eq!(
        parse_json("[-1, 18446744073709551616, 1.50]")
            .unwrap()
            .to_string(),
        "[-1,18446744073709551616,1.50]"
    );
    for text in ["", "[1", "1 2", "{\"a\":}", "nul"] {
        assert!(parse_json(text).is_err(), "{text}");
    }
}
