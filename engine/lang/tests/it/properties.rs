//! What must hold for any text and any value.

use meshform_lang::{Sources, Type, Value, parse_body, parse_expression, parse_template};
use proptest::prelude::*;

use crate::support::{Names, formatted};

/// Pieces that texts of the language are made of, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b",
        "later",
        "secret",
        "list",
        "1",
        "0.5",
        "1e9",
        "\"",
        "${",
        "%{",
        "}",
        "{",
        "[",
        "]",
        "(",
        ")",
        "=",
        "==",
        "?",
        ":",
        "for",
        "in",
        "if",
        "else",
        "endif",
        "endfor",
        " ",
        "\n",
        ".",
        "*",
        "[*]",
        "...",
        ",",
        "=>",
        "<<EOT\n",
        "EOT\n",
        "<<-X\n",
        "#c\n",
        "/*",
        "*/",
        "//",
        "-",
        "!",
        "&&",
        "||",
        "null",
        "true",
        "upper(",
        "try(",
        "é",
        "\\u00e9",
        "\\",
        "~",
        "$${",
        "::",
        "%",
        "<",
        "format(\"%d\",",
        "\u{301}",
        "\r\n",
        "merge(",
        "range(",
        "tolist(",
        "\"x\"",
        "setproduct(",
        "regex(\"(\",",
        "block \"l\" {\n",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn names() -> Names {
    Names::new([
        ("a", Value::int(1)),
        ("b", Value::from("text")),
        (
            "list",
            Value::tuple(vec![
                Value::int(1),
                Value::later(Type::String),
                Value::Null(Type::Any),
            ]),
        ),
        ("later", Value::later(Type::Any)),
        ("secret", Value::from("s").into_secret()),
    ])
}

/// A primitive of each kind, as the text of an expression and as a type.
fn operand() -> impl Strategy<Value = (&'static str, Value)> {
    prop::sample::select(vec![
        ("1", Value::int(1)),
        ("\"x\"", Value::from("x")),
        ("\"7\"", Value::from("7")),
        ("true", Value::Bool(true)),
        ("[1, 2]", Value::tuple(vec![Value::int(1), Value::int(2)])),
        ("{ a = 1 }", Value::object([("a".into(), Value::int(1))])),
    ])
}

fn template() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "v + 1",
        "v == 1",
        "!v",
        "-v",
        "v && true",
        "false || v",
        "\"x${v}\"",
        "[v]",
        "{ k = v }",
        "v ? 1 : 2",
        "true ? v : v",
        "v < 3",
        "upper(v)",
        "length(v)",
        "tostring(v)",
        "[for x in v : x]",
        "{ for k, x in v : k => x }",
        "v[0]",
        "v.a",
        "v[*]",
        "jsonencode(v)",
        "tolist(v)",
        "format(\"%v\", v)",
        "concat(v, v)",
        "merge(v, v)",
        "keys(v)",
        "values(v)",
        "contains(v, 1)",
        "coalesce(v, v)",
        "flatten([v, [v]])",
        "\"%{ if v }a%{ endif }\"",
        "\"%{ for x in v }${x}%{ endfor }\"",
        "try(v.a, 2)",
        "lookup(v, \"a\", 1)",
        "element(v, 0)",
        "max(v, 1)",
        "join(\",\", v)",
        "toset(v)",
        "sha256(v)",
        "zipmap([\"a\"], [v])",
        "reverse(v)",
        "slice(v, 0, 1)",
        "one([v])",
        "setproduct(v, v)",
        "distinct(v)",
        "sum(v)",
        "v != null",
    ])
}

/// Whether a value known later, of type `later`, may become one of type `known`.
fn may_become(later: &Type, known: &Type) -> bool {
    match (later, known) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            may_become(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| may_become(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| may_become(a, b))
        }
        _ => later == known,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_language_panic(text in soup()) {
        let mut sources = Sources::default();
        let source = sources.add("soup", text.as_str());
        _ = parse_body(&sources, source);
        let parsed = [parse_expression(&sources, source), parse_template(&sources, source)];
        for expr in parsed.into_iter().flatten() {
            _ = expr.references();
            _ = expr.evaluate(&names());
        }
        if let Ok(neat) = formatted(&text) {
            prop_assert_eq!(formatted(&neat).unwrap(), neat);
        }
    }

    #[test]
    fn no_characters_make_the_language_panic(text in any::<String>()) {
        let mut sources = Sources::default();
        let source = sources.add("characters", text.as_str());
        _ = parse_body(&sources, source);
        _ = parse_template(&sources, source).map(|expr| expr.evaluate(&names()));
        _ = formatted(&text);
    }

    #[test]
    fn later_gives_later_of_the_right_type((_, value) in operand(), text in template()) {
        let Ok(known) = Names::new([("v", value.clone())]).evaluate(text) else { return Ok(()) };
        for ty in [value.ty(), Type::Any] {
            let later = Names::new([("v", Value::later(ty))]).evaluate(text).unwrap();
            prop_assert!(may_become(&later.ty(), &known.ty()), "{}: {:?} for {:?}", text, later, known);
        }
    }

    #[test]
    fn secret_gives_secret((_, value) in operand(), text in template()) {
        let Ok(known) = Names::new([("v", value.clone())]).evaluate(text) else { return Ok(()) };
        // Which of its arguments `try` takes follows from the type here, which is no secret.
        prop_assume!(!text.starts_with("try"));
        let secret = Names::new([("v", value.into_secret())]).evaluate(text).unwrap();
        prop_assert!(secret.has_secret(), "{}: {:?}", text, secret);
        prop_assert_eq!(secret.ty(), known.ty());
    }

    #[test]
    fn a_later_secret_gives_a_secret((_, value) in operand(), text in template()) {
        prop_assume!(!text.starts_with("try"));
        let Ok(_) = Names::new([("v", value.clone())]).evaluate(text) else { return Ok(()) };
        for ty in [value.ty(), Type::Any] {
            let got = Names::new([("v", Value::later(ty).into_secret())]).evaluate(text).unwrap();
            prop_assert!(got.has_secret(), "{}: {:?}", text, got);
        }
    }
}
