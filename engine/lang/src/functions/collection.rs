//! Maps, objects and single elements of collections.

use std::collections::BTreeMap;

use meshform_state::{Str, Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::convert::{convert_to, reveal_all, unify};
use crate::eval::{equal, is_not_null, later_not_null, secret_if};

const MAP: &[Param] = &[Param::structure("map")];
const LIST: Param = Param::structure("list");

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "length",
        &[Param::own("value")],
        Gives::Always(Want::Number),
        length,
    ),
    Function::new("keys", &[Param::own("map")], Gives::Always(Want::Any), keys),
    Function::new("values", MAP, Gives::By(values_type), values),
    Function::new(
        "lookup",
        &[Param::structure("map"), KEY],
        Gives::By(lookup_type),
        lookup,
    )
    .optional(Param::own("default"), 1)
    .may_be_null(),
    Function::new("merge", &[], Gives::Always(Want::Any), merge).rest(Param::own("maps")),
    Function::new(
        "element",
        &[LIST, Param::new("index", Want::Number)],
        Gives::By(element_type),
        element,
    )
    .may_be_null(),
    Function::new(
        "contains",
        &[LIST, Param::own("value")],
        Gives::Always(Want::Bool),
        contains,
    ),
    Function::new(
        "index",
        &[LIST, Param::new("value", Want::Any)],
        Gives::Always(Want::Number),
        index,
    ),
    Function::new("one", &[LIST], Gives::By(one_type), one).may_be_null(),
    Function::new("coalesce", &[], Gives::Always(Want::Any), coalesce).rest(Param::own("vals")),
    Function::new("coalescelist", &[], Gives::Always(Want::Any), coalesce_list).rest(Param::own("vals")),
    Function::new(
        "zipmap",
        &[
            Param {
                takes_secrets: true,
                ..Param::new("keys", Want::ListString)
            },
            Param::structure("values"),
        ],
        Gives::By(zipmap_type),
        zipmap,
    ),
    Function::new(
        "transpose",
        &[Param::new("values", Want::Any)],
        Gives::Always(Want::Any),
        transpose,
    ),
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

const KEY: Param = Param::new("key", Want::String);

fn kind(value: &Value) -> &'static str {
    crate::convert::kind_name(&value.ty())
}

fn length(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let count = match value {
        Value::Set(list) if list.items.len() > 1 && !value.is_known() => None,
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

fn keys(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let text = |name: &Str| Value::String(name.clone());
    let found = match value {
        Value::Map(map) => Value::list(Type::String, map.entries.keys().map(text).collect()),
        Value::Object(attributes) => Value::tuple(attributes.keys().map(text).collect()),
        Value::Null(_) => return Err(Failure::argument(0, "it must not be null")),
        Value::Later(later) => match &later.ty {
            Type::Object(attributes) => Value::tuple(attributes.keys().map(text).collect()),
            Type::Map(_) => later_not_null(Type::list(Type::String)),
            Type::Any => Value::later(Type::Any),
            _ => return Err(Failure::argument(0, "a map or an object is required")),
        },
        _ => return Err(Failure::argument(0, "a map or an object is required")),
    };
    Ok(secret_if(secret, found))
}

fn values_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(attributes) => Ok(Type::Tuple(attributes.values().cloned().collect())),
        Type::Any => Ok(Type::Any),
        _ => Err(Failure::argument(0, "a map or an object is required")),
    }
}

fn values(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let found = match value {
        Value::Map(map) => Value::list(map.element.clone(), map.entries.values().cloned().collect()),
        Value::Object(attributes) => Value::tuple(attributes.values().cloned().collect()),
        _ => return Err(Failure::argument(0, "a map or an object is required")),
    };
    Ok(secret_if(secret, found))
}

fn lookup_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        Type::Map(element) => Ok((*element).clone()),
        Type::Object(attributes) => match (arguments.value(1).as_str(), arguments.values.get(2)) {
            (Some(key), default) => match attributes.get(key) {
                Some(ty) => Ok(ty.clone()),
                None => Ok(default.map_or(Type::Any, Value::ty)),
            },
            (None, _) => Ok(Type::Any),
        },
        Type::Any => Ok(Type::Any),
        _ => Err(Failure::argument(0, "a map or an object is required")),
    }
}

