//! The one type that several can be converted to, chosen as the reference chooses it: types of one structure give a
//! structure of what their parts have in common, all others the most general one among them.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Str, Type, Value};

use super::constraint::TypeConstraint;
use super::order::preference;
use super::types::{Loss, possible};
use super::{convert_to, retyped};

/// The type that values of all `types` can be converted to, if there is one; `Any` where that is not known.
pub(crate) fn unify(types: &[Type]) -> Option<Type> {
    if types.is_empty() {
        return Some(Type::Any);
    }
    unified(types, Loss::Allowed)
}

/// How many of some types are of which structure.
#[derive(Default)]
struct Kinds {
    maps: usize,
    lists: usize,
    sets: usize,
    objects: usize,
    tuples: usize,
    open: usize,
}

impl Kinds {
    fn of(types: &[Type]) -> Self {
        let mut kinds = Kinds::default();
        for ty in types {
            match ty {
                Type::Map(_) => kinds.maps += 1,
                Type::List(_) => kinds.lists += 1,
                Type::Set(_) => kinds.sets += 1,
                Type::Object(_) => kinds.objects += 1,
                Type::Tuple(_) => kinds.tuples += 1,
                Type::Any => kinds.open += 1,
                _ => {}
            }
        }
        kinds
    }
}

pub(super) fn unified(types: &[Type], loss: Loss) -> Option<Type> {
    let mut seen = BTreeSet::new();
    let types: Vec<Type> = types.iter().filter(|ty| seen.insert(*ty)).cloned().collect();
    if let [only] = types.as_slice() {
        return Some(only.clone());
    }
    let kinds = Kinds::of(&types);
    let all = |of: usize, others: usize| of > 0 && of + others + kinds.open == types.len();
    // What is not known yet decides which way this goes, so nothing is known of the result either.
    let known = |ty: Option<Type>| if kinds.open > 0 { Some(Type::Any) } else { ty };
    if all(kinds.maps, 0) {
        return known(elements(&types, loss).map(Type::map));
    }
    if all(kinds.lists, 0) {
        return known(elements(&types, loss).map(Type::list));
    }
    if all(kinds.sets, 0) {
        return known(elements(&types, loss).map(Type::set));
    }
    if all(kinds.objects, 0) {
        return known(objects(&types, loss));
    }
    if all(kinds.tuples, 0) {
        return known(tuples(&types, loss));
    }
    if all(kinds.maps, kinds.objects)
        && let Some(ty @ Type::Map(_)) = collected(&types, loss, |ty| matches!(ty, Type::Object(_)))
    {
        return Some(ty);
    }
    if all(kinds.lists, kinds.tuples)
        && let Some(ty @ Type::List(_)) = collected(&types, loss, |ty| matches!(ty, Type::Tuple(_)))
    {
        return Some(ty);
    }
    // These two never have anything in common.
    if kinds.objects > 0 && kinds.tuples > 0 && kinds.objects + kinds.tuples + kinds.open == types.len() {
        return None;
    }
    most_general(&types, loss)
}

/// The first of `types`, in the order of preference, that all others can be converted to.
fn most_general(types: &[Type], loss: Loss) -> Option<Type> {
    preference(types)
        .into_iter()
        .map(|at| &types[at])
        .find_map(|wanted| {
            let to = TypeConstraint::from(wanted);
            let fits = types.iter().all(|ty| ty == wanted || possible(ty, &to, loss));
            fits.then(|| wanted.clone())
        })
}

fn elements(types: &[Type], loss: Loss) -> Option<Type> {
    let elements: Vec<Type> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => Some((**element).clone()),
            _ => None,
        })
        .collect();
    unified(&elements, loss)
}

/// Those of `types` that `structural` holds for taken as one map or list, and that with the others.
fn collected(types: &[Type], loss: Loss, structural: fn(&Type) -> bool) -> Option<Type> {
    let (mut some, mut rest) = (Vec::new(), Vec::new());
    for ty in types {
        if structural(ty) { &mut some } else { &mut rest }.push(ty.clone());
    }
    rest.push(as_collection(&some, loss)?);
    unified(&rest, loss)
}

