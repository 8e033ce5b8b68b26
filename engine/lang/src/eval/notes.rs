//! The values that took part in a mistake, found again when there is one, so that nothing is kept for it before.

use meshform_state::Value;
use meshform_state::addr::quote;

use super::{chain, describe};
use crate::diagnostic::{Diagnostics, ValueNote};
use crate::expr::Expr;
use crate::scope::{Scope, Step, Traversal};

/// More values than this do not help.
const MAX_NOTES: usize = 5;

/// Adds to each mistake without values those of the references at its place.
pub(super) fn with_values(mut found: Diagnostics, expr: &Expr, scope: &dyn Scope) -> Diagnostics {
    let references = expr.references();
    for diagnostic in &mut found.0 {
        let Some(range) = diagnostic.range.filter(|_| diagnostic.values.is_empty()) else {
            continue;
        };
        for reference in &references {
            let inside = reference.range.source == range.source
                && reference.range.start >= range.start
                && reference.range.end <= range.end;
            if !inside || diagnostic.values.len() >= MAX_NOTES {
                continue;
            }
            let note = value_of(reference, scope).and_then(|value| describe(&value));
            if let Some(statement) = note {
                let note = ValueNote {
                    traversal: shown(reference),
                    statement,
                };
                if !diagnostic.values.contains(&note) {
                    diagnostic.values.push(note);
                }
            }
        }
    }
    found
}

fn value_of(reference: &Traversal, scope: &dyn Scope) -> Option<Value> {
    let resolved = scope.resolve(reference).ok()?;
    let mut value = resolved.value;
    for (step, range) in reference.steps.iter().skip(resolved.steps) {
        value = match step {
            Step::Attribute(name) => chain::attribute(&value, name, *range).ok()?,
            Step::Index(key) => chain::index(&value, key, *range).ok()?,
            Step::Splat => return None,
        };
    }
    Some(value)
}

/// The chain as it is written.
fn shown(reference: &Traversal) -> String {
    let mut text = reference.root.to_string();
    for (step, _) in &reference.steps {
        match step {
            Step::Attribute(name) => text.push_str(&format!(".{name}")),
            Step::Index(Value::String(name)) => text.push_str(&format!("[{}]", quote(name))),
            Step::Index(Value::Number(number)) => text.push_str(&format!("[{number}]")),
            Step::Index(_) => text.push_str("[…]"),
            Step::Splat => text.push_str("[*]"),
        }
    }
    text
}
