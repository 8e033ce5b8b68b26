//! Expressions.

use std::sync::Arc;

use meshform_state::Value;

use crate::diagnostic::Diagnostics;
use crate::scope::{Scope, Traversal};
use crate::source::Range;

/// An expression of the language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expr {
    node: Arc<Node>,
    range: Range,
}

#[derive(Debug)]
enum Node {}

impl Expr {
    /// Where it is.
    #[must_use]
    pub fn range(&self) -> Range {
        self.range
    }

    /// What it refers to, in the order of the text; names bound inside it (`for`) are left out.
    #[must_use]
    pub fn references(&self) -> Vec<Traversal> {
        match *self.node {}
    }

    /// The bare traversal that this whole expression is, for arguments that name things: `depends_on = [a.b]`.
    #[must_use]
    pub fn as_traversal(&self) -> Option<Traversal> {
        match *self.node {}
    }

    /// The expressions of a literal tuple, for arguments that list things to name.
    #[must_use]
    pub fn as_tuple(&self) -> Option<Vec<Expr>> {
        match *self.node {}
    }

    /// Its value.
    ///
    /// # Errors
    /// All mistakes found in it.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Diagnostics> {
        let _ = scope;
        match *self.node {}
    }
}
