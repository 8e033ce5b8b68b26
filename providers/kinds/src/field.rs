//! Attribute values and the Rust types that stand for them.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Str, Type, Value};

/// Why an object is not the spec that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("attribute `{attribute}` of `{kind}` {problem}")]
pub struct CodecError {
    /// The kind.
    pub kind: &'static str,
    /// The attribute.
    pub attribute: &'static str,
    /// What is wrong.
    pub problem: FieldError,
}

/// Why a value is not of a Rust type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It will only be known later, and the type has no room for that.
    #[error("is not known yet")]
    Later,
    /// It is null, and the type has no room for that.
    #[error("is missing")]
    Missing,
    /// It is of another type.
    #[error("is not of type {0}")]
    Type(Type),
}

/// A Rust type that stands for a type of the language.
///
/// `Option` is `None` for null and for what is not known yet; collections are empty for null. Secret marks are taken
/// off, since only write-only attributes may hold secrets and only adapters read those; the way back never makes one.
pub trait Field: Sized {
    /// The type of the language.
    fn ty() -> Type;

    /// Reads a value.
    ///
    /// # Errors
    /// [`FieldError`] if it is not one of this type.
    fn from_value(value: &Value) -> Result<Self, FieldError>;

    /// The value for it.
    fn to_value(&self) -> Value;
}

/// The error for a value that is none of `T`.
fn mismatch<T: Field>(value: &Value) -> FieldError {
    match value.reveal().0 {
        Value::Later(_) => FieldError::Later,
        Value::Null(_) => FieldError::Missing,
        _ => FieldError::Type(T::ty()),
    }
}

impl Field for String {
    fn ty() -> Type {
        Type::String
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| mismatch::<Self>(value))
    }

    fn to_value(&self) -> Value {
        Value::string(self.as_str())
    }
}

impl Field for bool {
    fn ty() -> Type {
        Type::Bool
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        value.as_bool().ok_or_else(|| mismatch::<Self>(value))
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Field for i64 {
    fn ty() -> Type {
        Type::Number
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        value.as_i64().ok_or_else(|| mismatch::<Self>(value))
    }

    fn to_value(&self) -> Value {
        Value::int(*self)
    }
}

/// Anything at all, unchanged.
impl Field for Value {
    fn ty() -> Type {
        Type::Any
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        Ok(value.clone())
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl<T: Field> Field for Option<T> {
    fn ty() -> Type {
        T::ty()
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        match value.reveal().0 {
            Value::Null(_) | Value::Later(_) => Ok(None),
            known => T::from_value(known).map(Some),
        }
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(|| Value::Null(T::ty()), T::to_value)
    }
}

impl<T: Field> Field for Vec<T> {
    fn ty() -> Type {
        Type::list(T::ty())
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        match value.items() {
            Some(items) => items.iter().map(T::from_value).collect(),
            None if value.is_null() => Ok(Vec::new()),
            None => Err(mismatch::<Self>(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::list(T::ty(), self.iter().map(T::to_value).collect())
    }
}

impl<T: Field + Ord> Field for BTreeSet<T> {
    fn ty() -> Type {
        Type::set(T::ty())
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        match value.items() {
            Some(items) => items.iter().map(T::from_value).collect(),
            None if value.is_null() => Ok(BTreeSet::new()),
            None => Err(mismatch::<Self>(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::set(T::ty(), self.iter().map(T::to_value).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn ty() -> Type {
        Type::map(T::ty())
    }

    fn from_value(value: &Value) -> Result<Self, FieldError> {
        match value.entries() {
            Some(entries) => entries
                .iter()
                .map(|(key, item)| Ok((key.to_string(), T::from_value(item)?)))
                .collect(),
            None if value.is_null() => Ok(BTreeMap::new()),
            None => Err(mismatch::<Self>(value)),
        }
    }

    fn to_value(&self) -> Value {
        let entries = self
            .iter()
            .map(|(key, item)| (Str::from(key.as_str()), item.to_value()))
            .collect();
        Value::map(T::ty(), entries)
    }
}

/// The attribute name of a Rust field: `type` for `r#type`.
#[doc(hidden)]
#[must_use]
pub fn name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// The next value of an object as a field.
#[doc(hidden)]
pub fn take<'a, T: Field>(
    values: &mut impl Iterator<Item = &'a Value>,
    kind: &'static str,
    field: &'static str,
) -> Result<T, CodecError> {
    let read = match values.next() {
        Some(value) => T::from_value(value),
        None => T::from_value(&Value::Null(T::ty())),
    };
    read.map_err(|problem| CodecError {
        kind,
        attribute: name(field),
        problem,
    })
}

/// The member of an object value as a field.
#[doc(hidden)]
pub fn member<T: Field>(value: &Value, field: &'static str) -> Result<T, FieldError> {
    match value.get(name(field)) {
        Some(value) => T::from_value(value),
        None => T::from_value(&Value::Null(T::ty())),
    }
}

/// A doc comment as a schema's sentence: without the space after the slashes.
#[doc(hidden)]
#[must_use]
pub fn sentence(doc: &'static str) -> &'static str {
    doc.trim()
}
