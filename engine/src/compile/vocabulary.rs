//! How a crate gives words their meaning: the seam between compilation and those who know what a mesh is.
//!
//! A word's block is first found (its keys), then evaluated (its arguments), then expanded into resources and exports.
//! Blocks may name each other by key before either is expanded.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::addr::Key;
use meshform_state::{Address, Scope, Str, Type, Value};

use crate::config::WordSchema;
use crate::facts::{Facts, Query};
use crate::kind::Kinds;
use crate::object::Object;

use super::inputs::{Inputs, Purpose};

/// Gives words their meaning. Implementations are pure.
pub trait Vocabulary: Send + Sync {
    /// The words that there are.
    fn words(&self) -> &[WordSchema];

    /// What `block` becomes.
    ///
    /// # Errors
    /// [`Stop::Waiting`] if an answer from the outside is missing, which [`Context::ask`] has noted; or what is wrong.
    /// What is wrong whatever the answer will be comes before the question: `validate` gets no answers.
    fn expand(&self, block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop>;

    /// What follows from all blocks together and from none alone: resources between blocks. Called once all of them
    /// are expanded; each is in its own [`Derivation`].
    ///
    /// # Errors
    /// As [`Vocabulary::expand`].
    fn assemble(&self, blocks: &[Arc<Expanded>], context: &mut Context<'_>) -> Result<Vec<Derivation>, Stop> {
        let _ = (blocks, context);
        Ok(Vec::new())
    }

    /// What is wrong or doubtful between blocks. As long as answers are missing, some lack what only an answer can say.
    fn review(&self, blocks: &[&Expanded]) -> Diagnostics {
        let _ = blocks;
        Diagnostics::new()
    }
}

/// The vocabulary without words.
#[derive(Debug, Clone, Copy)]
pub struct NoWords;

impl Vocabulary for NoWords {
    fn words(&self) -> &[WordSchema] {
        &[]
    }

    fn expand(&self, _block: &WordBlock, _context: &mut Context<'_>) -> Result<Expansion, Stop> {
        Ok(Expansion::default())
    }
}

/// One block of a word, evaluated; with `for_each`, one of its instances.
#[derive(Debug, Clone)]
pub struct WordBlock {
    /// The word.
    pub word: Str,
    /// Its address, such as `vpc.west` or `cluster.all["b"]`.
    pub address: Address,
    /// Its arguments.
    pub arguments: Arguments,
}

/// The evaluated content of a block. Arguments that are null are left out.
#[derive(Debug, Clone)]
pub struct Arguments {
    /// The block's labels behind its name.
    pub labels: Vec<Str>,
    /// The arguments.
    pub values: BTreeMap<Str, Argument>,
    /// The nested blocks by kind, in the order of the text.
    pub blocks: BTreeMap<Str, Vec<Arguments>>,
    /// The block's header.
    pub range: Range,
}

/// One evaluated argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// What it says.
    pub content: Content,
    /// Its expression.
    pub range: Range,
}

/// What an argument says.
#[derive(Debug, Clone)]
pub enum Content {
    /// A value; known if the argument is structural.
    Value(Value),
    /// Blocks that it names: one, or those of a list.
    Words(Vec<Handle>),
}

/// A block that an argument names.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Its word.
    pub word: Str,
    /// Its address.
    pub address: Address,
    /// What it became, where the argument asks for more than its name.
    pub expanded: Option<Arc<Expanded>>,
}

/// A block of a word with what it became.
#[derive(Debug, Clone)]
pub struct Expanded {
    /// The block.
    pub block: WordBlock,
    /// What expressions see of it.
    pub exports: BTreeMap<Str, Value>,
    /// What `in = …` means with it.
    pub place: Place,
}

/// What `in = …` means with a block of a word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// Nothing: it is no place.
    #[default]
    Nowhere,
    /// One scope.
    Fixed(Scope),
    /// An account, in a region that the resource says, or in its own.
    Regional {
        /// Its twelve digits.
        account: Option<String>,
        /// Its region, where the resource says none.
        region: Option<String>,
        /// The role that plan assumes.
        plan_role: Option<String>,
        /// The role that apply assumes.
        apply_role: Option<String>,
    },
}

