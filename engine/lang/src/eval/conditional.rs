//! `condition ? yes : no`

use meshform_state::value::Later;
use meshform_state::{Type, Value};

use super::secrecy::untold;
use super::{Env, Evaluated, eval, is_not_null, secret_if};
use crate::convert::{convert_to, short, unify};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::source::Range;

pub(super) fn conditional(condition: &Expr, yes: &Expr, no: &Expr, env: &Env<'_>) -> Evaluated<Value> {
    let value = eval(condition, env);
    let (yes_value, no_value) = (eval(yes, env), eval(no, env));
    let (chosen, secret) = truth(&value?, condition.range())?;
    // A mistake in the branch that is not taken does not matter; without a value, its type may be any.
    let (yes_value, no_value) = match chosen {
        Some(true) => (yes_value?, no_value.unwrap_or(Value::later(Type::Any))),
        Some(false) => (yes_value.unwrap_or(Value::later(Type::Any)), no_value?),
        None => match (yes_value, no_value) {
            (Err(mut found), Err(other)) => {
                found.extend(other);
                return Err(found);
            }
            (yes, no) => (
                yes.unwrap_or(Value::later(Type::Any)),
                no.unwrap_or(Value::later(Type::Any)),
            ),
        },
    };
    let range = Range {
        end: no.range().end,
        ..yes.range()
    };
    env.budget.weigh_type(&yes_value, yes.range())?;
    env.budget.weigh_type(&no_value, no.range())?;
    let differ = |message: String| {
        // Types tell names of attributes, and what is too large to be gone through may hold a secret.
        let may_be_secret = |value| env.budget.weigh(value, range).is_err() || value.has_secret();
        let has_secret = may_be_secret(&yes_value) || may_be_secret(&no_value);
        let found = Diagnostic::error("Inconsistent conditional result types", message).at(range);
        Diagnostics::from(untold(found, has_secret))
    };
    let ty = common(&yes_value, &no_value).map_err(differ)?;
    let convert = |value: &Value| -> Evaluated<Value> {
        let Some(ty) = &ty else { return Ok(value.clone()) };
        convert_to(value, ty).map_err(|error| differ(format!("The results have no common type: {error}.")))
    };
    // The result is secret if either could be, whichever is taken: otherwise that alone would tell the condition.
    let secret = secret || is_secret(&yes_value) || is_secret(&no_value);
    match chosen {
        Some(true) => Ok(secret_if(secret, convert(&yes_value)?)),
        Some(false) => Ok(secret_if(secret, convert(&no_value)?)),
        None => {
            let any_secret = secret || yes_value.has_secret() || no_value.has_secret();
            let merged = if let Some(ty) = &ty {
                // One that is not what both must be matters only if it is taken.
                if convert(&yes_value).is_err() {
                    convert(&no_value)?;
                }
                either(&yes_value, &no_value, ty.clone())
            } else {
                let same = alike(&yes_value, &no_value);
                same.unwrap_or_else(|| either(&yes_value, &no_value, yes_value.ty()))
            };
            Ok(secret_if(any_secret, merged))
        }
    }
}

fn is_secret(value: &Value) -> bool {
    matches!(value, Value::Secret(_))
}

/// The condition, `None` if it is known later, and whether it is secret.
pub(super) fn truth(value: &Value, range: Range) -> Evaluated<(Option<bool>, bool)> {
    let (value, secret) = value.reveal();
    if value.is_null() {
        let message = "The condition is null; it must be true or false.";
        return Err(Diagnostic::error("Null condition", message).at(range).into());
    }
    match convert_to(value, &Type::Bool) {
        Ok(value) => Ok((value.as_bool(), secret)),
        Err(error) => {
            let message = format!("The condition must be true or false: {error}.");
            Err(Diagnostic::error("Incorrect condition type", message)
                .at(range)
                .into())
        }
    }
}

/// The type that both results are given, `None` where they have one type already; else what is wrong with their types.
fn common(yes: &Value, no: &Value) -> Result<Option<Type>, String> {
    let primitive = |value: &Value| match value.reveal().0 {
        Value::String(_) => 1,
        Value::Number(_) => 2,
        Value::Bool(_) => 3,
        _ => 0,
    };
    if primitive(yes) != 0 && primitive(yes) == primitive(no) {
        return Ok(None);
    }
    let untyped_null = |value: &Value| matches!(value, Value::Null(Type::Any));
    let (yes_type, no_type) = (yes.ty(), no.ty());
    if yes_type == no_type {
        return Ok(None);
    }
    if untyped_null(yes) {
        return Ok(Some(no_type));
    }
    if untyped_null(no) {
        return Ok(Some(yes_type));
    }
    // What one of them will be is not known, hence neither what both have in common.
    if yes_type == Type::Any || no_type == Type::Any {
        return Ok(Some(Type::Any));
    }
    match unify(&[yes_type.clone(), no_type.clone()]) {
        Some(ty) => Ok(Some(ty)),
        None => Err(format!(
            "Both results must have one type. The result for true is {}, the one for false {}.",
            short(&yes_type),
            short(&no_type)
        )),
    }
}

/// What two values of one type have in common beyond that: a number, or how many elements a collection has.
fn alike(yes: &Value, no: &Value) -> Option<Value> {
    match (yes.reveal().0, no.reveal().0) {
        (Value::Number(a), Value::Number(b)) if a == b => Some(Value::Number(a.clone())),
        (Value::List(a), Value::List(b)) if a.items.len() == b.items.len() => {
            let items = a.items.iter().map(|_| Value::later(a.element.clone()));
            Some(Value::list(a.element.clone(), items.collect()))
        }
        (Value::Set(a), Value::Set(b)) if a.items.len() == b.items.len() && a.items.len() < 2 => {
            let items = a.items.iter().map(|_| Value::later(a.element.clone()));
            Some(Value::set(a.element.clone(), items.collect()))
        }
        (Value::Map(a), Value::Map(b)) if a.entries.is_empty() && b.entries.is_empty() => {
            Some(yes.reveal().0.clone())
        }
        _ => None,
    }
}

/// What is known of a value of `ty` that is one of two.
fn either(yes: &Value, no: &Value, ty: Type) -> Value {
    let (yes, no) = (yes.reveal().0, no.reveal().0);
    if matches!((yes, no), (Value::Null(_), Value::Null(_))) {
        return Value::Null(ty);
    }
    Value::Later(Later {
        ty,
        not_null: is_not_null(yes) && is_not_null(no),
        origin: None,
    })
}
