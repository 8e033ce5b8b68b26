//! The one type that several can be converted to.

use meshform_state::{Str, Type, Value};
use std::collections::{BTreeMap, BTreeSet};

use super::constraint::TypeConstraint;
use super::{convert_to, convert_type};

/// The type that values of all `types` can be converted to, if there is one; `Any` where one of them is not known.
pub(crate) fn unify(types: &[Type]) -> Option<Type> {
    let Some(first) = types.first() else {
        return Some(Type::Any);
    };
    if types.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    if types.contains(&Type::Any) {
        // What is not known to have a type can still become a primitive; which structure it has, nobody can tell.
        let known: Vec<Type> = types.iter().filter(|ty| **ty != Type::Any).cloned().collect();
        let primitive = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
        let ty = unify(&known)?;
        return Some(if primitive(&ty) { ty } else { Type::Any });
    }
    let all = |test: fn(&Type) -> bool| types.iter().all(test);
    let any = |test: fn(&Type) -> bool| types.iter().any(test);
    let objects: Vec<&BTreeMap<Str, Type>> = types
        .iter()
        .filter_map(|ty| {
            if let Type::Object(attributes) = ty {
                Some(&**attributes)
            } else {
                None
            }
        })
        .collect();
    let tuples: Vec<&[Type]> = types
        .iter()
        .filter_map(|ty| {
            if let Type::Tuple(items) = ty {
                Some(&**items)
            } else {
                None
            }
        })
        .collect();
    if objects.len() == types.len() {
        return unify_objects(&objects);
    }
    if tuples.len() == types.len() {
        return unify_tuples(&tuples);
    }
    if !objects.is_empty() && !tuples.is_empty() {
        return None;
    }
    if all(|ty| matches!(ty, Type::Map(_) | Type::Object(_)))
        && let Some(element) = unify_elements(types)
    {
        return Some(Type::map(element));
    }
    if all(|ty| matches!(ty, Type::Set(_))) {
        return unify_elements(types).map(Type::set);
    }
    let lists = all(|ty| matches!(ty, Type::List(_) | Type::Tuple(_)));
    if lists
        || (all(|ty| matches!(ty, Type::List(_) | Type::Set(_))) && any(|ty| matches!(ty, Type::List(_))))
    {
        return unify_elements(types).map(Type::list);
    }
    if all(|ty| matches!(ty, Type::Set(_) | Type::Tuple(_))) {
        return unify_elements(types).map(Type::set);
    }
    types
        .iter()
        .find(|candidate| accepts_all(candidate, types))
        .cloned()
}

/// Whether all `types` become `candidate` without a chance to fail: text takes all primitives, not the other way.
fn accepts_all(candidate: &Type, types: &[Type]) -> bool {
    let to = TypeConstraint::from(candidate);
    let safe = |from: &Type| from == candidate || *candidate != Type::Bool && *candidate != Type::Number;
    types
        .iter()
        .all(|from| safe(from) && convert_type(from, &to).is_ok())
}

fn unify_elements(types: &[Type]) -> Option<Type> {
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                elements.push((**element).clone())
            }
            Type::Tuple(items) => elements.extend(items.iter().cloned()),
            Type::Object(attributes) => elements.extend(attributes.values().cloned()),
            _ => return None,
        }
    }
    unify(&elements)
}

fn unify_objects(objects: &[&BTreeMap<Str, Type>]) -> Option<Type> {
    let first = objects.first()?;
    let same_names = objects
        .iter()
        .all(|other| other.len() == first.len() && other.keys().zip(first.keys()).all(|(a, b)| a == b));
    if !same_names {
        let all: Vec<Type> = objects
            .iter()
            .flat_map(|attributes| attributes.values().cloned())
            .collect();
        return unify(&all).map(Type::map);
    }
    let mut unified = Vec::new();
    for name in first.keys() {
        let types: Vec<Type> = objects
            .iter()
            .filter_map(|attributes| attributes.get(name).cloned())
            .collect();
        unified.push((name.clone(), unify(&types)?));
    }
    Some(Type::object(unified))
}

fn unify_tuples(tuples: &[&[Type]]) -> Option<Type> {
    let length = tuples.first()?.len();
    if tuples.iter().any(|items| items.len() != length) {
        let all: Vec<Type> = tuples.iter().flat_map(|items| items.iter().cloned()).collect();
        return unify(&all).map(Type::list);
    }
    let mut unified = Vec::new();
    for index in 0..length {
        let types: Vec<Type> = tuples.iter().map(|items| items[index].clone()).collect();
        unified.push(unify(&types)?);
    }
    Some(Type::Tuple(unified.into()))
}

/// `values` converted to the one type that they can share; those that could be of any type, such as an untyped null or
/// an empty collection of anything, take that of the others.
pub(crate) fn unify_values(values: Vec<Value>) -> Option<(Type, Vec<Value>)> {
    let mut types: BTreeSet<Type> = BTreeSet::new();
    let mut last: Option<Type> = None;
    for value in values.iter().filter(|value| !is_untyped(value)) {
        let ty = value.ty();
        // Values of a long list nearly all have one type: no need to look it up more than once.
        if last.as_ref() != Some(&ty) {
            types.insert(ty.clone());
            last = Some(ty);
        }
    }
    if types.is_empty() {
        types.extend(values.iter().map(Value::ty));
    }
    let types: Vec<Type> = types.into_iter().collect();
    let ty = unify(&types)?;
    let all_typed = !values.iter().any(is_untyped);
    if ty == Type::Any || (all_typed && types.len() == 1) {
        return Some((ty, values));
    }
    let converted: Option<Vec<Value>> = values.iter().map(|value| convert_to(value, &ty).ok()).collect();
    Some((ty, converted?))
}

fn is_untyped(value: &Value) -> bool {
    match value.reveal().0 {
        Value::Null(Type::Any) => true,
        Value::List(list) | Value::Set(list) => list.items.is_empty() && list.element == Type::Any,
        Value::Map(map) => map.entries.is_empty() && map.element == Type::Any,
        _ => false,
    }
}
