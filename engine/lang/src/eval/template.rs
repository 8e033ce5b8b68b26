//! Templates: texts made of parts.

use meshform_state::{Type, Value};

use super::comprehension::elements;
use super::conditional::truth;
use super::{Env, Evaluated, Frame, TEXT_UNIT, eval, later_not_null, secret_if};
use crate::convert::convert_to;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::{Expr, Part, PartFor};
use crate::source::Range;

/// The text so far, and what else is known of it.
#[derive(Default)]
struct Text {
    text: String,
    later: bool,
    secret: bool,
}

pub(super) fn template(parts: &[Part], env: &Env<'_>) -> Evaluated<Value> {
    let mut text = Text::default();
    append(parts, &mut text, env)?;
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

fn append(parts: &[Part], text: &mut Text, env: &Env<'_>) -> Evaluated<()> {
    let each = parts.iter().map(|part| match part {
        Part::Text(literal) => {
            text.text.push_str(literal);
            Ok(())
        }
        Part::Value(value) => append_value(value, text, env),
        Part::If(node) => {
            match eval(&node.condition, env).and_then(|value| truth(&value, node.condition.range())) {
                Ok((condition, secret)) => {
                    text.secret |= secret;
                    let (taken, other) = match condition {
                        Some(false) => (&node.no, &node.yes),
                        _ => (&node.yes, &node.no),
                    };
                    text.later |= condition.is_none();
                    text.secret |= makes_secret(other, env);
                    append(taken, text, env)
                }
                Err(found) => Err(found),
            }
        }
        Part::For(node) => append_for(node, text, env),
    });
    Diagnostics::all(each).map(drop)
}

/// Whether a branch that is not taken would make the text secret. It then does so too, as in a conditional.
fn makes_secret(branch: &[Part], env: &Env<'_>) -> bool {
    let mut text = Text::default();
    append(branch, &mut text, env).is_ok() && text.secret
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
    let Some(elements) = elements(collection, node.collection.range())? else {
        text.later = true;
        return Ok(());
    };
    for (key, value) in elements {
        env.budget.spend(1, node.range)?;
        let parent = env.frame;
        let key_value = node.key.as_ref().map(|_| key.value());
        let key_frame = key_value.as_ref().map(|value| Frame {
            name: node.key.as_deref(),
            value,
            parent,
        });
        let frame = Frame {
            name: Some(&node.value),
            value,
            parent: key_frame.as_ref().or(parent),
        };
        append(
            &node.body,
            text,
            &Env {
                frame: Some(&frame),
                ..*env
            },
        )?;
    }
    Ok(())
}
