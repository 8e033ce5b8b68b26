//! Lists and tuples as a whole.

use std::collections::BTreeSet;

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::convert::{convert_to, is_open_set, unify};
use crate::eval::{later_not_null, secret_if};

const LIST: Param = Param::structure("list");
const ANY_LIST: Param = Param {
    known: Known::Whole,
    ..Param::new("list", Want::ListAny)
};

/// A list whose elements may be known later.
const fn top(name: &'static str) -> Param {
    Param {
        known: Known::Top,
        ..Param::new(name, Want::ListAny)
    }
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("concat", &[], Gives::By(concat_type), concat).rest(Param::structure("seqs")),
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
        &[Param {
            known: Known::Top,
            ..Param::new("list", Want::ListString)
        }],
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
        &[top("values"), top("keys"), top("searchset")],
        Gives::By(matched_type),
        match_keys,
    ),
];

fn kind(value: &Value) -> &'static str {
    crate::convert::kind_name(&value.ty())
}

fn same_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    Ok(arguments.value(0).ty())
}

/// The type of lists joined: a list where all are lists that have something in common, else a tuple.
fn concat_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    if arguments.len() == 0 {
        return Err(Failure::new("at least one list is required"));
    }
    for index in 0..arguments.len() {
        arguments.weigh_type(index)?;
    }
    let types: Vec<Type> = arguments.values.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(ty) = unify(&types)
    {
        return Ok(ty);
    }
    let mut items = Vec::new();
    for (index, (value, ty)) in arguments.values.iter().zip(&types).enumerate() {
        match (ty, value.items()) {
            (Type::Tuple(elements), _) => items.extend(elements.iter().cloned()),
            (Type::List(element), Some(known)) => {
                arguments.spend(known.len())?;
                items.extend(known.iter().map(|_| (**element).clone()));
            }
            // How many elements it will have, and so how many the result, is not known.
            (Type::List(_), None) => return Ok(Type::Any),
            _ => {
                let message = format!("a list or a tuple is required, but this is a {}", kind(value));
                return Err(Failure::argument(index, message));
            }
        }
    }
    Ok(Type::Tuple(items.into()))
}

fn concat(arguments: &Arguments<'_>) -> Answer {
    let ty = concat_type(arguments)?;
    let mut items = Vec::new();
    let mut secret = false;
    for (index, value) in arguments.values.iter().enumerate() {
        let converted;
        let value = if let Type::List(_) = ty {
            converted =
                convert_to(value, &ty).map_err(|error| Failure::argument(index, error.to_string()))?;
            &converted
        } else {
            value
        };
        let (value, is_secret) = value.reveal();
        secret |= is_secret;
        let more = value.items().unwrap_or_default();
        arguments.spend(more.len())?;
        items.extend_from_slice(more);
    }
    let result = match ty {
        Type::List(element) => Value::list((*element).clone(), items),
        _ => Value::tuple(items),
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
    arguments.weigh(0)?;
    flat.add(value, arguments)?;
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
    fn add(&mut self, sequence: &Value, arguments: &Arguments<'_>) -> Result<(), Failure> {
        self.later |= is_open_set(sequence);
        for item in sequence.items().unwrap_or_default() {
            let (inner, is_secret) = item.reveal();
            arguments.spend(1)?;
            match inner {
                // How many elements a secret list has would tell of it.
                Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
                    self.secret |= is_secret;
                    self.add(inner, arguments)?;
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
        Ok(())
    }
}

fn slice_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        list @ Type::List(_) => {
            bounds(arguments, arguments.value(0).items().map(<[Value]>::len)).map(|_| list)
        }
        Type::Tuple(items) => Ok(match bounds(arguments, Some(items.len()))? {
            Some((start, end)) => Type::Tuple(items[start..end].into()),
            // Which elements it has then depends on the indexes.
            None => Type::Any,
        }),
        Type::Any => Ok(Type::Any),
        _ => Err(Failure::argument(0, "a list or a tuple is required")),
    }
}

/// From where to where a list of `length` is cut, `None` if that is not known.
fn bounds(arguments: &Arguments<'_>, length: Option<usize>) -> Result<Option<(usize, usize)>, Failure> {
    let place = |index: usize| {
        if !arguments.value(index).is_known() {
            return Ok(None);
        }
        let at = usize::try_from(arguments.whole(index)?);
        match (at, length) {
            (Ok(at), Some(length)) if at <= length => Ok(Some(at)),
            (Ok(at), None) => Ok(Some(at)),
            (_, Some(length)) => {
                let message = format!("it must be from 0 to {length}, the length of the list");
                Err(Failure::argument(index, message))
            }
            (Err(_), None) => Err(Failure::argument(index, "it must not be negative")),
        }
    };
    match (place(1)?, place(2)?) {
        (Some(start), Some(end)) if start > end => {
            Err(Failure::argument(1, "the start must not be behind the end"))
        }
        (Some(start), Some(end)) => Ok(Some((start, end))),
        _ => Ok(None),
    }
}

fn slice(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let items = match value {
        Value::List(_) | Value::Tuple(_) => value.items().unwrap_or_default(),
        _ => return Err(Failure::argument(0, "a list or a tuple is required")),
    };
    let (start, end) = bounds(arguments, Some(items.len()))?.unwrap_or_default();
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
        Value::Set(set) if is_open_set(value) => later_not_null(Type::list(set.element.clone())),
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
    if items.len() > 1 && items.iter().any(|item| !item.is_known()) {
        items.fill(Value::later(Type::String));
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

/// The type of keys and what is searched for.
fn key_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    let [values, keys] = [0, 1].map(|index| arguments.value(index).items());
    if let (Some(values), Some(keys)) = (values, keys)
        && values.len() != keys.len()
    {
        let message = "the lists of values and keys must have the same length";
        return Err(Failure::new(message));
    }
    let types = [1, 2].map(|index| match arguments.value(index).ty() {
        Type::List(element) => (*element).clone(),
        _ => Type::Any,
    });
    unify(&types).ok_or_else(|| Failure::new("the keys and the set searched for must have the same type"))
}

fn matched_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    key_type(arguments)?;
    same_type(arguments)
}

fn match_keys(arguments: &Arguments<'_>) -> Answer {
    let ty = key_type(arguments)?;
    let (values, keys, wanted) = (arguments.items(0), arguments.items(1), arguments.items(2));
    // Among nothing there is nothing, whatever the keys will be.
    if !wanted.is_empty() && !arguments.values.iter().all(Value::is_known) {
        return Ok(later_not_null(arguments.value(0).ty()));
    }
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
