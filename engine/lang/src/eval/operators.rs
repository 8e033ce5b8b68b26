//! Operators.

use std::collections::BTreeMap;

use meshform_state::value::Number;
use meshform_state::{Str, Type, Value};

use super::{Env, Evaluated, eval, is_not_null, later_not_null, revealed, secret_if};
use crate::convert::convert_to;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::{BinaryOp, Expr};
use crate::source::Range;

/// `!operand`
pub(super) fn not(operand: &Expr, env: &Env<'_>) -> Evaluated<Value> {
    let value = eval(operand, env)?;
    let (value, secret) = single(&value, &Type::Bool, "the operand", operand.range())?;
    let result = value
        .as_bool()
        .map_or_else(|| later_not_null(Type::Bool), |truth| Value::Bool(!truth));
    Ok(secret_if(secret, result))
}

/// `-operand`
pub(super) fn negate(operand: &Expr, env: &Env<'_>) -> Evaluated<Value> {
    let value = eval(operand, env)?;
    let (value, secret) = single(&value, &Type::Number, "the operand", operand.range())?;
    let result = match value {
        Value::Number(number) => Value::Number(number.negated()),
        _ => later_not_null(Type::Number),
    };
    Ok(secret_if(secret, result))
}

/// `first op operand op operand …`, from left to right.
pub(super) fn binary(first: &Expr, rest: &[(BinaryOp, Range, Expr)], env: &Env<'_>) -> Evaluated<Value> {
    let mut left = eval(first, env);
    let mut left_range = first.range();
    for (op, _, operand) in rest {
        let range = Range {
            end: operand.range().end,
            ..left_range
        };
        let right = eval(operand, env);
        left = match op {
            BinaryOp::And | BinaryOp::Or => logical(*op, left, left_range, right, operand.range()),
            _ => both(left, right).and_then(|(left, right)| match op {
                BinaryOp::Equal | BinaryOp::NotEqual => {
                    env.budget.weigh(&left, left_range)?;
                    env.budget.weigh(&right, operand.range())?;
                    Ok(equality(*op, &left, &right))
                }
                _ => numeric(*op, &left, left_range, &right, operand.range()),
            }),
        };
        left_range = range;
    }
    left
}

fn both(left: Evaluated<Value>, right: Evaluated<Value>) -> Evaluated<(Value, Value)> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (Err(mut left), Err(right)) => {
            left.extend(right);
            Err(left)
        }
        (Err(found), _) | (_, Err(found)) => Err(found),
    }
}

/// The operand as a value of `ty`, without its secret mark, and whether it had one.
fn single(value: &Value, ty: &Type, which: &str, range: Range) -> Evaluated<(Value, bool)> {
    let (value, secret) = value.reveal();
    let problem = |message: String| Err(Diagnostic::error("Invalid operand", message).at(range).into());
    if value.is_null() {
        return problem(format!("{} must not be null.", capital(which)));
    }
    match convert_to(value, ty) {
        Ok(value) => Ok((value, secret)),
        Err(error) => problem(format!("{} does not fit: {error}.", capital(which))),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// `&&` and `||`: one side may decide alone, and then a mistake on the other does not matter. So may
/// `a != null && a.b` be written.
fn logical(
    op: BinaryOp,
    left: Evaluated<Value>,
    left_range: Range,
    right: Evaluated<Value>,
    right_range: Range,
) -> Evaluated<Value> {
    let deciding = op == BinaryOp::Or;
    let convert = |side: Evaluated<Value>, which: &str, range: Range| match side {
        Ok(value) => single(&value, &Type::Bool, which, range).map(Ok),
        Err(found) => Ok(Err(found)),
    };
    let mut diagnostics = Diagnostics::new();
    let left = diagnostics.collect(convert(left, "the left operand", left_range));
    let right = diagnostics.collect(convert(right, "the right operand", right_range));
    let (Some(left), Some(right)) = (left, right) else {
        return Err(diagnostics);
    };
    let decides = |side: &Result<(Value, bool), Diagnostics>| {
        side.as_ref()
            .is_ok_and(|(value, _)| value.as_bool() == Some(deciding))
    };
    let secret_of =
        |side: &Result<(Value, bool), Diagnostics>| side.as_ref().is_ok_and(|(_, secret)| *secret);
    if decides(&left) || decides(&right) {
        return Ok(secret_if(
            secret_of(&left) || secret_of(&right),
            Value::Bool(deciding),
        ));
    }
    let ((left, left_secret), (right, right_secret)) = match (left, right) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(mut left), Err(right)) => {
            left.extend(right);
            return Err(left);
        }
        // Once it is known, the left operand may decide alone.
        (Ok((left, secret)), Err(_)) if !left.is_known() => {
            return Ok(secret_if(secret, later_not_null(Type::Bool)));
        }
        (Err(found), _) | (_, Err(found)) => return Err(found),
    };
    let result = if left.is_known() && right.is_known() {
        Value::Bool(!deciding)
    } else {
        later_not_null(Type::Bool)
    };
    Ok(secret_if(left_secret || right_secret, result))
}

fn equality(op: BinaryOp, left: &Value, right: &Value) -> Value {
    let (left, left_secret) = revealed(left);
    let (right, right_secret) = revealed(right);
    let result = match equal(&left, &right) {
        Some(equal) => Value::Bool(equal == (op == BinaryOp::Equal)),
        None => later_not_null(Type::Bool),
    };
    secret_if(left_secret || right_secret, result)
}

