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

/// Chance that is the same for the same seed (splitmix64).
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice { state: seed }
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    /// One of `from`.
    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// What the environment asks of a test: other seeds, a new record.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by the environment what to try"
)]
pub(crate) fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
