//! Sizes, single elements, and choices among values.

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::convert::{convert_to, is_open_set, reveal_all, unify};
use crate::eval::{equal, is_not_null, later_not_null, secret_if};

const LIST: Param = Param::structure("list");
// Which one is chosen depends on all of them, so one that is secret makes the choice so.
const CHOICES: Param = Param {
    takes_secrets: false,
    ..Param::own("vals")
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "length",
        &[Param::own("value")],
        Gives::Always(Want::Number),
        length,
    ),
    Function::new(
        "element",
        &[LIST, Param::new("index", Want::Number)],
        Gives::By(element_type),
        element,
    )
    .may_be_null(),
    Function::new(
        "contains",
        &[LIST, Param::structure("value")],
        Gives::Always(Want::Bool),
        contains,
    ),
    Function::new(
        "index",
        &[LIST, Param::new("value", Want::Any)],
        Gives::Always(Want::Number),
        index,
    ),
    Function::new(
        "one",
        &[Param {
            takes_secrets: false,
            ..LIST
        }],
        Gives::By(one_type),
        one,
    )
    .may_be_null(),
    Function::new("coalesce", &[], Gives::Always(Want::Any), coalesce).rest(CHOICES),
    Function::new("coalescelist", &[], Gives::Always(Want::Any), coalesce_list).rest(CHOICES),
    Function::new(
        "alltrue",
        &[Param {
            known: Known::Top,
            ..Param::new("list", Want::ListBool)
        }],
        Gives::Always(Want::Bool),
        |a| every(a, false),
    ),
    Function::new(
        "anytrue",
        &[Param {
            known: Known::Top,
            ..Param::new("list", Want::ListBool)
        }],
        Gives::Always(Want::Bool),
        |a| every(a, true),
    ),
];

fn length(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    if let Value::Set(_) = value {
        arguments.weigh(0)?;
    }
    let count = match value {
        set if is_open_set(set) => None,
        Value::List(list) | Value::Set(list) => Some(list.items.len()),
        Value::Tuple(items) => Some(items.len()),
        Value::Map(map) => Some(map.entries.len()),
        Value::Object(attributes) => Some(attributes.len()),
        Value::String(text) => {
            Some(unicode_segmentation::UnicodeSegmentation::graphemes(&**text, true).count())
        }
        Value::Null(_) => return Err(Failure::argument(0, "it must not be null")),
        Value::Later(later) => match &later.ty {
            Type::Tuple(items) => Some(items.len()),
            Type::Object(attributes) => Some(attributes.len()),
            Type::Bool | Type::Number => {
                return Err(Failure::argument(0, "a string or a collection is required"));
            }
            _ => None,
        },
        Value::Bool(_) | Value::Number(_) | Value::Secret(_) => {
            return Err(Failure::argument(0, "a string or a collection is required"));
        }
    };
    Ok(secret_if(
        secret,
        count.map_or_else(
            || later_not_null(Type::Number),
            |count| Value::Number(count.into()),
        ),
    ))
}

fn element_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        Type::List(element) => Ok((*element).clone()),
        Type::Any => Ok(Type::Any),
        Type::Tuple(items) => match arguments.value(1).as_i64() {
            Some(at) if !items.is_empty() => Ok(items[wrap(at, items.len())].clone()),
            _ => Ok(Type::Any),
        },
        _ => Err(Failure::argument(0, "a list or a tuple is required")),
    }
}

fn wrap(at: i64, length: usize) -> usize {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    usize::try_from(at.rem_euclid(length)).unwrap_or(0)
}

fn element(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let at = arguments.whole(1)?;
    let items = match value {
        Value::List(_) | Value::Tuple(_) => value.items().unwrap_or_default(),
        _ => return Err(Failure::argument(0, "a list or a tuple is required")),
    };
    if items.is_empty() {
        return Err(Failure::argument(
            0,
            "an empty list has no elements to choose from",
        ));
    }
    Ok(secret_if(secret, items[wrap(at, items.len())].clone()))
}

fn contains(arguments: &Arguments<'_>) -> Answer {
    arguments.weigh(0)?;
    arguments.weigh(1)?;
    let (list, list_secret) = reveal_all(arguments.value(0));
    let (value, value_secret) = reveal_all(arguments.value(1));
    let Some(items) = list.items() else {
        return Err(Failure::argument(0, "a list, set or tuple is required"));
    };
    let mut unknown = false;
    let mut found = false;
    for item in items {
        match equal(item, &value) {
            Some(true) => {
                found = true;
                break;
            }
            Some(false) => {}
            None => unknown = true,
        }
    }
    let result = if found || !unknown {
        Value::Bool(found)
    } else {
        later_not_null(Type::Bool)
    };
    Ok(secret_if(list_secret || value_secret, result))
}