fn lookup(arguments: &Arguments<'_>) -> Answer {
    let (value, secret) = arguments.value(0).reveal();
    let key = arguments.text(1);
    let Some(entries) = value.entries() else {
        return Err(Failure::argument(0, "a map or an object is required"));
    };
    let mut default = arguments.values.get(2).cloned();
    if let (Some(given), Value::Map(map)) = (&default, value) {
        default = Some(convert_to(given, &map.element).map_err(|error| {
            let message = format!("the default must have the type of the map's elements: {error}");
            Failure::argument(2, message)
        })?);
    }
    let found = entries.get(key).cloned().or(default).ok_or_else(|| {
        let name = if secret {
            "this key".to_owned()
        } else {
            format!("the key `{key}`")
        };
        Failure::argument(1, format!("there is no element with {name}"))
    })?;
    Ok(secret_if(secret, found))
}

fn merge(arguments: &Arguments<'_>) -> Answer {
    let mut secret = false;
    let mut later = false;
    let mut merged: BTreeMap<Str, Value> = BTreeMap::new();
    let mut types = Shared::default();
    for (index, value) in arguments.values.iter().enumerate() {
        let (value, is_secret) = value.reveal();
        secret |= is_secret;
        match value {
            Value::Null(Type::Any | Type::Map(_) | Type::Object(_)) => types.add(value.ty()),
            Value::Map(_) | Value::Object(_) => {
                let entries = value.entries().into_iter().flatten();
                arguments.spend(value.entries().map_or(0, BTreeMap::len))?;
                merged.extend(entries.map(|(name, item)| (name.clone(), item.clone())));
                types.add(value.ty());
            }
            Value::Later(what) if matches!(what.ty, Type::Any | Type::Map(_) | Type::Object(_)) => {
                later = true;
                if let Type::Object(attributes) = &what.ty {
                    let attributes = attributes.iter();
                    merged.extend(attributes.map(|(name, ty)| (name.clone(), Value::later(ty.clone()))));
                }
                types.add(what.ty.clone());
            }
            _ => {
                let message = format!("a map or an object is required, but this is a {}", kind(value));
                return Err(Failure::argument(index, message));
            }
        }
    }
    let result = match (types.only(), later) {
        (Some(Type::Map(element)), false) => Value::map((**element).clone(), merged),
        (_, false) => Value::object(merged),
        // What an object that comes later holds is known but for its values, unless it will be null.
        _ if types.objects_only() => Value::later(Value::object(merged).ty()),
        (Some(only @ Type::Map(_)), true) => later_not_null(only.clone()),
        (_, true) => Value::later(Type::Any),
    };
    Ok(secret_if(secret, result))
}

/// Whether several values have one type.
#[derive(Default)]
struct Shared {
    first: Option<Type>,
    differ: bool,
    others: bool,
}

impl Shared {
    fn add(&mut self, ty: Type) {
        self.others |= !matches!(ty, Type::Object(_));
        match &self.first {
            Some(first) => self.differ |= *first != ty,
            None => self.first = Some(ty),
        }
    }

    fn only(&self) -> Option<&Type> {
        self.first.as_ref().filter(|_| !self.differ)
    }

    fn objects_only(&self) -> bool {
        !self.others
    }
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
    let (list, list_secret) = reveal_all(arguments.value(0));
    let (value, value_secret) = reveal_all(arguments.value(1));
    if value.is_null() {
        return Err(Failure::argument(1, "it must not be null"));
    }
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
    let (value, secret) = arguments.value(0).reveal();
    let found = match value.items() {
        Some([]) => Value::Null(ty),
        Some([only]) => only.clone(),
        _ => return Err(Failure::argument(0, "it must have one element or none")),
    };
    Ok(secret_if(secret, found))
}

