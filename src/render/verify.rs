//! What `verify` found, for people and for machines.

use std::fmt::Write as _;

use meshform_modules::verify::{Finding, Report, Verdict};
use serde_json::{Value as Json, json};

use super::style::{Palette, Role};

/// For people: what is wrong with what to do about it, then what is right, a line each.
pub(crate) fn text(report: &Report, palette: Palette) -> String {
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
    let _ = writeln!(out, "\n{}", summary(report));
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

fn summary(report: &Report) -> String {
    let count = |verdict| report.count(verdict);
    let (failed, unknown) = (count(Verdict::Failed), count(Verdict::Unknown));
    let passed = count(Verdict::Passed) + count(Verdict::Warning);
    if failed + unknown == 0 {
        format!("The mesh works: {passed} checks passed.")
    } else {
        format!("The mesh does not work as applied: {failed} failed, {unknown} unknown, {passed} passed.")
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
        assert_snapshot!(text(&report, Palette::Plain), @r"
        FAILED   V14  api reads ml  there is no remote secret for ml
                                    → Somebody deleted it: apply again.
        ok       V06  cluster api   5 namespaces trust the root of the mesh

        The mesh does not work as applied: 1 failed, 0 unknown, 1 passed.
        ");
        assert_eq!(document(&report)["holds"], false);
    }
}
