//! Names and the steps behind them: attributes and indexes.

use std::collections::BTreeMap;

use meshform_state::addr::quote;
use meshform_state::{Str, Type, Value};

use super::{Env, Evaluated, describe, eval, secrecy, secret_if};
use crate::convert::{convert_to, kind_name};
use crate::diagnostic::{Diagnostic, Diagnostics, ValueNote};
use crate::expr::{Base, Chain, StepKind};
use crate::scope::{Step, Traversal};
use crate::source::Range;

pub(super) fn chain(chain: &Chain, env: &Env<'_>) -> Evaluated<Value> {
    let (value, taken, keys) = base(chain, env)?;
    let mut keys = keys.into_iter();
    let mut value = value;
    for (index, step) in chain.steps.iter().enumerate().skip(taken) {
        let next = match &step.kind {
            StepKind::Attribute(name) => attribute(&value, name, step.range),
            StepKind::Index(key) => {
                let known = keys.find(|(at, _)| *at == index).map(|(_, key)| key);
                let key = known.map_or_else(|| eval(key, env), Ok)?;
                if !matches!(key, Value::String(_) | Value::Number(_)) {
                    // Which part it will be is not known: any may be a secret one.
                    env.budget.weigh(&key, step.range)?;
                    if !key.is_known() {
                        env.budget.weigh(&value, step.range)?;
                    }
                }
                self::index(&value, &key, step.range)
            }
        };
        value = next.map_err(|diagnostics| with_note(diagnostics, chain, index, &value))?;
    }
    Ok(value)
}

/// Evaluated keys, with the place of their step in the chain.
type Keys = Vec<(usize, Value)>;

/// The value of the longest part of `chain` that the scope knows, how many steps that takes, and the keys of the other
/// steps that were evaluated on the way.
fn base(chain: &Chain, env: &Env<'_>) -> Evaluated<(Value, usize, Keys)> {
    match &chain.base {
        Base::Expr(inner) => Ok((eval(inner, env)?, 0, Vec::new())),
        Base::Item => Ok((
            env.splat_item().cloned().unwrap_or(Value::later(Type::Any)),
            0,
            Vec::new(),
        )),
        Base::Name(root, range) => {
            if let Some(value) = env.local(root) {
                return Ok((value.clone(), 0, Vec::new()));
            }
            if let Some(fixed) = &chain.fixed {
                let resolved = env.scope.resolve(fixed)?;
                return Ok((resolved.value, resolved.steps, Vec::new()));
            }
            let mut steps = Vec::with_capacity(chain.steps.len());
            let mut keys = Vec::new();
            for (index, step) in chain.steps.iter().enumerate() {
                match &step.kind {
                    StepKind::Attribute(name) => steps.push((Step::Attribute(name.clone()), step.range)),
                    StepKind::Index(key) => {
                        let value = eval(key, env)?;
                        // A key whose value is secret, later or no key at all is not the scope's concern.
                        let plain = matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
                        if plain {
                            steps.push((Step::Index(value.clone()), step.range));
                        }
                        keys.push((index, value));
                        if !plain {
                            break;
                        }
                    }
                }
            }
            let end = steps.last().map_or(range.end, |(_, step)| step.end);
            let whole = Range { end, ..*range };
            let traversal = Traversal {
                root: root.clone(),
                root_range: *range,
                steps,
                range: whole,
            };
            let resolved = env.scope.resolve(&traversal)?;
            Ok((resolved.value, resolved.steps, keys))
        }
    }
}

/// Adds what the value was that had no such attribute or element.
fn with_note(mut diagnostics: Diagnostics, chain: &Chain, taken: usize, value: &Value) -> Diagnostics {
    let Base::Name(root, _) = &chain.base else {
        return diagnostics;
    };
    let Some(statement) = describe(value) else {
        return diagnostics;
    };
    let mut traversal = root.to_string();
    for step in &chain.steps[..taken] {
        match &step.kind {
            StepKind::Attribute(name) => traversal.push_str(&format!(".{name}")),
            StepKind::Index(key) => match key.as_literal().map(|key| key.reveal().0) {
                Some(Value::String(text)) => traversal.push_str(&format!("[{}]", quote(text))),
                Some(Value::Number(number)) => traversal.push_str(&format!("[{number}]")),
                _ => traversal.push_str("[…]"),
            },
        }
    }
    for diagnostic in &mut diagnostics.0 {
        diagnostic.values.push(ValueNote {
            traversal: traversal.clone(),
            statement: statement.clone(),
        });
    }
    diagnostics
}

