//! `for`: tuples and objects made from collections.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use meshform_state::addr::quote;
use meshform_state::{Str, Type, Value};

use super::{Env, Evaluated, Frame, eval, secret_if};
use crate::convert::{convert_to, kind_name};
use crate::diagnostic::{Diagnostic, ValueNote};
use crate::expr::{Expr, For, ForKind};
use crate::source::Range;

pub(super) fn comprehension(node: &For, env: &Env<'_>) -> Evaluated<Value> {
    let collection = eval(&node.collection, env)?;
    let (collection, secret) = collection.reveal();
    let range = Range {
        end: node.collection.range().end,
        ..node.for_range
    };
    let elements = elements(collection, node.collection.range())?;
    let mut results = Results {
        secret,
        ..Results::default()
    };
    let condition_secret = match &node.condition {
        Some(condition) => possible(node, condition, env)?,
        None => false,
    };
    let Some(elements) = elements else {
        return Ok(secret_if(secret || condition_secret, Value::later(Type::Any)));
    };
    for (key, value) in elements {
        env.budget.spend(1, range)?;
        let parent = env.frame;
        let key_value = node.key.as_ref().map(|_| key.value());
        let key_frame = key_value.as_ref().map(|value| Frame {
            name: node.key.as_deref(),
            value,
            parent,
        });
        let frame = Frame {
            name: Some(&node.value),
            value,
            parent: key_frame.as_ref().or(parent),
        };
        results.element(
            node,
            &Env {
                frame: Some(&frame),
                ..*env
            },
        )?;
    }
    Ok(results.finish(&node.kind))
}

/// Whether the condition of `node` can hold for elements of which nothing is known, so that one that never can is told
/// of even where there are no elements; gives whether it is secret.
fn possible(node: &For, condition: &Expr, env: &Env<'_>) -> Evaluated<bool> {
    let any = Value::later(Type::Any);
    let frame = |name, parent| Frame {
        name: Some(name),
        value: &any,
        parent,
    };
    let key = node.key.as_deref().map(|name| frame(name, env.frame));
    let element = frame(&node.value, key.as_ref().or(env.frame));
    let inner = Env {
        frame: Some(&element),
        ..*env
    };
    let mut results = Results::default();
    results.holds(condition, &inner)?;
    Ok(results.secret)
}

/// The key of an element, made a value only when it is asked for.
pub(super) enum ElementKey<'a> {
    Index(usize),
    Name(&'a Str),
    Value(&'a Value),
}

impl ElementKey<'_> {
    pub(super) fn value(&self) -> Value {
        match self {
            ElementKey::Index(index) => Value::Number((*index).into()),
            ElementKey::Name(name) => Value::String(Str::clone(name)),
            ElementKey::Value(value) => (*value).clone(),
        }
    }
}

type Elements<'a> = Box<dyn Iterator<Item = (ElementKey<'a>, &'a Value)> + 'a>;

/// The elements of `collection` with their keys; `None` if they are known later.
pub(super) fn elements(collection: &Value, range: Range) -> Evaluated<Option<Elements<'_>>> {
    let error = |summary: &str, message: String| Err(Diagnostic::error(summary, message).at(range).into());
    Ok(Some(match collection {
        Value::Null(_) => {
            return error(
                "Iteration over null value",
                "A null value has no elements to go through.".to_owned(),
            );
        }
        Value::List(list) => Box::new(
            list.items
                .iter()
                .enumerate()
                .map(|(index, item)| (ElementKey::Index(index), item)),
        ),
        Value::Tuple(items) => Box::new(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| (ElementKey::Index(index), item)),
        ),
        Value::Set(list) => Box::new(list.items.iter().map(|item| (ElementKey::Value(item), item))),
        Value::Map(map) => Box::new(
            map.entries
                .iter()
                .map(|(name, item)| (ElementKey::Name(name), item)),
        ),
        Value::Object(attributes) => Box::new(
            attributes
                .iter()
                .map(|(name, item)| (ElementKey::Name(name), item)),
        ),
        Value::Later(later) if !matches!(later.ty, Type::Bool | Type::Number | Type::String) => {
            return Ok(None);
        }
        other => {
            let message = format!("A {} has no elements to go through.", kind_name(&other.ty()));
            return error("Iteration over non-iterable value", message);
        }
    }))
}

