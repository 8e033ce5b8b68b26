//! What may be told of a mistake where something is secret: which operation failed and where, nothing of the values.

use std::borrow::Cow;
use std::cell::Cell;

use meshform_state::value::Later;
use meshform_state::{Type, Value};

use super::{Budget, Env, eval};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::scope::Scope;

/// What stands for the details of a mistake.
const NOT_SHOWN: &str = "What is wrong with it is not shown, since it is sensitive.";

/// Whether what is bound of a secret collection is marked.
///
/// What is made of such a collection is secret as a whole. Marks inside would change nothing of that, but would stay
/// behind where it is said to be no secret any more. So there are none, except in an evaluation that is done for its
/// mistakes only.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    made: bool,
    /// Whether something was bound that would have been marked.
    left_out: Cell<bool>,
}

impl Marks {
    pub(super) fn made() -> Self {
        Marks {
            made: true,
            ..Marks::default()
        }
    }

    /// `value` as it is bound to a name; `secret` says whether what it is taken from is.
    pub(crate) fn bound<'a>(&self, value: &'a Value, secret: bool) -> Cow<'a, Value> {
        if secret && self.made {
            return Cow::Owned(value.clone().into_secret());
        }
        self.left_out.set(self.left_out.get() || secret);
        Cow::Borrowed(value)
    }
}

/// The mistakes `found` in `expr`, evaluated within `budget`, without what they tell of elements of secret collections.
pub(super) fn retold(found: Diagnostics, expr: &Expr, scope: &dyn Scope, budget: &Budget) -> Diagnostics {
    if !budget.marks.left_out.get() || found.is_empty() {
        return found;
    }
    let marking = Budget::marking();
    match eval(expr, &Env::new(scope, &marking)) {
        Err(marked) if !marked.is_empty() => marked,
        // Marks may change what `issensitive` says, and so whether there is a mistake.
        _ => Diagnostics(found.into_iter().map(|one| untold(one, true)).collect()),
    }
}

/// `found` without its details, if they would tell of what is `secret`.
pub(super) fn untold(found: Diagnostic, secret: bool) -> Diagnostic {
    if !secret {
        return found;
    }
    Diagnostic {
        detail: NOT_SHOWN.to_owned(),
        hint: None,
        related: Vec::new(),
        values: Vec::new(),
        ..found
    }
}

/// `value` with a later value for each part that is secret, so that what is told of it tells nothing of them.
pub(super) fn veiled(value: &Value) -> Value {
    if !value.has_secret() {
        return value.clone();
    }
    match value {
        Value::Secret(inner) => match inner.ty() {
            ty @ (Type::Bool | Type::Number | Type::String) => Value::later(ty),
            _ => Value::later(Type::Any),
        },
        // The names of attributes may be secret too.
        Value::List(list) | Value::Set(list) if has_names(&list.element) => Value::later(Type::Any),
        Value::Map(map) if has_names(&map.element) => Value::later(Type::Any),
        Value::Tuple(items) => Value::tuple(items.iter().map(veiled).collect()),
        Value::Object(attributes) => {
            Value::object(attributes.iter().map(|(name, item)| (name.clone(), veiled(item))))
        }
        Value::List(list) => {
            let items = list.items.iter().map(|item| element(item, &list.element));
            Value::list(list.element.clone(), items.collect())
        }
        Value::Map(map) => {
            let entries = map.entries.iter();
            let entries = entries.map(|(name, item)| (name.clone(), element(item, &map.element)));
            Value::map(map.element.clone(), entries.collect())
        }
        // A set with a secret element is one itself.
        other => Value::later(other.ty()),
    }
}

fn has_names(ty: &Type) -> bool {
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_names(element),
        Type::Tuple(items) => items.iter().any(has_names),
        Type::Object(_) => true,
    }
}

/// [`veiled`] for what must stay of the type that all elements have.
fn element(item: &Value, ty: &Type) -> Value {
    if item.has_secret() {
        Value::Later(Later {
            ty: ty.clone(),
            not_null: false,
            origin: None,
        })
    } else {
        item.clone()
    }
}
