//! Functions and operators, with the values that terraform gives.

use serde_json::Value as Json;

use super::values::{same, value};
use crate::support::evaluate;

pub(super) fn check(cases: &str) {
    let mut failed = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let got = evaluate(case["expr"].as_str().unwrap());
        let right = match &got {
            Ok(got) => case.get("error").is_none() && same(got, &value(&case)),
            Err(_) => case.get("error").is_some(),
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

#[test]
fn functions_give_what_terraform_gives() {
    check(include_str!("../../conformance/functions.jsonl"));
}

#[test]
fn expressions_give_what_terraform_gives() {
    check(include_str!("../../conformance/terraform.jsonl"));
}