/// What a block becomes.
#[derive(Debug, Clone, Default)]
pub struct Expansion {
    /// The resources.
    pub resources: Vec<Derived>,
    /// What expressions see of the block: of a shape that is known, with leaves that may be later.
    pub exports: BTreeMap<Str, Value>,
    /// What `in = …` means with it.
    pub place: Place,
}

/// Resources that follow from several blocks.
#[derive(Debug, Clone)]
pub struct Derivation {
    /// The block that stands for them: their addresses start with its own, and messages name its place. It need not
    /// be one that was written.
    pub block: WordBlock,
    /// The resources; each must say where it lives.
    pub resources: Vec<Derived>,
}

/// A resource that a word makes.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Its kind.
    pub kind: &'static str,
    /// Its name below the block: `private` in `vpc.west.aws_subnet.private["a"]`.
    pub name: &'static str,
    /// Its key there.
    pub key: Option<Key>,
    /// Where it lives; `None` for [`Place::Fixed`] of the block.
    pub scope: Option<Scope>,
    /// Its attributes. What is later in them names its origin ([`Context::attribute`]), which also gives the order.
    pub attributes: Vec<(&'static str, Value)>,
    /// What it waits for without using an attribute of it.
    pub depends_on: Vec<Address>,
    /// Whether it is only forgotten when it leaves the configuration.
    pub keep: bool,
    /// Why it is there, as a clause: `private subnet in zone us-west-2a`.
    pub why: String,
}

/// Why a block cannot be expanded.
#[derive(Debug, Clone)]
pub enum Stop {
    /// An answer is missing; it will be asked for. What is known of the block all the same, for `validate`.
    Waiting(Box<Expansion>),
    /// Something is wrong.
    Mistakes(Diagnostics),
    /// What the block stands for does not exist yet, and is made by nobody here.
    Absent(Box<Absence>),
}

/// A place that is not there yet: what is in it and what needs it is left out until it is.
#[derive(Debug, Clone)]
pub struct Absence {
    /// What is known of the block all the same. What is not is later, from [`Absence::on`].
    pub expansion: Expansion,
    /// The address that stands for what is missing. Nothing has it.
    pub on: Address,
    /// A warning that says what is missing; what is left out is added to it.
    pub told: Diagnostic,
}

impl Stop {
    /// The same; where it waits, with what is `known` of the block.
    #[must_use]
    pub fn with(self, known: impl FnOnce() -> Expansion) -> Self {
        match self {
            Stop::Waiting(_) => Stop::Waiting(Box::new(known())),
            other => other,
        }
    }
}

impl From<Absence> for Stop {
    fn from(absence: Absence) -> Self {
        Stop::Absent(Box::new(absence))
    }
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Stop::Mistakes(diagnostic.into())
    }
}

impl From<Diagnostics> for Stop {
    fn from(diagnostics: Diagnostics) -> Self {
        Stop::Mistakes(diagnostics)
    }
}

/// What an expansion may use beside its block.
pub struct Context<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) kinds: &'a Kinds,
    pub(crate) missing: Vec<Query>,
    /// The blocks of the words that the present one comes [`after`](WordSchema::after).
    pub(crate) before: Vec<Arc<Expanded>>,
    /// Warnings about the block.
    pub(crate) noted: Diagnostics,
    /// The lineage of the state, and what the compilation is for.
    pub(crate) inputs: &'a Inputs,
}

