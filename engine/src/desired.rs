//! What the configuration asks for, compiled: the input of planning.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use meshform_lang::{Diagnostics, Range};
use meshform_state::{Address, Scope, ScopeKey, Str, Value};

use crate::kind::Kind;

/// Everything that the configuration asks for. Equal inputs make an equal one, whatever the order of work.
#[derive(Debug, Clone, Default)]
pub struct Desired {
    /// The resources (and data sources that can only be read during apply), sorted by address.
    pub resources: Vec<Resource>,
    /// The scopes that they live in.
    pub scopes: BTreeMap<ScopeKey, Scope>,
    /// The root outputs, sorted by name.
    pub outputs: Vec<Output>,
    /// Objects that moved in the configuration.
    pub moved: Vec<Moved>,
    /// The one instance of each block without `count`, and the first of each with it: what is recorded as the other,
    /// from before `count` came or went, is this.
    pub recounted: Vec<Address>,
    /// Objects to stop managing.
    pub removed: Vec<Removed>,
    /// Blocks without any instance: they say what becomes of objects that leave them, and why those do.
    pub vacant: Vec<Vacant>,
    /// What is left out because something that nobody here makes is not there yet.
    pub deferred: Deferred,
}

/// What is left out of a plan, to be taken up by a later one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deferred {
    /// The resources.
    pub resources: BTreeSet<Address>,
    /// The scopes that are not there.
    pub scopes: BTreeSet<ScopeKey>,
}

/// One resource instance.
#[derive(Clone)]
pub struct Resource {
    /// Where it is.
    pub address: Address,
    /// Its kind.
    pub kind: Arc<dyn Kind>,
    /// Where it lives.
    pub scope: ScopeKey,
    /// The configured attributes by slot, converted and normalised; later where only planning or apply can know.
    /// Attributes that are not configured are null.
    pub fields: Box<[Value]>,
    /// How to find the slots that are not wholly known, by slot; a value that is one [`Value::later_from`] alone or
    /// nested in known structure needs none.
    pub recipes: Vec<(usize, Arc<dyn Recipe>)>,
    /// What it needs first.
    pub dependencies: Vec<Dependency>,
    /// How it is replaced and kept.
    pub lifecycle: Lifecycle,
    /// Why it is there, for resources that a word made: a clause such as `private subnet in zone us-west-2a`.
    pub why: Option<Str>,
    /// The block that asks for it.
    pub range: Range,
}

/// Why a resource comes after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The other one.
    pub on: Address,
    /// The attribute whose expression names it, or `depends_on`.
    pub attribute: Str,
    /// Where that is.
    pub range: Range,
}

/// How a resource is replaced and kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// The replacement is created before the old object is deleted.
    pub create_before_destroy: bool,
    /// Its deletion is refused.
    pub prevent_destroy: bool,
    /// The slots whose difference does not count.
    pub ignore_changes: Vec<usize>,
    /// All slots but computed ones are ignored.
    pub ignore_all: bool,
    /// When it leaves the configuration it is only forgotten.
    pub keep: bool,
    /// It is replaced when one of these changes: an address, and a slot of it if not all.
    pub replace_triggered_by: Vec<(Address, Option<Str>)>,
}

/// A root output.
#[derive(Clone)]
pub struct Output {
    /// Its name.
    pub name: Str,
    /// Its value as far as compilation knows it.
    pub value: Value,
    /// How to find the rest.
    pub recipe: Option<Arc<dyn Recipe>>,
    /// Whether it must not be shown.
    pub sensitive: bool,
    /// What it waits for.
    pub dependencies: Vec<Address>,
    /// The block that asks for it.
    pub range: Range,
}

/// A move in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where it was: an address or the start of several.
    pub from: Address,
    /// Where it is.
    pub to: Address,
    /// The block that says so.
    pub range: Range,
}

/// Why a block has no instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptied {
    /// `count` is 0.
    Count,
    /// `for_each` has no key.
    ForEach,
    /// `enabled` is false.
    Disabled,
    /// The module that it is in has no instance.
    Module,
}

/// A block without any instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vacant {
    /// Its address; without any key where it is in a module that has no instance.
    pub block: Address,
    /// Why it has none.
    pub because: Emptied,
    /// Whether what left it must not be destroyed.
    pub prevent_destroy: bool,
    /// Whether what left it is forgotten and not deleted.
    pub keep: bool,
    /// Where it is.
    pub range: Range,
}

/// Objects that leave management.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Their address, or the start of several.
    pub from: Address,
    /// Whether they are deleted; else they are only forgotten.
    pub destroy: bool,
    /// The block that says so.
    pub range: Range,
}

/// Finds a value again once more is known than compilation knew.
pub trait Recipe: Send + Sync {
    /// The value, with `lookup` for the resources that it refers to. Still later where `lookup` does not know.
    ///
    /// # Errors
    /// Mistakes that show only now.
    fn evaluate(&self, lookup: &dyn Lookup) -> Result<Value, Diagnostics>;
}

/// What is known of resources at some moment of planning or apply.
pub trait Lookup {
    /// The object at `address` as a value: planned, or real once it is there. `None` if there is no such resource.
    fn object(&self, address: &Address) -> Option<Value>;

    /// One attribute of the object at `address`, for callers that need no more.
    fn attribute(&self, address: &Address, name: &str) -> Option<Value> {
        self.object(address)?.get(name).cloned()
    }

    /// The moment of the run, in RFC 3339, if this is one: what `timestamp()` answers.
    fn now(&self) -> Option<Str> {
        None
    }

    /// Chance for one call of `uuid()` or `bcrypt()`, the same for the same call, if this is a run.
    fn chance(&self, call: &str) -> Option<[u8; 16]> {
        let _ = call;
        None
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("address", &self.address)
            .field("scope", &self.scope)
            .field(
                "dependencies",
                &self
                    .dependencies
                    .iter()
                    .map(|dependency| &dependency.on)
                    .collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("name", &self.name)
            .field("sensitive", &self.sensitive)
            .finish_non_exhaustive()
    }
}