/// What the elements gave so far.
#[derive(Default)]
struct Results {
    tuple: Vec<Value>,
    object: BTreeMap<Str, Value>,
    groups: BTreeMap<Str, Vec<Value>>,
    secret: bool,
    unknown: bool,
    /// How many parts the values have.
    parts: u64,
    /// Whether a value was secret whose place is not known.
    dropped_secret: bool,
}

impl Results {
    fn element(&mut self, node: &For, env: &Env<'_>) -> Evaluated<()> {
        if let Some(condition) = &node.condition {
            match self.holds(condition, env)? {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    self.skip(node, env);
                    return Ok(());
                }
            }
        }
        let ForKind::Object { key, group } = &node.kind else {
            let value = self.value(&node.result, env)?;
            self.tuple.push(value);
            return Ok(());
        };
        let Some(name) = self.key(key, env)? else {
            self.skip(node, env);
            return Ok(());
        };
        let value = self.value(&node.result, env)?;
        if *group {
            self.groups.entry(name).or_default().push(value);
        } else {
            match self.object.entry(name) {
                Entry::Occupied(first) => return Err(duplicate(first.key(), key.range(), self.secret).into()),
                Entry::Vacant(place) => _ = place.insert(value),
            }
        }
        Ok(())
    }

    fn value(&mut self, result: &Expr, env: &Env<'_>) -> Evaluated<Value> {
        let value = eval(result, env)?;
        env.budget.gather(&mut self.parts, &value, result.range())?;
        Ok(value)
    }

    /// Takes an element of which it is not known whether or where it is in the result: a mistake in it may not matter.
    fn skip(&mut self, node: &For, env: &Env<'_>) {
        self.unknown = true;
        let Ok(value) = eval(&node.result, env) else {
            return;
        };
        // What is too large to be gone through may hold a secret.
        let too_large = env.budget.weigh(&value, node.result.range()).is_err();
        self.dropped_secret |= too_large || value.has_secret();
    }

    fn holds(&mut self, condition: &Expr, env: &Env<'_>) -> Evaluated<Option<bool>> {
        let value = eval(condition, env)?;
        let (value, secret) = value.reveal();
        self.secret |= secret;
        let problem = |message: String| {
            Err(Diagnostic::error("Invalid 'for' condition", message)
                .at(condition.range())
                .into())
        };
        if value.is_null() {
            return problem("The condition is null; it must be true or false.".to_owned());
        }
        match convert_to(value, &Type::Bool) {
            Ok(value) => Ok(value.as_bool()),
            Err(error) => problem(format!("The condition must be true or false: {error}.")),
        }
    }

    fn key(&mut self, key: &Expr, env: &Env<'_>) -> Evaluated<Option<Str>> {
        let value = eval(key, env)?;
        let (value, secret) = value.reveal();
        self.secret |= secret;
        let problem = |message: String| {
            Err(Diagnostic::error("Invalid object key", message)
                .at(key.range())
                .into())
        };
        if value.is_null() {
            return problem("A null value cannot be a key.".to_owned());
        }
        match convert_to(value, &Type::String) {
            Ok(Value::String(text)) => Ok(Some(text)),
            Ok(_) => Ok(None),
            Err(error) => problem(format!("This value cannot be a key: {error}.")),
        }
    }

    fn finish(self, kind: &ForKind) -> Value {
        if self.unknown {
            // What comes later has no parts that could be secret one by one, so all of it is.
            let values = self
                .tuple
                .iter()
                .chain(self.object.values())
                .chain(self.groups.values().flatten());
            let secret = self.secret || self.dropped_secret || values.into_iter().any(Value::has_secret);
            return secret_if(secret, Value::later(Type::Any));
        }
        let value = match kind {
            ForKind::Tuple => Value::tuple(self.tuple),
            ForKind::Object { group: true, .. } => Value::object(
                self.groups
                    .into_iter()
                    .map(|(name, items)| (name, Value::tuple(items))),
            ),
            ForKind::Object { .. } => Value::object(self.object),
        };
        secret_if(self.secret, value)
    }
}

fn duplicate(name: &str, range: Range, secret: bool) -> Diagnostic {
    let shown = if secret {
        "The same (sensitive) key".to_owned()
    } else {
        format!("The key `{name}`")
    };
    let message = format!("{shown} comes from two elements of the collection.");
    let mut found = Diagnostic::error("Duplicate object key", message)
        .at(range)
        .hint("to collect all values of one key in a tuple, write `...` behind the value");
    if !secret {
        found.values.push(ValueNote {
            traversal: "key".to_owned(),
            statement: format!("is {}", quote(name)),
        });
    }
    found
}
