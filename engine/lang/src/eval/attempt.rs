//! `try` and `can`: the calls whose arguments may fail.

use meshform_state::{Type, Value};

use super::call::arguments;
use super::{Env, Evaluated, eval, later_not_null, secret_if};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::{Call, Expr};
use crate::source::Range;

type Special = fn(&Call, Range, &Env<'_>) -> Evaluated<Value>;

/// The one of the two that `name` is.
pub(super) fn find(name: &str) -> Option<Special> {
    match name {
        "try" => Some(try_each),
        "can" => Some(can),
        _ => None,
    }
}

fn try_each(call: &Call, range: Range, env: &Env<'_>) -> Evaluated<Value> {
    if !call.expand {
        return first(&call.arguments, range, env);
    }
    // Elements have values already: the first is the result, if it will be one for sure.
    let mut secret = false;
    let Some((values, _)) = arguments(call, env, &mut secret)? else {
        return Ok(secret_if(secret, Value::later(Type::Any)));
    };
    let value = values.into_iter().next().ok_or_else(|| nothing_to_try(range))?;
    Ok(secret_if(secret, settled(value, range, env)?))
}

fn can(call: &Call, range: Range, env: &Env<'_>) -> Evaluated<Value> {
    let mut secret = false;
    let (count, answer) = if call.expand {
        match arguments(call, env, &mut secret)? {
            None => return Ok(secret_if(secret, later_not_null(Type::Bool))),
            Some((values, _)) => (values.len(), values.first().is_none_or(Value::is_known)),
        }
    } else {
        let evaluated = call.arguments.first().map(|argument| eval(argument, env));
        match evaluated {
            Some(Err(_)) if call.arguments.len() == 1 => return Ok(Value::Bool(false)),
            Some(Ok(value)) => {
                env.budget.weigh(&value, range)?;
                (call.arguments.len(), value.is_known())
            }
            _ => (call.arguments.len(), true),
        }
    };
    if count != 1 {
        let summary = if count == 0 {
            "Not enough function arguments"
        } else {
            "Too many function arguments"
        };
        let message = format!("`can` takes one argument; here are {count}.");
        return Err(Diagnostic::error(summary, message).at(range).into());
    }
    let answer = if answer {
        Value::Bool(true)
    } else {
        later_not_null(Type::Bool)
    };
    Ok(secret_if(secret, answer))
}

/// What is not known yet may fail once it is known: then another argument would be the result.
fn settled(value: Value, range: Range, env: &Env<'_>) -> Evaluated<Value> {
    env.budget.weigh(&value, range)?;
    Ok(if value.is_known() {
        value
    } else {
        secret_if(value.has_secret(), Value::later(Type::Any))
    })
}

fn nothing_to_try(range: Range) -> Diagnostics {
    let message = "`try` needs at least one argument.";
    Diagnostic::error("Not enough function arguments", message)
        .at(range)
        .into()
}

/// The value of the first argument that has one.
fn first(arguments: &[Expr], range: Range, env: &Env<'_>) -> Evaluated<Value> {
    let mut all = Diagnostics::new();
    for argument in arguments {
        match eval(argument, env) {
            Ok(value) => return settled(value, range, env),
            Err(found) => all.extend(found),
        }
    }
    if arguments.is_empty() {
        return Err(nothing_to_try(range));
    }
    let mut found =
        Diagnostic::error("Error in function call", "`try` failed: no argument has a value.").at(range);
    for inner in all.0 {
        if let Some(place) = inner.range {
            found = found.related(place, format!("{}: {}", inner.summary, inner.detail));
        }
    }
    Err(found.into())
}
