//! Values of one type made values of another, as the reference implementations do it.
//!
//! Conversions never lose what they must not: a later value stays later with the type it will have, a secret stays
//! secret. What is safe at the level of types may still fail for a value: `"x"` is no number.

mod constraint;
mod order;
mod parse;
mod types;
mod unify;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use meshform_state::value::{Later, Number};
use meshform_state::{Str, Type, Value};

use crate::eval::is_not_null;

pub use constraint::{AttributeConstraint, TypeConstraint};
pub use parse::parse_constraint;
pub(crate) use types::{convert_type, kind_name, short};
pub(crate) use unify::{settled, unify, unify_values};

/// Why a value cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError {
    /// Where in the value, as in an expression: `.subnets[0]`; empty for the value itself.
    pub path: String,
    /// What is wrong there: `a number is required`.
    pub message: String,
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        let path = self.path.strip_prefix('.').unwrap_or(&self.path);
        write!(f, "`{path}`: {}", self.message)
    }
}

impl std::error::Error for ConvertError {}

impl ConvertError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        ConvertError {
            path: String::new(),
            message: message.into(),
        }
    }

    fn below(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }

    pub(crate) fn below_name(self, name: &str) -> Self {
        self.below(&format!(".{name}"))
    }

    pub(crate) fn below_index(self, index: usize) -> Self {
        self.below(&format!("[{index}]"))
    }
}

type Converted<T> = Result<T, ConvertError>;

/// `value` as a value that `to` allows: primitives converted, defaults of optional attributes filled in, attributes
/// that `to` does not name left out.
///
/// # Errors
/// Where and why that is not possible.
pub fn convert(value: &Value, to: &TypeConstraint) -> Result<Value, ConvertError> {
    if *to == TypeConstraint::Any {
        return Ok(value.clone());
    }
    match value {
        Value::Secret(inner) => Ok(convert(inner, to)?.into_secret()),
        Value::Null(ty) => Ok(Value::Null(convert_type(ty, to)?)),
        Value::Later(later) => convert_later(later, to),
        _ => convert_known(value, to),
    }
}

/// [`convert`] to a plain type.
///
/// # Errors
/// As [`convert`].
pub fn convert_to(value: &Value, to: &Type) -> Result<Value, ConvertError> {
    match (value, to) {
        (_, Type::Any)
        | (Value::String(_), Type::String)
        | (Value::Number(_), Type::Number)
        | (Value::Bool(_), Type::Bool) => Ok(value.clone()),
        (Value::List(list), Type::List(element)) if list.element == **element && !element.has_any() => {
            Ok(value.clone())
        }
        _ => convert(value, &TypeConstraint::from(to)),
    }
}

fn convert_later(later: &Later, to: &TypeConstraint) -> Converted<Value> {
    let ty = convert_type(&later.ty, to)?;
    if ty == later.ty {
        return Ok(Value::Later(later.clone()));
    }
    if later.not_null {
        // What is not null and has a fixed number of elements is known as a whole, though its elements are not; of a set
        // only one can be told from others.
        match (&later.ty, to) {
            (Type::Tuple(items), TypeConstraint::List(_) | TypeConstraint::Set(_))
                if items.len() < 2 || matches!(to, TypeConstraint::List(_)) =>
            {
                let items = items.iter().cloned().map(Value::later).collect();
                return convert_known(&Value::tuple(items), to);
            }
            (Type::Object(attributes), TypeConstraint::Map(_)) if attributes.is_empty() => {
                return convert_known(&Value::object([]), to);
            }
            _ => {}
        }
    }
    Ok(Value::Later(Later {
        ty,
        not_null: later.not_null,
        origin: None,
    }))
}

