//! What a configuration is made of. Maps are ordered by name, so that nothing depends on the order of files.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use meshform_lang::{Attribute, Block, Body, Expr, Range, Traversal, TypeConstraint};
use meshform_state::Str;

/// A whole configuration: the root module with all modules that it calls.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What the `meshform` block says.
    pub settings: Settings,
    /// The root module.
    pub root: Arc<Module>,
}

/// What the `meshform` block says.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which versions of the tool may read this: the text of the constraint.
    pub required_version: Option<(Str, Range)>,
    /// Where the state is kept; `None` is the local folder.
    pub backend: Option<Backend>,
}

/// Where the state is kept.
#[derive(Debug, Clone)]
pub struct Backend {
    /// Its kind: `s3`, `local`.
    pub kind: Str,
    /// The names of its arguments.
    pub arguments: Vec<(Str, Range)>,
    /// The block.
    pub range: Range,
}

/// One folder.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// The folder, relative to that of the root module, which is empty.
    pub folder: String,
    /// The variables.
    pub variables: BTreeMap<Str, Variable>,
    /// The locals.
    pub locals: BTreeMap<Str, Local>,
    /// The outputs.
    pub outputs: BTreeMap<Str, Output>,
    /// The managed resources and data sources.
    pub resources: BTreeMap<ResourceName, Resource>,
    /// The words of the vocabulary.
    pub words: BTreeMap<WordName, Word>,
    /// The calls of other modules.
    pub calls: BTreeMap<Str, Call>,
    /// The checks.
    pub checks: BTreeMap<Str, Check>,
    /// The moves, by place.
    pub moved: Vec<Moved>,
    /// What leaves management, by place.
    pub removed: Vec<Removed>,
    /// What is taken over, by place.
    pub imports: Vec<Import>,
}

/// `variable "name" {}`
#[derive(Debug, Clone)]
pub struct Variable {
    /// The name.
    pub name: Str,
    /// What its values are converted to.
    pub constraint: TypeConstraint,
    /// Whether the configuration says what it must fit.
    pub is_typed: bool,
    /// Its value when none is given.
    pub default: Option<Expr>,
    /// What it is for.
    pub description: Option<Str>,
    /// Whether its value is secret.
    pub sensitive: bool,
    /// Whether it may be null; else null stands for the default.
    pub nullable: bool,
    /// What its values must fulfil.
    pub validations: Vec<Condition>,
    /// The block's header.
    pub range: Range,
}

/// One argument of a `locals` block.
#[derive(Debug, Clone)]
pub struct Local {
    /// The expression.
    pub expr: Expr,
    /// The name.
    pub range: Range,
}

/// `output "name" {}`
#[derive(Debug, Clone)]
pub struct Output {
    /// The name.
    pub name: Str,
    /// Its value.
    pub value: Expr,
    /// What it is for.
    pub description: Option<Str>,
    /// Whether its value must not be shown.
    pub sensitive: bool,
    /// What it waits for.
    pub depends_on: Vec<Traversal>,
    /// What must be true for it.
    pub preconditions: Vec<Condition>,
    /// The block's header.
    pub range: Range,
}

/// A condition and what to say when it is false.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What must be true.
    pub condition: Expr,
    /// What to say else.
    pub message: Expr,
    /// The block's header.
    pub range: Range,
}

/// The name of a resource or data source in its module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    /// Whether it is a data source.
    pub data: bool,
    /// The kind.
    pub kind: Str,
    /// The name.
    pub name: Str,
}

