//! Evaluation, above all of later and secret values.

use meshform_lang::{Diagnostics, Resolved, Scope, Sources, Traversal, Type, Value, parse_expression};

use crate::support::{Names, evaluate};

fn summaries(result: Result<Value, Diagnostics>) -> Vec<String> {
    result.map_or_else(
        |found| found.0.into_iter().map(|d| d.summary).collect(),
        |_| Vec::new(),
    )
}

#[test]
fn literals_operators_and_templates() {
    assert_eq!(evaluate("1 + 2 * 3 - 4 / 2").unwrap(), Value::int(5));
    assert_eq!(evaluate(r#""a${1 + 1}b""#).unwrap(), Value::from("a2b"));
    assert_eq!(
        evaluate("[for i, v in [\"x\", \"y\"] : \"${i}${v}\"]")
            .unwrap()
            .items()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        evaluate("{ for v in [\"a\", \"b\", \"a\"] : v => 1... }.a")
            .unwrap()
            .items()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        evaluate("[{ a = 1 }, { a = 2 }][*].a").unwrap(),
        Value::tuple(vec![Value::int(1), Value::int(2)])
    );
    assert_eq!(
        evaluate("length({ a = 1 }) == 1 ? \"one\" : \"many\"").unwrap(),
        Value::from("one")
    );
}

#[test]
fn later_values_keep_their_types() {
    let names = Names::new([
        ("later", Value::later(Type::String)),
        (
            "list",
            Value::later(Type::list(Type::object([("a".into(), Type::Number)]))),
        ),
    ]);
    assert_eq!(names.evaluate("\"x${later}\"").unwrap().ty(), Type::String);
    assert_eq!(names.evaluate("list[0].a").unwrap().ty(), Type::Number);
    assert_eq!(
        names.evaluate("list[*].a").unwrap().ty(),
        Type::list(Type::Number)
    );
    assert_eq!(names.evaluate("length(list)").unwrap().ty(), Type::Number);
    assert!(names.evaluate("later == \"x\" ? 1 : 2").unwrap().ty() == Type::Number);
}

#[test]
fn secrets_stay_secret() {
    let names = Names::new([("secret", Value::from("s").into_secret())]);
    for text in [
        "\"x${secret}\"",
        "secret == \"s\"",
        "[secret][0]",
        "upper(secret)",
        "secret == \"x\" ? 1 : 2",
    ] {
        assert!(
            matches!(names.evaluate(text).unwrap(), Value::Secret(_)),
            "{text}"
        );
    }
    assert!(!matches!(
        names.evaluate("{ a = secret, b = 1 }").unwrap(),
        Value::Secret(_)
    ));
    assert!(!matches!(
        names.evaluate("{ a = secret, b = 1 }.b").unwrap(),
        Value::Secret(_)
    ));
}

#[test]
fn mistakes_are_collected() {
    assert_eq!(summaries(evaluate("[1 + true, nothing, upper()]")).len(), 3);
    assert_eq!(summaries(evaluate("lenght([])")), ["Call to unknown function"]);
}

#[test]
fn heredocs_and_template_directives() {
    let names = Names::new([("list", Value::tuple(vec![Value::from("a"), Value::from("b")]))]);
    let text = "%{ for x in list ~}\n${x}\n%{ endfor ~}\nend";
    assert_eq!(names.template(text).unwrap(), Value::from("a\nb\nend"));
}

#[test]
fn chains_are_asked_for_as_far_as_their_keys_are_known() {
    use meshform_lang::{Resolved, Scope, Step, Traversal};
    struct Instances;
    impl Scope for Instances {
        fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
            if &*traversal.root == "key" {
                return Ok(Resolved {
                    value: Value::from("k"),
                    steps: 0,
                });
            }
            let [
                (Step::Attribute(name), _),
                (Step::Index(key), _),
                (Step::Attribute(last), _),
            ] = traversal.steps.as_slice()
            else {
                panic!("{traversal:?}");
            };
            assert_eq!((&**name, key, &**last), ("subnet", &Value::from("k"), "id"));
            Ok(Resolved {
                value: Value::from("one"),
                steps: 3,
            })
        }
    }
    let mut sources = meshform_lang::Sources::default();
    let source = sources.add("test", "aws.subnet[key].id");
    let expr = meshform_lang::parse_expression(&sources, source).unwrap();
    assert_eq!(expr.evaluate(&Instances).unwrap(), Value::from("one"));
    let references: Vec<_> = expr
        .references()
        .iter()
        .map(|r| (r.root.to_string(), r.steps.len()))
        .collect();
    assert_eq!(references, [("aws".to_owned(), 1), ("key".to_owned(), 0)]);
}

#[test]
fn mistakes_tell_the_values_that_took_part_but_never_secrets() {
    let names = Names::new([
        ("object", Value::object([("name".into(), Value::int(1))])),
        ("secret", Value::from("hidden").into_secret()),
    ]);
    let found = names.evaluate("object.nam").unwrap_err();
    assert_eq!(found.0[0].hint.as_deref(), Some("Did you mean `name`?"));
    assert_eq!(
        found.0[0].values[0].statement,
        "is object with 1 attribute \"name\""
    );
    let found = names.evaluate("object.name + object").unwrap_err();
    assert_eq!(found.0[0].values[0].traversal, "object");
    for text in [
        "secret + 1",
        "tonumber(secret)",
        "{ a = 1 }[secret]",
        "{ (secret) = 1 }.x",
        "regex(\"x\", secret)",
    ] {
        let found = names.evaluate(text).unwrap_err();
        assert!(!format!("{found:?}").contains("hidden"), "{text}: {found:?}");
    }
}

#[test]
fn what_is_packed_unpacks_to_the_same() {
    use base64::Engine as _;
    use std::io::Read as _;

    let packed = evaluate("base64gzip(\"say it, say it, say it\")").unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(packed.as_str().unwrap())
        .unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*bytes)
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "say it, say it, say it");
}

