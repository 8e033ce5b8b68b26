//! Type constraints as they are written, and what values become by them.

use meshform_lang::{
    Diagnostics, Sources, TypeConstraint, Value, convert, parse_constraint, parse_expression,
};

use crate::support::evaluate;

fn constraint(text: &str) -> Result<TypeConstraint, Diagnostics> {
    let mut sources = Sources::default();
    let source = sources.add("type", text);
    parse_constraint(&parse_expression(&sources, source)?)
}

#[test]
fn defaults_of_optional_attributes_are_filled_in_at_any_depth() {
    let ty = constraint(
        "map(object({ size = optional(number, 3), name = string, \
         inner = optional(object({ on = optional(bool, true) }), {}) }))",
    )
    .unwrap();
    let given = evaluate(
        "{ x = { name = 1, extra = true }, y = { name = \"b\", size = null, inner = { on = false } } }",
    );
    let got = convert(&given.unwrap(), &ty).unwrap();
    let x = got.get("x").unwrap();
    assert_eq!(x.get("name"), Some(&Value::from("1")));
    assert_eq!(x.get("size"), Some(&Value::int(3)));
    assert_eq!(x.get("inner").unwrap().get("on"), Some(&Value::Bool(true)));
    assert_eq!(x.get("extra"), None);
    let y = got.get("y").unwrap();
    assert_eq!(y.get("size"), Some(&Value::int(3)));
    assert_eq!(y.get("inner").unwrap().get("on"), Some(&Value::Bool(false)));
    let error = convert(&evaluate("{ x = { size = [] , name = \"a\" } }").unwrap(), &ty).unwrap_err();
    assert_eq!(error.to_string(), "`x.size`: number required, but have tuple");
}

#[test]
fn types_print_and_parse() {
    for text in [
        "any",
        "list(string)",
        "map(set(number))",
        "tuple([bool, any])",
        "object({a = string, b = list(any)})",
    ] {
        assert_eq!(constraint(text).unwrap().ty().to_string(), text);
    }
}

#[test]
fn mistakes_in_types_are_told() {
    for text in [
        "strnig",
        "list",
        "list()",
        "list(string, number)",
        "object(string)",
        "tuple(string)",
        "optional(string)",
        "\"string\"",
        "1",
        "object({ a = optional(number, \"x\") })",
        "object({ a = optional() })",
        "string()",
        "a.b",
    ] {
        assert!(constraint(text).is_err(), "{text}");
    }
    assert_eq!(
        constraint("strnig").unwrap_err().0[0].hint.as_deref(),
        Some("Did you mean `string`?")
    );
}
