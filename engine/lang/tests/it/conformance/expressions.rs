//! Expressions and templates of the reference parser's own tests.

use meshform_lang::{Diagnostics, Severity, Sources, Value, parse_expression, parse_template};
use serde_json::Value as Json;

use super::cases;
use super::values::{same, value};
use crate::support::Names;

/// Cases that only a Go program can have, and why.
const GO_ONLY: &[(&str, &str)] = &[
    (
        "misbehave()",
        "a function of the test program that fails on purpose",
    ),
    (
        "misbehave([]...)",
        "a function of the test program that fails on purpose",
    ),
    (
        "foo :: upper(\"foo\")",
        "a function of the test program in a namespace of its own",
    ),
    ("[][negate(0)]", "a function of the test program"),
];

/// What the mistakes are reported twice for: the reference reports this one when parsing and when evaluating.
const TOLD_TWICE: &str = "double::::upper(\"foo\")";

/// Where the marks are in cases whose values are written without: the variables that are marked as a whole, the paths
/// below variables that are, and what is marked in the result.
const MARKS: &[(&str, &[&str], &[&str])] = &[
    ("hello%{ if false } ${target}%{ endif }", &["target"], &[""]),
    (
        "Authenticate with \"${secrets.passphrase}\"",
        &["secrets", "secrets.passphrase"],
        &[""],
    ),
    ("%{ for s in secrets }${s}%{ endfor }", &["secrets"], &[""]),
    (
        "{(var.greeting) = \"world\", \"goodbye\" = \"earth\"}",
        &["var.greeting"],
        &[""],
    ),
    ("[for x in things: x if x != \"\"]", &["things"], &[""]),
    ("{for k, v in things: k => !v}", &["things"], &[""]),
    (
        "{for v in things: v => \"${v}-friend\"}",
        &["things", "things.a"],
        &["", "rosie"],
    ),
    (
        "{ for k, v in things: k => v if k != secret }",
        &["secret"],
        &[""],
    ),
    ("lhsTrue || rhsUnknown", &["lhsTrue"], &[""]),
    ("lhsUnknown && rhsFalse", &["rhsFalse"], &[""]),
    ("unknown ? im : jm", &["im", "jm"], &[""]),
    ("unknown ? am : bm", &["am", "bm"], &[""]),
    ("var.foo ? 1 : 0", &["var.foo"], &[""]),
    ("test ? sensitiveString : \"\"", &["sensitiveString"], &[]),
];

#[test]
fn expressions_are_those_of_the_reference() {
    let mut skipped = 0;
    cases::all(include_str!("../../conformance/hcl_expressions.jsonl"), |case| {
        let input = case["input"].as_str().unwrap();
        match GO_ONLY.iter().find(|(skip, _)| *skip == input) {
            Some((_, reason)) => {
                println!("skipped: {input}: {reason}");
                skipped += 1;
                Ok(())
            }
            None => check(case, input),
        }
    });
    println!("{skipped} skipped");
    assert_eq!(skipped, GO_ONLY.len());
}

fn check(case: &Json, input: &str) -> Result<(), String> {
    let marks = MARKS
        .iter()
        .find(|(text, ..)| *text == input)
        .filter(|_| case["flags"].as_str().unwrap().contains("marked"));
    let mut names = Names::default();
    for (name, variable) in case["vars"].as_object().unwrap() {
        let mut variable = value(variable);
        for path in marks.map_or(&[][..], |(_, marked, _)| marked) {
            if let Some(path) = path.strip_prefix(name.as_str()) {
                variable = mark(variable, path.trim_start_matches('.'));
            }
        }
        names.0.insert(name.clone(), variable);
    }
    let mut sources = Sources::default();
    let source = sources.add("case", input);
    let parsed = if case["kind"] == "template" {
        parse_template(&sources, source)
    } else {
        parse_expression(&sources, source)
    };
    let got = parsed.and_then(|expr| expr.evaluate(&names));
    let mut wanted: Vec<&Json> = case["diags"].as_array().unwrap().iter().collect();
    if input == TOLD_TWICE {
        wanted.dedup();
    }
    match got {
        Err(found) => compare_mistakes(&found, &wanted, &sources),
        Ok(got) if !wanted.is_empty() => Err(format!("no mistake found; got {got:?}")),
        Ok(got) => {
            let mut want = value(&case["want"]);
            for path in marks.map_or(&[][..], |(_, _, marked)| marked).iter().rev() {
                want = mark(want, path);
            }
            if same(&got, &want) {
                Ok(())
            } else {
                Err(format!("got {got:?}, want {want:?}"))
            }
        }
    }
}

fn compare_mistakes(found: &Diagnostics, wanted: &[&Json], sources: &Sources) -> Result<(), String> {
    let got: Vec<_> = found
        .0
        .iter()
        .map(|d| {
            let place = d.range.map_or((0, 0, 0), |range| {
                let place = sources.position(range);
                (
                    u64::from(place.line),
                    u64::from(place.column),
                    u64::from(place.byte),
                )
            });
            (if d.severity == Severity::Error { 1 } else { 2 }, place)
        })
        .collect();
    let want: Vec<_> = wanted
        .iter()
        .map(|d| {
            let at = |index: usize| d["subject"][index].as_u64().unwrap();
            (d["severity"].as_u64().unwrap(), (at(0), at(1), at(2)))
        })
        .collect();
    if got == want {
        Ok(())
    } else {
        Err(format!("got {got:?} ({:?}), want {want:?}", found.0))
    }
}

/// `value` with the part at `path`, one name or nothing, marked.
fn mark(value: Value, path: &str) -> Value {
    if path.is_empty() {
        return value.into_secret();
    }
    let (inner, secret) = value.reveal();
    let marked = match inner {
        Value::Map(map) => {
            let mut entries = map.entries.clone();
            entries
                .entry(path.into())
                .and_modify(|value| *value = value.clone().into_secret());
            Value::map(map.element.clone(), entries)
        }
        Value::Object(attributes) => Value::object(attributes.iter().map(|(name, value)| {
            (
                name.clone(),
                if &**name == path {
                    value.clone().into_secret()
                } else {
                    value.clone()
                },
            )
        })),
        other => other.clone(),
    };
    if secret { marked.into_secret() } else { marked }
}