/// The map of all attributes of objects, or the list of all elements of tuples.
fn as_collection(types: &[Type], loss: Loss) -> Option<Type> {
    let mut parts = Vec::new();
    for ty in types {
        match ty {
            Type::Object(attributes) => parts.extend(attributes.values().cloned()),
            Type::Tuple(items) => parts.extend(items.iter().cloned()),
            _ => {}
        }
    }
    // Nothing says what empty ones would be of.
    if parts.is_empty() {
        return None;
    }
    let part = unified(&parts, loss)?;
    let whole = match types.first()? {
        Type::Object(_) => Type::map(part),
        _ => Type::list(part),
    };
    let to = TypeConstraint::from(&whole);
    types.iter().all(|ty| possible(ty, &to, loss)).then_some(whole)
}

fn objects(types: &[Type], loss: Loss) -> Option<Type> {
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
    let first = objects.first()?;
    if !objects.iter().all(|other| other.keys().eq(first.keys())) {
        return as_collection(types, loss);
    }
    let mut attributes = Vec::new();
    for name in first.keys() {
        let across: Vec<Type> = objects
            .iter()
            .filter_map(|object| object.get(name).cloned())
            .collect();
        attributes.push((name.clone(), unified(&across, loss)?));
    }
    confirmed(types, Type::object(attributes), loss)
}

fn tuples(types: &[Type], loss: Loss) -> Option<Type> {
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
    let length = tuples.first()?.len();
    if tuples.iter().any(|items| items.len() != length) {
        return as_collection(types, loss);
    }
    let mut items = Vec::new();
    for at in 0..length {
        let across: Vec<Type> = tuples.iter().map(|tuple| tuple[at].clone()).collect();
        items.push(unified(&across, loss)?);
    }
    confirmed(types, Type::Tuple(items.into()), loss)
}

/// `whole` if all `types` can be converted to it, else what they are as one collection.
fn confirmed(types: &[Type], whole: Type, loss: Loss) -> Option<Type> {
    let to = TypeConstraint::from(&whole);
    if types.iter().all(|ty| *ty == whole || possible(ty, &to, loss)) {
        Some(whole)
    } else {
        as_collection(types, loss)
    }
}

/// The types of `values`, each once: values of a long list nearly all have one.
pub(super) fn types_of<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<Type> {
    let mut types: Vec<Type> = Vec::new();
    let mut seen = BTreeSet::new();
    for value in values {
        let ty = value.ty();
        if types.last() != Some(&ty) && seen.insert(ty.clone()) {
            types.push(ty);
        }
    }
    types
}

/// `values` converted to the one type that they can share.
pub(crate) fn unify_values(values: Vec<Value>) -> Option<(Type, Vec<Value>)> {
    share(values, Loss::Allowed)
}

pub(super) fn share(values: Vec<Value>, loss: Loss) -> Option<(Type, Vec<Value>)> {
    let types = types_of(values.iter());
    if let [only] = types.as_slice() {
        return Some((only.clone(), values));
    }
    if types.is_empty() {
        return Some((Type::Any, values));
    }
    let ty = unified(&types, loss)?;
    let converted: Option<Vec<Value>> = values.iter().map(|value| convert_to(value, &ty).ok()).collect();
    settled(converted?)
}

/// `values` as the elements of one collection: all have one type, which those take that could be of any.
pub(crate) fn settled(values: Vec<Value>) -> Option<(Type, Vec<Value>)> {
    let types = types_of(values.iter());
    let mut known = types.iter().filter(|ty| **ty != Type::Any);
    match (known.next(), known.next()) {
        (_, Some(_)) => None,
        (None, _) => Some((Type::Any, values)),
        (Some(ty), None) if types.len() == 1 => Some((ty.clone(), values)),
        (Some(ty), None) => Some((
            ty.clone(),
            values.into_iter().map(|value| retyped(value, ty)).collect(),
        )),
    }
}
