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

/// Tuples of twos in one another, of which both are the same.
fn doubled(levels: usize) -> Value {
    let pair = |part: Value| Value::tuple(vec![part.clone(), part]);
    (0..levels).fold(pair(Value::int(1)), |part, _| pair(part))
}

#[test]
fn a_value_that_holds_its_parts_many_times_is_refused_when_it_is_made() {
    let mut made = evaluate("[1, 1]").unwrap();
    for level in 1..40 {
        let before = made;
        match Names::new([("a", before.clone())]).evaluate("[a, a]") {
            Ok(larger) => made = larger,
            Err(found) => {
                assert!((20..24).contains(&level), "{level}");
                assert_eq!(found.0[0].summary, "Result too large");
                assert!(
                    found.0[0].detail.contains("more than 16000000 parts"),
                    "{found:?}"
                );
                // The largest that there can be is no text of reasonable length.
                let names = Names::new([("a", before)]);
                assert!(names.evaluate("jsonencode(a)").is_err());
                return;
            }
        }
    }
    panic!("two to the fortieth parts are not too many");
}

#[test]
fn whatever_goes_through_a_value_counts_its_parts() {
    let names = Names::new([
        ("a", doubled(40)),
        ("b", doubled(41)),
        (
            "deep",
            (0..1_000).fold(Value::int(1), |part, _| Value::tuple(vec![part])),
        ),
        ("later", Value::later(Type::Bool)),
    ]);
    for text in [
        "jsonencode(#)",
        "yamlencode(#)",
        "toset(#)",
        "tomap({ x = # })",
        "flatten(#)",
        "# == b",
        "contains([1], #)",
        "index(#, 1)",
        "distinct(#)",
        "true ? # : b",
        "concat(#, [1])",
        "merge({ a = 1 }, { a = # })",
        "setproduct(#, [1])",
        "type(#)",
        "try(#, 1)",
        "can(#)",
        "format(\"%v\", #)",
        "formatlist(\"%v\", #)",
        "zipmap([\"x\"], [#])",
        "{ x = # }",
        "[for x in [1] : #]",
        "{ for x in [1] : x => #... }",
        "#[*]",
        "coalesce(#, 1)",
        "reverse(#)",
        "lookup({}, \"x\", #)",
        "sum(#)",
        "#[later ? 0 : 1]",
    ] {
        // Both limits are of the same walk, and many parts take their time.
        let is_chosen = ["jsonencode(#)", "# == b", "toset(#)", "type(#)"].contains(&text);
        for name in if is_chosen { &["a", "deep"][..] } else { &["deep"] } {
            let text = text.replace('#', name);
            match names.evaluate(&text) {
                Err(found) => assert_eq!(found.0[0].summary, "Result too large", "{text}: {found:?}"),
                Ok(_) => panic!("{text}"),
            }
        }
    }
}

#[test]
fn texts_that_grow_are_counted() {
    let long = "x".repeat(100_000);
    let names = Names::new([("long", Value::from(long.clone()))]);
    for text in [
        format!("\"%{{ for a in range(100000) }}{long}%{{ endfor }}\""),
        format!("\"%{{ for a in range(100000) }}%{{ if true }}{long}%{{ endif }}%{{ endfor }}\""),
        "[for a in range(100000) : long]".to_owned(),
        "join(\"\", [for a in range(100000) : long])".to_owned(),
        "\"%{ for a in range(100000) }${long}%{ endfor }\"".to_owned(),
        "jsonencode([for a in range(9000) : long])".to_owned(),
    ] {
        let found = names.evaluate(&text).unwrap_err();
        assert_eq!(found.0[0].summary, "Result too large");
    }
}

#[test]
fn what_is_asked_for_in_loops_as_users_do_is_no_excess() {
    let keys: Vec<Value> = (0..2_000).map(|at| Value::string(format!("k{at}"))).collect();
    let map = keys
        .iter()
        .map(|key| (key.as_str().unwrap().into(), key.clone()))
        .collect();
    let names = Names::new([
        ("list", Value::list(Type::String, keys)),
        ("map", Value::map(Type::String, map)),
    ]);
    for text in [
        "length([for at in range(2000) : keys(map)[at]])",
        "length([for key in list : key if contains(list, key)])",
        "length([for key in list : lookup(map, key, \"\")])",
        "length([for key in list : { key = key, all = list }])",
        "length({ for key in list : key => contains(toset(list), key) })",
    ] {
        assert_eq!(names.evaluate(text).unwrap(), Value::int(2_000), "{text}");
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
