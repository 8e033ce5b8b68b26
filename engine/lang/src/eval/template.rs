//! Templates: texts made of parts.

use meshform_state::{Type, Value};

use super::comprehension::{ElementKey, Names, elements};
use super::conditional::truth;
use super::{Env, Evaluated, TEXT_UNIT, eval, later_not_null, secret_if};
use crate::convert::{convert_to, is_open_set};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::{Expr, Part, PartFor, PartIf};
use crate::source::Range;

/// The text so far, and what else is known of it.
#[derive(Default)]
struct Text {
    text: String,
    later: bool,
    secret: bool,
}

pub(super) fn template(parts: &[Part], range: Range, env: &Env<'_>) -> Evaluated<Value> {
    let mut text = Text::default();
    append(parts, &mut text, range, env)?;
    let value = if text.later {
        later_not_null(Type::String)
    } else {
        Value::string(text.text)
    };
    Ok(secret_if(text.secret, value))
}

/// `value` as a template shows it: the value's text, `None` if that is known later.
pub(crate) fn template_text(value: &Value, range: Range) -> Evaluated<Option<meshform_state::Str>> {
    let problem = |message: String| {
        Err(Diagnostic::error("Invalid template interpolation value", message)
            .at(range)
            .into())
    };
    if value.is_null() {
        return problem("The value is null, which has no text.".to_owned());
    }
    match convert_to(value.reveal().0, &Type::String) {
        Ok(Value::String(text)) => Ok(Some(text)),
        Ok(_) => Ok(None),
        Err(error) => problem(format!("This value cannot be part of a text: {error}.")),
    }
}

fn append(parts: &[Part], text: &mut Text, range: Range, env: &Env<'_>) -> Evaluated<()> {
    let each = parts.iter().map(|part| match part {
        Part::Text(literal) => {
            text.text.push_str(literal);
            env.budget.spend(literal.len() / TEXT_UNIT, range)
        }
        Part::Value(value) => append_value(value, text, env),
        Part::If(node) => append_if(node, text, env),
        Part::For(node) => append_for(node, text, env),
    });
    Diagnostics::all(each).map(drop)
}

fn append_if(node: &PartIf, text: &mut Text, env: &Env<'_>) -> Evaluated<()> {
    let condition = eval(&node.condition, env)?;
    let (condition, secret) = truth(&condition, node.condition.range())?;
    let branch = |parts: &[Part]| {
        let mut made = Text::default();
        append(parts, &mut made, node.condition.range(), env).map(|()| made)
    };
    let (yes, no) = (branch(&node.yes), branch(&node.no));
    // A branch that is not taken makes the text secret too, as in a conditional; a mistake in it does not matter.
    let secret_of = |made: &Evaluated<Text>| made.as_ref().is_ok_and(|made| made.secret);
    text.secret |= secret || secret_of(&yes) || secret_of(&no);
    let taken = match (condition, yes, no) {
        (Some(true), yes, _) => yes?,
        (Some(false), _, no) => no?,
        (None, Err(mut found), Err(other)) => {
            found.extend(other);
            return Err(found);
        }
        (None, ..) => Text {
            later: true,
            ..Text::default()
        },
    };
    text.text.push_str(&taken.text);
    text.later |= taken.later;
    Ok(())
}

fn append_value(value: &Expr, text: &mut Text, env: &Env<'_>) -> Evaluated<()> {
    let range = value.range();
    let value = eval(value, env)?;
    text.secret |= value.has_secret();
    match template_text(&value, range)? {
        Some(shown) => {
            env.budget.spend(shown.len() / TEXT_UNIT, range)?;
            text.text.push_str(&shown);
        }
        None => text.later = true,
    }
    Ok(())
}

fn append_for(node: &PartFor, text: &mut Text, env: &Env<'_>) -> Evaluated<()> {
    let collection = eval(&node.collection, env)?;
    let (collection, secret) = collection.reveal();
    text.secret |= secret;
    let elements = elements(collection, node.collection.range())?;
    let names = Names {
        key: node.key.as_deref(),
        value: &node.value,
        secret,
    };
    let Some(elements) = elements else {
        let any = (ElementKey::Any, &Value::later(Type::Any));
        let mut body = Text::default();
        // A mistake may not matter, since there may be no elements.
        let made = names.bind(&any, env, |inner| {
            append(&node.body, &mut body, node.range, inner)
        });
        text.secret |= made.is_ok() && body.secret;
        text.later = true;
        return Ok(());
    };
    // Elements that are not known yet may turn out to be one, and stand in another order.
    text.later |= is_open_set(collection);
    for element in elements {
        env.budget.spend(1, node.range)?;
        names.bind(&element, env, |inner| append(&node.body, text, node.range, inner))?;
    }
    Ok(())
}
