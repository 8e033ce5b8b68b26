//! Conversions as go-cty makes them.

use meshform_lang::convert;
use serde_json::Value as Json;

use super::values::{constraint, same, value};

#[test]
fn conversions_are_those_of_the_reference() {
    let mut failed = Vec::new();
    let cases = include_str!("../../conformance/conversions.jsonl");
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let got = convert(&value(&case["in"]), &constraint(&case["to"]));
        let right = match (&got, case["want"].is_null()) {
            (Ok(got), false) => same(got, &value(&case["want"])),
            (Err(_), wants_error) => wants_error,
            (Ok(_), true) => false,
        };
        if !right {
            failed.push(format!("{line}\n    got {got:?}"));
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