fn index(arguments: &Arguments<'_>) -> Answer {
    arguments.weigh(0)?;
    let (list, secret) = reveal_all(arguments.value(0));
    let items = match &list {
        Value::List(_) | Value::Tuple(_) => list.items().unwrap_or_default(),
        _ => return Err(Failure::argument(0, "a list or a tuple is required")),
    };
    if items.is_empty() {
        return Err(Failure::argument(0, "an empty list holds no value"));
    }
    for (at, item) in items.iter().enumerate() {
        match equal(item, arguments.value(1)) {
            Some(true) => return Ok(secret_if(secret, Value::Number(at.into()))),
            Some(false) => {}
            None => return Ok(secret_if(secret, later_not_null(Type::Number))),
        }
    }
    Err(Failure::new("the list does not hold the value"))
}

fn one_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        Type::List(element) | Type::Set(element) => Ok((*element).clone()),
        Type::Tuple(items) => match &*items {
            [] => Ok(Type::Any),
            [only] => Ok(only.clone()),
            _ => Err(Failure::argument(0, "it must have one element or none")),
        },
        Type::Any => Ok(Type::Any),
        _ => Err(Failure::argument(0, "a list, set or tuple is required")),
    }
}

fn one(arguments: &Arguments<'_>) -> Answer {
    let ty = one_type(arguments)?;
    let value = arguments.value(0);
    match value.items() {
        // Its elements may turn out to be the same.
        _ if is_open_set(value) => Ok(Value::later(ty)),
        Some([]) => Ok(Value::Null(ty)),
        Some([only]) => Ok(only.clone()),
        _ => Err(Failure::argument(0, "it must have one element or none")),
    }
}

fn coalesce(arguments: &Arguments<'_>) -> Answer {
    let typed: Vec<Type> = arguments
        .values
        .iter()
        .filter(|value| !matches!(value, Value::Null(Type::Any)))
        .map(Value::ty)
        .collect();
    // Beside a null of no type, what is not converted to a common type stays as it is.
    let open = typed.len() < arguments.values.len();
    let primitive = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
    let common = if open && !typed.iter().all(primitive) {
        Some(Type::Any)
    } else {
        unify(&typed).or(open.then_some(Type::Any))
    };
    let ty = common.ok_or_else(|| Failure::new("all arguments must have the same type"))?;
    for (index, value) in arguments.values.iter().enumerate() {
        let converted =
            convert_to(value, &ty).map_err(|error| Failure::argument(index, error.to_string()))?;
        match &converted {
            Value::Later(_) if ty == Type::Any => return Ok(Value::later(ty)),
            Value::Later(_) if !is_not_null(&converted) || ty == Type::String => {
                return Ok(later_not_null(ty));
            }
            Value::Null(_) => {}
            Value::String(text) if text.is_empty() => {}
            _ => return Ok(converted),
        }
    }
    Err(Failure::new(
        "there is no argument that is neither null nor an empty text",
    ))
}

fn coalesce_list(arguments: &Arguments<'_>) -> Answer {
    for (index, value) in arguments.values.iter().enumerate() {
        if let Value::Later(_) = value {
            break;
        }
        if !matches!(value.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(Failure::argument(index, "a list or a tuple is required"));
        }
    }
    for value in &arguments.values {
        match value.items() {
            None if value.is_null() => {}
            // Whatever the other arguments are, this one may be of any type once it is known.
            None => return Ok(Value::later(Type::Any)),
            Some([]) => {}
            Some(_) => return Ok(value.clone()),
        }
    }
    Err(Failure::new("there is no list that is not empty"))
}

fn every(arguments: &Arguments<'_>, deciding: bool) -> Answer {
    let mut unknown = false;
    for item in arguments.items(0) {
        match item {
            Value::Bool(truth) if *truth == deciding => return Ok(Value::Bool(deciding)),
            Value::Later(_) => unknown = true,
            // A null is as good as false.
            Value::Null(_) if !deciding => return Ok(Value::Bool(false)),
            _ => {}
        }
    }
    Ok(if unknown {
        later_not_null(Type::Bool)
    } else {
        Value::Bool(!deciding)
    })
}
