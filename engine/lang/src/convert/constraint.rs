//! What a value may be: a type whose objects may have optional attributes with defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_state::{Str, Type, Value};

/// A type constraint, as `type = …` of a variable gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeConstraint {
    /// Any type; inside a collection, one type for all elements.
    Any,
    /// Truth values.
    Bool,
    /// Numbers.
    Number,
    /// Texts.
    String,
    /// Lists.
    List(Arc<TypeConstraint>),
    /// Sets.
    Set(Arc<TypeConstraint>),
    /// Maps.
    Map(Arc<TypeConstraint>),
    /// Tuples.
    Tuple(Arc<[TypeConstraint]>),
    /// Objects.
    Object(Arc<BTreeMap<Str, AttributeConstraint>>),
}

/// What an attribute of an object may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeConstraint {
    /// Its own constraint.
    pub constraint: TypeConstraint,
    /// Whether it may be left out; it is then `default`, or null.
    pub optional: bool,
    /// What stands in for an optional attribute that is left out or null.
    pub default: Option<Value>,
}

impl TypeConstraint {
    /// The type of values that were converted to this; `Any` where that depends on the value.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            TypeConstraint::Any => Type::Any,
            TypeConstraint::Bool => Type::Bool,
            TypeConstraint::Number => Type::Number,
            TypeConstraint::String => Type::String,
            TypeConstraint::List(element) => Type::list(element.ty()),
            TypeConstraint::Set(element) => Type::set(element.ty()),
            TypeConstraint::Map(element) => Type::map(element.ty()),
            TypeConstraint::Tuple(items) => Type::Tuple(items.iter().map(TypeConstraint::ty).collect()),
            TypeConstraint::Object(attributes) => Type::object(
                attributes
                    .iter()
                    .map(|(name, attribute)| (name.clone(), attribute.constraint.ty())),
            ),
        }
    }

    /// Whether `Any` stands anywhere in this.
    #[must_use]
    pub fn has_any(&self) -> bool {
        match self {
            TypeConstraint::Any => true,
            TypeConstraint::Bool | TypeConstraint::Number | TypeConstraint::String => false,
            TypeConstraint::List(element) | TypeConstraint::Set(element) | TypeConstraint::Map(element) => {
                element.has_any()
            }
            TypeConstraint::Tuple(items) => items.iter().any(TypeConstraint::has_any),
            TypeConstraint::Object(attributes) => attributes
                .values()
                .any(|attribute| attribute.constraint.has_any()),
        }
    }

    /// Whether values of `ty` are as this asks already, defaults aside none needed.
    pub(crate) fn is_exactly(&self, ty: &Type) -> bool {
        match (self, ty) {
            (TypeConstraint::Bool, Type::Bool)
            | (TypeConstraint::Number, Type::Number)
            | (TypeConstraint::String, Type::String) => true,
            (TypeConstraint::List(element), Type::List(ty))
            | (TypeConstraint::Set(element), Type::Set(ty))
            | (TypeConstraint::Map(element), Type::Map(ty)) => element.is_exactly(ty),
            (TypeConstraint::Tuple(items), Type::Tuple(types)) => {
                items.len() == types.len()
                    && items
                        .iter()
                        .zip(types.iter())
                        .all(|(item, ty)| item.is_exactly(ty))
            }
            (TypeConstraint::Object(attributes), Type::Object(types)) => {
                attributes.len() == types.len()
                    && attributes
                        .iter()
                        .zip(types.iter())
                        .all(|((name, attribute), (other, ty))| {
                            name == other
                                && attribute.default.is_none()
                                && attribute.constraint.is_exactly(ty)
                        })
            }
            _ => false,
        }
    }
}

impl From<&Type> for TypeConstraint {
    fn from(ty: &Type) -> Self {
        let boxed = |ty: &Type| Arc::new(TypeConstraint::from(ty));
        match ty {
            Type::Any => TypeConstraint::Any,
            Type::Bool => TypeConstraint::Bool,
            Type::Number => TypeConstraint::Number,
            Type::String => TypeConstraint::String,
            Type::List(element) => TypeConstraint::List(boxed(element)),
            Type::Set(element) => TypeConstraint::Set(boxed(element)),
            Type::Map(element) => TypeConstraint::Map(boxed(element)),
            Type::Tuple(items) => TypeConstraint::Tuple(items.iter().map(TypeConstraint::from).collect()),
            Type::Object(attributes) => {
                let attribute = |ty| AttributeConstraint {
                    constraint: ty,
                    optional: false,
                    default: None,
                };
                let attributes = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), attribute(TypeConstraint::from(ty))));
                TypeConstraint::Object(Arc::new(attributes.collect()))
            }
        }
    }
}
