//! Conversion at the level of types: what a value that is not known yet, or a null, becomes.

use std::fmt::{self, Write as _};

use meshform_state::Type;

use super::constraint::TypeConstraint;
use super::unify::unified;
use super::{ConvertError, Converted};

/// Which conversions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Those too that not every value survives: a text is not always a number.
    Allowed,
    /// Those only that cannot fail.
    Refused,
}

/// Whether values of `from` can be converted to `to`, as far as types tell.
pub(super) fn possible(from: &Type, to: &TypeConstraint, loss: Loss) -> bool {
    let lossy = loss == Loss::Allowed;
    match (from, to) {
        (_, TypeConstraint::Any) => true,
        _ if to.is_exactly(from) => true,
        (Type::Any, _) => lossy,
        (Type::Bool | Type::Number, TypeConstraint::String) => true,
        (Type::String, TypeConstraint::Number | TypeConstraint::Bool) => lossy,
        (Type::List(_), TypeConstraint::Set(_)) | (Type::Map(_), TypeConstraint::Object(_)) if !lossy => {
            false
        }
        (Type::List(element) | Type::Set(element), TypeConstraint::List(to) | TypeConstraint::Set(to))
        | (Type::Map(element), TypeConstraint::Map(to)) => possible(element, to, loss),
        (Type::Tuple(items), TypeConstraint::List(to) | TypeConstraint::Set(to)) => {
            parts_possible(items.iter(), to, loss)
        }
        (Type::Object(attributes), TypeConstraint::Map(to)) => {
            let open = || unified(&attributes.values().cloned().collect::<Vec<_>>(), loss) == Some(Type::Any);
            // Whether attributes fit that could be of any type, such as nulls, only their values tell.
            parts_possible(attributes.values(), to, loss) || **to == TypeConstraint::Any && open()
        }
        (Type::Tuple(items), TypeConstraint::Tuple(to)) => {
            items.len() == to.len()
                && items
                    .iter()
                    .zip(to.iter())
                    .all(|(item, to)| possible(item, to, loss))
        }
        (Type::Object(given), TypeConstraint::Object(to)) => to.iter().all(|(name, attribute)| {
            given
                .get(name)
                .map_or(attribute.optional, |ty| possible(ty, &attribute.constraint, loss))
        }),
        (Type::Map(element), TypeConstraint::Object(to)) => to
            .values()
            .all(|attribute| attribute.optional || possible(element, &attribute.constraint, loss)),
        _ => false,
    }
}

/// Whether values of all `parts` can be the elements of one collection of `to`.
fn parts_possible<'a>(parts: impl Iterator<Item = &'a Type>, to: &TypeConstraint, loss: Loss) -> bool {
    let parts: Vec<Type> = parts.cloned().collect();
    if parts.is_empty() {
        return true;
    }
    if *to != TypeConstraint::Any {
        return parts.iter().all(|part| possible(part, to, loss));
    }
    match unified(&parts, loss) {
        None => false,
        Some(Type::Any) => parts.iter().all(|part| *part == Type::Any),
        Some(ty) => {
            let to = TypeConstraint::from(&ty);
            parts.iter().all(|part| possible(part, &to, loss))
        }
    }
}