fn convert_known(value: &Value, to: &TypeConstraint) -> Converted<Value> {
    match (to, value) {
        (TypeConstraint::String, Value::String(_))
        | (TypeConstraint::Number, Value::Number(_))
        | (TypeConstraint::Bool, Value::Bool(_)) => Ok(value.clone()),
        (TypeConstraint::String, Value::Number(number)) => Ok(Value::string(number.to_string())),
        (TypeConstraint::String, Value::Bool(truth)) => {
            Ok(Value::from(if *truth { "true" } else { "false" }))
        }
        (TypeConstraint::Number, Value::String(text)) => number(text),
        (TypeConstraint::Bool, Value::String(text)) => truth(text),
        (TypeConstraint::List(_), Value::Set(set)) if is_open_set(value) => Ok(Value::Later(Later {
            ty: convert_type(&Type::set(set.element.clone()), to)?,
            not_null: true,
            origin: None,
        })),
        (TypeConstraint::List(element), Value::List(_) | Value::Set(_) | Value::Tuple(_)) => {
            let (ty, items) = elements(value, element, "list")?;
            Ok(Value::list(ty, items))
        }
        (TypeConstraint::Set(element), Value::List(_) | Value::Set(_) | Value::Tuple(_)) => {
            let (ty, items) = elements(value, element, "set")?;
            Ok(set_of(ty, items))
        }
        (TypeConstraint::Map(element), Value::Map(_) | Value::Object(_)) => map(value, element),
        (TypeConstraint::Object(attributes), Value::Map(_) | Value::Object(_)) => object(
            value.entries().unwrap_or(&BTreeMap::new()),
            matches!(value, Value::Map(_)),
            attributes,
        ),
        (TypeConstraint::Tuple(constraints), Value::Tuple(items)) if constraints.len() == items.len() => {
            let converted: Converted<Vec<Value>> = items
                .iter()
                .zip(constraints.iter())
                .enumerate()
                .map(|(index, (item, to))| convert(item, to).map_err(|error| error.below_index(index)))
                .collect();
            Ok(Value::tuple(converted?))
        }
        (TypeConstraint::Tuple(constraints), Value::Tuple(items)) => Err(ConvertError::new(format!(
            "a tuple of {} elements is required, but this one has {}",
            constraints.len(),
            items.len()
        ))),
        _ => Err(types::mismatch(&value.ty(), to)),
    }
}

fn number(text: &str) -> Converted<Value> {
    let number = Number::parse(text).map_err(|_| ConvertError::new("a number is required"))?;
    Ok(Value::Number(number))
}

fn truth(text: &str) -> Converted<Value> {
    match text {
        "true" | "1" => Ok(Value::Bool(true)),
        "false" | "0" => Ok(Value::Bool(false)),
        // Whatever the text is: how near it comes to one of them would tell of a secret.
        _ => Err(ConvertError::new("a bool is required, `true` or `false`")),
    }
}

/// The elements of `value`, converted to `element`, and the type that they then share.
fn elements(value: &Value, element: &TypeConstraint, what: &str) -> Converted<(Type, Vec<Value>)> {
    let items = value.items().unwrap_or_default();
    let shared = match value {
        Value::List(list) | Value::Set(list) => Some(&list.element),
        _ => None,
    };
    if let Some(ty) = shared
        && (*element == TypeConstraint::Any || element.is_exactly(ty))
    {
        return Ok((ty.clone(), items.to_vec()));
    }
    // Without elements, what they would be must fit all the same.
    if let Some(ty) = shared.filter(|_| items.is_empty()) {
        convert_type(ty, element)?;
    }
    let common;
    let element = if *element == TypeConstraint::Any && !items.is_empty() {
        common = common_type(items.iter(), what)?;
        &common
    } else {
        element
    };
    let converted: Converted<Vec<Value>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| convert(item, element).map_err(|error| error.below_index(index)))
        .collect();
    let converted = converted?;
    if converted.is_empty() || !element.has_any() {
        return Ok((element.ty(), converted));
    }
    let fitting = if shared.is_none() && what == "list" {
        unify_values(converted)
    } else {
        settled(converted)
    };
    fitting.ok_or_else(|| types::mixed(what))
}

/// The constraint that the parts of a tuple or object are converted to before they are elements of one collection.
fn common_type<'a>(parts: impl Iterator<Item = &'a Value>, what: &str) -> Converted<TypeConstraint> {
    let types = unify::types_of(parts);
    match unify(&types) {
        None => Err(types::mixed(what)),
        // Nothing that is known to be of a type can be told to fit what is not.
        Some(Type::Any) if types.iter().any(|ty| *ty != Type::Any) && what != "map" => {
            Err(types::mixed(what))
        }
        Some(ty) => Ok(TypeConstraint::from(&ty)),
    }
}

