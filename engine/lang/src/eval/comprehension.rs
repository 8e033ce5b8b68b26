//! `for`: tuples and objects made from collections.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use meshform_state::addr::quote;
use meshform_state::{Str, Type, Value};

use super::{Env, Evaluated, Frame, eval, secret_if};
use crate::convert::{convert_to, is_open_set, kind_name};
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
        open: is_open_set(collection),
        ..Results::default()
    };
    let names = Names {
        key: node.key.as_deref(),
        value: &node.value,
        secret,
    };
    let any = (ElementKey::Any, &Value::later(Type::Any));
    if let Some(condition) = &node.condition {
        // One that can hold for no element is told of even where there are none.
        names.bind(&any, env, |inner| Results::default().holds(condition, inner))?;
    }
    let Some(elements) = elements else {
        let hidden = secret || names.bind(&any, env, |inner| hides(node, inner));
        return Ok(secret_if(hidden, Value::later(Type::Any)));
    };
    for element in elements {
        env.budget.spend(1, range)?;
        names.bind(&element, env, |inner| results.element(node, inner))?;
    }
    Ok(results.finish(&node.kind))
}

/// The names that `for` binds, for one element at a time.
pub(super) struct Names<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) value: &'a str,
    /// Whether the collection is secret.
    pub(super) secret: bool,
}

impl Names<'_> {
    /// What `inner` gives at a place where the names mean `element`.
    pub(super) fn bind<T>(
        &self,
        (key, value): &(ElementKey<'_>, &Value),
        env: &Env<'_>,
        inner: impl FnOnce(&Env<'_>) -> T,
    ) -> T {
        let bound = |value| env.budget.marks.bound(value, self.secret);
        let parent = env.frame;
        let key_value = self.key.map(|_| key.value());
        let key_value = key_value.as_ref().map(bound);
        let key_frame = key_value.as_ref().map(|value| Frame {
            name: self.key,
            value,
            parent,
        });
        let frame = Frame {
            name: Some(self.value),
            value: &bound(value),
            parent: key_frame.as_ref().or(parent),
        };
        inner(&Env {
            frame: Some(&frame),
            ..*env
        })
    }
}

/// Whether what `node` makes of elements of which nothing is known is secret.
fn hides(node: &For, env: &Env<'_>) -> bool {
    let key = match &node.kind {
        ForKind::Object { key, .. } => Some(key),
        ForKind::Tuple => None,
    };
    let parts = [Some(&node.result), key, node.condition.as_ref()];
    // A mistake may not matter, since there may be no elements.
    let hides = |part| eval(part, env).is_ok_and(|value| is_hidden(&value, part, env));
    parts.into_iter().flatten().any(hides)
}

/// Whether `value` has something secret, as what is too large to be gone through may.
fn is_hidden(value: &Value, made_by: &Expr, env: &Env<'_>) -> bool {
    env.budget.weigh(value, made_by.range()).is_err() || value.has_secret()
}

/// The key of an element, made a value only when it is asked for.
pub(super) enum ElementKey<'a> {
    Index(usize),
    Name(&'a Str),
    Value(&'a Value),
    /// Not known.
    Any,
}

impl ElementKey<'_> {
    pub(super) fn value(&self) -> Value {
        match self {
            ElementKey::Index(index) => Value::Number((*index).into()),
            ElementKey::Name(name) => Value::String(Str::clone(name)),
            ElementKey::Value(value) => (*value).clone(),
            ElementKey::Any => Value::later(Type::Any),
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
    /// Whether elements may turn out to be one, and stand in another order.
    open: bool,
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
            if !self.drops(&value) {
                self.tuple.push(value);
            }
            return Ok(());
        };
        let Some(name) = self.key(key, env)? else {
            self.skip(node, env);
            return Ok(());
        };
        let value = self.value(&node.result, env)?;
        if self.drops(&value) {
            return Ok(());
        }
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

    /// Whether the place of `value` is not known, so that nothing of it is kept but whether it is secret.
    fn drops(&mut self, value: &Value) -> bool {
        self.unknown |= self.open;
        self.dropped_secret |= self.open && value.has_secret();
        self.open
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
        self.dropped_secret |= is_hidden(&value, &node.result, env);
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