/// The type that values of `from` have once converted to `to`.
///
/// # Errors
/// If no value of `from` could be converted.
pub(crate) fn convert_type(from: &Type, to: &TypeConstraint) -> Converted<Type> {
    match (from, to) {
        (_, TypeConstraint::Any) => Ok(from.clone()),
        (Type::Any, _) => Ok(to.ty()),
        (Type::Bool | Type::Number | Type::String, TypeConstraint::String) => Ok(Type::String),
        (Type::Number | Type::String, TypeConstraint::Number) => Ok(Type::Number),
        (Type::Bool | Type::String, TypeConstraint::Bool) => Ok(Type::Bool),
        (Type::List(element) | Type::Set(element), TypeConstraint::List(to)) => {
            Ok(Type::list(convert_type(element, to)?))
        }
        (Type::List(element) | Type::Set(element), TypeConstraint::Set(to)) => {
            Ok(Type::set(convert_type(element, to)?))
        }
        (Type::Tuple(items), TypeConstraint::List(to)) => Ok(Type::list(shared(items.iter(), to, "list")?)),
        (Type::Tuple(items), TypeConstraint::Set(to)) => Ok(Type::set(shared(items.iter(), to, "set")?)),
        (Type::Map(element), TypeConstraint::Map(to)) => Ok(Type::map(convert_type(element, to)?)),
        (Type::Object(attributes), TypeConstraint::Map(to)) => {
            Ok(Type::map(shared(attributes.values(), to, "map")?))
        }
        (Type::Tuple(items), TypeConstraint::Tuple(to)) if items.len() == to.len() => Ok(Type::Tuple(
            items
                .iter()
                .zip(to.iter())
                .map(|(item, to)| convert_type(item, to))
                .collect::<Converted<_>>()?,
        )),
        (Type::Object(_) | Type::Map(_), TypeConstraint::Object(_)) => object(from, to),
        _ => Err(mismatch(from, to)),
    }
}

fn shared<'a>(items: impl Iterator<Item = &'a Type>, to: &TypeConstraint, what: &str) -> Converted<Type> {
    let items: Vec<Type> = items.cloned().collect();
    for item in &items {
        convert_type(item, to)?;
    }
    if items.is_empty() || !to.has_any() {
        return Ok(to.ty());
    }
    if !parts_possible(items.iter(), to, Loss::Allowed) {
        return Err(mixed(what));
    }
    match unified(&items, Loss::Allowed) {
        Some(ty) => convert_type(&ty, to),
        None => Ok(to.ty()),
    }
}

/// The message that elements have no type in common.
pub(super) fn mixed(what: &str) -> ConvertError {
    ConvertError::new(format!("all {what} elements must have the same type"))
}

fn object(from: &Type, to: &TypeConstraint) -> Converted<Type> {
    let TypeConstraint::Object(attributes) = to else {
        return Err(mismatch(from, to));
    };
    let mut types = Vec::new();
    for (name, attribute) in attributes.iter() {
        let given = match from {
            Type::Object(given) => given.get(name),
            Type::Map(element) => Some(&**element),
            _ => None,
        };
        let ty = match given.map(|given| convert_type(given, &attribute.constraint)) {
            Some(Ok(ty)) => ty,
            // A map may lack the key of an optional attribute, so its element type may be any.
            Some(Err(_)) if attribute.optional && matches!(from, Type::Map(_)) => attribute.constraint.ty(),
            Some(Err(error)) => return Err(error.below_name(name)),
            None if attribute.optional => attribute.constraint.ty(),
            None => return Err(ConvertError::new(format!("attribute `{name}` is required"))),
        };
        types.push((name.clone(), ty));
    }
    Ok(Type::object(types))
}

/// The message that `from` is not what `to` asks for.
pub(super) fn mismatch(from: &Type, to: &TypeConstraint) -> ConvertError {
    let wanted = match to {
        TypeConstraint::Any => "any value",
        TypeConstraint::Bool => "bool",
        TypeConstraint::Number => "number",
        TypeConstraint::String => "string",
        TypeConstraint::List(_) => "list",
        TypeConstraint::Set(_) => "set",
        TypeConstraint::Map(_) => "map",
        TypeConstraint::Tuple(_) => "tuple",
        TypeConstraint::Object(_) => "object",
    };
    ConvertError::new(format!("{wanted} required, but have {}", kind_name(from)))
}

/// The kind of `ty` in a word.
pub(crate) fn kind_name(ty: &Type) -> &'static str {
    match ty {
        Type::Any => "a value of unknown type",
        Type::Bool => "bool",
        Type::Number => "number",
        Type::String => "string",
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Tuple(_) => "tuple",
        Type::Object(_) => "object",
    }
}

/// `ty` as it is shown in messages: of a long one the beginning only.
pub(crate) fn short(ty: &Type) -> String {
    let mut beginning = Beginning(String::new());
    if write!(beginning, "{ty}").is_err() {
        beginning.0.push('…');
    }
    beginning.0
}

/// Takes a text as long as it is short.
struct Beginning(String);

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > 400 {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
