//! What `preflight` and `verify` found, for people and for machines.

use std::fmt::Write as _;

use meshform_modules::report::{Finding, Report, Verdict};
use serde_json::{Value as Json, json};

use super::style::{Palette, Role};

/// How the last line begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// If all is well.
    pub(crate) holds: &'static str,
    /// If not.
    pub(crate) fails: &'static str,
}

/// Those of `verify`.
pub(crate) const VERIFIED: Words = Words {
    holds: "The mesh works",
    fails: "The mesh does not work as applied",
};

/// Those of `preflight`.
pub(crate) const CLEARED: Words = Words {
    holds: "Nothing is in the way of this mesh",
    fails: "This mesh cannot be applied as it is",
};

/// For people: what is wrong with what to do about it, then what is right, a line each.
pub(crate) fn text(report: &Report, words: Words, palette: Palette) -> String {
    let width = report
        .findings
        .iter()
        .map(|finding| finding.place.chars().count())
        .max()
        .unwrap_or_default();
    let mut out = String::new();
    for finding in &report.findings {
        line(&mut out, finding, width, palette);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(report, words));
    out
}

fn line(out: &mut String, finding: &Finding, width: usize, palette: Palette) {
    let (word, role) = match finding.verdict {
        Verdict::Failed => ("FAILED ", Role::Alarm),
        Verdict::Unknown => ("UNKNOWN", Role::Alarm),
        Verdict::Warning => ("WARNING", Role::Change),
        Verdict::Passed => ("ok     ", Role::Success),
    };
    let word = palette.paint(role, word);
    let _ = writeln!(
        out,
        "{word}  {}  {:width$}  {}",
        finding.check, finding.place, finding.detail
    );
    if let Some(hint) = finding
        .hint
        .as_deref()
        .filter(|_| finding.verdict != Verdict::Passed)
    {
        let _ = writeln!(out, "{:14}{:width$}  → {hint}", "", "");
    }
}

fn summary(report: &Report, words: Words) -> String {
    let count = |verdict| report.count(verdict);
    let (failed, unknown) = (count(Verdict::Failed), count(Verdict::Unknown));
    let passed = count(Verdict::Passed) + count(Verdict::Warning);
    if failed + unknown == 0 {
        format!("{}: {passed} checks passed.", words.holds)
    } else {
        format!(
            "{}: {failed} failed, {unknown} unknown, {passed} passed.",
            words.fails
        )
    }
}

/// For machines.
pub(crate) fn document(report: &Report) -> Json {
    let finding = |finding: &Finding| {
        json!({
            "check": finding.check,
            "verdict": finding.verdict.to_string(),
            "place": finding.place,
            "detail": finding.detail,
            "hint": finding.hint,
        })
    };
    json!({
        "format_version": "1.0",
        "holds": report.holds(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn findings_are_lines_with_what_to_do() {
        let finding = |verdict, check, place: &str, detail: &str, hint: Option<&str>| Finding {
            check,
            verdict,
            place: place.to_owned(),
            detail: detail.to_owned(),
            hint: hint.map(str::to_owned),
        };
        let report = Report {
            findings: vec![
                finding(
                    Verdict::Failed,
                    "V14",
                    "api reads ml",
                    "there is no remote secret for ml",
                    Some("Somebody deleted it: apply again."),
                ),
                finding(
                    Verdict::Passed,
                    "V06",
                    "cluster api",
                    "5 namespaces trust the root of the mesh",
                    None,
                ),
            ],
        };
        assert_snapshot!(text(&report, VERIFIED, Palette::Plain), @r"
        FAILED   V14  api reads ml  there is no remote secret for ml
                                    → Somebody deleted it: apply again.
        ok       V06  cluster api   5 namespaces trust the root of the mesh

        The mesh does not work as applied: 1 failed, 0 unknown, 1 passed.
        ");
        assert_eq!(document(&report)["holds"], false);
    }
}
