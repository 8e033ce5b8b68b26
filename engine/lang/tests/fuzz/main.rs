//! The fuzz target: texts are parsed, formatted and evaluated, and whatever they are, that ends soon with an answer.
//!
//! `cargo test` tries it for a few seconds with chance alone; `.ci/fuzz SECONDS` for longer and with a bound on memory.

use std::sync::LazyLock;
use std::time::Duration;

use meshform_lang::{
    Diagnostic, Diagnostics, Resolved, Scope, Sources, Traversal, Type, Value, format, parse_body,
    parse_constraint, parse_expression, parse_template,
};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike as _};

/// How long `cargo test` tries; `BOLERO_RANDOM_TEST_TIME_MS` says otherwise.
const BRIEF: Duration = Duration::from_secs(5);

/// No text of a few kilobytes may take more CPU time in a debug build.
const SLOWEST: Duration = Duration::from_secs(20);

/// Pieces that texts of the language are made of.
const PIECES: [&str; 64] = [
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
    "for x in ",
    "in",
    "if ",
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
    " => ",
    "<<EOT\n",
    "\nEOT\n",
    "<<-X\n",
    "#c\n",
    "/*",
    "*/",
    "~}",
    "-",
    "!",
    " && ",
    " || ",
    "null",
    "true",
    "upper(",
    "try(",
    "é",
    "\\u00e9",
    "\\",
    "$${",
    "%",
    "<",
    "1e9",
    "format(\"%5.2f\", ",
    "\u{301}",
    "\r\n",
    "merge(",
    "range(",
    "tolist(",
    "\"x\"",
    "setproduct(",
    "regex(\"(\", ",
    "block \"l\" {\n",
    "name",
    "list",
    "later",
    "secret",
    "99999999999999999999",
];

/// Texts that were written by people, to start from.
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../conformance/hcl_expressions.jsonl")
        .lines()
        .chain(include_str!("../conformance/terraform.jsonl").lines());
    let texts = lines.filter_map(|line| {
        let case: serde_json::Value = serde_json::from_str(line).ok()?;
        let text = case.get("input").or_else(|| case.get("expr"))?.as_str()?;
        Some(text.to_owned())
    });
    texts
        .chain([
            include_str!("../fmt/basic.in.hcl").to_owned(),
            include_str!("../fmt/edge.in.hcl").to_owned(),
            include_str!("../fmt/mesh.in.hcl").to_owned(),
        ])
        .collect()
});

struct Names;

impl Scope for Names {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        let value = match &*traversal.root {
            "name" => Value::from("text"),
            "list" => Value::tuple(vec![
                Value::int(1),
                Value::later(Type::String),
                Value::Null(Type::Any),
            ]),
            "later" => Value::later(Type::Any),
            "secret" => Value::from("s").into_secret(),
            _ => {
                return Err(Diagnostic::error("Unknown variable", "")
                    .at(traversal.range)
                    .into());
            }
        };
        Ok(Resolved { value, steps: 0 })
    }
}

/// The text that `input` stands for: one of the corpus with changes, or `input` itself.
fn text(input: &[u8]) -> String {
    let [first, second, rest @ ..] = input else {
        return String::from_utf8_lossy(input).into_owned();
    };
    if first % 8 == 0 {
        return String::from_utf8_lossy(rest).into_owned();
    }
    let start = usize::from(u16::from_be_bytes([*first, *second]));
    let mut text = CORPUS[start % CORPUS.len()].clone();
    for change in rest.chunks_exact(4).take(64) {
        let [what, at, to, piece] = [change[0], change[1], change[2], change[3]].map(usize::from);
        let place = |part: usize| {
            let mut place = text.len() * part / 255;
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            place
        };
        let (from, to) = (place(at.min(to)), place(at.max(to)));
        match what % 4 {
            0 => text.insert_str(from, PIECES[piece % PIECES.len()]),
            1 => text.replace_range(from..to, PIECES[piece % PIECES.len()]),
            // Copies grow: nesting and repetition are where time and memory go.
            2 if text.len() < 4_096 => {
                let copy = text[from..to].to_owned();
                text.insert_str(to, &copy);
            }
            2 => text.truncate(from),
            _ => text.insert_str(to, &CORPUS[piece % CORPUS.len()]),
        }
    }
    text
}

fn read(text: &str) {
    let mut sources = Sources::default();
    let source = sources.add("fuzz", text);
    let (body, _) = parse_body(&sources, source);
    for attribute in &body.attributes {
        _ = parse_constraint(&attribute.expr);
        _ = attribute.expr.evaluate(&Names);
    }
    let parsed = [
        parse_expression(&sources, source),
        parse_template(&sources, source),
    ];
    for expr in parsed.into_iter().flatten() {
        _ = expr.references();
        if let Ok(value) = expr.evaluate(&Names) {
            _ = value.is_known();
        }
    }
    if let Ok(neat) = format(&sources, source) {
        let again = sources.add("neat", neat.as_str());
        assert_eq!(
            format(&sources, again).as_deref(),
            Ok(neat.as_str()),
            "{text:?} is not formatted for good"
        );
    }
}

/// The CPU time that this process has taken; unlike a clock it does not run while others have the processor.
fn taken() -> Duration {
    let used = getrusage(UsageWho::RUSAGE_SELF).expect("the system counts it");
    let exact =
        |time: TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default());
    exact(used.user_time()) + exact(used.system_time())
}

#[test]
fn any_text_has_an_answer() {
    bolero::check!()
        .with_max_len(512)
        .with_test_time(BRIEF)
        .for_each(|input: &[u8]| {
            let text = text(input);
            let before = taken();
            read(&text);
            let cost = taken() - before;
            assert!(cost < SLOWEST, "{text:?} takes {cost:?}");
        });
}
