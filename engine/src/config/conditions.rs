//! The parts that several blocks share: conditions, `depends_on`, and arguments that must be plain.

use meshform_lang::{Block, Body, Diagnostic, Diagnostics, Expr, Range, Traversal};
use meshform_state::{Str, Value};

use super::model::{Condition, Repeat};

/// The blocks of `kind` in `body` as conditions.
pub(super) fn conditions(body: &Body, kind: &str, found: &mut Diagnostics) -> Vec<Condition> {
    body.blocks_of(kind)
        .filter_map(|block| condition(block, found))
        .collect()
}

fn condition(block: &Block, found: &mut Diagnostics) -> Option<Condition> {
    // What is missing here was reported by the schema.
    let condition = block.body.attribute("condition")?.expr.clone();
    let message = block.body.attribute("error_message")?.expr.clone();
    // Whether the condition holds or not.
    let is_text = message.as_tuple().is_none()
        && message.as_object().is_none()
        && message.as_literal().is_none_or(|literal| !literal.is_null());
    if !is_text {
        found.push(no_message(message.range()));
        return None;
    }
    Some(Condition {
        condition,
        message,
        range: block.header_range,
    })
}

/// What is at `range` is no message.
pub(crate) fn no_message(range: Range) -> Diagnostic {
    let detail = "`error_message` takes a text: what to say when the condition is not met.";
    Diagnostic::error("Invalid error message", detail).at(range)
}

/// The argument `name` as a list of bare references.
pub(super) fn references(body: &Body, name: &str, found: &mut Diagnostics) -> Vec<Traversal> {
    let Some(attribute) = body.attribute(name) else {
        return Vec::new();
    };
    let Some(items) = attribute.expr.as_tuple() else {
        let detail = format!("`{name}` takes a list of references, such as `[aws_vpc.main]`.");
        found.push(Diagnostic::error(format!("Invalid {name}"), detail).at(attribute.expr.range()));
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| reference(item, name, found))
        .collect()
}

/// `expr` as a bare reference, for the argument `name`.
pub(super) fn reference(expr: &Expr, name: &str, found: &mut Diagnostics) -> Option<Traversal> {
    let traversal = expr.as_traversal();
    if traversal.is_none() {
        let detail =
            format!("`{name}` takes bare references, such as `aws_vpc.main`: no expressions, no quotes.");
        found.push(Diagnostic::error("Invalid reference", detail).at(expr.range()));
    }
    traversal
}

/// The argument `name` as a plain text.
pub(super) fn text(body: &Body, name: &str, found: &mut Diagnostics) -> Option<Str> {
    let expr = &body.attribute(name)?.expr;
    match expr.as_literal() {
        Some(Value::String(text)) => Some(text.clone()),
        _ => {
            let detail = format!("`{name}` takes a plain text in quotes, without references.");
            found.push(Diagnostic::error("Invalid argument", detail).at(expr.range()));
            None
        }
    }
}

/// The argument `name` as a plain truth value.
pub(super) fn truth(body: &Body, name: &str, otherwise: bool, found: &mut Diagnostics) -> bool {
    let Some(attribute) = body.attribute(name) else {
        return otherwise;
    };
    match attribute.expr.as_literal() {
        Some(Value::Bool(truth)) => *truth,
        _ => {
            let detail = format!("`{name}` takes `true` or `false`, without references.");
            found.push(Diagnostic::error("Invalid argument", detail).at(attribute.expr.range()));
            otherwise
        }
    }
}

/// How often the block with `body` stands for something.
pub(super) fn repeat(body: &Body, lifecycle: Option<&Block>, found: &mut Diagnostics) -> Repeat {
    let choices = [
        (body.attribute("count"), Repeat::Count as fn(Expr) -> Repeat),
        (body.attribute("for_each"), Repeat::ForEach),
        (
            lifecycle.and_then(|block| block.body.attribute("enabled")),
            Repeat::Enabled,
        ),
    ];
    let mut given = choices
        .into_iter()
        .filter_map(|(attribute, make)| Some((attribute?, make)));
    let Some((first, make)) = given.next() else {
        return Repeat::Once;
    };
    for (other, _) in given {
        let detail = format!("`{}` and `{}` exclude each other.", first.name, other.name);
        let diagnostic = Diagnostic::error("Invalid combination of arguments", detail).at(other.name_range);
        found.push(diagnostic.related(first.name_range, format!("`{}` is here", first.name)));
    }
    make(first.expr.clone())
}
