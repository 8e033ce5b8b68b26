//! Evaluation: an expression and a scope give a value.
//!
//! Every operation upholds two rules: what is not known yet gives a later value of the right type, never an error that
//! the known value would not give; what is secret gives a secret. Mistakes are collected, not the first one only.

mod attempt;
mod budget;
mod call;
mod chain;
mod comprehension;
mod conditional;
mod notes;
mod operators;
pub(crate) mod references;
mod secrecy;
mod splat;
mod template;

use std::collections::BTreeMap;

use meshform_state::addr::quote;
use meshform_state::value::Later;
use meshform_state::{Str, Type, Value};

use crate::convert::{convert_to, reveal_all, short};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::{Expr, Item, Key, Node};
use crate::scope::Scope;
use crate::source::Range;

pub(crate) use budget::{Budget, TEXT_UNIT};
pub(crate) use operators::equal;
pub(crate) use secrecy::Marks;

pub(crate) type Evaluated<T> = Result<T, Diagnostics>;

/// What names mean at some place of an expression.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) scope: &'a dyn Scope,
    frame: Option<&'a Frame<'a>>,
    pub(crate) budget: &'a Budget,
}

/// A name bound by `for`, or the element of a splat.
struct Frame<'a> {
    name: Option<&'a str>,
    value: &'a Value,
    parent: Option<&'a Frame<'a>>,
}

impl<'a> Env<'a> {
    pub(crate) fn new(scope: &'a dyn Scope, budget: &'a Budget) -> Self {
        Env {
            scope,
            frame: None,
            budget,
        }
    }

    fn local(&self, name: &str) -> Option<&'a Value> {
        let mut frame = self.frame;
        while let Some(here) = frame {
            if here.name == Some(name) {
                return Some(here.value);
            }
            frame = here.parent;
        }
        None
    }

    fn splat_item(&self) -> Option<&'a Value> {
        let mut frame = self.frame;
        while let Some(here) = frame {
            if here.name.is_none() {
                return Some(here.value);
            }
            frame = here.parent;
        }
        None
    }
}

/// The value of `expr`.
pub(crate) fn evaluate(expr: &Expr, scope: &dyn Scope) -> Evaluated<Value> {
    if let Node::Literal(value) = expr.node() {
        return Ok(value.clone());
    }
    let budget = Budget::new();
    let result = eval(expr, &Env::new(scope, &budget));
    result.map_err(|found| {
        let found = secrecy::retold(found, expr, scope, &budget);
        notes::with_values(found, expr, scope)
    })
}

/// The value of `expr` at a place where names mean what `env` says.
pub(crate) fn eval(expr: &Expr, env: &Env<'_>) -> Evaluated<Value> {
    match expr.node() {
        Node::Literal(value) => Ok(value.clone()),
        Node::Chain(chain) => chain::chain(chain, env),
        Node::Template(parts) => template::template(parts, expr.range(), env),
        Node::Parens(inner) => eval(inner, env),
        Node::Not(operand) => operators::not(operand, env),
        Node::Negate(operand) => operators::negate(operand, env),
        Node::Binary(first, rest) => operators::binary(first, rest, env),
        Node::Conditional(condition, yes, no) => conditional::conditional(condition, yes, no, env),
        Node::Tuple(items) => tuple(items, expr.range(), env),
        Node::Object(items) => object(items, expr.range(), env),
        Node::For(node) => comprehension::comprehension(node, env),
        Node::Call(call) => call::call(call, expr.range(), env),
        Node::Splat(node) => splat::splat(node, env).and_then(|value| made(value, expr.range(), env)),
    }
}

/// `value`, unless it is too large or too deep to be gone through. What is made is small, yet may hold what it was made
/// of many times: without this a few lines make a value of more parts than any machine can count.
fn made(value: Value, range: Range, env: &Env<'_>) -> Evaluated<Value> {
    env.budget.weigh(&value, range)?;
    Ok(value)
}

fn tuple(items: &[Expr], range: Range, env: &Env<'_>) -> Evaluated<Value> {
    env.budget.spend(items.len(), range)?;
    let items = Diagnostics::all(items.iter().map(|item| eval(item, env)))?;
    made(Value::tuple(items), range, env)
}

