//! `dynamic "rule" { for_each = … content { … } }`: blocks made from the elements of a collection.

use meshform_lang::{Block, Body, Diagnostic, Diagnostics, Files, Range, Resolved, Scope, Step, Traversal};
use meshform_state::{Number, Str, Type, Value};

use crate::config::{dynamic, labels};

/// The kind of such a block; its label is the kind of the blocks that it makes.
pub(super) const KIND: &str = "dynamic";

/// The kind of block that `block` is or makes; `None` if it should say so and does not.
pub(super) fn made_kind(block: &Block) -> Option<&Str> {
    if &*block.kind == KIND {
        block.labels.first().map(|label| &label.text)
    } else {
        Some(&block.kind)
    }
}

/// What `block` refers to; the names that dynamic blocks bind are left out.
pub(super) fn block_references(block: &Block) -> Vec<Traversal> {
    let mut found = Vec::new();
    collect(block, &mut Vec::new(), &mut found);
    found
}

fn collect(block: &Block, bound: &mut Vec<Str>, found: &mut Vec<Traversal>) {
    let before = bound.len();
    for attribute in &block.body.attributes {
        if &*block.kind == KIND && &*attribute.name == "iterator" {
            continue;
        }
        let references = attribute.expr.references().into_iter();
        found.extend(references.filter(|traversal| !bound.contains(&traversal.root)));
    }
    if &*block.kind == KIND {
        bound.extend(iterator(block));
    }
    block
        .body
        .blocks
        .iter()
        .for_each(|inner| collect(inner, bound, found));
    bound.truncate(before);
}

/// The name that the elements have inside.
fn iterator(block: &Block) -> Option<Str> {
    let Some(attribute) = block.body.attribute("iterator") else {
        return made_kind(block).cloned();
    };
    match attribute.expr.as_literal() {
        // What `check` refuses: its uses are no mistakes of their own.
        Some(Value::String(text)) => Some(text.clone()),
        _ => attribute.expr.as_traversal().map(|name| name.root),
    }
}

/// Finds what is wrong with `block` whatever its elements are, but for what stands in its content.
pub(super) fn check(block: &Block, found: &mut Diagnostics) {
    labels(block, &["kind"], found);
    dynamic().check(&block.body, "A dynamic block", block.header_range, found);
    if let (Some(given), Some(kind)) = (block.body.attribute("labels"), made_kind(block)) {
        let detail = format!("Blocks `{kind}` have no labels, so there are none to give.");
        found.push(Diagnostic::error("Extraneous label", detail).at(given.name_range));
    }
    if let Some(given) = block.body.attribute("iterator")
        && given
            .expr
            .as_traversal()
            .is_none_or(|name| !name.steps.is_empty())
    {
        let detail = "`iterator` takes a bare name, that of the elements in `content`.";
        let diagnostic = Diagnostic::error("Invalid dynamic iterator name", detail).at(given.expr.range());
        found.push(match given.expr.as_literal() {
            Some(Value::String(text)) => diagnostic.hint(format!("Write `{text}` without quotes.")),
            _ => diagnostic,
        });
    }
    let name = iterator(block);
    if let (Some(name), Some(content)) = (name, block.body.blocks_of("content").next()) {
        check_uses(&content.body, &name, found);
    }
}

/// Finds the parts of the element `name` that no element has.
fn check_uses(body: &Body, name: &str, found: &mut Diagnostics) {
    for attribute in &body.attributes {
        for used in attribute.expr.references() {
            if let Some((Step::Attribute(part), range)) = used.steps.first()
                && *used.root == *name
                && !PARTS.contains(&&**part)
            {
                found.push(no_part(name, *range));
            }
        }
    }
    for block in &body.blocks {
        let hides = &*block.kind == KIND && iterator(block).as_deref() == Some(name);
        if !hides {
            check_uses(&block.body, name, found);
        }
    }
}

/// The parts of an element.
const PARTS: [&str; 2] = ["key", "value"];

fn no_part(name: &str, range: Range) -> Diagnostic {
    let detail = format!("`{name}` has `.key` and `.value` only.");
    Diagnostic::error("Unsupported attribute", detail).at(range)
}

/// What `make` makes of each element; `None` if the elements are known later.
pub(super) fn each(
    block: &Block,
    scope: &dyn Scope,
    make: impl Fn(&Body, &dyn Scope) -> Result<Value, Diagnostics>,
) -> Result<Option<Vec<Value>>, Diagnostics> {
    let (Some(name), Some(for_each), Some(content)) = (
        iterator(block),
        block.body.attribute("for_each"),
        block.body.blocks_of("content").next(),
    ) else {
        // What `check` has told of.
        return Err(Diagnostics::new());
    };
    let value = for_each.expr.evaluate(scope)?;
    let (collection, secret) = value.reveal();
    if let Value::Later(_) = collection {
        return Ok(None);
    }
    let Some(elements) = elements(collection) else {
        let given = if collection.is_null() {
            ", and is null here"
        } else {
            ""
        };
        let detail = format!("`for_each` of a dynamic block takes a list, set, map or object{given}.");
        return Err(Diagnostic::error("Invalid for_each", detail)
            .at(for_each.expr.range())
            .into());
    };
    let made = elements.into_iter().map(|(key, value)| {
        let value = if secret { value.into_secret() } else { value };
        let inner = Bound {
            scope,
            name: &name,
            element: Value::object([("key".into(), key), ("value".into(), value)]),
        };
        make(&content.body, &inner)
    });
    Diagnostics::all(made).map(Some)
}

fn elements(collection: &Value) -> Option<Vec<(Value, Value)>> {
    if let Some(entries) = collection.entries() {
        return Some(
            entries
                .iter()
                .map(|(key, value)| (Value::String(key.clone()), value.clone()))
                .collect(),
        );
    }
    let items = collection.items()?;
    let is_set = matches!(collection.ty(), Type::Set(_));
    let key = |at: usize, item: &Value| {
        if is_set {
            item.clone()
        } else {
            Value::Number(Number::from(at))
        }
    };
    Some(
        items
            .iter()
            .enumerate()
            .map(|(at, item)| (key(at, item), item.clone()))
            .collect(),
    )
}

/// A scope with one more name.
struct Bound<'a> {
    scope: &'a dyn Scope,
    name: &'a str,
    element: Value,
}

impl Scope for Bound<'_> {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        if *traversal.root != *self.name {
            return self.scope.resolve(traversal);
        }
        match traversal.steps.first() {
            Some((Step::Attribute(part), range)) => match self.element.get(part) {
                Some(value) => Ok(Resolved {
                    value: value.clone(),
                    steps: 1,
                }),
                None => Err(no_part(self.name, *range).into()),
            },
            _ => Ok(Resolved {
                value: self.element.clone(),
                steps: 0,
            }),
        }
    }

    fn files(&self) -> &dyn Files {
        self.scope.files()
    }

    fn plan_timestamp(&self) -> Option<Str> {
        self.scope.plan_timestamp()
    }

    fn now(&self) -> Option<Str> {
        self.scope.now()
    }

    fn chance(&self, place: Range) -> Option<[u8; 16]> {
        self.scope.chance(place)
    }
}
