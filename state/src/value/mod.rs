//! Values of the configuration language: known, later or secret.
//!
//! One type serves language, plan and state. [`encode`] is the only way into a file, and it takes neither a later nor
//! a secret value.

mod arith;
mod codec;
mod number;
mod order;
mod ty;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use codec::{DecodeError, NotStorable, decode, decode_json, encode, parse_json, to_json};
pub use number::{Float, MAX_EXPONENT, Number, NumberError, PRECISION};
pub use ty::Type;

use crate::Address;

/// A shared, immutable text.
pub type Str = Arc<str>;

/// A value, whole or with parts that are known later or must not be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A null of a type; `Type::Any` where nothing says which.
    Null(Type),
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text in Unicode normalisation form C.
    String(Str),
    /// Ordered values of one type.
    List(Arc<Items>),
    /// Distinct values of one type, kept in their order so that equal sets are equal values.
    Set(Arc<Items>),
    /// Values of one type by key.
    Map(Arc<Entries>),
    /// Ordered values, each of its own type.
    Tuple(Arc<[Value]>),
    /// Values of their own types by attribute name.
    Object(Arc<BTreeMap<Str, Value>>),
    /// A value that is not known yet.
    Later(Later),
    /// A value that must never be printed or stored. Never nested directly in another `Secret`.
    Secret(Arc<Value>),
}

/// The elements of a list or set, with the type that they share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Items {
    /// The element type, kept because an empty list has one too.
    pub element: Type,
    /// The elements.
    pub items: Vec<Value>,
}

/// The elements of a map, with the type that they share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entries {
    /// The element type.
    pub element: Type,
    /// The elements by key.
    pub entries: BTreeMap<Str, Value>,
}

/// A value that only apply can know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Later {
    /// Its type, `Type::Any` where not even that is known.
    pub ty: Type,
    /// Whether it is known never to be null.
    pub not_null: bool,
    /// The attribute that it will be, where it is exactly one: apply then needs no expression to fill it in.
    pub origin: Option<Arc<Origin>>,
}

/// An attribute of a resource whose value another one waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The resource.
    pub address: Address,
    /// The attribute.
    pub attribute: Str,
}

impl Value {
    /// A text; the caller answers for its normalisation form where it may come from outside.
    #[must_use]
    pub fn string(text: impl Into<Str>) -> Self {
        Value::String(text.into())
    }

    /// A whole number.
    #[must_use]
    pub fn int(number: i64) -> Self {
        Value::Number(Number::from(number))
    }

    /// A list of `element`s.
    #[must_use]
    pub fn list(element: Type, items: Vec<Value>) -> Self {
        Value::List(Arc::new(Items { element, items }))
    }

    /// A set of `element`s: sorts them as the reference implementations do and drops repetitions. What is known later is
    /// no repetition of anything, as it may turn out to be something else.
    #[must_use]
    pub fn set(element: Type, mut items: Vec<Value>) -> Self {
        order::sort(&element, &mut items);
        items.dedup_by(|a, b| a == b && a.is_known());
        Value::Set(Arc::new(Items { element, items }))
    }

    /// A map of `element`s.
    #[must_use]
    pub fn map(element: Type, entries: BTreeMap<Str, Value>) -> Self {
        Value::Map(Arc::new(Entries { element, entries }))
    }

    /// An object.
    #[must_use]
    pub fn object(attributes: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Value::Object(Arc::new(attributes.into_iter().collect()))
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: Vec<Value>) -> Self {
        Value::Tuple(items.into())
    }

    /// A value of `ty` that is known later.
    #[must_use]
    pub fn later(ty: Type) -> Self {
        Value::Later(Later {
            ty,
            not_null: false,
            origin: None,
        })
    }

    /// A value of `ty` that will be `attribute` of the resource at `address`.
    #[must_use]
    pub fn later_from(ty: Type, address: &Address, attribute: &str) -> Self {
        let origin = Origin {
            address: address.clone(),
            attribute: attribute.into(),
        };
        Value::Later(Later {
            ty,
            not_null: false,
            origin: Some(Arc::new(origin)),
        })
    }

    /// This value as a secret; a secret stays one.
    #[must_use]
    pub fn into_secret(self) -> Self {
        match self {
            secret @ Value::Secret(_) => secret,
            other => Value::Secret(Arc::new(other)),
        }
    }

    /// The value below the secret mark, and whether there was one.
    #[must_use]
    pub fn reveal(&self) -> (&Value, bool) {
        match self {
            Value::Secret(inner) => (inner, true),
            other => (other, false),
        }
    }

    /// Whether this is null (a secret null too).
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.reveal().0, Value::Null(_))
    }

    /// Whether nothing in this value is known later.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.every(&|value| !matches!(value, Value::Later(_)))
    }

    /// Whether any part of this value is secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        !self.every(&|value| !matches!(value, Value::Secret(_)))
    }

    /// Whether `test` holds for this value and all below it.
    pub fn every(&self, test: &impl Fn(&Value) -> bool) -> bool {
        test(self)
            && match self {
                Value::List(list) | Value::Set(list) => list.items.iter().all(|item| item.every(test)),
                Value::Map(map) => map.entries.values().all(|item| item.every(test)),
                Value::Tuple(items) => items.iter().all(|item| item.every(test)),
                Value::Object(attributes) => attributes.values().all(|item| item.every(test)),
                Value::Secret(inner) => inner.every(test),
                _ => true,
            }
    }

    /// The text, if this is a known one (secret or not).
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.reveal().0 {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is a known one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.reveal().0 {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The whole number, if this is a known one that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.reveal().0 {
            Value::Number(number) => number.to_i64(),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple.
    #[must_use]
    pub fn items(&self) -> Option<&[Value]> {
        match self.reveal().0 {
            Value::List(list) | Value::Set(list) => Some(&list.items),
            Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map or object.
    #[must_use]
    pub fn entries(&self) -> Option<&BTreeMap<Str, Value>> {
        match self.reveal().0 {
            Value::Map(map) => Some(&map.entries),
            Value::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The attribute or map entry `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries()?.get(name)
    }

    /// The type of this value; walks the elements of tuples and objects.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            Value::Null(ty) => ty.clone(),
            Value::Bool(_) => Type::Bool,
            Value::Number(_) => Type::Number,
            Value::String(_) => Type::String,
            Value::List(list) => Type::List(Arc::new(list.element.clone())),
            Value::Set(list) => Type::Set(Arc::new(list.element.clone())),
            Value::Map(map) => Type::Map(Arc::new(map.element.clone())),
            Value::Tuple(items) => Type::Tuple(items.iter().map(Value::ty).collect()),
            Value::Object(attributes) => Type::Object(Arc::new(
                attributes
                    .iter()
                    .map(|(name, value)| (name.clone(), value.ty()))
                    .collect(),
            )),
            Value::Later(later) => later.ty.clone(),
            Value::Secret(inner) => inner.ty(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::int(number)
    }
}
