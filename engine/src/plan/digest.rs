//! Digests: the name of a plan, and of what a step expects to find.

use std::fmt::Write as _;

use meshform_state::Value;
use meshform_state::value::Type;
use sha2::{Digest as _, Sha256};

use super::model::{Action, Plan};
use crate::object::Object;

/// The name of a plan: equal for plans that do the same for the same reasons. Secret values are not in it.
#[must_use]
pub fn digest(plan: &Plan) -> String {
    let mut hasher = Hasher::default();
    for change in &plan.changes {
        if change.action == Action::NoOp && change.previous_address.is_none() && !change.adopted {
            continue;
        }
        hasher.text(change.address.as_str());
        hasher.text(
            change
                .previous_address
                .as_ref()
                .map_or("", |address| address.as_str()),
        );
        hasher.text(change.deposed.as_deref().unwrap_or(""));
        hasher.text(change.kind.schema().kind);
        hasher.text(&change.scope.0);
        hasher.text(&format!(
            "{:?} {:?} {:?}",
            change.action, change.reason, change.replace_slots
        ));
        hasher.object(change.before.as_ref());
        hasher.object(change.after.as_ref());
        if let (true, Some(record)) = (change.adopted, &change.record) {
            hasher.text(&record.id);
        }
    }
    if plan.refresh_only {
        for drift in &plan.drift {
            hasher.text(drift.address.as_str());
            hasher.object(drift.after.as_ref());
        }
    }
    for step in &plan.steps {
        let change = &plan.changes[step.change];
        hasher.text(&format!(
            "{} {:?} {:?} {:?}",
            change.address, step.kind, step.after, step.expect
        ));
    }
    for output in &plan.outputs {
        hasher.text(&output.name);
        hasher.value(output.before.as_ref());
        hasher.value(output.after.as_ref());
    }
    hasher.finish()
}

/// The digest of an object as observed.
#[must_use]
pub fn object_digest(object: &Object) -> String {
    let mut hasher = Hasher::default();
    hasher.object(Some(object));
    hasher.finish()
}

#[derive(Default)]
struct Hasher(Sha256);

impl Hasher {
    /// Each part with its length, so that two parts never read as one.
    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn object(&mut self, object: Option<&Object>) {
        match object {
            None => self.text("none"),
            Some(object) => object.fields.iter().for_each(|value| self.value(Some(value))),
        }
    }

    fn value(&mut self, value: Option<&Value>) {
        let mut out = String::new();
        match value {
            None => out.push_str("none"),
            Some(value) => canonical(value, &mut out),
        }
        self.text(&out);
    }

    fn finish(self) -> String {
        self.0
            .finalize()
            .iter()
            .fold(String::with_capacity(64), |mut out, byte| {
                _ = write!(out, "{byte:02x}");
                out
            })
    }
}

/// Like the stored form, but later and secret parts have one too.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Later(later) => _ = write!(out, "(later {})", later.ty),
        Value::Secret(_) => out.push_str("(secret)"),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            out.push('[');
            for item in value.items().unwrap_or_default() {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Map(_) | Value::Object(_) => {
            out.push('{');
            for (name, item) in value.entries().into_iter().flatten() {
                _ = write!(out, "{name:?}:");
                canonical(item, out);
                out.push(',');
            }
            out.push('}');
        }
        plain => _ = meshform_state::value::encode(plain, &plain_type(plain), out),
    }
}

fn plain_type(value: &Value) -> Type {
    match value {
        Value::Null(_) => Type::String,
        other => other.ty(),
    }
}
