//! Tags of EC2 resources.

use std::collections::BTreeMap;

use meshform_engine::{Object, Problem, Schema};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The start of the keys of our own tags. They are set at creation and never part of `tags`.
pub const RESERVED_PREFIX: &str = "meshform:";

/// How many tags we set ourselves, of the 50 that a resource may have.
const OWN: usize = 2;
const MOST: usize = 50;

/// What is wrong with the attribute `tags`. The limits are those of "Tag your Amazon EC2 resources" in the EC2 user
/// guide: 50 tags, keys of 128 and values of 256 characters, no key that starts with `aws:`.
pub(super) fn check(schema: &Schema, object: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |message: String, hint: Option<&str>| {
        problems.push(Problem {
            attribute: "tags",
            message,
            hint: hint.map(str::to_owned),
        });
    };
    let Some(entries) = object.get(schema, "tags").entries() else {
        return problems;
    };
    for (key, value) in entries {
        if key.starts_with(RESERVED_PREFIX) {
            let hint = "Meshform keeps these for itself, so that it finds again what it made.";
            add(
                format!("The tag key `{key}` starts with `{RESERVED_PREFIX}`."),
                Some(hint),
            );
        }
        if key
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
        {
            add(
                format!("The tag key `{key}` starts with `aws:`, which AWS keeps for itself."),
                None,
            );
        }
        if key.is_empty() || key.chars().count() > 128 {
            add(
                format!("The tag key `{key}` must have from 1 to 128 characters."),
                None,
            );
        }
        if value.as_str().is_some_and(|value| value.chars().count() > 256) {
            add(
                format!("The value of the tag `{key}` is longer than 256 characters."),
                None,
            );
        }
    }
    if entries.len() + OWN > MOST {
        let message = format!(
            "There are {} tags; AWS allows {MOST}, of which meshform needs {OWN}.",
            entries.len()
        );
        add(message, None);
    }
    problems
}
