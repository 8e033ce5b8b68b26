//! A second opinion on what is HCL: `hcl-edit` and our parser accept the same texts (docs/decisions/0005).

use meshform_lang::{Sources, parse_body};

/// Texts on which the two differ, and why ours is right.
const DIFFERENT: [(&str, &str); 5] = [
    (
        "{foo.bar = \"ami-abc123\"}",
        "the reference refuses a key that reads as a reference",
    ),
    (
        "{var.greeting = \"world\"}",
        "the reference refuses a key that reads as a reference",
    ),
    (
        "[[\"hello\"], [\"goodbye\"]].*.*",
        "the reference refuses a second attribute-only splat",
    ),
    (
        "[[\"hello\"]].0.0",
        "the reference reads `0.0` as a number and refuses it as an index",
    ),
    (
        "{ a = 1, a = 2 }",
        "the reference lets the last of two equal keys win",
    ),
];

fn inputs() -> Vec<String> {
    let cases = include_str!("../conformance/hcl_expressions.jsonl")
        .lines()
        .chain(include_str!("../conformance/terraform.jsonl").lines());
    cases
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|case| case.get("kind").is_none_or(|kind| kind != "template"))
        .filter_map(|case| {
            case.get("input")
                .or_else(|| case.get("expr"))?
                .as_str()
                .map(str::to_owned)
        })
        .collect()
}

fn ours(text: &str) -> bool {
    let mut sources = Sources::default();
    let id = sources.add("second.hcl", text);
    let (body, found) = parse_body(&sources, id);
    !found.has_errors() && body.attributes.len() == 1
}

#[test]
fn hcl_edit_accepts_the_same_texts() {
    let inputs = inputs();
    assert!(inputs.len() > 1_000, "only {} texts", inputs.len());
    let mut differ = Vec::new();
    for input in &inputs {
        if DIFFERENT.iter().any(|(text, _)| text == input) {
            continue;
        }
        let text = format!("a = {input}\n");
        let theirs = hcl_edit::parser::parse_body(&text).is_ok();
        if theirs != ours(&text) {
            differ.push(format!(
                "{}: {input:?}",
                if theirs { "only theirs" } else { "only ours" }
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{} of {} differ:\n{}",
        differ.len(),
        inputs.len(),
        differ.join("\n")
    );
}
