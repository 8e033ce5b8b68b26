//! The Go program, running: it answers expressions in the names that it was told last.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use super::wire::encode;
use crate::support::Names;

/// The program that was started.
pub(super) struct Reference {
    child: Child,
    input: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// The path of the program, built once for all tests of this process.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(build)
}

fn build() -> PathBuf {
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

impl Reference {
    pub(super) fn start() -> Self {
        let mut child = Command::new(program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Reference {
            input: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// Its answers to `texts`, where names mean what `names` says.
    pub(super) fn answers<'a>(
        &mut self,
        names: &Names,
        texts: impl ExactSizeIterator<Item = &'a String>,
    ) -> Vec<Json> {
        let variables: serde_json::Map<String, Json> = names
            .0
            .iter()
            .map(|(name, value)| (name.clone(), encode(value)))
            .collect();
        let count = texts.len();
        let mut asked = format!("{}\n", json!({ "variables": variables }));
        asked.extend(texts.map(|text| format!("{}\n", json!({ "text": text }))));
        // An empty line: all that was asked is to be answered now.
        asked.push('\n');
        let mut input = self.input.take().unwrap();
        let writer = std::thread::spawn(move || {
            input.write_all(asked.as_bytes()).unwrap();
            input
        });
        let lines = self.answers.by_ref().lines().take(count);
        let answers = lines
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect();
        self.input = Some(writer.join().unwrap());
        answers
    }

    /// Ends it; it must not have failed.
    pub(super) fn end(mut self) {
        self.input.take();
        assert!(self.child.wait().unwrap().success());
    }
}