impl Context<'_> {
    /// The answer to a question to the data kind `kind`.
    ///
    /// # Errors
    /// [`Stop::Waiting`] if it was not asked yet; it is asked then. Ask all that is needed before giving up.
    pub fn ask(
        &mut self,
        kind: &str,
        scope: &Scope,
        arguments: &[(&str, Value)],
        range: Range,
    ) -> Result<Arc<Object>, Stop> {
        let Some(kind) = self.kinds.data(kind) else {
            let detail = format!("There is no data source `{kind}`, which this block needs.");
            return Err(Diagnostic::error("Unknown data source", detail).at(range).into());
        };
        let schema = kind.schema();
        let mut object = Object::empty(schema);
        for (name, value) in arguments {
            object.set(schema, name, value.clone());
        }
        let query = Query {
            kind: schema.kind,
            scope: scope.clone(),
            arguments: object,
            range,
        };
        match self.facts.get(&query) {
            Some(answer) => Ok(answer.clone()),
            None => {
                self.missing.push(query);
                Err(Stop::Waiting(Box::default()))
            }
        }
    }

    /// Tells a warning and goes on.
    pub fn note(&mut self, warning: Diagnostic) {
        self.noted.push(warning);
    }

    /// Whether what bears the mark of `lineage` was made by the state that is planned for. Without a state, as in tests of
    /// a vocabulary, every mark counts as ours.
    #[must_use]
    pub fn is_ours(&self, lineage: Option<&str>) -> bool {
        match (&self.inputs.lineage, lineage) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(own), Some(lineage)) => **own == *lineage,
        }
    }

    /// Whether all is to go: what would be in the way of making something is in nobody's way then.
    #[must_use]
    pub fn is_destroying(&self) -> bool {
        self.inputs.purpose == Purpose::Destroy
    }

    /// The blocks of `word`, one of those that the present word comes after, in the order of their addresses.
    pub fn blocks<'b>(&'b self, word: &'b str) -> impl Iterator<Item = &'b Arc<Expanded>> {
        self.before.iter().filter(move |other| &*other.block.word == word)
    }

    /// The value that `attribute` of the derived resource at `address` of `kind` will have.
    #[must_use]
    pub fn attribute(&self, address: &Address, kind: &str, attribute: &str) -> Value {
        let ty = self
            .kinds
            .managed(kind)
            .and_then(|kind| {
                kind.schema()
                    .attribute(attribute)
                    .map(|attribute| attribute.ty.clone())
            })
            .unwrap_or(Type::Any);
        Value::later_from(ty, address, attribute)
    }

    /// The attribute `name` of an answer of the data kind `kind`.
    #[must_use]
    pub fn answer<'b>(&self, kind: &str, answer: &'b Object, name: &str) -> Option<&'b Value> {
        self.kinds.data(kind).map(|kind| answer.get(kind.schema(), name))
    }
}

impl WordBlock {
    /// The address of a resource derived from this block.
    #[must_use]
    pub fn resource(&self, kind: &str, name: &str, key: Option<&Key>) -> Address {
        let address = self.address.child(kind).child(name);
        match key {
            Some(key) => address.keyed(key),
            None => address,
        }
    }
}

impl Arguments {
    /// The value of `name`, if it is given.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        match &self.values.get(name)?.content {
            Content::Value(value) => Some(value),
            Content::Words(_) => None,
        }
    }

    /// The text of `name`, if it is given and known.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// The whole number of `name`, if it is given and known.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    /// The blocks that `name` names.
    #[must_use]
    pub fn words(&self, name: &str) -> &[Handle] {
        match self.values.get(name).map(|argument| &argument.content) {
            Some(Content::Words(handles)) => handles,
            _ => &[],
        }
    }

    /// The block that `name` names, with what it became.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<&Arc<Expanded>> {
        self.words(name).first()?.expanded.as_ref()
    }

    /// Where `name` is, or else the block.
    #[must_use]
    pub fn range(&self, name: &str) -> Range {
        self.values
            .get(name)
            .map_or(self.range, |argument| argument.range)
    }

    /// The nested blocks `name`.
    #[must_use]
    pub fn blocks(&self, name: &str) -> &[Arguments] {
        self.blocks.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first nested block `name`.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&Arguments> {
        self.blocks(name).first()
    }
}

impl Place {
    /// The scope that this means for a resource that says `region`.
    ///
    /// # Errors
    /// A sentence that says why it means none.
    pub fn scope(&self, region: Option<&str>) -> Result<Scope, String> {
        match self {
            Place::Nowhere => Err("It is no place where resources live.".to_owned()),
            Place::Fixed(Scope::Aws { region: own, .. }) if region.is_some_and(|region| region != own) => {
                Err(format!(
                    "It is in region {own}, so the resource cannot be in another."
                ))
            }
            Place::Fixed(Scope::Cluster { .. } | Scope::Local) if region.is_some() => {
                Err("It has no regions.".to_owned())
            }
            Place::Fixed(scope) => Ok(scope.clone()),
            Place::Regional {
                account,
                region: own,
                plan_role,
                apply_role,
            } => {
                let region = region
                    .or(own.as_deref())
                    .ok_or("It has no region, so the resource must say one.")?;
                Ok(Scope::Aws {
                    account: account.clone(),
                    region: region.to_owned(),
                    plan_role: plan_role.clone(),
                    apply_role: apply_role.clone(),
                })
            }
        }
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}