fn coalesce(arguments: &Arguments<'_>) -> Answer {
    let typed: Vec<Type> = arguments
        .values
        .iter()
        .filter(|value| !matches!(value.reveal().0, Value::Null(Type::Any)))
        .map(Value::ty)
        .collect();
    let ty = unify(&typed).ok_or_else(|| Failure::new("all arguments must have the same type"))?;
    let mut secret = false;
    for (index, value) in arguments.values.iter().enumerate() {
        let converted =
            convert_to(value, &ty).map_err(|error| Failure::argument(index, error.to_string()))?;
        let (inner, is_secret) = converted.reveal();
        secret |= is_secret;
        match inner {
            Value::Later(_) if !is_not_null(inner) || ty == Type::String => {
                return Ok(secret_if(secret, Value::later(ty)));
            }
            Value::Null(_) => {}
            Value::String(text) if text.is_empty() => {}
            _ => return Ok(secret_if(secret, converted)),
        }
    }
    Err(Failure::new(
        "there is no argument that is neither null nor an empty text",
    ))
}

fn coalesce_list(arguments: &Arguments<'_>) -> Answer {
    let is_list = |ty: &Type| matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Any);
    for (index, value) in arguments.values.iter().enumerate() {
        if value.is_null() || !is_list(&value.ty()) {
            return Err(Failure::argument(index, "a list or a tuple is required"));
        }
    }
    let mut secret = false;
    for value in &arguments.values {
        let (inner, is_secret) = value.reveal();
        secret |= is_secret;
        match inner.items() {
            None => return Ok(secret_if(secret, Value::later(Type::Any))),
            Some([]) => {}
            Some(_) => return Ok(secret_if(secret, inner.clone())),
        }
    }
    Err(Failure::new("there is no list that is not empty"))
}

fn zipmap_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(1).ty() {
        Type::List(element) => Ok(Type::Map(element)),
        // Which attributes an object has depends on the keys.
        Type::Any | Type::Tuple(_) => Ok(Type::Any),
        _ => Err(Failure::argument(1, "a list or a tuple is required")),
    }
}

fn zipmap(arguments: &Arguments<'_>) -> Answer {
    let (keys, keys_secret) = reveal_all(arguments.value(0));
    let (values, values_secret) = arguments.value(1).reveal();
    let (names, items) = (keys.items().unwrap_or_default(), values.items());
    let items = match values {
        Value::List(_) | Value::Tuple(_) => items.unwrap_or_default(),
        _ => return Err(Failure::argument(1, "a list or a tuple is required")),
    };
    if names.len() != items.len() {
        let message = format!("there are {} keys, but {} values", names.len(), items.len());
        return Err(Failure::new(message));
    }
    let mut zipped = BTreeMap::new();
    for (name, item) in names.iter().zip(items) {
        let Value::String(name) = name else {
            return Err(Failure::argument(0, "a key must not be null"));
        };
        zipped.insert(name.clone(), item.clone());
    }
    let result = match values {
        Value::List(list) => Value::map(list.element.clone(), zipped),
        _ => Value::object(zipped),
    };
    Ok(secret_if(keys_secret || values_secret, result))
}

fn transpose(arguments: &Arguments<'_>) -> Answer {
    let ty = Type::map(Type::list(Type::String));
    let map = convert_to(arguments.value(0), &ty).map_err(|error| Failure::argument(0, error.to_string()))?;
    let mut turned: BTreeMap<Str, Vec<Value>> = BTreeMap::new();
    for (name, list) in map.entries().into_iter().flatten() {
        for item in list.items().unwrap_or_default() {
            let Value::String(text) = item else {
                return Err(Failure::argument(0, "an element must not be null"));
            };
            turned
                .entry(text.clone())
                .or_default()
                .push(Value::String(name.clone()));
        }
    }
    let entries = turned
        .into_iter()
        .map(|(name, names)| (name, Value::list(Type::String, names)))
        .collect();
    Ok(Value::map(Type::list(Type::String), entries))
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
