//! The functions of the language, grouped by family.
//!
//! A function says what its arguments may be; conversion, nulls, later and secret values are handled before it runs.
//! None may read a clock, the environment, randomness or any file but through [`Files`](crate::Files): what those would
//! give is either an input of the run or known later.

mod chance;
mod charset;
mod cidr;
mod collection;
mod convert;
mod encoding;
mod files;
mod format;
mod hash;
mod json;
mod maps;
mod numeric;
mod pattern;
mod regex;
mod registry;
mod sequence;
mod sets;
mod template;
mod text;
mod time;
mod yaml;

use meshform_state::value::Number;
use meshform_state::{Type, Value};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::eval::{Env, TEXT_UNIT};
use crate::source::Range;

pub(crate) use registry::find;
pub use registry::names;

/// A function of the language.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    /// What arguments behind `params` are, if there may be some.
    pub(crate) rest: Option<Param>,
    /// How many arguments there may be behind `params`.
    pub(crate) rest_limit: usize,
    pub(crate) gives: Gives,
    /// Whether the result is never null, so that a later one is known not to be.
    pub(crate) never_null: bool,
    /// Whether a later result is no secret although an argument is.
    pub(crate) reveals: bool,
    pub(crate) run: fn(&Arguments<'_>) -> Answer,
}

/// The type of a result, needed when an argument is known later.
#[derive(Clone, Copy)]
pub(crate) enum Gives {
    Always(Want),
    By(fn(&Arguments<'_>) -> Result<Type, Failure>),
}

/// What one parameter takes.
#[derive(Clone, Copy)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) want: Want,
    pub(crate) known: Known,
    pub(crate) takes_null: bool,
    /// Whether the function sees secret marks and answers for them itself.
    pub(crate) takes_secrets: bool,
    /// Whether something is known of the result even where of this argument not even the type is.
    pub(crate) takes_open: bool,
}

/// The types that parameters and results have, as constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Any,
    Bool,
    Number,
    String,
    ListAny,
    ListString,
    ListNumber,
    ListBool,
    SetString,
    MapLists,
}

/// How much of an argument must be known for the function to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// All of it.
    Whole,
    /// How many elements it has, not what they are.
    Top,
    /// Nothing: the function handles later values by itself.
    Own,
}

/// Why a function has no result.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) argument: Option<usize>,
    pub(crate) message: String,
    pub(crate) value: Option<String>,
    /// That something is too large, which tells of no value.
    pub(crate) diagnostic: Option<Box<Diagnostic>>,
    /// Whether it says nothing of parts of the arguments that are secret.
    pub(crate) is_told: bool,
}

pub(crate) type Answer = Result<Value, Failure>;

/// What a function is called with.
pub(crate) struct Arguments<'a> {
    pub(crate) values: Vec<Value>,
    pub(crate) env: &'a Env<'a>,
    /// The whole call.
    pub(crate) range: Range,
}

impl Want {
    pub(crate) fn ty(self) -> Type {
        match self {
            Want::Any => Type::Any,
            Want::Bool => Type::Bool,
            Want::Number => Type::Number,
            Want::String => Type::String,
            Want::ListAny => Type::list(Type::Any),
            Want::ListString => Type::list(Type::String),
            Want::ListNumber => Type::list(Type::Number),
            Want::ListBool => Type::list(Type::Bool),
            Want::SetString => Type::set(Type::String),
            Want::MapLists => Type::map(Type::list(Type::String)),
        }
    }
}

impl Param {
    /// A parameter that must be known, neither null nor secret.
    pub(crate) const fn new(name: &'static str, want: Want) -> Self {
        Param {
            name,
            want,
            known: Known::Whole,
            takes_null: false,
            takes_secrets: false,
            takes_open: false,
        }
    }

    /// Any value whose size must be known; its elements may be later or secret.
    pub(crate) const fn structure(name: &'static str) -> Self {
        Param {
            known: Known::Top,
            takes_secrets: true,
            ..Param::new(name, Want::Any)
        }
    }

    /// Any value at all, for functions that handle all cases by themselves.
    pub(crate) const fn own(name: &'static str) -> Self {
        Param {
            name,
            want: Want::Any,
            known: Known::Own,
            takes_null: true,
            takes_secrets: true,
            takes_open: true,
        }
    }

    /// Whether what prepares the argument looks at all its parts. Functions that do so themselves count them themselves.
    pub(crate) fn is_gone_through(&self) -> bool {
        !self.takes_secrets || self.known == Known::Whole || self.want != Want::Any
    }

    pub(crate) const fn or_null(self) -> Self {
        Param {
            takes_null: true,
            ..self
        }
    }

    pub(crate) const fn or_open(self) -> Self {
        Param {
            takes_open: true,
            ..self
        }
    }
}

