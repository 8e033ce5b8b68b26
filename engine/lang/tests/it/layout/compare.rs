//! Our layout beside terraform's.

use std::path::Path;

use super::meaning::meaning;
use super::terraform::{is_found, join, layouts, split};
use super::writer::Writer;
use crate::support::{asked, formatted};

/// Texts that are asked anew of a terraform that is found; the recorded ones are others. `FMT_SEED` asks for others still,
/// `FMT_RECORD` for a new record.
const SEED: u64 = 20_261_126;
const RECORDED_SEED: u64 = 1;
const TEXTS: usize = 600;

fn texts(seed: u64, count: usize) -> Vec<String> {
    let mut writer = Writer::new(seed);
    (0..count).map(|_| writer.text()).collect()
}

/// Every text whose layout is not the one wanted.
fn check(texts: &[String], wanted: &[String]) {
    assert_eq!(texts.len(), wanted.len());
    let mut wrong = Vec::new();
    for (text, want) in texts.iter().zip(wanted) {
        match formatted(text) {
            Ok(got) if got == *want => {}
            Ok(got) => wrong.push(format!("---- text\n{text}---- want\n{want}---- got\n{got}")),
            Err(found) => wrong.push(format!("---- text\n{text}---- refused: {found:?}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        texts.len(),
        wrong.join("\n")
    );
}

#[test]
fn generated_texts_are_laid_out_as_recorded_from_terraform() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fmt");
    let (given, wanted) = (folder.join("generated.in.hcl"), folder.join("generated.out.hcl"));
    if asked("FMT_RECORD").is_some() {
        let texts = texts(RECORDED_SEED, TEXTS);
        let (text, answer) = (join(&texts), join(&layouts(&texts)));
        meshform_state::disk::write_file(&given, text.as_bytes()).unwrap();
        meshform_state::disk::write_file(&wanted, answer.as_bytes()).unwrap();
    }
    let read = |path: &Path| split(&std::fs::read_to_string(path).unwrap());
    let recorded = read(&given);
    assert_eq!(recorded.len(), TEXTS);
    check(&recorded, &read(&wanted));
}

#[test]
fn other_generated_texts_are_laid_out_as_terraform_does_where_it_is_found() {
    let seed = asked("FMT_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let texts = texts(seed, TEXTS);
    if is_found() {
        check(&texts, &layouts(&texts));
    }
    // What must hold for any layout, whether or not somebody else's is there to compare with.
    for text in &texts {
        let laid_out = formatted(text).unwrap();
        assert_eq!(
            formatted(&laid_out).unwrap(),
            laid_out,
            "second layout of\n{text}"
        );
        // In the type of a variable `list` becomes `list(any)`.
        if !text.contains("variable \"") {
            assert_eq!(meaning(&laid_out), meaning(text), "layout of\n{text}");
        }
    }
}
