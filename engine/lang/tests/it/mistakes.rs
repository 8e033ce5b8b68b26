//! What is told of mistakes: with the place that is to be mended, and nothing of what is secret.

use meshform_lang::{Diagnostic, Sources, Value, parse_expression};

use crate::support::{Names, evaluate};

fn first(text: &str) -> Diagnostic {
    evaluate(text).unwrap_err().0.remove(0)
}

#[test]
fn sentences_end_once() {
    for text in ["tobool(\"TRUE\")", "\"False\" ? 1 : 2", "!\"yes\""] {
        let found = first(text);
        assert!(
            found.detail.contains("a bool is required, `true` or `false`."),
            "{found:?}"
        );
        assert!(!found.detail.contains("?."), "{found:?}");
    }
}

/// The places that `text` is told to open at without an end, innermost first.
fn opened(text: &str) -> Vec<(String, String)> {
    let mut sources = Sources::default();
    let source = sources.add("m", text);
    let found = parse_expression(&sources, source).unwrap_err();
    let related = &found.0[0].related;
    related
        .iter()
        .map(|related| (sources.describe(related.range), related.label.clone()))
        .collect()
}

#[test]
fn what_nothing_closes_is_told_with_its_beginning() {
    for (text, places) in [
        ("1 + (2", vec![("m:1:5", "the parenthesis")]),
        ("[1,", vec![("m:1:1", "the list")]),
        ("[1", vec![("m:1:1", "the list")]),
        ("{\n  a = 1\n", vec![("m:1:1", "the object")]),
        ("{ a = 1,", vec![("m:1:1", "the object")]),
        ("upper(\"x\"", vec![("m:1:6", "the call")]),
        ("x[0", vec![("m:1:2", "the index")]),
        ("[for v in x : v", vec![("m:1:1", "the list")]),
        ("{ for k, v in x : k => v", vec![("m:1:1", "the object")]),
        ("(1]", vec![("m:1:1", "the parenthesis")]),
        ("upper(1]", vec![("m:1:6", "the call")]),
        (
            "{ a = [1, f(2",
            vec![
                ("m:1:12", "the call"),
                ("m:1:7", "the list"),
                ("m:1:1", "the object"),
            ],
        ),
        ("[1 + ]", vec![]),
        ("[a b]", vec![("m:1:1", "the list")]),
        ("\"${[1}\"", vec![("m:1:4", "the list")]),
    ] {
        let places: Vec<_> = places
            .into_iter()
            .map(|(place, what)| (place.to_owned(), format!("{what} begins here")))
            .collect();
        assert_eq!(opened(text), places, "{text}");
    }
}

#[test]
fn directives_without_an_end_are_told_with_their_place() {
    for (text, place, label) in [
        ("\"%{ if true }a\"", "m:1:8", "the `if` is here"),
        ("\"%{ if true }a%{ else }b\"", "m:1:8", "the `if` is here"),
        (
            "\"%{ for x in [1] }%{ if true }a%{ endif }\"",
            "m:1:2",
            "the `for` is here",
        ),
    ] {
        assert_eq!(opened(text), [(place.to_owned(), label.to_owned())], "{text}");
    }
}

#[test]
fn no_hint_is_derived_from_what_is_secret() {
    let secret = Value::object([("password".into(), Value::int(1))]).into_secret();
    let list = Value::tuple(vec![Value::int(1), Value::int(2), Value::int(3)]).into_secret();
    let names = Names::new([
        ("vault", secret),
        ("list", list),
        ("key", Value::from("pasword").into_secret()),
        ("truth", Value::from("TRUE").into_secret()),
        ("plain", Value::object([("password".into(), Value::int(1))])),
    ]);
    for text in [
        "vault.pasword",
        "vault[\"pasword\"]",
        "tomap(vault).pasword",
        "plain[key]",
        "lookup(vault, \"pasword\")",
        "lookup(plain, key)",
        "tobool(truth)",
        "truth ? 1 : 2",
        "templatestring(\"$${pasword}\", vault)",
        "templatestring(\"$${x}\", { for k, v in vault : \"${k}!\" => v })",
        "list[3]",
        "parseint(key, 10)",
        "jsondecode(key)",
        "list[*].password",
    ] {
        let found = names.evaluate(text).unwrap_err();
        let told = format!("{found:?}").replace("SourceId", "");
        let asked = if text.contains("vault") {
            "password"
        } else {
            "pasword"
        };
        assert!(!told.contains(asked) && !told.contains("ean `"), "{text}: {told}");
        assert!(
            !told.contains("TRUE") && !told.contains("has 3"),
            "{text}: {told}"
        );
    }
    let found = names.evaluate("plain.pasword").unwrap_err();
    assert_eq!(found.0[0].hint.as_deref(), Some("Did you mean `password`?"));
}

