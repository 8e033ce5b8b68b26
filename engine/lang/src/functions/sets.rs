//! Sets, and what all combinations are.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::convert::{convert_to, is_open_set, set_of, unify};
use crate::eval::{later_not_null, secret_if};

const LIST: Param = Param::structure("list");
const SET: Param = Param::new("sets", Want::Any).or_open();
const SETS: &[Param] = &[SET];
// What is not known yet is in a union all the same.
const UNION: Param = Param {
    known: Known::Top,
    ..SET
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("setproduct", &[], Gives::By(product_type), set_product).rest(LIST),
    Function::new("setunion", &[UNION], Gives::By(sets_type), set_union).rest(UNION),
    Function::new("setintersection", SETS, Gives::By(sets_type), |a| {
        set_operation(a, |count, all| count == all)
    })
    .rest(SET),
    Function::new("setsubtract", &[SET, SET], Gives::By(sets_type), set_subtract),
];

/// The types of the elements of all sets to combine, and whether one of them is a set.
fn product_parts(arguments: &Arguments<'_>) -> Result<(Vec<Type>, bool), Failure> {
    if arguments.len() < 2 {
        return Err(Failure::new("at least two lists or sets are required"));
    }
    let mut any_set = false;
    let mut parts = Vec::new();
    for (index, value) in arguments.values.iter().enumerate() {
        arguments.weigh(index)?;
        parts.push(match value.ty() {
            Type::List(element) => (*element).clone(),
            Type::Set(element) => {
                any_set = true;
                (*element).clone()
            }
            Type::Tuple(items) => unify(&items)
                .ok_or_else(|| Failure::argument(index, "all elements must have the same type"))?,
            _ => return Err(Failure::argument(index, "a list, set or tuple is required")),
        });
    }
    Ok((parts, any_set))
}

fn product_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    let (parts, any_set) = product_parts(arguments)?;
    let element = Type::Tuple(parts.into());
    Ok(if any_set {
        Type::set(element)
    } else {
        Type::list(element)
    })
}

fn set_product(arguments: &Arguments<'_>) -> Answer {
    let (parts, any_set) = product_parts(arguments)?;
    let mut secret = false;
    let mut lists: Vec<Vec<Value>> = Vec::new();
    for (index, (value, part)) in arguments.values.iter().zip(&parts).enumerate() {
        let (value, is_secret) = value.reveal();
        secret |= is_secret;
        if is_open_set(value) {
            let ty = product_type(arguments)?;
            let secret = secret || arguments.values.iter().any(Value::has_secret);
            return Ok(secret_if(secret, later_not_null(ty)));
        }
        let items = value.items().unwrap_or_default().iter();
        let items: Result<Vec<Value>, _> = items.map(|item| convert_to(item, part)).collect();
        lists.push(items.map_err(|error| Failure::argument(index, error.to_string()))?);
    }
    let total = lists
        .iter()
        .try_fold(1_usize, |total, items| total.checked_mul(items.len()));
    let too_many = || Failure::new("there would be too many combinations");
    let total = total.ok_or_else(too_many)?;
    arguments.spend(total.checked_mul(lists.len() + 1).ok_or_else(too_many)?)?;
    let element = Type::Tuple(parts.into());
    let mut combined = Vec::with_capacity(total);
    for at in 0..total {
        let mut rest = at;
        let mut tuple: Vec<Value> = Vec::with_capacity(lists.len());
        for items in lists.iter().rev() {
            tuple.push(items[rest % items.len()].clone());
            rest /= items.len();
        }
        tuple.reverse();
        combined.push(Value::tuple(tuple));
    }
    let result = if any_set {
        set_of(element, combined)
    } else {
        Value::list(element, combined)
    };
    Ok(secret_if(secret, result))
}

fn sets_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    let mut types = Vec::new();
    let mut open = false;
    for (index, value) in arguments.values.iter().enumerate() {
        let set = convert_to(value, &Type::set(Type::Any))
            .map_err(|error| Failure::argument(index, error.to_string()))?;
        let element = match set.ty() {
            Type::Set(element) => (*element).clone(),
            _ => Type::Any,
        };
        open |= element == Type::Any && value.items().is_none();
        // The element type of an empty set without one is whatever the others have.
        if element != Type::Any || value.items().is_none_or(|items| !items.is_empty()) {
            types.push(element);
        }
    }
    let ty = unify(&types).ok_or_else(|| Failure::new("all sets must have elements of the same type"))?;
    // What one has that is not known yet may have in common with the others what they do not have alone; texts only with
    // texts.
    let is_sure = !open || ty == Type::String;
    Ok(Type::set(if is_sure { ty } else { Type::Any }))
}

fn set_union(arguments: &Arguments<'_>) -> Answer {
    let (element, sets) = sets(arguments)?;
    Ok(Value::set(element, sets.concat()))
}

fn sets(arguments: &Arguments<'_>) -> Result<(Type, Vec<Vec<Value>>), Failure> {
    let ty = sets_type(arguments)?;
    let mut sets = Vec::new();
    for (index, value) in arguments.values.iter().enumerate() {
        let set = convert_to(value, &ty).map_err(|error| Failure::argument(index, error.to_string()))?;
        sets.push(set.items().unwrap_or_default().to_vec());
    }
    let element = if let Type::Set(element) = ty {
        (*element).clone()
    } else {
        Type::Any
    };
    Ok((element, sets))
}

/// The values for which `keep` holds, given in how many of how many sets they are.
fn set_operation(arguments: &Arguments<'_>, keep: fn(usize, usize) -> bool) -> Answer {
    let (element, sets) = sets(arguments)?;
    let mut counts: BTreeMap<&Value, usize> = BTreeMap::new();
    for item in sets.iter().flatten() {
        *counts.entry(item).or_default() += 1;
    }
    let kept = counts
        .into_iter()
        .filter(|(_, count)| keep(*count, sets.len()))
        .map(|(item, _)| item.clone())
        .collect();
    Ok(Value::set(element, kept))
}

fn set_subtract(arguments: &Arguments<'_>) -> Answer {
    let (element, sets) = sets(arguments)?;
    let [from, without] = sets.as_slice() else {
        return Err(Failure::new("two sets are required"));
    };
    let without: BTreeSet<&Value> = without.iter().collect();
    Ok(Value::set(
        element,
        from.iter()
            .filter(|item| !without.contains(item))
            .cloned()
            .collect(),
    ))
}