/// Whether two values, without secrets, are equal; `None` if that is known later. Nulls are, whatever their types.
pub(crate) fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null(_), Value::Null(_)) => Some(true),
        (Value::Null(_), other) | (other, Value::Null(_)) => {
            if is_not_null(other) {
                Some(false)
            } else {
                None
            }
        }
        (Value::Later(a), Value::Later(b)) => {
            let may_be_null = !a.not_null && !b.not_null;
            if may_be_null || may_match(&a.ty, &b.ty) {
                None
            } else {
                Some(false)
            }
        }
        (Value::Later(later), known) | (known, Value::Later(later)) => {
            if matches_later(&later.ty, known) {
                None
            } else {
                Some(false)
            }
        }
        (Value::List(a), Value::List(b)) if a.element == b.element || is_open(left) || is_open(right) => {
            sequence(&a.items, &b.items)
        }
        (Value::Set(a), Value::Set(b)) if a.element == b.element || is_open(left) || is_open(right) => {
            let known = a.items.iter().chain(&b.items).all(Value::is_known);
            if known { Some(a.items == b.items) } else { None }
        }
        (Value::Tuple(a), Value::Tuple(b)) => sequence(a, b),
        (Value::Map(a), Value::Map(b)) if a.element == b.element || is_open(left) || is_open(right) => {
            entries(&a.entries, &b.entries)
        }
        (Value::Object(a), Value::Object(b)) => entries(a, b),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::String(a), Value::String(b)) => Some(a == b),
        _ => Some(false),
    }
}

/// [`equal`] for parts of two values: these have one type only if their parts have.
fn equal_parts(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null(a), Value::Null(b)) => Some(a == b),
        (Value::Null(a), Value::Later(b)) | (Value::Later(b), Value::Null(a))
            if !b.ty.has_any() && *a != b.ty =>
        {
            Some(false)
        }
        (Value::Later(a), Value::Later(b)) if !may_match(&a.ty, &b.ty) => Some(false),
        _ => equal(left, right),
    }
}

/// Whether what is known later to be of `ty` may turn out to be equal to `known`, whose type is what it is unless a part
/// is known later too.
fn matches_later(ty: &Type, known: &Value) -> bool {
    let known_ty = known.ty();
    if ty.has_any() || is_open(known) {
        may_match(ty, &known_ty)
    } else {
        *ty == known_ty
    }
}

/// Whether values of which these types are known so far may turn out to have one type.
fn may_match(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            may_match(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| may_match(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| may_match(a, b))
        }
        _ => a == b,
    }
}

/// Whether the type of `value` is not known in all parts. That of a null is: it stays what it is.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Later(later) => later.ty.has_any(),
        Value::Secret(inner) => is_open(inner),
        Value::Null(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::List(list) | Value::Set(list) => list.items.iter().any(is_open),
        Value::Tuple(items) => items.iter().any(is_open),
        Value::Map(map) => map.entries.values().any(is_open),
        Value::Object(attributes) => attributes.values().any(is_open),
    }
}

fn sequence(a: &[Value], b: &[Value]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    all(a.iter().zip(b))
}

fn entries(a: &BTreeMap<Str, Value>, b: &BTreeMap<Str, Value>) -> Option<bool> {
    if a.len() != b.len() || !a.keys().eq(b.keys()) {
        return Some(false);
    }
    all(a.values().zip(b.values()))
}

/// One known difference decides, whatever is not known yet.
fn all<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut result = Some(true);
    for (a, b) in pairs {
        match equal_parts(a, b) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

fn numeric(
    op: BinaryOp,
    left: &Value,
    left_range: Range,
    right: &Value,
    right_range: Range,
) -> Evaluated<Value> {
    let mut diagnostics = Diagnostics::new();
    let left = diagnostics.collect(single(left, &Type::Number, "the left operand", left_range));
    let right = diagnostics.collect(single(right, &Type::Number, "the right operand", right_range));
    let (Some((left, left_secret)), Some((right, right_secret))) = (left, right) else {
        return Err(diagnostics);
    };
    let whole = Range {
        end: right_range.end,
        ..left_range
    };
    let compares = matches!(
        op,
        BinaryOp::Greater | BinaryOp::GreaterEqual | BinaryOp::Less | BinaryOp::LessEqual
    );
    let result = match (&left, &right) {
        (Value::Number(a), Value::Number(b)) => number(op, a, b).map_err(|(summary, message)| {
            let place = if summary == "Division by zero" {
                right_range
            } else {
                whole
            };
            Diagnostic::error(summary, message).at(place)
        })?,
        _ if compares => later_not_null(Type::Bool),
        _ => later_not_null(Type::Number),
    };
    Ok(secret_if(left_secret || right_secret, result))
}

fn number(op: BinaryOp, a: &Number, b: &Number) -> Result<Value, (&'static str, &'static str)> {
    let result = match op {
        BinaryOp::Add => a.plus(b),
        BinaryOp::Subtract => a.minus(b),
        BinaryOp::Multiply => a.times(b),
        BinaryOp::Divide if b.is_zero() => {
            return Err(("Division by zero", "A number cannot be divided by zero."));
        }
        BinaryOp::Divide => a.divided_by(b),
        // As the reference has it, nothing is taken away by no step at all.
        BinaryOp::Modulo if b.is_zero() => Some(a.clone()),
        BinaryOp::Modulo => a.modulo(b),
        BinaryOp::Greater => return Ok(Value::Bool(a > b)),
        BinaryOp::GreaterEqual => return Ok(Value::Bool(a >= b)),
        BinaryOp::Less => return Ok(Value::Bool(a < b)),
        BinaryOp::LessEqual => return Ok(Value::Bool(a <= b)),
        BinaryOp::Or | BinaryOp::And | BinaryOp::Equal | BinaryOp::NotEqual => None,
    };
    result
        .map(Value::Number)
        .ok_or(("Operation failed", "The result is too large."))
}
