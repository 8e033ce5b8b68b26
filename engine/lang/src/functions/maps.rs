//! Maps and objects.

use std::collections::BTreeMap;

use meshform_state::{Str, Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};
use crate::convert::{convert_to, kind_name, reveal_all};
use crate::eval::{later_not_null, secret_if};

const MAP: &[Param] = &[Param::structure("map")];
const KEY: Param = Param::new("key", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
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
        &[Param::new("values", Want::MapLists)],
        Gives::Always(Want::MapLists),
        transpose,
    ),
];

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
        Type::Map(element) => {
            default(arguments, Some(&element))?;
            Ok((*element).clone())
        }
        Type::Object(attributes) => match arguments.value(1).reveal().0 {
            Value::String(key) => match (attributes.get(key), default(arguments, None)?) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => Err(nothing_at(key)),
            },
            _ => Ok(Type::Any),
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
    let element = match value {
        Value::Map(map) => Some(&map.element),
        _ => None,
    };
    let default = default(arguments, element)?;
    let found = entries.get(key).cloned().or(default);
    Ok(secret_if(secret, found.ok_or_else(|| nothing_at(key))?))
}

/// What is given for a missing key, as a value of the type of all `element`s if they have one.
fn default(arguments: &Arguments<'_>, element: Option<&Type>) -> Result<Option<Value>, Failure> {
    let (Some(given), Some(element)) = (arguments.values.get(2), element) else {
        return Ok(arguments.values.get(2).cloned());
    };
    arguments.weigh(2)?;
    let converted = convert_to(given, element).map_err(|error| {
        let message = format!("the default must have the type of the map's elements: {error}");
        Failure::argument(2, message)
    })?;
    Ok(Some(converted))
}

fn nothing_at(key: &str) -> Failure {
    Failure::argument(1, format!("there is no element with the key `{key}`"))
}

fn merge(arguments: &Arguments<'_>) -> Answer {
    let mut secret = false;
    let mut merged: BTreeMap<Str, Value> = BTreeMap::new();
    let mut shared = Shared::default();
    for (index, value) in arguments.values.iter().enumerate() {
        arguments.weigh_type(index)?;
        let (value, is_secret) = value.reveal();
        secret |= is_secret;
        match value {
            Value::Null(Type::Object(_)) => shared.add(Type::object([])),
            Value::Null(Type::Any | Type::Map(_)) => shared.add(value.ty()),
            Value::Map(_) | Value::Object(_) => {
                let entries = value.entries().into_iter().flatten();
                arguments.spend(value.entries().map_or(0, BTreeMap::len))?;
                merged.extend(entries.map(|(name, item)| (name.clone(), item.clone())));
                shared.add(value.ty());
            }
            Value::Later(what) if matches!(what.ty, Type::Any | Type::Map(_) | Type::Object(_)) => {
                shared.later = true;
                if let Type::Object(attributes) = &what.ty {
                    let attributes = attributes.iter();
                    merged.extend(attributes.map(|(name, ty)| (name.clone(), Value::later(ty.clone()))));
                }
                shared.keys_later |= matches!(what.ty, Type::Map(_));
                shared.add(what.ty.clone());
            }
            _ => {
                let message = format!(
                    "a map or an object is required, but this is a {}",
                    kind_name(&value.ty())
                );
                return Err(Failure::argument(index, message));
            }
        }
    }
    let result = match shared {
        Shared { later: false, .. } => match shared.only() {
            Some(Type::Map(element)) => Value::map((**element).clone(), merged),
            _ => Value::object(merged),
        },
        Shared { open: true, .. } => Value::later(Type::Any),
        _ => match shared.only() {
            Some(only) => later_not_null(only.clone()),
            None if shared.keys_later => Value::later(Type::Any),
            // What it holds is known but for the values.
            None => later_not_null(Value::object(merged).ty()),
        },
    };
    Ok(secret_if(secret, result))
}

/// What is known of the types of several values.
#[derive(Default)]
struct Shared {
    first: Option<Type>,
    differ: bool,
    /// Whether one could be of any type.
    open: bool,
    /// Whether one is known later.
    later: bool,
    /// Whether which keys one has is known later.
    keys_later: bool,
}

impl Shared {
    fn add(&mut self, ty: Type) {
        self.open |= ty == Type::Any;
        match &self.first {
            Some(first) => self.differ |= *first != ty,
            None => self.first = Some(ty),
        }
    }

    /// The type of all, if they have one.
    fn only(&self) -> Option<&Type> {
        self.first.as_ref().filter(|_| !self.differ)
    }
}

fn zipmap_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    let keys = arguments.value(0);
    match arguments.value(1).ty() {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(types) if keys.is_known() => {
            let names = keys.items().unwrap_or_default();
            same_length(names.len(), types.len())?;
            let mut attributes = Vec::with_capacity(names.len());
            for (name, ty) in names.iter().zip(types.iter()) {
                let name = name.as_str().ok_or_else(null_key)?;
                attributes.push((name.into(), ty.clone()));
            }
            Ok(Type::object(attributes))
        }
        // Which attributes an object has depends on the keys.
        Type::Any | Type::Tuple(_) => Ok(Type::Any),
        _ => Err(Failure::argument(1, "a list or a tuple is required")),
    }
}

fn null_key() -> Failure {
    Failure::argument(0, "a key must not be null")
}

fn same_length(names: usize, values: usize) -> Result<(), Failure> {
    if names == values {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "there are {names} keys, but {values} values"
        )))
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
    same_length(names.len(), items.len())?;
    let mut zipped = BTreeMap::new();
    for (name, item) in names.iter().zip(items) {
        let Value::String(name) = name else {
            return Err(null_key());
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
    let mut turned: BTreeMap<Str, Vec<Value>> = BTreeMap::new();
    for (name, list) in arguments.value(0).entries().into_iter().flatten() {
        if list.is_null() {
            return Err(Failure::argument(0, "a list must not be null"));
        }
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
