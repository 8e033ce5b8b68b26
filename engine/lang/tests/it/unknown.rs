//! What is said of values that are not known yet or secret, and small matters in which the reference is followed. Each
//! was once wrong, and found by the oracle.

use meshform_lang::{Type, Value};
use meshform_state::value::Later;

use crate::support::{Names, evaluate};

fn names() -> Names {
    let half = Value::list(Type::String, vec![Value::later(Type::String), Value::from("x")]);
    Names::new([
        ("truth", Value::later(Type::Bool)),
        ("text", Value::later(Type::String)),
        ("number", Value::later(Type::Number)),
        ("list", Value::later(Type::list(Type::Number))),
        ("set", Value::later(Type::set(Type::String))),
        ("any", Value::later(Type::Any)),
        ("thing", Value::later(Type::object([("a".into(), Type::Number)]))),
        ("half", half),
        ("null_list", Value::Null(Type::list(Type::Number))),
    ])
}

fn value(text: &str) -> Value {
    names()
        .evaluate(text)
        .unwrap_or_else(|found| panic!("{text}: {found:?}"))
}

/// A later value of `ty`, whether or not it may be null.
fn is_later(text: &str, ty: &Type) {
    let found = value(text);
    assert!(
        matches!(&found, Value::Later(later) if later.ty == *ty),
        "{text}: {found:?}"
    );
}

