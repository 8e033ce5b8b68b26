//! What terraform says of expressions: as recorded, and where it is found, of others too.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use super::functions::check;
use super::generate::Generator;
use crate::support::asked;

const RECORDED_SEED: u64 = 1;
/// `EXPRESSIONS_RECORD` asks for a new record.
const RECORDED: usize = 2_600;
/// Expressions that are asked anew of a terraform that is found; `ORACLE_SEED` asks for others.
const SEED: u64 = 20_261_126;
const EXPRESSIONS: usize = 1_200;

pub(super) fn run(folder: &Path, arguments: &[&str]) -> Option<Output> {
    Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()
        .filter(|output| output.status.success())
}

fn expressions(seed: u64, count: usize) -> Vec<String> {
    let mut generator = Generator::new(seed);
    let mut all: Vec<String> = (0..count).map(|_| generator.expression()).collect();
    all.sort();
    all.dedup();
    all
}

/// The cases, as lines, that the outputs of a configuration make of `expressions`; nothing without terraform.
fn answers(expressions: &[String], name: &str) -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    run(&folder, &["version"])?;
    let mut lines = Vec::new();
    for batch in expressions.chunks(400) {
        // A value in a tuple keeps its type, and an empty tuple says that there is none. What JSON cannot say, infinity,
        // no output can hold.
        let outputs = batch.iter().enumerate();
        let text: String = outputs
            .map(|(at, text)| {
                format!("output \"o{at}\" {{\n  value = try([[{text}], jsonencode([{text}])][0], [])\n}}\n")
            })
            .collect();
        meshform_state::disk::write_file(&folder.join("main.tf"), text.as_bytes()).unwrap();
        run(&folder, &["apply", "-auto-approve"]).expect("terraform takes the expressions");
        let told = run(&folder, &["output", "-json"]).unwrap();
        let told: Json = serde_json::from_slice(&told.stdout).unwrap();
        for (at, text) in batch.iter().enumerate() {
            // Where terraform does not know the value of what all is known of, it says nothing.
            let Some(answer) = told.get(format!("o{at}")) else {
                continue;
            };
            let case = match answer["value"].get(0) {
                Some(value) => json!({ "expr": text, "type": answer["type"][1][0], "value": value }),
                None => json!({ "expr": text, "error": true }),
            };
            lines.push(format!("{case}\n"));
        }
    }
    Some(lines)
}

#[test]
fn generated_expressions_give_what_was_recorded_from_terraform() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/generated.jsonl");
    if asked("EXPRESSIONS_RECORD").is_some() {
        let lines = answers(&expressions(RECORDED_SEED, RECORDED), "terraform-recorded");
        let text = lines
            .expect("terraform is needed to record what it says")
            .concat();
        meshform_state::disk::write_file(&path, text.as_bytes()).unwrap();
    }
    let recorded = std::fs::read_to_string(path).unwrap();
    assert!(recorded.lines().count() >= 2_000);
    check(&recorded);
}

#[test]
fn other_generated_expressions_give_what_terraform_gives_where_it_is_found() {
    let seed = asked("ORACLE_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let expressions = expressions(seed, EXPRESSIONS);
    // Without terraform, what was recorded has been checked all the same.
    if let Some(lines) = answers(&expressions, "terraform-live") {
        check(&lines.concat());
    }
    assert!(expressions.len() >= 1_000);
}
