//! `dynamic "rule" { for_each = … content { … } }`: blocks made from the elements of a collection.

use meshform_lang::{Block, Body, Diagnostic, Diagnostics, Files, Range, Resolved, Scope, Step, Traversal};
use meshform_state::{Number, Str, Type, Value};

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

/// What to say of a dynamic block without a label.
pub(super) fn without_label(block: &Block) -> Diagnostic {
    let detail = "A dynamic block needs a label: the kind of the blocks that it makes.";
    Diagnostic::error("Missing label", detail).at(block.header_range)
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
    match block.body.attribute("iterator") {
        Some(attribute) => attribute.expr.as_traversal().map(|name| name.root),
        None => made_kind(block).cloned(),
    }
}

/// What `make` makes of each element; `None` if the elements are known later.
pub(super) fn each(
    block: &Block,
    scope: &dyn Scope,
    make: impl Fn(&str, &Body, &dyn Scope) -> Result<Value, Diagnostics>,
) -> Result<Option<Vec<Value>>, Diagnostics> {
    let (Some(kind), Some(name)) = (made_kind(block), iterator(block)) else {
        return Err(without_label(block).into());
    };
    let missing = |what: &str| {
        let detail = format!("A dynamic block needs {what}.");
        Diagnostics::from(Diagnostic::error("Incomplete dynamic block", detail).at(block.header_range))
    };
    let for_each = block
        .body
        .attribute("for_each")
        .ok_or_else(|| missing("`for_each`"))?;
    let content = block
        .body
        .blocks_of("content")
        .next()
        .ok_or_else(|| missing("a block `content`"))?;
    let value = for_each.expr.evaluate(scope)?;
    let (collection, secret) = value.reveal();
    if let Value::Later(_) = collection {
        return Ok(None);
    }
    let Some(elements) = elements(collection) else {
        let detail = "`for_each` of a dynamic block takes a list, set, map or object.";
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
        make(kind, &content.body, &inner)
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
                None => {
                    let detail = format!("`{}` has `.key` and `.value` only.", self.name);
                    Err(Diagnostic::error("Unsupported attribute", detail)
                        .at(*range)
                        .into())
                }
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
