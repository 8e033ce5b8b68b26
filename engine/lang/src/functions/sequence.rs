//! Lists, tuples and sets as a whole.

use std::collections::BTreeSet;

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::convert::{convert_to, set_of, unify, unify_values};
use crate::eval::{later_not_null, secret_if};

const LIST: Param = Param::structure("list");
const ANY_LIST: Param = Param {
    known: Known::Whole,
    ..Param::new("list", Want::ListAny)
};
const SET: Param = Param::new("sets", Want::Any);
const SETS: &[Param] = &[SET];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("concat", &[], Gives::Always(Want::Any), concat).rest(Param::own("seqs")),
    Function::new("flatten", &[LIST], Gives::Always(Want::Any), flatten),
    Function::new(
        "slice",
        &[
            LIST,
            Param::new("start_index", Want::Number),
            Param::new("end_index", Want::Number),
        ],
        Gives::By(slice_type),
        slice,
    ),
    Function::new("reverse", &[LIST], Gives::By(reverse_type), reverse),
    Function::new("distinct", &[ANY_LIST], Gives::By(same_type), distinct),
    Function::new(
        "compact",
        &[Param::new("list", Want::ListString)],
        Gives::Always(Want::ListString),
        compact,
    ),
    Function::new(
        "sort",
        &[Param::new("list", Want::ListString)],
        Gives::Always(Want::ListString),
        sort,
    ),
    Function::new(
        "chunklist",
        &[
            Param {
                takes_secrets: true,
                known: Known::Top,
                ..ANY_LIST
            },
            Param::new("size", Want::Number),
        ],
        Gives::By(chunk_type),
        chunk_list,
    ),
    Function::new(
        "matchkeys",
        &[
            ANY_LIST,
            Param::new("keys", Want::ListAny),
            Param::new("searchset", Want::ListAny),
        ],
        Gives::By(same_type),
        match_keys,
    ),
    Function::new("setproduct", &[], Gives::Always(Want::Any), set_product).rest(LIST),
    Function::new("setunion", SETS, Gives::By(sets_type), |a| {
        set_operation(a, |_, _| true)
    })
    .rest(SET),
    Function::new("setintersection", SETS, Gives::By(sets_type), |a| {
        set_operation(a, |count, all| count == all)
    })
    .rest(SET),
    Function::new(
        "setsubtract",
        &[SET, Param::new("b", Want::Any)],
        Gives::By(sets_type),
        set_subtract,
    ),
];

fn kind(value: &Value) -> &'static str {
    crate::convert::kind_name(&value.ty())
}

fn same_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    Ok(arguments.value(0).ty())
}

fn concat(arguments: &Arguments<'_>) -> Answer {
    if arguments.len() == 0 {
        return Err(Failure::new("at least one list is required"));
    }
    let mut items = Vec::new();
    let mut types = Vec::new();
    let (mut secret, mut later) = (false, false);
    for (index, value) in arguments.values.iter().enumerate() {
        let (value, is_secret) = value.reveal();
        secret |= is_secret;
        types.push(value.ty());
        match value {
            Value::List(_) | Value::Tuple(_) => {
                arguments.spend(value.items().map_or(0, <[Value]>::len))?;
                items.extend_from_slice(value.items().unwrap_or_default());
            }
            Value::Later(what) => match &what.ty {
                Type::Tuple(elements) => items.extend(elements.iter().cloned().map(Value::later)),
                Type::List(_) | Type::Any => later = true,
                _ => return Err(Failure::argument(index, "a list or a tuple is required")),
            },
            Value::Null(_) => return Err(Failure::argument(index, "it must not be null")),
            other => {
                return Err(Failure::argument(
                    index,
                    format!("a list or a tuple is required, but this is a {}", kind(other)),
                ));
            }
        }
    }
    let lists = types.iter().all(|ty| matches!(ty, Type::List(_)));
    let list_type = if lists {
        unify(&types).filter(|ty| matches!(ty, Type::List(_)))
    } else {
        None
    };
    let result = match (list_type, later) {
        (Some(ty), true) => later_not_null(ty),
        (None, true) => Value::later(Type::Any),
        (Some(ty), false) => {
            convert_to(&Value::tuple(items), &ty).map_err(|error| Failure::new(error.to_string()))?
        }
        (None, false) => Value::tuple(items),
    };
    Ok(secret_if(secret, result))
}