impl Function {
    pub(crate) const fn new(
        name: &'static str,
        params: &'static [Param],
        gives: Gives,
        run: fn(&Arguments<'_>) -> Answer,
    ) -> Self {
        Function {
            name,
            params,
            rest: None,
            rest_limit: usize::MAX,
            gives,
            never_null: true,
            reveals: false,
            run,
        }
    }

    /// With any number of further arguments.
    pub(crate) const fn rest(self, rest: Param) -> Self {
        Function {
            rest: Some(rest),
            ..self
        }
    }

    /// With at most `limit` further arguments.
    pub(crate) const fn optional(self, rest: Param, limit: usize) -> Self {
        Function {
            rest: Some(rest),
            rest_limit: limit,
            ..self
        }
    }

    pub(crate) const fn may_be_null(self) -> Self {
        Function {
            never_null: false,
            ..self
        }
    }

    pub(crate) const fn revealing(self) -> Self {
        Function {
            reveals: true,
            ..self
        }
    }

    pub(crate) fn param(&self, index: usize) -> &Param {
        const NONE: Param = Param::own("argument");
        self.params.get(index).or(self.rest.as_ref()).unwrap_or(&NONE)
    }

    pub(crate) fn most(&self) -> usize {
        if self.rest.is_some() {
            self.params.len().saturating_add(self.rest_limit)
        } else {
            self.params.len()
        }
    }

    pub(crate) fn result(&self, arguments: &Arguments<'_>) -> Result<Type, Failure> {
        match self.gives {
            Gives::Always(want) => Ok(want.ty()),
            Gives::By(by) => by(arguments),
        }
    }
}

impl Failure {
    /// The function as a whole failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Failure {
            argument: None,
            message: message.into(),
            value: None,
            diagnostic: None,
            is_told: false,
        }
    }

    /// One argument is not what the function needs.
    pub(crate) fn argument(index: usize, message: impl Into<String>) -> Self {
        Failure {
            argument: Some(index),
            ..Failure::new(message)
        }
    }

    /// As one that says nothing of parts of the arguments that are secret.
    pub(crate) fn told(self) -> Self {
        Failure {
            is_told: true,
            ..self
        }
    }

    /// Without what it says of the arguments.
    pub(crate) fn hidden(self) -> Self {
        let message = if self.diagnostic.is_some() {
            self.message
        } else {
            "the reason is not told, since an argument is sensitive".to_owned()
        };
        Failure {
            message,
            value: None,
            ..self
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        let first = diagnostics.into_iter().next().map(Box::new);
        Failure {
            diagnostic: first,
            ..Failure::new("evaluation failed")
        }
    }
}

impl Arguments<'_> {
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn value(&self, index: usize) -> &Value {
        const NULL: Value = Value::Null(Type::Any);
        self.values.get(index).unwrap_or(&NULL)
    }

    /// Whether an argument is left out.
    pub(crate) fn lacks(&self, index: usize) -> bool {
        index >= self.values.len()
    }

    /// The text at `index`; the parameter's type has made it one.
    pub(crate) fn text(&self, index: usize) -> &str {
        self.value(index).as_str().unwrap_or("")
    }

    pub(crate) fn number(&self, index: usize) -> Number {
        match self.value(index).reveal().0 {
            Value::Number(number) => number.clone(),
            _ => Number::from(0_i64),
        }
    }

    /// The whole number at `index`, or the message that it is none.
    pub(crate) fn whole(&self, index: usize) -> Result<i64, Failure> {
        let number = self.number(index);
        number
            .to_i64()
            .ok_or_else(|| Failure::argument(index, "a whole number is required"))
    }

    pub(crate) fn items(&self, index: usize) -> &[Value] {
        self.value(index).items().unwrap_or_default()
    }

    /// Counts `elements` more against what one evaluation may make.
    pub(crate) fn spend(&self, elements: usize) -> Result<(), Failure> {
        Ok(self.env.budget.spend(elements, self.range)?)
    }

    /// Counts the parts of the argument at `index`, for a function that goes through all of them.
    pub(crate) fn weigh(&self, index: usize) -> Result<u64, Failure> {
        Ok(self.env.budget.weigh(self.value(index), self.range)?)
    }

    /// Counts what the type of the argument at `index` is made of.
    pub(crate) fn weigh_type(&self, index: usize) -> Result<u64, Failure> {
        Ok(self.env.budget.weigh_type(self.value(index), self.range)?)
    }

    /// Counts a text that tells all of the argument at `index`.
    pub(crate) fn spend_parts(&self, index: usize) -> Result<(), Failure> {
        let parts = self.weigh(index)?;
        self.spend(usize::try_from(parts).unwrap_or(usize::MAX))
    }

    /// Counts a text of `bytes`.
    pub(crate) fn spend_text(&self, bytes: usize) -> Result<(), Failure> {
        self.spend(bytes / TEXT_UNIT + 1)
    }
}

/// `text`, in the normal form that all texts of the language have.
pub(crate) fn string(text: impl AsRef<str>) -> Value {
    Value::string(&*crate::syntax::normalize(text.as_ref()))
}