#[test]
fn encodings_are_known_by_all_their_names() {
    let encoded = |text: &str, name: &str| evaluate(&format!("textencodebase64(\"{text}\", \"{name}\")"));
    for (names, text, bytes) in [
        (["CP936", "windows-936", "gbk"], "\u{4e2d}", "1tA="),
        (["latin2", "ISO_8859-2:1987", "l2"], "\u{141}", "ow=="),
        (["cp819", "latin1", "ISO_8859-1:1987"], "\u{e9}", "6Q=="),
        (["IBM866", "cp866", "866"], "\u{416}", "hg=="),
    ] {
        for name in names {
            assert_eq!(encoded(text, name).unwrap(), Value::from(bytes), "{name}");
        }
    }
    // The bytes that the web gives to these mean nothing.
    for name in ["iso-8859-2", "windows-1252"] {
        assert!(encoded("\u{81}", name).is_err(), "{name}");
    }
    assert_eq!(encoded("\u{81}", "gb18030").unwrap(), Value::from("gTCBMQ=="));
}

#[test]
fn nothing_is_ephemeral() {
    assert_eq!(evaluate("ephemeralasnull([1, null])[0]").unwrap(), Value::int(1));
    assert!(evaluate("ephemeralasnull(null) == null").unwrap() == Value::from(true));
}

#[test]
fn what_is_known_later_is_no_repetition() {
    let names = Names::new([
        ("later", Value::later(Type::String)),
        ("other", Value::later(Type::String)),
    ]);
    // The two may turn out to be the same, or not.
    let count = names.evaluate("length(toset([later, other]))").unwrap();
    assert!(!count.is_known(), "{count:?}");
    let known = names.evaluate("length(toset([\"a\", \"a\"]))").unwrap();
    assert_eq!(known, Value::int(1));
}

/// Names whose mistakes were told elsewhere.
struct Told;

impl Scope for Told {
    fn resolve(&self, _traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        Err(Diagnostics::new())
    }
}

#[test]
fn what_failed_without_a_message_has_no_value_and_makes_no_other_mistake() {
    for text in [
        "[1, told]",
        "{ a = 1, b = told }",
        "{ (told) = 1 }",
        "upper(told)",
        "max([1, told]...)",
        "\"a${told}\"",
        "\"%{ if told }a%{ endif }\"",
        "{ a = 1 }[told]",
        "told[*].a",
        "[[told], [1]][*][0]",
        "[for v in [1] : told]",
        "{ for v in [1] : told => v }",
        "told ? 1 : 2",
        "1 + told",
        "!told",
    ] {
        let mut sources = Sources::default();
        let source = sources.add("test", text);
        let result = parse_expression(&sources, source).unwrap().evaluate(&Told);
        assert_eq!(result, Err(Diagnostics::new()), "{text}");
    }
}
