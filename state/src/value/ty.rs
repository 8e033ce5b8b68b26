//! Types of values. Constraints with optional attributes belong to the language, not here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Str;

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Any type at all: the type of what is not yet known to have one.
    Any,
    /// Truth values.
    Bool,
    /// Numbers.
    Number,
    /// Texts.
    String,
    /// Lists of one type.
    List(Arc<Type>),
    /// Sets of one type.
    Set(Arc<Type>),
    /// Maps to one type.
    Map(Arc<Type>),
    /// Tuples.
    Tuple(Arc<[Type]>),
    /// Objects.
    Object(Arc<BTreeMap<Str, Type>>),
}

impl Type {
    /// `list(element)`.
    #[must_use]
    pub fn list(element: Type) -> Self {
        Type::List(Arc::new(element))
    }

    /// `set(element)`.
    #[must_use]
    pub fn set(element: Type) -> Self {
        Type::Set(Arc::new(element))
    }

    /// `map(element)`.
    #[must_use]
    pub fn map(element: Type) -> Self {
        Type::Map(Arc::new(element))
    }

    /// `object({…})`.
    #[must_use]
    pub fn object(attributes: impl IntoIterator<Item = (Str, Type)>) -> Self {
        Type::Object(Arc::new(attributes.into_iter().collect()))
    }

    /// Whether `Any` stands anywhere in this type.
    #[must_use]
    pub fn has_any(&self) -> bool {
        match self {
            Type::Any => true,
            Type::Bool | Type::Number | Type::String => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_any(),
            Type::Tuple(items) => items.iter().any(Type::has_any),
            Type::Object(attributes) => attributes.values().any(Type::has_any),
        }
    }
}

/// Prints as in a type constraint: `map(list(string))`, `object({a = string})`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::Tuple(items) => {
                f.write_str("tuple([")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("])")
            }
            Type::Object(attributes) => {
                f.write_str("object({")?;
                for (index, (name, ty)) in attributes.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{name} = {ty}")?;
                }
                f.write_str("})")
            }
        }
    }
}