impl ResourceName {
    /// That of a managed resource.
    pub(crate) fn managed(kind: &str, name: &str) -> Self {
        ResourceName {
            data: false,
            kind: kind.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = if self.data { "data." } else { "" };
        write!(f, "{data}{}.{}", self.kind, self.name)
    }
}

/// How often a block stands for something.
#[derive(Debug, Clone, Default)]
pub enum Repeat {
    /// Once, without a key.
    #[default]
    Once,
    /// As often as a number says.
    Count(Expr),
    /// Once for each key.
    ForEach(Expr),
    /// Once or not at all.
    Enabled(Expr),
}

/// `resource "kind" "name" {}` or `data "kind" "name" {}`
#[derive(Debug, Clone)]
pub struct Resource {
    /// Kind and name.
    pub name: ResourceName,
    /// How often.
    pub repeat: Repeat,
    /// Where: the argument `in`.
    pub place: Option<Expr>,
    /// In which region of that place.
    pub region: Option<Expr>,
    /// What it waits for.
    pub depends_on: Vec<Traversal>,
    /// How it is replaced and kept.
    pub lifecycle: Lifecycle,
    /// The arguments of its kind.
    pub arguments: Vec<Attribute>,
    /// The blocks of its kind.
    pub blocks: Vec<Arc<Block>>,
    /// The block's header.
    pub range: Range,
}

/// The `lifecycle` block.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// The replacement is created first.
    pub create_before_destroy: Option<Expr>,
    /// Its deletion is refused.
    pub prevent_destroy: Option<Expr>,
    /// Whether it is deleted when it leaves the configuration.
    pub destroy: Option<Expr>,
    /// `ignore_changes = all`
    pub ignore_all: bool,
    /// The attributes whose difference does not count.
    pub ignore_changes: Vec<Traversal>,
    /// What else replaces it.
    pub replace_triggered_by: Vec<Expr>,
    /// What must be true before it is changed.
    pub preconditions: Vec<Condition>,
    /// What must be true afterwards.
    pub postconditions: Vec<Condition>,
}

/// The name of a word block in its module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordName {
    /// The word.
    pub word: Str,
    /// The name; `None` for a word that stands once only.
    pub name: Option<Str>,
}

impl fmt::Display for WordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}.{name}", self.word),
            None => f.write_str(&self.word),
        }
    }
}

/// A block of a vocabulary's word.
#[derive(Debug, Clone)]
pub struct Word {
    /// Word and name.
    pub name: WordName,
    /// How often: once, or for each key.
    pub repeat: Repeat,
    /// What its resources wait for.
    pub depends_on: Vec<Traversal>,
    /// Its arguments.
    pub arguments: Vec<Attribute>,
    /// Its nested blocks.
    pub blocks: Vec<Arc<Block>>,
    /// The block's header.
    pub range: Range,
}

/// `module "name" {}`
#[derive(Debug, Clone)]
pub struct Call {
    /// The name.
    pub name: Str,
    /// How often.
    pub repeat: Repeat,
    /// What everything in it waits for.
    pub depends_on: Vec<Traversal>,
    /// The values of its variables.
    pub inputs: BTreeMap<Str, Attribute>,
    /// The folder that it calls.
    pub module: Arc<Module>,
    /// The block's header.
    pub range: Range,
}

/// `check "name" {}`
#[derive(Debug, Clone)]
pub struct Check {
    /// The name.
    pub name: Str,
    /// The data source that only this check may use, by its name in the module.
    pub data: Option<ResourceName>,
    /// What should be true.
    pub assertions: Vec<Condition>,
    /// The block's header.
    pub range: Range,
}

/// `moved {}`
#[derive(Debug, Clone)]
pub struct Moved {
    /// Where it was.
    pub from: Traversal,
    /// Where it is.
    pub to: Traversal,
    /// The block's header.
    pub range: Range,
}

/// `removed {}`
#[derive(Debug, Clone)]
pub struct Removed {
    /// What leaves management.
    pub from: Traversal,
    /// Whether it is deleted.
    pub destroy: bool,
    /// The block's header.
    pub range: Range,
}

/// `import {}`
#[derive(Debug, Clone)]
pub struct Import {
    /// The resource that it becomes; its key may be an expression.
    pub to: Expr,
    /// What its API calls it.
    pub id: Expr,
    /// Once, or for each key.
    pub repeat: Repeat,
    /// The block's header.
    pub range: Range,
}

impl Module {
    /// An empty module in `folder`.
    #[must_use]
    pub fn new(folder: impl Into<String>) -> Self {
        Module {
            folder: folder.into(),
            ..Module::default()
        }
    }
}

/// The attributes and blocks of `body` but those named.
pub(crate) fn without(
    body: &Body,
    attributes: &[&str],
    blocks: &[&str],
) -> (Vec<Attribute>, Vec<Arc<Block>>) {
    (
        body.attributes
            .iter()
            .filter(|attribute| !attributes.contains(&&*attribute.name))
            .cloned()
            .collect(),
        body.blocks
            .iter()
            .filter(|block| !blocks.contains(&&*block.kind))
            .cloned()
            .collect(),
    )
}