fn error<T>(summary: &str, detail: impl Into<String>, range: Range) -> Evaluated<T> {
    Err(Diagnostic::error(summary, detail).at(range).into())
}

/// `value.name`
pub(crate) fn attribute(value: &Value, name: &Str, range: Range) -> Evaluated<Value> {
    let (value, secret) = value.reveal();
    let found = match value {
        Value::Null(_) => {
            let message = format!("This value is null, so it has no attribute `{name}`.");
            return error("Attempt to get attribute from null value", message, range);
        }
        Value::Object(attributes) => match attributes.get(name) {
            Some(found) => found.clone(),
            None => return no_attribute(name, known(attributes, secret), range),
        },
        Value::Map(map) => match map.entries.get(name) {
            Some(found) => found.clone(),
            None => return no_element(name, known(&map.entries, secret), range),
        },
        Value::Later(later) => Value::later(match &later.ty {
            Type::Any => Type::Any,
            Type::Map(element) => (**element).clone(),
            Type::Object(types) => match types.get(name) {
                Some(ty) => ty.clone(),
                None => return no_attribute(name, known(types, secret), range),
            },
            other => return unsupported(other, name, secret, range),
        }),
        other => return unsupported(&other.ty(), name, secret, range),
    };
    Ok(secret_if(secret, found))
}

/// The names that may have been meant: of what is secret none, since how near one is would tell of it.
fn known<T>(parts: &BTreeMap<Str, T>, secret: bool) -> impl Iterator<Item = &str> {
    parts.keys().map(|key| &**key).filter(move |_| !secret)
}

fn no_attribute<'a>(name: &str, known: impl Iterator<Item = &'a str>, range: Range) -> Evaluated<Value> {
    let found = Diagnostic::error(
        "Unsupported attribute",
        format!("This object has no attribute `{name}`."),
    )
    .at(range)
    .meant(name, known);
    Err(found.into())
}

fn no_element<'a>(name: &str, known: impl Iterator<Item = &'a str>, range: Range) -> Evaluated<Value> {
    let found = Diagnostic::error(
        "Missing map element",
        format!("This map has no element with the key `{name}`."),
    )
    .at(range)
    .meant(name, known);
    Err(found.into())
}

fn unsupported(ty: &Type, name: &str, secret: bool, range: Range) -> Evaluated<Value> {
    let of_objects =
        |element: &Type| !secret && matches!(element, Type::Object(types) if types.contains_key(name));
    let message = match ty {
        Type::Bool | Type::Number | Type::String => {
            format!("This is a {}, which has no attributes.", kind_name(ty))
        }
        Type::List(element) | Type::Set(element) if of_objects(element) => {
            format!(
                "This is a {} of objects; its elements have the attribute `{name}`, it has not.",
                kind_name(ty)
            )
        }
        Type::Set(_) => "The elements of a set have no names.".to_owned(),
        _ => format!("This is a {}, which has no attributes.", kind_name(ty)),
    };
    let mut found = Diagnostic::error("Unsupported attribute", message).at(range);
    if matches!(ty, Type::List(element) | Type::Set(element) if of_objects(element)) {
        found = found.hint(format!("for the attribute of all elements, write `[*].{name}`"));
    }
    Err(found.into())
}

/// `value[key]`
pub(crate) fn index(value: &Value, key: &Value, range: Range) -> Evaluated<Value> {
    found_at(value, key, range).map_err(|found| {
        let untold = |one| secrecy::untold(one, key.has_secret());
        Diagnostics(found.into_iter().map(untold).collect())
    })
}

