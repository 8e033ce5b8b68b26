//! Texts and expressions that ask for too much get an answer, not the machine's memory.

use meshform_lang::{Type, Value};

use crate::support::{Names, evaluate};

#[test]
fn results_have_a_limit() {
    for text in [
        "range(1000000000)",
        "setproduct(range(1000), range(1000), range(1000))",
        "[for a in range(10000) : [for b in range(10000) : a]]",
        "indent(1000000000, \"a\\nb\")",
        "format(\"%1000000000d\", 1)",
        "join(\"\", [for x in range(100000) : join(\"\", [for y in range(1000) : \"xxxxxxxxxx\"])])",
        "\"%{ for a in range(100000) }%{ for b in range(100000) }x%{ endfor }%{ endfor }\"",
        "1e999999999",
        "yamldecode(\"a: &a [x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f]\\nh: [*g,*g,*g,*g,*g,*g,*g,*g]\")",
    ] {
        assert!(evaluate(text).is_err(), "{text}");
    }
}

#[test]
fn a_scope_of_many_keys_costs_little_per_key() {
    let entries = (0..10_000)
        .map(|at| (format!("k{at:05}").into(), Value::int(at)))
        .collect();
    let names = Names::new([("m", Value::map(Type::Number, entries))]);
    let result = names
        .evaluate("{ for k, v in m : \"${k}-x\" => { name = k, size = v * 2 + 1 } if v >= 0 }")
        .unwrap();
    assert_eq!(result.entries().unwrap().len(), 10_000);
    assert_eq!(
        result.get("k00003-x").unwrap().get("size").unwrap().as_i64(),
        Some(7)
    );
}

#[test]
fn what_the_parser_lets_through_fits_the_stack() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{ a = ", "1", " }"),
        ("upper(", "\"x\"", ")"),
        ("[for x in [1] : ", "x", "]"),
        ("{ for k, x in [1] : k => ", "x", " }"),
        ("true ? ", "1", " : 2"),
        ("false ? 1 : ", "1", ""),
        ("\"a${", "1", "}\""),
        ("\"%{ if true }", "x", "%{ endif }\""),
        ("!", "true", ""),
        ("-", "1", ""),
        ("try(", "1", ")"),
        ("1 + (", "1", ")"),
        ("[1][", "0", "]"),
        ("x", "", "[*]"),
    ] {
        let text = |depth: usize| format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
        for depth in [20, 40, 48, 98, 2_000] {
            _ = evaluate(&text(depth));
        }
        assert!(
            !open.contains('(') || evaluate(&text(40)).is_ok(),
            "{open}: {:?}",
            evaluate(&text(40))
        );
    }
}

#[test]
fn merging_many_objects_of_different_types_is_linear() {
    let text = "length(merge([for at in range(20000) : { \"k${at}\" = at }]...))";
    assert_eq!(evaluate(text).unwrap(), Value::int(20_000));
}
