//! Cases as they are recorded: one JSON document a line.

use serde_json::Value as Json;

/// Looks at all `cases`, and fails with each line of which `check` says what is wrong.
pub(super) fn all(cases: &str, mut check: impl FnMut(&Json) -> Result<(), String>) {
    let mut failed = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        if let Err(problem) = check(&case) {
            failed.push(format!("{line}\n    {problem}"));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} failed:\n{}",
        failed.len(),
        cases.lines().count(),
        failed.join("\n")
    );
}

/// What `check` of [`all`] gives for what was evaluated to `got`.
pub(super) fn judged(right: bool, got: &dyn std::fmt::Debug) -> Result<(), String> {
    if right {
        Ok(())
    } else {
        Err(format!("got {got:?}"))
    }
}