fn flatten(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    if value.items().is_none() {
        return Err(Failure::argument(0, "a list, set or tuple is required"));
    }
    let mut flat = Flat {
        items: Vec::new(),
        later: false,
        secret,
    };
    flat.add(value);
    arguments.spend(flat.items.len())?;
    let result = if flat.later {
        Value::later(Type::Any)
    } else {
        Value::tuple(flat.items)
    };
    Ok(secret_if(flat.secret, result))
}

struct Flat {
    items: Vec<Value>,
    later: bool,
    secret: bool,
}

impl Flat {
    fn add(&mut self, sequence: &Value) {
        for item in sequence.items().unwrap_or_default() {
            let (inner, is_secret) = item.reveal();
            match inner {
                // How many elements a secret list has would tell of it.
                Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
                    self.secret |= is_secret;
                    self.add(inner);
                }
                Value::Later(what) => {
                    self.later |=
                        matches!(what.ty, Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_));
                    self.secret |= is_secret && self.later;
                    self.items.push(item.clone());
                }
                _ => self.items.push(item.clone()),
            }
        }
    }
}

fn slice_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        list @ Type::List(_) => Ok(list),
        // Which elements a tuple has then depends on the indexes.
        Type::Any | Type::Tuple(_) => Ok(Type::Any),
        _ => Err(Failure::argument(0, "a list or a tuple is required")),
    }
}

fn slice(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let items = match value {
        Value::List(_) | Value::Tuple(_) => value.items().unwrap_or_default(),
        _ => return Err(Failure::argument(0, "a list or a tuple is required")),
    };
    let place = |index: usize| {
        let at = arguments.whole(index)?;
        usize::try_from(at)
            .ok()
            .filter(|at| *at <= items.len())
            .ok_or_else(|| {
                Failure::argument(
                    index,
                    format!("it must be from 0 to {}, the length of the list", items.len()),
                )
            })
    };
    let (start, end) = (place(1)?, place(2)?);
    if start > end {
        return Err(Failure::argument(1, "the start must not be behind the end"));
    }
    let part = items[start..end].to_vec();
    let result = match value {
        Value::List(list) => Value::list(list.element.clone(), part),
        _ => Value::tuple(part),
    };
    Ok(secret_if(secret, result))
}

fn reverse_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        Type::Tuple(items) => Ok(Type::Tuple(items.iter().rev().cloned().collect())),
        Type::Any => Ok(Type::Any),
        _ => Err(Failure::argument(0, "a list, set or tuple is required")),
    }
}

fn reverse(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let turned = |items: &[Value]| items.iter().rev().cloned().collect();
    let result = match value {
        Value::List(list) | Value::Set(list) => Value::list(list.element.clone(), turned(&list.items)),
        Value::Tuple(items) => Value::tuple(turned(items)),
        _ => return Err(Failure::argument(0, "a list, set or tuple is required")),
    };
    Ok(secret_if(secret, result))
}

fn element_of(value: &Value) -> Type {
    match value.reveal().0 {
        Value::List(list) | Value::Set(list) => list.element.clone(),
        _ => Type::Any,
    }
}

fn distinct(arguments: &Arguments<'_>) -> Answer {
    let mut seen = BTreeSet::new();
    let items = arguments
        .items(0)
        .iter()
        .filter(|item| seen.insert(*item))
        .cloned()
        .collect();
    Ok(Value::list(element_of(arguments.value(0)), items))
}

fn compact(arguments: &Arguments<'_>) -> Answer {
    let full = |item: &&Value| item.as_str().is_some_and(|text| !text.is_empty());
    Ok(Value::list(
        Type::String,
        arguments.items(0).iter().filter(full).cloned().collect(),
    ))
}

