//! The blocks in a resource, checked against the types of what they stand for: once, and whatever the collections are
//! that dynamic blocks make them of.

use std::collections::BTreeMap;

use meshform_lang::{Block, Body, Diagnostic, Diagnostics, Range};
use meshform_state::{Str, Type};

use crate::config::labels;

use super::dynamic;
use super::source::{made_kind, members};

/// Finds what is wrong with `block`, which stands for objects with the attributes of `ty`.
pub(super) fn check(block: &Block, kind: &str, ty: &Type, found: &mut Diagnostics) {
    let Some(types) = members(ty) else {
        return;
    };
    if &*block.kind != dynamic::KIND {
        labels(block, &[], found);
        return check_body(&block.body, kind, types, found);
    }
    dynamic::check(block, found);
    if let Some(content) = block.body.blocks_of("content").next() {
        check_body(&content.body, kind, types, found);
    }
}

fn check_body(body: &Body, what: &str, types: &BTreeMap<Str, Type>, found: &mut Diagnostics) {
    for attribute in &body.attributes {
        if !types.contains_key(&attribute.name) {
            let detail = format!("The block `{what}` has no `{}`.", attribute.name);
            let diagnostic = Diagnostic::error("Unsupported argument", detail).at(attribute.name_range);
            found.push(diagnostic.meant(&attribute.name, types.keys().map(|name| &**name)));
        }
    }
    for block in &body.blocks {
        let Some(kind) = made_kind(block) else {
            dynamic::check(block, found);
            continue;
        };
        let place = kind_range(block);
        match types.get(kind) {
            Some(ty) if members(ty).is_some() => {
                if let Some(attribute) = body.attribute(kind) {
                    found.push(both_ways(kind, place, attribute.name_range));
                }
                check(block, kind, ty, found);
            }
            Some(_) => found.push(argument(kind, place)),
            None => {
                let detail = format!("The block `{what}` has no `{kind}`.");
                let diagnostic = Diagnostic::error("Unsupported block", detail).at(place);
                found.push(diagnostic.meant(kind, types.keys().map(|name| &**name)));
            }
        }
    }
}

/// Where the kind of the blocks stands that `block` is or makes.
pub(super) fn kind_range(block: &Block) -> Range {
    match block.labels.first() {
        Some(label) if &*block.kind == dynamic::KIND => label.range,
        _ => block.kind_range,
    }
}

/// `name` is an argument and was written as a block.
pub(super) fn argument(name: &str, range: Range) -> Diagnostic {
    let detail = format!("`{name}` is an argument: write `{name} = …`.");
    Diagnostic::error("Unsupported block", detail).at(range)
}

/// `name` is given by a block, and by an argument at `argument`.
pub(super) fn both_ways(name: &str, block: Range, argument: Range) -> Diagnostic {
    let detail = format!("`{name}` is given by an argument and by a block: one of them is enough.");
    Diagnostic::error("Attribute redefined", detail)
        .at(block)
        .related(argument, "the argument is here")
}
