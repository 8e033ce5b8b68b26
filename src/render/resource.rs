//! One resource of a plan or state as a block of lines.

use std::sync::Arc;

use meshform_engine::Object;
use meshform_engine::kind::{Attribute as Slot, Kind, Schema};
use meshform_engine::plan::{Action, Change};
use meshform_state::{Address, Record, Value};

use super::diff::{Diff, Form, Sign, diff};
use super::headline::{headline, symbol};
use super::lines::{Attribute, Lines, Options};
use super::style::Palette;
use super::values::Secrets;

/// What stands for the value of an attribute that is sent and never stored.
const WRITE_ONLY: &str = "(write-only attribute)";

/// The block of `change` with its headline.
pub(crate) fn block(
    change: &Change,
    sources: Option<&meshform_lang::Sources>,
    secrets: &Secrets,
    palette: Palette,
) -> String {
    let (before, after) = shown(change);
    let schema = change.kind.schema();
    let forces = |slot: usize| change.replace_slots.contains(&slot);
    let attributes = attributes(schema, before.as_ref(), after.as_ref(), secrets, &forces);
    let mut text = headline(change, sources, palette).join("\n");
    text.push('\n');
    text.push_str(&format!(
        "{} {} {{\n",
        symbol(change.action, palette),
        title(&change.address, schema)
    ));
    let mut lines = Lines::new(palette);
    // Of what is taken over as it is, all is news.
    let unchanged = change.adopted && change.action == Action::NoOp;
    lines.attributes(
        &attributes,
        1,
        Options {
            to_null: true,
            forces: false,
            unchanged,
        },
    );
    text.push_str(&lines.finish());
    text.push_str("    }\n");
    text
}

/// What changed outside, as a block with its headline.
pub(crate) fn drift_block(
    drift: &meshform_engine::plan::Drift,
    kind: &Arc<dyn Kind>,
    secrets: &Secrets,
    palette: Palette,
) -> String {
    let schema = kind.schema();
    let action = if drift.after.is_some() {
        Action::Update
    } else {
        Action::Delete
    };
    let verb = if drift.after.is_some() {
        "has changed"
    } else {
        "has been deleted"
    };
    let subject = palette.paint(super::style::Role::Strong, format!("  # {}", drift.address));
    let mut text = format!("{subject} {verb}\n");
    for owner in &drift.owners {
        let time = owner
            .time
            .as_ref()
            .map(|time| format!(" at {time}"))
            .unwrap_or_default();
        let path = owner.path.trim_start_matches('.');
        text.push_str(&format!(
            "  # {} was set by `{}`{time}\n",
            secrets.redact(path),
            owner.manager
        ));
    }
    text.push_str(&format!(
        "{} {} {{\n",
        symbol(action, palette),
        title(&drift.address, schema)
    ));
    let found = drift
        .after
        .as_ref()
        .map(|after| kind.project(after, &drift.before, Some(&drift.before)));
    let attributes = attributes(schema, Some(&drift.before), found.as_ref(), secrets, &|_| false);
    let mut lines = Lines::new(palette);
    lines.attributes(
        &attributes,
        1,
        Options {
            to_null: true,
            ..Options::default()
        },
    );
    text.push_str(&lines.finish());
    text.push_str("    }\n");
    text
}

/// A recorded object as a block.
pub(crate) fn state_block(address: &Address, schema: &Schema, object: &Object, secrets: &Secrets) -> String {
    let attributes = attributes(schema, Some(object), Some(object), secrets, &|_| false);
    let mut lines = Lines::new(Palette::Plain);
    // Nothing changes, so the column of symbols stays empty and the usual indent of configuration fits.
    lines.attributes(
        &attributes,
        0,
        Options {
            unchanged: true,
            ..Options::default()
        },
    );
    format!(
        "# {address}:\n{} {{\n{}}}\n",
        title(address, schema),
        lines.finish()
    )
}

/// The objects of `change` cut to what is compared: what others own in an object is no part of our plan.
pub(crate) fn shown(change: &Change) -> (Option<Object>, Option<Object>) {
    let before = match (&change.before, &change.after) {
        (Some(before), Some(after)) if change.action == Action::Update || change.action == Action::NoOp => {
            let recorded = change
                .record
                .as_deref()
                .and_then(|record| recorded(record, change.kind.schema()));
            let configured = change.configured.clone().map(|fields| Object { fields });
            Some(
                change
                    .kind
                    .project(before, configured.as_ref().unwrap_or(after), recorded.as_ref()),
            )
        }
        (before, _) => before.clone(),
    };
    // A forgotten object stays as it is.
    let after = if change.action == Action::Forget {
        before.clone()
    } else {
        change.after.clone()
    };
    (before, after)
}

fn recorded(record: &Record, schema: &Schema) -> Option<Object> {
    Object::decode(&record.attributes, schema).ok()
}

/// `resource "aws_vpc" "main"`.
fn title(address: &Address, schema: &Schema) -> String {
    let name = address
        .segments()
        .pop()
        .map(|segment| segment.name)
        .unwrap_or_default();
    let word = if schema.data { "data" } else { "resource" };
    format!("{word} \"{}\" \"{name}\"", schema.kind)
}

/// The attributes by name, those that are null before and after left out.
fn attributes(
    schema: &Schema,
    before: Option<&Object>,
    after: Option<&Object>,
    secrets: &Secrets,
    forces: &dyn Fn(usize) -> bool,
) -> Vec<Attribute> {
    let mut found: Vec<Attribute> = Vec::new();
    for (index, slot) in schema.attributes.iter().enumerate() {
        let side = |object: Option<&Object>| {
            object
                .and_then(|object| object.fields.get(index))
                .filter(|value| !value.is_null())
                .cloned()
        };
        let (was, is) = (side(before), side(after));
        let sign = |was: Option<&Value>| if was.is_none() { Sign::Add } else { Sign::Change };
        if slot.write_only {
            if is.is_some() && (before.is_none() || is_sent(schema, slot, before, after)) {
                let diff = Diff {
                    sign: sign(before.and(Some(&Value::Bool(true)))),
                    form: Form::Leaf {
                        before: None,
                        after: None,
                    },
                };
                found.push(Attribute {
                    name: slot.name.to_owned(),
                    diff,
                    forces: false,
                    instead: Some(WRITE_ONLY),
                });
            }
            continue;
        }
        if was.is_none() && is.is_none() {
            continue;
        }
        let diff = diff(secrets, was.as_ref(), is.as_ref());
        found.push(Attribute {
            name: slot.name.to_owned(),
            diff,
            forces: forces(index),
            instead: None,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Whether a write-only attribute is written again: its version beside it says so.
fn is_sent(schema: &Schema, slot: &Slot, before: Option<&Object>, after: Option<&Object>) -> bool {
    let version = format!("{}_version", slot.name);
    let of = |object: Option<&Object>| object.map(|object| object.get(schema, &version).clone());
    of(before) != of(after)
}
