//! Facts: what the outside said before compilation could end, and what it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::Range;
use meshform_state::{Scope, Value};

use crate::object::Object;

/// A question to the outside whose answer decides what is compiled.
#[derive(Debug, Clone)]
pub struct Query {
    /// The data kind.
    pub kind: &'static str,
    /// Where to ask.
    pub scope: Scope,
    /// The configured attributes; computed ones are null.
    pub arguments: Object,
    /// Who asks, for messages about the answer.
    pub range: Range,
}

/// A question in the form that answers are kept by: equal questions are asked once.
pub type QueryKey = String;

/// The answers. Immutable once given; their digest is part of the plan.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    answers: BTreeMap<QueryKey, Arc<Object>>,
}

impl Query {
    /// The form that the answer is kept by.
    #[must_use]
    pub fn key(&self) -> QueryKey {
        let arguments: Vec<String> = self.arguments.fields.iter().map(describe).collect();
        format!("{}|{}|{}", self.kind, self.scope.key(), arguments.join("|"))
    }
}

fn describe(value: &Value) -> String {
    meshform_state::value::to_json(value).map_or_else(|_| "?".to_owned(), |json| json.to_string())
}

impl Facts {
    /// The answer to `query`, if it was asked already.
    #[must_use]
    pub fn get(&self, query: &Query) -> Option<&Arc<Object>> {
        self.answers.get(&query.key())
    }

    /// Keeps an answer.
    pub fn insert(&mut self, query: &Query, answer: Object) {
        self.answers.insert(query.key(), Arc::new(answer));
    }

    /// All answers by the form of their question.
    pub fn iter(&self) -> impl Iterator<Item = (&QueryKey, &Arc<Object>)> {
        self.answers.iter()
    }
}
