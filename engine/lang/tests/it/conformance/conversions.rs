//! Conversions as go-cty makes them.

use meshform_lang::convert;

use super::cases;
use super::values::{constraint, same, value};

#[test]
fn conversions_are_those_of_the_reference() {
    cases::all(include_str!("../../conformance/conversions.jsonl"), |case| {
        let got = convert(&value(&case["in"]), &constraint(&case["to"]));
        let right = match (&got, case["want"].is_null()) {
            (Ok(got), false) => same(got, &value(&case["want"])),
            (Err(_), wants_error) => wants_error,
            (Ok(_), true) => false,
        };
        cases::judged(right, &got)
    });
}
