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