fn found_at(value: &Value, key: &Value, range: Range) -> Evaluated<Value> {
    let (value, value_secret) = value.reveal();
    let (key, key_secret) = key.reveal();
    if value.is_null() {
        return error(
            "Attempt to index null value",
            "This value is null, so it has no elements.",
            range,
        );
    }
    if key.is_null() {
        return error("Invalid index", "A null value cannot be a key.", range);
    }
    let ty = match value {
        Value::Later(later) => Some(&later.ty),
        _ => None,
    };
    let open_key = matches!(key, Value::Later(later) if later.ty == Type::Any);
    let found = match (value, ty) {
        (_, Some(Type::Any)) => Value::later(Type::Any),
        // Nothing is known of the key, so nothing is said of the element.
        _ if open_key => Value::later(Type::Any),
        (Value::List(list), _) => match position(key, Some(list.items.len()), value_secret, range)? {
            Some(at) => list.items[at].clone(),
            None => Value::later(list.element.clone()),
        },
        (Value::Tuple(items), _) => match position(key, Some(items.len()), value_secret, range)? {
            Some(at) => items[at].clone(),
            None => Value::later(Type::Any),
        },
        (_, Some(Type::List(element))) => {
            position(key, None, value_secret, range)?;
            Value::later((**element).clone())
        }
        (_, Some(Type::Tuple(items))) => match position(key, Some(items.len()), value_secret, range)? {
            Some(at) => Value::later(items[at].clone()),
            None => Value::later(Type::Any),
        },
        (Value::Map(map), _) => match text(key, range)? {
            None => Value::later(map.element.clone()),
            Some(name) => match map.entries.get(&name) {
                Some(found) => found.clone(),
                None => return no_key(&name, known(&map.entries, value_secret), range),
            },
        },
        (Value::Object(attributes), _) => match text(key, range)? {
            None => Value::later(Type::Any),
            Some(name) => match attributes.get(&name) {
                Some(found) => found.clone(),
                None => return no_key(&name, known(attributes, value_secret), range),
            },
        },
        (_, Some(Type::Map(element))) => {
            text(key, range)?;
            Value::later((**element).clone())
        }
        (_, Some(Type::Object(types))) => match text(key, range)? {
            None => Value::later(Type::Any),
            Some(name) => match types.get(&name) {
                Some(ty) => Value::later(ty.clone()),
                None => return no_key(&name, known(types, value_secret), range),
            },
        },
        (Value::Set(_), _) | (_, Some(Type::Set(_))) => {
            let message = "The elements of a set have no index. Use a `for` expression or `tolist(…)`.";
            return error("Invalid index", message, range);
        }
        _ => {
            let kind = kind_name(&value.ty());
            return error(
                "Invalid index",
                format!("This is a {kind}, which has no elements."),
                range,
            );
        }
    };
    // Which element it will be is not known: it may be a secret one.
    let may_be_secret = matches!(found, Value::Later(_)) && !key.is_known() && value.has_secret();
    Ok(secret_if(value_secret || key_secret || may_be_secret, found))
}

fn no_key<'a>(name: &str, known: impl Iterator<Item = &'a str>, range: Range) -> Evaluated<Value> {
    let found = Diagnostic::error(
        "Invalid index",
        format!("There is no element with the key `{name}`."),
    )
    .at(range)
    .meant(name, known);
    Err(found.into())
}

/// The place that `key` names among `length` elements; `None` if the key or the length is known later.
fn position(key: &Value, length: Option<usize>, secret: bool, range: Range) -> Evaluated<Option<usize>> {
    let number = match convert_to(key, &Type::Number) {
        Ok(Value::Number(number)) => number,
        Ok(_) => return Ok(None),
        Err(error) => return self::error("Invalid index", format!("This key does not fit: {error}."), range),
    };
    if !number.is_whole() {
        return error("Invalid index", "An index must be a whole number.", range);
    }
    if number.is_negative() {
        return error(
            "Invalid index",
            "A negative number is no index; elements are counted from 0.",
            range,
        );
    }
    let Some(length) = length else { return Ok(None) };
    match number
        .to_i64()
        .and_then(|at| usize::try_from(at).ok())
        .filter(|at| *at < length)
    {
        Some(at) => Ok(Some(at)),
        None if secret => error(
            "Invalid index",
            "This (sensitive) collection has no such element.",
            range,
        ),
        None if length == 0 => error(
            "Invalid index",
            "There is no such element: the collection is empty.",
            range,
        ),
        None => {
            let message = format!("There is no such element: the collection has {length}, counted from 0.");
            error("Invalid index", message, range)
        }
    }
}

fn text(key: &Value, range: Range) -> Evaluated<Option<Str>> {
    match convert_to(key, &Type::String) {
        Ok(Value::String(text)) => Ok(Some(text)),
        Ok(_) => Ok(None),
        Err(error) => self::error("Invalid index", format!("This key does not fit: {error}."), range),
    }
}
