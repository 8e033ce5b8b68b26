//! Where an attribute's value comes from: one expression, or blocks that stand for the elements of a collection.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{Block, Body, Diagnostic, Diagnostics, Expr, Range, Scope, Traversal, convert_to};
use meshform_state::{Str, Type, Value};

use crate::kind::Schema;

use super::dynamic;

pub(super) use super::dynamic::{block_references, made_kind};

/// Where an attribute's value comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// `name = …`
    Expr(Expr),
    /// `name { … }`, as often as there are elements.
    Blocks(Arc<[Arc<Block>]>),
}

impl Source {
    /// The place that messages about the value point to.
    pub(super) fn range(&self) -> Range {
        match self {
            Source::Expr(expr) => expr.range(),
            // There is no attribute without at least one block of its name.
            Source::Blocks(blocks) => blocks[0].header_range,
        }
    }

    /// What it refers to.
    pub(super) fn references(&self) -> Vec<Traversal> {
        match self {
            Source::Expr(expr) => expr.references(),
            Source::Blocks(blocks) => blocks.iter().flat_map(|block| block_references(block)).collect(),
        }
    }

    /// The value for an attribute of type `ty`, not converted yet.
    pub(super) fn evaluate(&self, ty: &Type, scope: &dyn Scope) -> Result<Value, Diagnostics> {
        match self {
            Source::Expr(expr) => expr.evaluate(scope),
            Source::Blocks(blocks) => elements(blocks, ty, scope),
        }
    }
}

/// Whether blocks may stand for a value of `ty`.
pub(super) fn takes_blocks(ty: &Type) -> bool {
    members(ty).is_some()
}

/// The attributes of what each block stands for.
pub(super) fn members(ty: &Type) -> Option<&BTreeMap<Str, Type>> {
    match ty {
        Type::List(element) | Type::Set(element) => members(element),
        Type::Object(attributes) => Some(attributes),
        _ => None,
    }
}

fn elements(blocks: &[Arc<Block>], ty: &Type, scope: &dyn Scope) -> Result<Value, Diagnostics> {
    let mut found = Diagnostics::new();
    let Some(attributes) = members(ty) else {
        return Err(found);
    };
    let mut items: Vec<(Value, &Block)> = Vec::new();
    let (mut later, mut is_whole) = (false, true);
    for block in blocks {
        if &*block.kind != dynamic::KIND {
            let item = found.collect(object(&block.body, attributes, scope));
            is_whole &= item.is_some();
            items.extend(item.map(|item| (item, &**block)));
            continue;
        }
        let made = dynamic::each(block, scope, |body, scope| object(body, attributes, scope));
        match found.collect(made) {
            Some(Some(made)) => items.extend(made.into_iter().map(|item| (item, &**block))),
            Some(None) => later = true,
            None => is_whole = false,
        }
    }
    if let (Type::Object(_), [(_, first), (_, second), ..]) = (ty, items.as_slice()) {
        found.push(duplicate(first, second, items.len()));
    }
    if found.has_errors() || !is_whole {
        return Err(found);
    }
    if later {
        return Ok(Value::later(ty.clone()));
    }
    let mut items = items.into_iter().map(|(item, _)| item);
    Ok(match ty {
        Type::List(element) => Value::list(Type::clone(element), items.collect()),
        Type::Set(element) => Value::set(Type::clone(element), items.collect()),
        _ => items.next().unwrap_or(Value::Null(ty.clone())),
    })
}

/// Of what there may be one, `first` and `second` make `count`.
fn duplicate(first: &Block, second: &Block, count: usize) -> Diagnostic {
    let kind = made_kind(second).map_or("", |kind| &**kind);
    let only = format!("There may be one block `{kind}` only");
    if first.header_range == second.header_range {
        return Diagnostic::error("Duplicate block", format!("{only}; this makes {count}."))
            .at(second.header_range);
    }
    Diagnostic::error("Duplicate block", format!("{only}."))
        .at(second.header_range)
        .related(first.header_range, "the first one is here")
}

/// The object that a block with `body` stands for. What cannot be in it was found by [`nested`](super::nested).
fn object(body: &Body, types: &BTreeMap<Str, Type>, scope: &dyn Scope) -> Result<Value, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut is_whole = true;
    let mut values: Vec<(Str, Value)> = Vec::new();
    for (name, ty) in types {
        let value = if let Some(attribute) = body.attribute(name) {
            let range = attribute.expr.range();
            found.collect(
                attribute
                    .expr
                    .evaluate(scope)
                    .and_then(|value| converted(&value, ty, name, range)),
            )
        } else {
            let blocks = body.blocks.iter().filter(|block| made_kind(block) == Some(name));
            let blocks: Vec<Arc<Block>> = blocks.cloned().collect();
            if blocks.is_empty() || !takes_blocks(ty) {
                Some(Value::Null(ty.clone()))
            } else {
                found.collect(elements(&blocks, ty, scope))
            }
        };
        is_whole &= value.is_some();
        values.extend(value.map(|value| (name.clone(), value)));
    }
    if found.has_errors() || !is_whole {
        Err(found)
    } else {
        Ok(Value::object(values))
    }
}

/// `value` as one of `ty`.
pub(super) fn converted(value: &Value, ty: &Type, name: &str, range: Range) -> Result<Value, Diagnostics> {
    convert_to(value, ty).map_err(|error| {
        let detail = if value.has_secret() {
            // Where in it the mistake is may be a part of it.
            format!(
                "`{name}` takes {}, and this (sensitive) value is none.",
                article(ty)
            )
        } else {
            format!("`{name}` takes {}: {error}.", article(ty))
        };
        Diagnostic::error("Wrong type of value", detail).at(range).into()
    })
}

/// A type as it reads in a sentence.
pub(super) fn article(ty: &Type) -> String {
    match ty {
        Type::Any => "any value".to_owned(),
        Type::Bool => "`true` or `false`".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::String => "a text".to_owned(),
        other => format!("a value of type `{other}`"),
    }
}

/// `value` as the attribute in `slot` keeps it: of its type, in its one form, and not secret if it is stored.
pub(super) fn kept(value: &Value, schema: &Schema, slot: usize, range: Range) -> Result<Value, Diagnostics> {
    let attribute = &schema.attributes[slot];
    let value = converted(value, &attribute.ty, attribute.name, range)?;
    if value.has_secret() && !attribute.write_only {
        return Err(secret(attribute.name, schema, range).into());
    }
    if value.is_null() {
        return Ok(Value::Null(attribute.ty.clone()));
    }
    match attribute.normalise {
        Some(normalise) if value.is_known() => {
            normalise(value).map_err(|problem| Diagnostic::error("Invalid value", problem).at(range).into())
        }
        _ => Ok(value),
    }
}

fn secret(name: &str, schema: &Schema, range: Range) -> Diagnostic {
    let detail = format!("`{name}` is stored in the state, and its value comes from something sensitive.");
    let open: Vec<String> = schema
        .attributes
        .iter()
        .filter(|attribute| attribute.write_only)
        .map(|attribute| format!("`{}`", attribute.name))
        .collect();
    let instead = if open.is_empty() {
        format!(
            "`{}` stores all that it is given: keep the secret out of it.",
            schema.kind
        )
    } else {
        format!(
            "Give it to {}, which is sent and never stored, with another version beside it whenever it is to be sent again.",
            open.join(" or ")
        )
    };
    let hint = format!("{instead} If the value is no secret, say so with `nonsensitive(…)`.");
    Diagnostic::error("Sensitive value in a stored attribute", detail)
        .hint(hint)
        .at(range)
}
