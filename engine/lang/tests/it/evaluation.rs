//! Evaluation, above all of later and secret values.

use meshform_lang::{Diagnostics, Type, Value};

use crate::support::{Names, evaluate};

fn summaries(result: Result<Value, Diagnostics>) -> Vec<String> {
    result.map_or_else(|found| found.0.into_iter().map(|d| d.summary).collect(), |_| Vec::new())
}

#[test]
fn literals_operators_and_templates() {
    assert_eq!(evaluate("1 + 2 * 3 - 4 / 2").unwrap(), Value::int(5));
    assert_eq!(evaluate(r#""a${1 + 1}b""#).unwrap(), Value::from("a2b"));
    assert_eq!(evaluate("[for i, v in [\"x\", \"y\"] : \"${i}${v}\"]").unwrap().items().unwrap().len(), 2);
    assert_eq!(evaluate("{ for v in [\"a\", \"b\", \"a\"] : v => 1... }.a").unwrap().items().unwrap().len(), 2);
    assert_eq!(evaluate("[{ a = 1 }, { a = 2 }][*].a").unwrap(), Value::tuple(vec![Value::int(1), Value::int(2)]));
    assert_eq!(evaluate("length({ a = 1 }) == 1 ? \"one\" : \"many\"").unwrap(), Value::from("one"));
}

#[test]
fn later_values_keep_their_types() {
    let names = Names::new([
        ("later", Value::later(Type::String)),
        ("list", Value::later(Type::list(Type::object([("a".into(), Type::Number)])))),
    ]);
    assert_eq!(names.evaluate("\"x${later}\"").unwrap().ty(), Type::String);
    assert_eq!(names.evaluate("list[0].a").unwrap().ty(), Type::Number);
    assert_eq!(names.evaluate("list[*].a").unwrap().ty(), Type::list(Type::Number));
    assert_eq!(names.evaluate("length(list)").unwrap().ty(), Type::Number);
    assert!(names.evaluate("later == \"x\" ? 1 : 2").unwrap().ty() == Type::Number);
}

#[test]
fn secrets_stay_secret() {
    let names = Names::new([("secret", Value::from("s").into_secret())]);
    for text in ["\"x${secret}\"", "secret == \"s\"", "[secret][0]", "upper(secret)", "secret == \"x\" ? 1 : 2"] {
        assert!(matches!(names.evaluate(text).unwrap(), Value::Secret(_)), "{text}");
    }
    assert!(!matches!(names.evaluate("{ a = secret, b = 1 }").unwrap(), Value::Secret(_)));
    assert!(!matches!(names.evaluate("{ a = secret, b = 1 }.b").unwrap(), Value::Secret(_)));
}

#[test]
fn mistakes_are_collected() {
    assert_eq!(summaries(evaluate("[1 + true, nothing, upper()]")).len(), 3);
    assert_eq!(summaries(evaluate("lenght([])")), ["Call to unknown function"]);
}
