//! What a resource says about the attributes of its kind, checked against their schema whatever the values are.

use std::sync::Arc;

use meshform_lang::{Block, Diagnostic, Diagnostics, Range, Traversal, did_you_mean};
use meshform_state::Str;

use crate::config::{META, Resource};
use crate::kind::{Attribute, Schema};

use super::dynamic;
use super::nested;
use super::source::{Source, made_kind, takes_blocks};

/// What stands in place of a `provider`.
const NO_PROVIDERS: &str =
    "There are no providers: `in = account.NAME` or `in = cluster.NAME` says where it lives.";

/// The arguments and blocks of `resource` by slot, and what is wrong with them whatever their values.
pub(super) fn slots(resource: &Resource, schema: &Schema, found: &mut Diagnostics) -> Vec<(usize, Source)> {
    let mut slots: Vec<(usize, Source)> = Vec::new();
    // What other names were likely meant for is not missing as well.
    let mut meant: Vec<&'static str> = Vec::new();
    for argument in &resource.arguments {
        match settable(schema, &argument.name, argument.name_range) {
            Ok(slot) => slots.push((slot, Source::Expr(argument.expr.clone()))),
            Err(diagnostic) => {
                let (diagnostic, near) = likely(*diagnostic, schema, &argument.name, |_| true);
                meant.extend(near);
                found.push(match (near, &*argument.name) {
                    (None, "provider") => diagnostic.hint(NO_PROVIDERS),
                    _ => diagnostic,
                });
            }
        }
    }
    let mut seen: Vec<&Str> = Vec::new();
    for block in &resource.blocks {
        let Some(kind) = made_kind(block) else {
            dynamic::check(block, found);
            continue;
        };
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        let all = resource
            .blocks
            .iter()
            .filter(|other| made_kind(other) == Some(kind));
        let all: Vec<Arc<Block>> = all.cloned().collect();
        match blocks(resource, schema, kind, &all, found) {
            Ok(slot) => slots.push((slot, Source::Blocks(all.into()))),
            Err(near) => meant.extend(near),
        }
    }
    for (slot, attribute) in schema.attributes.iter().enumerate() {
        let name = attribute.name;
        let is_given = resource.arguments.iter().any(|argument| &*argument.name == name)
            || resource.blocks.iter().any(|block| &*block.kind == name)
            || meant.contains(&name);
        if attribute.required && !is_given && !slots.iter().any(|(other, _)| *other == slot) {
            let detail = format!("`{}` needs `{name}`: {}", resource.name, attribute.doc);
            found.push(Diagnostic::error("Missing required argument", detail).at(resource.range));
        }
    }
    slots.sort_by_key(|(slot, _)| *slot);
    slots
}

/// Finds what in `ignore_changes` is nothing that could be ignored.
pub(super) fn check_ignored(resource: &Resource, schema: &Schema, found: &mut Diagnostics) {
    for traversal in &resource.lifecycle.ignore_changes {
        match ignored(traversal, schema) {
            Err(diagnostic) => found.push(*diagnostic),
            Ok(slot) if !may_be_set(&schema.attributes[slot]) => {
                let detail = format!(
                    "`{}` is found by the API and not configured, so nothing of it is ever changed.",
                    traversal.root
                );
                let diagnostic = Diagnostic::warning("Redundant ignore_changes element", detail);
                found.push(diagnostic.at(traversal.range).hint("Take it out."));
            }
            Ok(_) => {}
        }
    }
}

/// The slot of an attribute in `ignore_changes`.
pub(super) fn ignored(traversal: &Traversal, schema: &Schema) -> Result<usize, Box<Diagnostic>> {
    let name = &traversal.root;
    let Some(slot) = schema.slot(name) else {
        let detail = format!("A resource of kind `{}` has no attribute `{name}`.", schema.kind);
        let names = schema.attributes.iter().map(|attribute| attribute.name);
        return Err(Diagnostic::error("Unsupported attribute", detail)
            .at(traversal.range)
            .meant(name, names)
            .into());
    };
    if traversal.steps.is_empty() {
        return Ok(slot);
    }
    let detail = format!("`ignore_changes` takes whole attributes: `{name}`.");
    Err(Diagnostic::error("Invalid ignore_changes", detail)
        .at(traversal.range)
        .into())
}

