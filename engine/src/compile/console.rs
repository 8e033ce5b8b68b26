//! Expressions that nobody wrote into a file: what a console asks, with the names of the root module.

use std::sync::Arc;

use meshform_lang::{Diagnostics, Expr};
use meshform_state::Value;

use crate::desired::Lookup;

use super::meaning::{find, meaning};
use super::names::Names;
use super::program::{Each, Program};

/// The names of the root module, once a configuration is compiled.
#[derive(Clone)]
pub struct RootNames {
    program: Arc<Program>,
}

impl RootNames {
    pub(super) fn new(program: Arc<Program>) -> Self {
        RootNames { program }
    }

    /// The value of `expr`, with what `lookup` knows of resources.
    ///
    /// # Errors
    /// All that is wrong with it: names that are not there first, then what shows when it is evaluated.
    pub fn evaluate(&self, expr: &Expr, lookup: &dyn Lookup) -> Result<Value, Diagnostics> {
        let mut found = Diagnostics::new();
        let root = &self.program.sites[0].module;
        for traversal in expr.references() {
            let there = meaning(&traversal, &self.program.words)
                .and_then(|(meant, _)| find(&meant, &traversal, root, &self.program.words));
            found.collect(there);
        }
        if found.has_errors() {
            return Err(found);
        }
        expr.evaluate(&Names::new(&self.program, 0, &Each::None).with_lookup(lookup))
    }
}

impl std::fmt::Debug for RootNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootNames").finish_non_exhaustive()
    }
}