fn map(value: &Value, element: &TypeConstraint) -> Converted<Value> {
    let shared = match value {
        Value::Map(map) => Some(&map.element),
        _ => None,
    };
    if shared.is_some_and(|ty| *element == TypeConstraint::Any || element.is_exactly(ty)) {
        return Ok(value.clone());
    }
    let empty = BTreeMap::new();
    let entries = value.entries().unwrap_or(&empty);
    if let Some(ty) = shared.filter(|_| entries.is_empty()) {
        convert_type(ty, element)?;
    }
    let common;
    let element = if *element == TypeConstraint::Any && !entries.is_empty() {
        common = common_type(entries.values(), "map")?;
        &common
    } else {
        element
    };
    let mut converted = Vec::new();
    for (name, item) in entries {
        converted.push(convert(item, element).map_err(|error| error.below_name(name))?);
    }
    let (ty, converted) = if converted.is_empty() || !element.has_any() {
        (element.ty(), converted)
    } else if matches!(
        element,
        TypeConstraint::List(_) | TypeConstraint::Set(_) | TypeConstraint::Map(_) | TypeConstraint::Object(_)
    ) {
        let loss = if shared.is_some() {
            types::Loss::Refused
        } else {
            types::Loss::Allowed
        };
        unify::share(converted, loss).ok_or_else(|| types::mixed("map"))?
    } else {
        settled(converted).ok_or_else(|| types::mixed("map"))?
    };
    Ok(Value::map(ty, entries.keys().cloned().zip(converted).collect()))
}

/// `value`, if it could be of any type, as one of `ty`.
pub(super) fn retyped(value: Value, ty: &Type) -> Value {
    match value {
        Value::Null(Type::Any) => Value::Null(ty.clone()),
        Value::Later(later) if later.ty == Type::Any => Value::Later(Later {
            ty: ty.clone(),
            ..later
        }),
        Value::Secret(inner) => retyped((*inner).clone(), ty).into_secret(),
        other => other,
    }
}

fn object(
    entries: &BTreeMap<Str, Value>,
    from_map: bool,
    attributes: &BTreeMap<Str, AttributeConstraint>,
) -> Converted<Value> {
    let missing: Vec<_> = attributes
        .iter()
        .filter(|(name, attribute)| !attribute.optional && !entries.contains_key(*name))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Err(ConvertError::new(format!("attribute {one} is required"))),
        many => {
            return Err(ConvertError::new(format!(
                "attributes {} are required",
                join_names(many)
            )));
        }
    }
    let mut converted = BTreeMap::new();
    for (name, attribute) in attributes {
        let given = entries.get(name);
        let value = match (given, &attribute.default) {
            (Some(given), Some(default)) if given.is_null() => default,
            (Some(given), _) => given,
            (None, Some(default)) => default,
            (None, None) => {
                converted.insert(name.clone(), Value::Null(attribute.constraint.ty()));
                continue;
            }
        };
        let value = convert(value, &attribute.constraint).map_err(|error| {
            if from_map && error.path.is_empty() {
                ConvertError::new(format!(
                    "map element type is incompatible with this attribute: {}",
                    error.message
                ))
                .below_name(name)
            } else {
                error.below_name(name)
            }
        })?;
        converted.insert(name.clone(), value);
    }
    Ok(Value::Object(Arc::new(converted)))
}

fn join_names(names: &[String]) -> String {
    match names {
        [first, last] => format!("{first} and {last}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// Whether `value` is a set with something in it that is not known yet: what that will be decides how many elements there
/// are, and in which order. A single one is the only one whatever it will be, also before a null if it is none.
pub(crate) fn is_open_set(value: &Value) -> bool {
    let Value::Set(set) = value else { return false };
    let certain = match set.items.as_slice() {
        [_] => true,
        [one, null] => null.is_null() && is_not_null(one),
        _ => false,
    };
    !certain && !value.is_known()
}

/// A set of `items`. The elements of a set cannot be secret one by one, since the set's order and size would tell of
/// them: a secret element makes the whole set secret.
pub(crate) fn set_of(element: Type, items: Vec<Value>) -> Value {
    let secret = items.iter().any(Value::has_secret);
    if !secret {
        return Value::set(element, items);
    }
    let items = items.iter().map(|item| reveal_all(item).0).collect();
    Value::set(element, items).into_secret()
}

/// `value` without any secret mark, and whether there was one.
pub(crate) fn reveal_all(value: &Value) -> (Value, bool) {
    if !value.has_secret() {
        return (value.clone(), false);
    }
    (strip(value), true)
}

fn strip(value: &Value) -> Value {
    match value {
        Value::Secret(inner) => strip(inner),
        Value::List(list) => Value::list(list.element.clone(), list.items.iter().map(strip).collect()),
        Value::Set(list) => Value::set(list.element.clone(), list.items.iter().map(strip).collect()),
        Value::Tuple(items) => Value::tuple(items.iter().map(strip).collect()),
        Value::Map(map) => {
            let entries = map
                .entries
                .iter()
                .map(|(name, item)| (name.clone(), strip(item)))
                .collect();
            Value::map(map.element.clone(), entries)
        }
        Value::Object(attributes) => {
            Value::object(attributes.iter().map(|(name, item)| (name.clone(), strip(item))))
        }
        other => other.clone(),
    }
}