fn object(items: &[Item], range: Range, env: &Env<'_>) -> Evaluated<Value> {
    env.budget.spend(items.len(), range)?;
    let mut diagnostics = Diagnostics::new();
    let mut attributes: BTreeMap<Str, Value> = BTreeMap::new();
    let (mut keys_known, mut is_whole) = (true, true);
    let (mut keys_secret, mut secrets) = (false, false);
    for item in items {
        let key = match &item.key {
            Key::Name(name, _) => Ok((Some(name.clone()), false)),
            Key::Value(key) => eval(key, env).and_then(|value| object_key(&value, item.key.range())),
        };
        let key = diagnostics.collect(key);
        let value = diagnostics.collect(eval(&item.value, env));
        let (Some((name, secret)), Some(value)) = (key, value) else {
            is_whole = false;
            continue;
        };
        keys_secret |= secret;
        match name {
            Some(name) => _ = attributes.insert(name, value),
            None => {
                keys_known = false;
                secrets |= value.has_secret();
            }
        }
    }
    if !is_whole {
        return Err(diagnostics);
    }
    if keys_known {
        return made(secret_if(keys_secret, Value::object(attributes)), range, env);
    }
    // What comes later has no parts that could be secret one by one, so all of it is.
    let secret = keys_secret || secrets || attributes.values().any(Value::has_secret);
    Ok(secret_if(secret, Value::later(Type::Any)))
}

/// The text that `value` is as the key of an object, `None` if that is known later, and whether it is secret.
fn object_key(value: &Value, range: Range) -> Evaluated<(Option<Str>, bool)> {
    let (value, secret) = value.reveal();
    if value.is_null() {
        // The bare word `null` is a name here, as all bare words are; it never comes here.
        let message = "A null value cannot be a key.";
        return Err(Diagnostic::error("Null value as key", message).at(range).into());
    }
    match convert_to(value, &Type::String) {
        Ok(Value::String(text)) => Ok((Some(text), secret)),
        Ok(_) => Ok((None, secret)),
        Err(error) => {
            let message = format!("This value cannot be a key: {error}.");
            Err(Diagnostic::error("Incorrect key type", message).at(range).into())
        }
    }
}

/// `value`, as a secret if `secret`.
pub(crate) fn secret_if(secret: bool, value: Value) -> Value {
    if secret { value.into_secret() } else { value }
}

/// A later value of `ty` that is never null.
pub(crate) fn later_not_null(ty: Type) -> Value {
    Value::Later(Later {
        ty,
        not_null: true,
        origin: None,
    })
}

/// Whether `value` is known never to be null.
pub(crate) fn is_not_null(value: &Value) -> bool {
    match value.reveal().0 {
        Value::Null(_) => false,
        Value::Later(later) => later.not_null,
        _ => true,
    }
}

/// What `value` is, in a few words, for the notes of a mistake; `None` for secret ones, also where only parts are and the
/// type could tell of them.
pub(crate) fn describe(value: &Value) -> Option<String> {
    let names = |count: usize, one: &str, names: Vec<String>| {
        let plural = if count == 1 { "" } else { "s" };
        let more = if names.len() < count { ", …" } else { "" };
        let list = if names.is_empty() {
            String::new()
        } else {
            format!(" {}{more}", names.join(", "))
        };
        format!("{count} {one}{plural}{list}")
    };
    Some(match value {
        Value::Secret(_) => return None,
        Value::List(_) | Value::Set(_) | Value::Map(_) if value.has_secret() => return None,
        Value::Null(Type::Any) => "is null".to_owned(),
        Value::Null(ty) => format!("is a null {}", crate::convert::kind_name(ty)),
        Value::Later(later) if later.ty == Type::Any => "will be known only after apply".to_owned(),
        Value::Later(later) => format!(
            "is a {}, known only after apply",
            crate::convert::kind_name(&later.ty)
        ),
        Value::Bool(truth) => format!("is {truth}"),
        Value::Number(number) => format!("is {number}"),
        Value::String(text) if text.chars().count() > 64 => {
            format!("is a string of {} characters", text.chars().count())
        }
        Value::String(text) => format!("is {}", quote(text)),
        Value::List(list) => format!(
            "is list of {} with {}",
            short(&list.element),
            names(list.items.len(), "element", Vec::new())
        ),
        Value::Set(list) => format!(
            "is set of {} with {}",
            short(&list.element),
            names(list.items.len(), "element", Vec::new())
        ),
        Value::Tuple(items) => format!("is tuple with {}", names(items.len(), "element", Vec::new())),
        Value::Map(map) => {
            format!(
                "is map of {} with {}",
                short(&map.element),
                names(map.entries.len(), "element", Vec::new())
            )
        }
        Value::Object(attributes) => {
            let some = attributes.keys().take(5).map(|name| quote(name)).collect();
            format!("is object with {}", names(attributes.len(), "attribute", some))
        }
    })
}

/// `value` without secret marks at any depth, and whether there were some.
pub(crate) fn revealed(value: &Value) -> (Value, bool) {
    reveal_all(value)
}