fn sort(arguments: &Arguments<'_>) -> Answer {
    let mut items = arguments.items(0).to_vec();
    if items.iter().any(Value::is_null) {
        return Err(Failure::argument(0, "an element is null; each must have a text"));
    }
    items.sort();
    Ok(Value::list(Type::String, items))
}

fn chunk_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    Ok(Type::list(arguments.value(0).ty()))
}

fn chunk_list(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let items = value.items().unwrap_or_default();
    let size = arguments.whole(1)?;
    let Ok(size) = usize::try_from(size) else {
        return Err(Failure::argument(1, "the size must not be negative"));
    };
    let element = element_of(value);
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items
        .chunks(size)
        .map(|chunk| Value::list(element.clone(), chunk.to_vec()))
        .collect();
    Ok(secret_if(
        secret,
        Value::list(Type::list(element.clone()), chunks),
    ))
}

fn match_keys(arguments: &Arguments<'_>) -> Answer {
    let (values, keys, wanted) = (arguments.items(0), arguments.items(1), arguments.items(2));
    if values.len() != keys.len() {
        return Err(Failure::new(
            "the lists of values and keys must have the same length",
        ));
    }
    let types = unify(&[element_of(arguments.value(1)), element_of(arguments.value(2))]);
    let ty =
        types.ok_or_else(|| Failure::new("the keys and the set searched for must have the same type"))?;
    let convert = |value: &Value| convert_to(value, &ty).unwrap_or_else(|_| value.clone());
    let wanted: BTreeSet<Value> = wanted.iter().map(convert).collect();
    let found = values
        .iter()
        .zip(keys)
        .filter(|(_, key)| wanted.contains(&convert(key)));
    Ok(Value::list(
        element_of(arguments.value(0)),
        found.map(|(value, _)| value.clone()).collect(),
    ))
}

fn set_product(arguments: &Arguments<'_>) -> Answer {
    if arguments.len() < 2 {
        return Err(Failure::new("at least two lists or sets are required"));
    }
    let mut any_set = false;
    let mut secret = false;
    let mut lists: Vec<(Type, Vec<Value>)> = Vec::new();
    for (index, value) in arguments.values.iter().enumerate() {
        let (value, is_secret) = value.reveal();
        secret |= is_secret;
        any_set |= matches!(value, Value::Set(_));
        lists.push(match value {
            Value::List(list) | Value::Set(list) => (list.element.clone(), list.items.clone()),
            Value::Tuple(items) => unify_values(items.to_vec())
                .ok_or_else(|| Failure::argument(index, "all elements must have the same type"))?,
            _ => return Err(Failure::argument(index, "a list, set or tuple is required")),
        });
    }
    let total = lists
        .iter()
        .try_fold(1_usize, |total, (_, items)| total.checked_mul(items.len()));
    let too_many = || Failure::new("there would be too many combinations");
    let total = total.ok_or_else(too_many)?;
    arguments.spend(total.checked_mul(lists.len() + 1).ok_or_else(too_many)?)?;
    let element = Type::Tuple(lists.iter().map(|(ty, _)| ty.clone()).collect());
    let mut combined = Vec::with_capacity(total);
    for at in 0..total {
        let mut rest = at;
        let mut tuple: Vec<Value> = Vec::with_capacity(lists.len());
        for (_, items) in lists.iter().rev() {
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
    for (index, value) in arguments.values.iter().enumerate() {
        match value.ty() {
            Type::Set(element) | Type::List(element) => types.push((*element).clone()),
            Type::Tuple(items) => {
                let all = unify(&items);
                types.push(
                    all.ok_or_else(|| Failure::argument(index, "all elements must have the same type"))?,
                );
            }
            Type::Any => return Ok(Type::set(Type::Any)),
            _ => return Err(Failure::argument(index, "a set is required")),
        }
    }
    // The element type of an empty set without one is whatever the others have.
    types.retain(|ty| *ty != Type::Any);
    let ty = unify(&types).ok_or_else(|| Failure::new("all sets must have elements of the same type"))?;
    Ok(Type::set(ty))
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
    let mut counts: std::collections::BTreeMap<&Value, usize> = std::collections::BTreeMap::new();
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