/// The slot of the attribute that `all`, the blocks of `kind`, stand for; else the attribute that was likely meant.
fn blocks(
    resource: &Resource,
    schema: &Schema,
    kind: &Str,
    all: &[Arc<Block>],
    found: &mut Diagnostics,
) -> Result<usize, Option<&'static str>> {
    let place = all
        .first()
        .map_or(resource.range, |block| nested::kind_range(block));
    let slot = match settable(schema, kind, place) {
        Ok(slot) => slot,
        Err(diagnostic) if schema.slot(kind).is_some() => {
            found.push(*diagnostic);
            return Err(None);
        }
        Err(mut diagnostic) => {
            "Unsupported block".clone_into(&mut diagnostic.summary);
            let (diagnostic, near) =
                likely(*diagnostic, schema, kind, |attribute| takes_blocks(&attribute.ty));
            found.push(match diagnostic.hint {
                Some(_) => diagnostic,
                None => diagnostic.hint(instead_of_block(kind, schema)),
            });
            return Err(near);
        }
    };
    let ty = &schema.attributes[slot].ty;
    if !takes_blocks(ty) {
        found.push(nested::argument(kind, place));
        return Err(None);
    }
    if let Some(argument) = resource.arguments.iter().find(|argument| argument.name == *kind) {
        found.push(nested::both_ways(kind, place, argument.name_range));
    }
    for block in all {
        nested::check(block, kind, ty, found);
    }
    Ok(slot)
}

/// The slot of the attribute `name`, if a configuration may set it.
fn settable(schema: &Schema, name: &str, range: Range) -> Result<usize, Box<Diagnostic>> {
    let Some(slot) = schema.slot(name) else {
        let detail = format!("A {} of kind `{}` has no `{name}`.", what(schema), schema.kind);
        return Err(Diagnostic::error("Unsupported argument", detail).at(range).into());
    };
    if may_be_set(&schema.attributes[slot]) {
        return Ok(slot);
    }
    let detail = format!("`{name}` is found by the API; it cannot be set.");
    Err(Diagnostic::error("Read-only attribute", detail).at(range).into())
}

fn may_be_set(attribute: &Attribute) -> bool {
    attribute.required || attribute.optional
}

/// `diagnostic` with the attribute that was likely meant by `name`, of those that `fits` takes; and which one it is.
fn likely(
    diagnostic: Diagnostic,
    schema: &Schema,
    name: &str,
    fits: impl Fn(&Attribute) -> bool,
) -> (Diagnostic, Option<&'static str>) {
    if schema.slot(name).is_some() {
        return (diagnostic, None);
    }
    let fitting = schema
        .attributes
        .iter()
        .filter(|one| may_be_set(one) && fits(one));
    match did_you_mean(name, fitting.map(|one| one.name)) {
        Some(near) => (diagnostic.hint(format!("Did you mean `{near}`?")), Some(near)),
        None => (diagnostic, None),
    }
}

/// What to do where there are no blocks of `kind`.
fn instead_of_block(kind: &str, schema: &Schema) -> String {
    if kind == "lifecycle" || META.contains(&kind) {
        return format!(
            "`{kind}` is read before there are values, so no dynamic block makes it: write it out."
        );
    }
    if kind == "provisioner" || kind == "connection" {
        return "There are no provisioners: a resource is what its kind says, and nothing is run beside it."
            .to_owned();
    }
    let takes = schema
        .attributes
        .iter()
        .filter(|one| may_be_set(one) && takes_blocks(&one.ty));
    let names: Vec<String> = takes.map(|one| format!("`{}`", one.name)).collect();
    if names.is_empty() {
        format!(
            "`{}` has no blocks but `lifecycle`: its attributes are arguments, `name = …`.",
            schema.kind
        )
    } else {
        format!("Its blocks are {}.", names.join(", "))
    }
}

fn what(schema: &Schema) -> &'static str {
    if schema.data { "data source" } else { "resource" }
}
