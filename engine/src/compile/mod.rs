//! The configuration to what it asks for: pure, and the same for equal inputs whatever the order of files.
//!
//! Read in this order:
//!
//! 1. [`compile`] and what it takes ([`Inputs`]) and gives ([`Compiled`]).
//! 2. `nodes` finds what there is to evaluate and what each part refers to, `cycle` puts that in an order.
//! 3. `compiler` evaluates node by node into the tables of `program`: `variables`, `repeat`, `resources`, `places`,
//!    `words`, `derive`. `names` is the scope that reads these tables.
//! 4. `assemble` makes the tables into [`Desired`], without what waits for things that are not there (`absent`); `recipe` evaluates again during apply.
//!
//! [`Vocabulary`] is the seam to those who know what a mesh is. This module must never know a cloud, a cluster or a
//! word, read a file by itself, or ask the outside: what it needs to know it lists in [`Compiled::missing`].

mod absent;
mod assemble;
mod assertions;
mod compiler;
mod console;
mod cycle;
mod derive;
mod dynamic;
mod fitting;
mod form;
mod guards;
mod imports;
mod inputs;
mod late;
mod meaning;
mod moves;
mod names;
mod nested;
mod nodes;
mod places;
mod program;
mod recipe;
mod repeat;
mod resources;
mod select;
mod sites;
mod source;
mod statements;
#[cfg(test)]
mod tests;
mod vacant;
mod variables;
mod view;
mod vocabulary;
mod wording;
mod words;

use std::sync::Arc;

use meshform_lang::Diagnostics;

use crate::config::Config;
use crate::desired::Desired;
use crate::facts::{Facts, Query};
use crate::hash::HashMap;
use crate::kind::Kinds;

pub use assertions::{Assertion, Phase};
pub use compiler::Effort;
pub use console::RootNames;
pub use imports::Import;
pub use inputs::{Given, GivenBy, Inputs, Purpose, read_text};
pub use late::LateValues;
pub use vocabulary::{
    Absence, Argument, Arguments, Content, Context, Derivation, Derived, Expanded, Expansion, Handle,
    NoWords, Place, Stop, Vocabulary, WordBlock,
};

/// What a configuration compiles to.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    /// What it asks for. Of use only if nothing is missing and nothing is wrong.
    pub desired: Desired,
    /// The questions whose answers are needed first: add them to the facts and compile again.
    pub missing: Vec<Query>,
    /// The conditions that only planning or apply can decide, in the order of the configuration.
    pub assertions: Vec<Assertion>,
    /// The values that only planning or apply can look at whole.
    pub values: Option<LateValues>,
    /// The objects that are there already and are taken over, sorted by address.
    pub imports: Vec<Import>,
    /// The blocks of words that are expanded.
    pub blocks: Vec<Arc<Expanded>>,
    /// What names mean in the root module, for expressions that are asked beside; none if nothing was compiled.
    pub names: Option<RootNames>,
    /// What is wrong or doubtful, sorted.
    pub diagnostics: Diagnostics,
    /// How much work it was.
    pub effort: Effort,
}

impl crate::gather::Round for Compiled {
    fn missing(&self) -> &[Query] {
        &self.missing
    }

    fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }
}

/// Compiles `config`.
#[must_use]
pub fn compile(
    config: &Config,
    inputs: &Inputs,
    facts: &Facts,
    vocabulary: &dyn Vocabulary,
    kinds: &Kinds,
) -> Compiled {
    let sites = sites::sites(&config.root);
    let words: meaning::Words = vocabulary
        .words()
        .iter()
        .map(|word| {
            let known = meaning::KnownWord {
                named: word.named,
                exports: word.exports,
            };
            (word.name.into(), known)
        })
        .collect();
    let mut found = Diagnostics::new();
    for (name, given) in &inputs.variables {
        if !config.root.variables.contains_key(name) {
            found.0.extend(given.undeclared(name));
        }
    }
    let nodes = nodes::nodes(
        &sites,
        &words,
        nodes::Known {
            words: vocabulary.words(),
            kinds,
        },
        &mut found,
    );
    let order = cycle::order(&nodes, &sites, &mut found);
    let mut by_site = vec![Vec::new(); sites.len()];
    by_site[0].push(0);
    let program = program::Program {
        sites,
        instances: vec![program::Instance::default()],
        words,
        handles: HashMap::default(),
        files: inputs.files.clone(),
        plan_timestamp: inputs.plan_timestamp.clone(),
    };
    let mut compiler = compiler::Compiler {
        config,
        inputs,
        facts,
        vocabulary,
        kinds,
        program,
        by_site,
        missing: Vec::new(),
        absences: Vec::new(),
        found,
        silent: None,
        open_claims: Vec::new(),
        imports: Vec::new(),
        effort: Effort::default(),
    };
    for node in order {
        compiler.node(&nodes[node]);
    }
    compiler.assemble(&nodes)
}
