//! What `terraform fmt` makes of texts.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Stands alone in a line before each of several texts: one call of the program lays all of them out.
const MARK: &str = "#### ";

/// Whether there is a terraform to ask. Recorded answers are checked either way.
pub(super) fn is_found() -> bool {
    Command::new("terraform")
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// `texts` one behind the other.
pub(super) fn join(texts: &[String]) -> String {
    let marked = texts
        .iter()
        .enumerate()
        .map(|(at, text)| format!("{MARK}{at}\n{text}"));
    marked.collect()
}

/// The texts that were joined.
pub(super) fn split(joined: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in joined.split_inclusive('\n') {
        match texts.last_mut() {
            _ if line.starts_with(MARK) => texts.push(String::new()),
            Some(text) => text.push_str(line),
            None => panic!("no mark before {line}"),
        }
    }
    texts
}

/// The layouts of `texts`. The program takes quadratic time for one long text, so they are asked for in batches.
pub(super) fn layouts(texts: &[String]) -> Vec<String> {
    texts
        .chunks(30)
        .flat_map(|batch| split(&layout(&join(batch))))
        .collect()
}

/// The layout of one text.
fn layout(text: &str) -> String {
    let mut child = Command::new("terraform")
        .args(["fmt", "-no-color", "-"])
        .current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let sent = text.as_bytes().to_vec();
    let writer = std::thread::spawn(move || input.write_all(&sent));
    let answer = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let told = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "terraform refuses the text: {told}");
    String::from_utf8(answer.stdout).unwrap()
}