#[test]
fn a_mistake_does_not_matter_where_another_operand_may_decide() {
    is_later("truth && nobody", &Type::Bool);
    is_later("truth || contains(set, null)", &Type::Bool);
    for wrong in [
        // A null is none that may be looked away from: so says Terraform.
        "false && null",
        "null || true",
        "true && null",
        "true && nobody",
        "nobody && truth",
        "false && [1]",
    ] {
        assert!(names().evaluate(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_template_may_fail_in_the_branch_that_is_not_taken() {
    is_later("\"%{ if truth }${nobody}%{ else }no%{ endif }\"", &Type::String);
    assert_eq!(
        value("\"%{ if false }${nobody}%{ else }no%{ endif }\""),
        Value::from("no")
    );
    let both = "\"%{ if truth }${nobody}%{ else }${nothing}%{ endif }\"";
    assert_eq!(names().evaluate(both).unwrap_err().0.len(), 2);
}

#[test]
fn values_of_different_types_are_never_equal() {
    for (text, equal) in [
        ("[null] == [tostring(null)]", false),
        ("{ a = null } == { a = tonumber(null) }", false),
        ("[null] == [null]", true),
        ("null == tostring(null)", true),
        // Whatever comes, the types differ.
        ("thing == { a = null }", false),
        ("[number] == [text]", false),
        ("toset(any) == [1]", false),
        ("[any] == [1, 2]", false),
    ] {
        assert_eq!(value(text), Value::Bool(equal), "{text}");
    }
    for text in [
        "number == text",
        "[any] == [1]",
        "thing == { a = 1 }",
        "any == [1]",
    ] {
        is_later(text, &Type::Bool);
    }
}

#[test]
fn what_is_made_of_a_set_is_known_once_its_elements_are() {
    let names = Names::new([("late", Value::later(Type::String))]);
    for text in [
        "[for v in toset([\"z\", late]) : v]",
        "[for v in toset([\"z\", late]) : v][0]",
        "length([for v in toset([\"b\", late]) : v])",
        "{ for v in toset([\"b\", late]) : \"k\" => v }",
        "{ for v in toset([\"b\", late]) : \"k\" => v... }",
        "\"%{ for v in toset([\"b\", late]) }x%{ endfor }\"",
        "reverse(toset([\"b\", late]))",
        "join(\",\", toset([\"b\", late]))",
        "concat(toset([\"b\", late])...)",
        "[for v in toset([\"b\", late]) : v if v == \"b\"]",
    ] {
        let value = names.evaluate(text).unwrap();
        assert!(matches!(value, Value::Later(_)), "{text}: {value:?}");
    }
    let empty = Value::tuple(Vec::new());
    assert_eq!(
        names
            .evaluate("[for v in toset([\"b\", late]) : v if false]")
            .unwrap(),
        empty
    );
    assert_eq!(
        names.evaluate("length([for v in toset([late]) : v])").unwrap(),
        Value::int(1)
    );
    // What fails for an element that is known fails.
    assert!(names.evaluate("[for v in toset([\"b\", late]) : v.x]").is_err());
    for secret in [
        "[for v in toset([\"b\", late]) : sensitive(v)]",
        "[for v in [for v in toset([\"b\", late]) : v] : sensitive(v)]",
        "{ for v in [for v in toset([\"b\", late]) : v] : sensitive(v) => 1 }",
        "\"%{ for v in [for v in toset([\"b\", late]) : v] }${sensitive(v)}%{ endfor }\"",
    ] {
        assert!(names.evaluate(secret).unwrap().has_secret(), "{secret}");
    }
}

#[test]
fn the_order_of_a_set_is_not_known_before_its_elements() {
    let strings = Type::list(Type::String);
    is_later("tolist(toset(half))", &strings);
    is_later("sort(toset(half))", &strings);
    is_later("chunklist(toset(half), 1)", &Type::list(strings.clone()));
    is_later("formatlist(\"%s\", toset(half))", &strings);
    is_later("flatten([toset(half)])", &Type::Any);
    // A list has an order, though sorting may change it.
    assert_eq!(value("sort(half)").items().map(<[Value]>::len), Some(2));
}

#[test]
fn a_union_with_what_is_not_known_may_be_of_any_type() {
    is_later("setunion([1], any)", &Type::set(Type::Any));
    is_later("setunion([1], list)", &Type::set(Type::Number));
}

#[test]
fn nulls_are_behind_all_others_in_a_set() {
    let found = evaluate("tolist(toset([null, \"x\"]))").unwrap();
    let wanted = vec![Value::from("x"), Value::Null(Type::String)];
    assert_eq!(found, Value::list(Type::String, wanted));
}

#[test]
fn a_secret_null_stays_secret() {
    for text in [
        "tomap(sensitive(null))",
        "tolist(sensitive(null))",
        "merge({ a = 1 }, sensitive(null))",
    ] {
        assert!(matches!(value(text), Value::Secret(_)), "{text}");
    }
}

#[test]
fn a_choice_is_secret_if_one_of_what_it_is_made_from_is() {
    let wanted = Value::from("a").into_secret();
    assert_eq!(value("coalesce(\"a\", sensitive(\"b\"))"), wanted);
    assert_eq!(value("coalesce(\"a\", sensitive(null))"), wanted);
    for text in ["coalesce([1], [sensitive(2)])", "one([{ a = sensitive(1) }])"] {
        assert_eq!(
            value(&format!("issensitive({text})")),
            Value::Bool(true),
            "{text}"
        );
    }
}

#[test]
fn what_is_coalesced_is_never_null() {
    for text in [
        "coalesce(text, text) == null",
        "coalesce(truth, \"x\", null) == null",
    ] {
        assert_eq!(value(text), Value::Bool(false), "{text}");
    }
    is_later("coalesce(any, null)", &Type::Any);
}

#[test]
fn a_value_of_no_known_type_becomes_what_is_asked_for() {
    is_later("transpose(any)", &Type::map(Type::list(Type::String)));
    is_later(
        "transpose({ (text) = [text] })",
        &Type::map(Type::list(Type::String)),
    );
}

#[test]
fn nothing_is_found_among_nothing() {
    assert_eq!(
        value("matchkeys([1, 2], [text, \"x\"], [])"),
        Value::list(Type::Number, Vec::new())
    );
    is_later(
        "matchkeys([1, 2], [text, \"x\"], [\"x\"])",
        &Type::list(Type::Number),
    );
}

#[test]
fn elements_of_a_set_may_turn_out_to_be_one() {
    is_later("one(toset([text, \"x\"]))", &Type::String);
    is_later("length(toset([text, null]))", &Type::Number);
    // But what is no null is not the null beside it, and stands before it.
    assert_eq!(value("length(toset([\"x${text}\", null]))"), Value::int(2));
    assert_eq!(
        value("toset([\"x${text}\", null])[*]")
            .items()
            .map(<[Value]>::len),
        Some(2)
    );
    assert!(names().evaluate("one([text, \"x\"])").is_err());
}

#[test]
fn a_condition_that_is_not_known_may_choose_what_fits() {
    // Both become lists of numbers, but "x" is none.
    is_later("truth ? toset([\"x\"]) : tolist([1])", &Type::list(Type::Number));
    is_later("truth ? tolist([1]) : toset([\"x\"])", &Type::list(Type::Number));
    let neither = "truth ? { a = toset([\"x\"]), b = tolist([1]) } : { a = tolist([1]), b = toset([\"x\"]) }";
    assert!(names().evaluate(neither).is_err());
}

#[test]
fn a_tuple_of_one_is_a_set_of_one() {
    let tuple = |length: usize| {
        Value::Later(Later {
            ty: Type::Tuple(vec![Type::String; length].into()),
            not_null: true,
            origin: None,
        })
    };
    let names = Names::new([("one", tuple(1)), ("two", tuple(2))]);
    assert_eq!(names.evaluate("length(toset(one))").unwrap(), Value::int(1));
    assert!(!names.evaluate("length(toset(two))").unwrap().is_known());
    assert_eq!(names.evaluate("length(tolist(two))").unwrap(), Value::int(2));
}

#[test]
fn a_later_value_can_be_said_to_be_no_secret() {
    is_later("nonsensitive(sensitive(text))", &Type::String);
    is_later("nonsensitive(sensitive(any).a)", &Type::Any);
    assert!(matches!(
        value("[for x in [sensitive(text)] : upper(x)][0]"),
        Value::Secret(_)
    ));
}

#[test]
fn types_are_checked_without_elements_and_before_the_value() {
    for wrong in [
        "compact(chunklist(range(0), 2))",
        "parseint(list, 16)",
        "setsubtract([\"a\"], [null_list, null])",
        "true ? { a = null, b = \"x\", c = [1] } : tomap({ a = null })",
        "transpose(zipmap([], slice(tolist([true]), 0, 0)))",
        "transpose(tomap({ a = number }))",
        "lookup(tomap({ a = number }), text, [])",
        "lookup(thing, \"b\")",
        "matchkeys(list, [text], [[1]])",
        "matchkeys([1, 2], [text], [\"x\"])",
    ] {
        assert!(names().evaluate(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_length_of_a_later_list_is_not_known() {
    is_later("list[1e30]", &Type::Number);
    assert!(names().evaluate("list[-1]").is_err());
    assert!(names().evaluate("list[0.5]").is_err());
}

#[test]
fn numbers_have_the_digits_of_the_reference() {
    for (text, wanted) in [
        ("log(3, 2)", "1.584962500721156"),
        ("log(1000, 2)", "9.965784284662087"),
        ("log(8, 2)", "3"),
        ("log(1, 10)", "0"),
        ("3 - 0.1", "2.9"),
        ("0.1 - 1000", "-999.9"),
    ] {
        assert_eq!(
            evaluate(&format!("tostring({text})")).unwrap(),
            Value::from(wanted),
            "{text}"
        );
    }
}

#[test]
fn long_keys_of_yaml_stand_alone() {
    let found = evaluate("yamlencode({ \"a\\nb\" = { x = 1, y = [1] }, \"a\\t\" = \"z\", c = 2 })").unwrap();
    let wanted = "\"a\\t\": \"z\"\n? |-\n  a\n  b\n: \"x\": 1\n  \"y\":\n  - 1\n\"c\": 2\n";
    assert_eq!(found, Value::from(wanted));
    let long = "k".repeat(129);
    let found = evaluate(&format!("yamlencode({{ {long} = 1 }})")).unwrap();
    assert_eq!(found, Value::string(format!("? \"{long}\"\n: 1\n")));
}

#[test]
fn a_splat_over_a_set_has_no_order_before_its_elements_are_known() {
    is_later("toset([text, \"x\"])[*]", &Type::list(Type::String));
    assert_eq!(
        value("toset([\"y\", \"x\"])[*]"),
        Value::list(Type::String, vec![Value::from("x"), Value::from("y")])
    );
}