#[test]
fn what_a_template_lacks_is_told_of_its_variables() {
    for (text, told) in [
        (
            "templatestring(\"$${foo}\", {})",
            "`vars` of `templatestring`: there is no variable `foo`",
        ),
        (
            "templatestring(\"$${foo}\", { fooo = 1 })",
            "(did you mean `fooo`?)",
        ),
        // Whether a part is used may depend on the other variables.
        (
            "templatestring(\"%%{ if false }$${foo}%%{ endif }\", {})",
            "there is no variable `foo`",
        ),
        (
            "templatestring(\"x\", { \"a b\" = 1 })",
            "the key \"a b\" is no name",
        ),
        ("templatestring(\"x\", { \"1x\" = 1 })", "is no name"),
        ("templatestring(\"x\", { \"\" = 1 })", "is no name"),
        ("templatestring(\"x\", { \"-x\" = 1 })", "is no name"),
        ("templatestring(\"x\", { \"a.b\" = 1 })", "is no name"),
        ("templatestring(\"$${x}\", { x = null })", "is null"),
        ("templatestring(\"$${x}\", { x = [1] })", "string required"),
    ] {
        let found = first(text);
        assert!(found.detail.contains(told), "{text}: {found:?}");
    }
    for text in ["x-y", "_x", "é", "if"] {
        let text = format!("templatestring(\"ok$${{1}}\", {{ \"{text}\" = 1 }})");
        assert_eq!(evaluate(&text).unwrap(), Value::from("ok1"), "{text}");
    }
    assert_eq!(
        evaluate("templatestring(\"$${x}\", { x = 1 })").unwrap(),
        Value::from("1")
    );
}

#[test]
fn keys_are_only_names() {
    let key = "$serde_json::private::Number";
    for text in [
        format!(r#"jsondecode("{{\"{key}\": \"12\", \"a\": 3}}")"#),
        format!(r#"yamldecode("\"{key}\": \"12\"\na: 3")"#),
        format!(r#"{{ "{key}" = "12", a = 3 }}"#),
        format!(r#"jsondecode(jsonencode({{ "{key}" = "12", a = 3 }}))"#),
    ] {
        let value = evaluate(&text).unwrap();
        assert_eq!(value.get(key), Some(&Value::from("12")), "{text}");
        assert_eq!(value.get("a"), Some(&Value::int(3)), "{text}");
    }
    let only = format!(r#"jsondecode("[{{\"{key}\": \"12\"}}, 12, {{\"{key}\": 12}}, \"12\", 1.50e1]")"#);
    let value = evaluate(&only).unwrap();
    let items = value.items().unwrap();
    assert_eq!(items[0].get(key), Some(&Value::from("12")));
    assert_eq!(items[1], Value::int(12));
    assert_eq!(items[2].get(key), Some(&Value::int(12)));
    assert_eq!(items[3], Value::from("12"));
    assert_eq!(items[4], Value::int(15));
    assert!(first("jsondecode(\"1e999999999\")").detail.contains("too large"));
    assert!(
        first("jsondecode(\"[1, 2\")")
            .detail
            .contains("it is no JSON: line 1")
    );
}

#[test]
fn patterns_are_those_of_the_reference() {
    for refused in [
        "a{1001}",
        "a{1,1001}",
        "a{1001,}",
        "a{99999999999}",
        "(a{100}){100}",
        "((a{10}){10}){11}",
        "(a{2}){501}",
        "a{2,1}",
        "\\\\uABCD",
        "\\\\U0000ABCD",
        "\\\\u{ABCD}",
        "a**",
        "a++",
        "x{10}{2}",
        "a*??",
        "(?x)A",
        "(?u)a",
        "(?R)a",
        "\\\\8",
        "\\\\1",
        "\\\\é",
        "\\\\C",
        "\\\\Z",
        "\\\\e",
        "\\\\h",
        "[\\\\b]",
        "[[:foo:]]",
        "\\\\p{Script=Greek}",
        "\\\\p{Foo}",
        "\\\\x4",
        "(?=a)",
        "(?P=a)",
        "*",
        "|*",
        "(?i)*",
        "a\\\\",
    ] {
        let found = first(&format!("regex(\"{refused}\", \"a\")"));
        assert!(found.detail.contains("it is no pattern"), "{refused}: {found:?}");
    }
    assert!(
        first("regex(\"a{1001}\", \"a\")")
            .detail
            .ends_with("it is no pattern: `{1001}` repeats more than 1000 times.")
    );
    assert!(
        first("regex(\"\\\\uABCD\", \"a\")")
            .detail
            .ends_with("the escape `\\u` means nothing.")
    );
    for (pattern, text) in [
        ("(?:a{10}){100}", "a".repeat(1000)),
        ("(?:(?:a{40}){0}b){40}", "b".repeat(40)),
        ("a{01}", "a{01}".to_owned()),
        ("a{,2}", "a{,2}".to_owned()),
        ("(?:a*){1000}", "aa".to_owned()),
        ("\\\\Qa{1001}\\\\E", "a{1001}".to_owned()),
        ("[a{1001}]", "{".to_owned()),
        ("\\\\x{3b1}\\\\pL\\\\p{Greek}", "ααα".to_owned()),
        ("(?s-i:.)(?U)a+?", "\naa".to_owned()),
        ("\\\\_\\\\-\\\\/\\\\ \\\\<", "_-/ <".to_owned()),
        ("[[:^alpha:]][[:word:]]", "1a".to_owned()),
        ("[\\\\d-z][\\\\w-a]", "-a".to_owned()),
        ("a*?b{2}?", "abb".to_owned()),
        ("^*(?:|b)*", String::new()),
        ("\\\\Aa\\\\z", "a".to_owned()),
        ("\\\\101\\\\07", "A\u{7}".to_owned()),
        ("[[:a]", ":".to_owned()),
        ("\\\\p{^Greek}\\\\P{^Greek}", "aα".to_owned()),
    ] {
        let names = Names::new([("text", Value::from(text.clone()))]);
        let value = names.evaluate(&format!("regex(\"{pattern}\", text)"));
        assert_eq!(value, Ok(Value::from(text)), "{pattern}");
    }
}
