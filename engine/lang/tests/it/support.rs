//! A scope of plain variables, and short ways to evaluate.

use std::collections::BTreeMap;

use meshform_lang::{
    Diagnostic, Diagnostics, Resolved, Scope, Sources, Traversal, Value, did_you_mean, parse_expression,
    parse_template,
};

/// Names with values.
#[derive(Debug, Default)]
pub(crate) struct Names(pub(crate) BTreeMap<String, Value>);

impl Scope for Names {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        match self.0.get(&*traversal.root) {
            Some(value) => Ok(Resolved {
                value: value.clone(),
                steps: 0,
            }),
            None => {
                let message = format!("There is no variable `{}`.", traversal.root);
                let mut found = Diagnostic::error("Unknown variable", message).at(traversal.root_range);
                found.hint =
                    did_you_mean(&traversal.root, self.0.keys().map(String::as_str)).map(str::to_owned);
                Err(found.into())
            }
        }
    }
}

impl Names {
    pub(crate) fn new<const N: usize>(names: [(&str, Value); N]) -> Self {
        Names(
            names
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// The value of the expression `text`.
    pub(crate) fn evaluate(&self, text: &str) -> Result<Value, Diagnostics> {
        let mut sources = Sources::default();
        let source = sources.add("test", text);
        parse_expression(&sources, source)?.evaluate(self)
    }

    /// The value of the template `text`.
    pub(crate) fn template(&self, text: &str) -> Result<Value, Diagnostics> {
        let mut sources = Sources::default();
        let source = sources.add("test", text);
        parse_template(&sources, source)?.evaluate(self)
    }
}

/// The value of `text`, which uses no names.
pub(crate) fn evaluate(text: &str) -> Result<Value, Diagnostics> {
    Names::default().evaluate(text)
}

/// `text` in the standard layout.
pub(crate) fn formatted(text: &str) -> Result<String, Diagnostics> {
    let mut sources = Sources::default();
    let source = sources.add("test", text);
    meshform_lang::format(&sources, source)
}
