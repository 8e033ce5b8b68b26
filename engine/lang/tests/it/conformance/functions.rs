//! Functions and operators, with the values that terraform gives.

use super::cases;
use super::values::{same, value};
use crate::support::evaluate;

pub(super) fn check(recorded: &str) {
    cases::all(recorded, |case| {
        let got = evaluate(case["expr"].as_str().unwrap());
        let right = match &got {
            Ok(got) => case.get("error").is_none() && same(got, &value(case)),
            Err(_) => case.get("error").is_some(),
        };
        cases::judged(right, &got)
    });
}

#[test]
fn functions_give_what_terraform_gives() {
    check(include_str!("../../conformance/functions.jsonl"));
}

#[test]
fn expressions_give_what_terraform_gives() {
    check(include_str!("../../conformance/terraform.jsonl"));
}
