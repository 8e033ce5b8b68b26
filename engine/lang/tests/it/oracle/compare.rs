//! Both sides answer the same expressions.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use meshform_lang::{Diagnostics, Sources, Value, parse_expression};
use serde_json::{Value as Json, json};

use super::excuse::{Excuse, excuse};
use super::generate::Generator;
use super::names::names;
use super::wire::{encode, settled};
use crate::support::Names;

/// The expressions of a run of CI; each run has the same unless the environment says otherwise.
const SEED: u64 = 20_260_711;
const EXPRESSIONS: usize = 6_000;

/// The oracle, built.
fn oracle() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hcl-oracle");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(folder)
        .status();
    assert!(
        built.expect("Go is needed, as the README says").success(),
        "the oracle cannot be built"
    );
    program
}

/// The oracle's answers to `texts`.
fn theirs(names: &Names, texts: &[String]) -> Vec<Json> {
    let mut child = Command::new(oracle())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let variables: serde_json::Map<String, Json> = names
        .0
        .iter()
        .map(|(name, value)| (name.clone(), encode(value)))
        .collect();
    let mut asked = format!("{}\n", json!({ "variables": variables }));
    asked.extend(texts.iter().map(|text| format!("{}\n", json!({ "text": text }))));
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let answers = lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    writer.join().unwrap().unwrap();
    assert!(child.wait().unwrap().success());
    answers
}

fn ours(names: &Names, text: &str) -> Result<Value, Diagnostics> {
    let mut sources = Sources::default();
    let id = sources.add("oracle", text);
    parse_expression(&sources, id)?.evaluate(names)
}

/// How many answers were of which sort.
#[derive(Debug, Default)]
struct Tally {
    same: usize,
    refused: usize,
    excused: BTreeMap<Excuse, usize>,
    /// The reference broke.
    broken: usize,
    differ: Vec<String>,
}

impl Tally {
    fn add(&mut self, text: &str, ours: &Result<Value, Diagnostics>, theirs: &Json) {
        let same = match (ours, theirs.get("value")) {
            _ if theirs.get("panic").is_some() => return self.broken += 1,
            (Err(_), None) => return self.refused += 1,
            (Ok(ours), Some(theirs)) => settled(&encode(ours)) == settled(theirs),
            _ => false,
        };
        if same {
            self.same += 1;
        } else if let Some(excuse) = excuse(text, ours, theirs) {
            *self.excused.entry(excuse).or_default() += 1;
        } else {
            let ours = match ours {
                Ok(ours) => encode(ours).to_string(),
                Err(found) => format!("{:?}", found.0.iter().map(|one| &one.detail).collect::<Vec<_>>()),
            };
            self.differ
                .push(format!("{text}\n    ours   {ours}\n    theirs {theirs}"));
        }
    }
}

/// `ORACLE_SEED` asks for other expressions.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by the environment which expressions to try"
)]
fn seed() -> u64 {
    std::env::var("ORACLE_SEED").map_or(SEED, |seed| seed.parse().unwrap())
}

#[test]
fn generated_expressions_have_the_values_of_the_reference() {
    let names = names();
    let mut generator = Generator::new(seed());
    let texts: Vec<String> = (0..EXPRESSIONS).map(|_| generator.next()).collect();
    let answers = theirs(&names, &texts);
    assert_eq!(answers.len(), texts.len());
    let mut tally = Tally::default();
    for (text, theirs) in texts.iter().zip(&answers) {
        tally.add(text, &ours(&names, text), theirs);
    }
    println!(
        "{} expressions: {} have the same value, {} are refused by both, {} broke the reference, meant to differ: {:?}",
        texts.len(),
        tally.same,
        tally.refused,
        tally.broken,
        tally.excused
    );
    // Most must have a value, else the run says little.
    assert!(tally.same >= 2_000, "only {} have the same value", tally.same);
    // The rest is known to differ and not yet mended: what the types of unknown values narrow to, for the most part.
    let bound = texts.len() / 100;
    assert!(
        tally.differ.len() <= bound,
        "{} differ:\n{}",
        tally.differ.len(),
        tally.differ.join("\n")
    );
}
