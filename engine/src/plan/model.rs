//! What a plan is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::Range;
use meshform_state::{Address, Record, Scope, ScopeKey, Str, Value};

use crate::adapter::Owner;
use crate::compile::{Assertion, LateValues};
use crate::desired::{Recipe, Resource};
use crate::kind::Kind;
use crate::object::Object;

/// What apply will do. Equal inputs make a byte-identical one.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One for each resource of configuration and state, sorted by address, those without a change included.
    pub changes: Vec<Change>,
    /// What changed outside since the last apply, sorted by address.
    pub drift: Vec<Drift>,
    /// The outputs that change, sorted by name.
    pub outputs: Vec<OutputChange>,
    /// What to do, in an order in which everything comes after what it needs.
    pub steps: Vec<Step>,
    /// The scopes that the steps need.
    pub scopes: BTreeMap<ScopeKey, Scope>,
    /// Whether it destroys everything.
    pub destroy: bool,
    /// The conditions that may be decided only when the steps are done.
    pub assertions: Vec<Assertion>,
    /// The values that may be looked at whole only when the steps are done.
    pub values: Option<LateValues>,
    /// Whether it only records what was observed.
    pub refresh_only: bool,
    /// Whether it is about a part of configuration and state only.
    pub partial: bool,
}

/// What happens to one resource.
#[derive(Clone)]
pub struct Change {
    /// Where it is.
    pub address: Address,
    /// Where it was, if it moved.
    pub previous_address: Option<Address>,
    /// For an object that waits for its deletion: its uid.
    pub deposed: Option<String>,
    /// Its kind.
    pub kind: Arc<dyn Kind>,
    /// Where it lives.
    pub scope: ScopeKey,
    /// Whether the object was not ours before: that it is comes to be recorded before anything is done with it.
    pub adopted: bool,
    /// What is done.
    pub action: Action,
    /// Why that and not less.
    pub reason: Reason,
    /// The object as observed; `None` if there is none.
    pub before: Option<Object>,
    /// The object as planned, with later parts; `None` if there will be none.
    pub after: Option<Object>,
    /// The slots that force a replacement.
    pub replace_slots: Vec<usize>,
    /// What the state has of it.
    pub record: Option<Arc<Record>>,
    /// What the configuration has of it.
    pub resource: Option<Arc<Resource>>,
    /// The configured attributes as far as planning knows them; what [`Kind::project`] was given.
    pub configured: Option<Box<[Value]>>,
    /// Why it is there, for resources that a word made.
    pub why: Option<Str>,
    /// The block that asks for it.
    pub range: Option<Range>,
    /// The private part and the version as observed.
    pub observed: Option<Arc<Seen>>,
}

/// What was observed beside the attributes.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What the adapter keeps for itself.
    pub private: Option<Box<serde_json::value::RawValue>>,
    /// The version, where the API has one.
    pub version: Option<String>,
}

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is created.
    Create,
    /// A data source is read.
    Read,
    /// It is changed.
    Update,
    /// It is deleted and created anew, in this order of the two.
    Replace(Order),
    /// It is deleted.
    Delete,
    /// It is no longer managed.
    Forget,
}

/// Which comes first in a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Order {
    /// The deletion.
    DeleteFirst,
    /// The creation.
    CreateFirst,
}

/// Why an action is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Nothing to explain.
    None,
    /// An attribute that cannot change differs.
    CannotUpdate,
    /// The user asked for it.
    Requested,
    /// What `replace_triggered_by` names changes.
    Triggered,
    /// Its block is no longer in the configuration.
    NotInConfiguration,
    /// The module instance that it is in, here named, is no longer in the configuration.
    ModuleGone(Address),
    /// It has the index that `count` gives, and its block has no `count` any more.
    NoCount,
    /// It has a key as `for_each` gives it, and its block has no `for_each` any more.
    NoForEach,
    /// It has no key, and its block has `count` or `for_each` now.
    Repeated,
    /// `enabled` is false.
    Disabled,
    /// Its `for_each` key is gone.
    KeyGone,
    /// Its `count` index is gone.
    IndexGone,
    /// The whole mesh is destroyed.
    Destroy,
    /// It was replaced and waits for its deletion.
    Deposed,
    /// The recorded object is gone.
    Vanished,
    /// Its creation was interrupted.
    Incomplete,
    /// A data source depends on what is not known yet.
    ConfigUnknown,
    /// A `removed` block says so.
    Removed,
}

/// What changed outside.
#[derive(Debug, Clone)]
pub struct Drift {
    /// Where.
    pub address: Address,
    /// As recorded.
    pub before: Object,
    /// As observed; `None` if it is gone.
    pub after: Option<Object>,
    /// Who, where the API tells.
    pub owners: Vec<Owner>,
}

/// What happens to an output.
#[derive(Clone)]
pub struct OutputChange {
    /// Its name.
    pub name: Str,
    /// The recorded value.
    pub before: Option<Value>,
    /// The planned value, later where it is not known.
    pub after: Option<Value>,
    /// How to find the rest of it.
    pub recipe: Option<Arc<dyn Recipe>>,
    /// Whether it must not be shown.
    pub sensitive: bool,
}

impl std::fmt::Debug for OutputChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutputChange")
            .field("name", &self.name)
            .field("sensitive", &self.sensitive)
            .finish_non_exhaustive()
    }
}

/// Numbers the steps of a plan from 0.
pub type StepIndex = usize;

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Step {
    /// The index of its change in [`Plan::changes`].
    pub change: usize,
    /// What.
    pub kind: StepKind,
    /// The steps that come before it.
    pub after: Vec<StepIndex>,
    /// What must be true when it starts.
    pub expect: Expect,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// Creates the object.
    Create,
    /// Changes the object.
    Update,
    /// Deletes the object, deposed or not.
    Delete,
    /// Puts the object aside so that its replacement can take the address.
    Depose,
    /// Reads a data source.
    Read,
    /// Forgets the object.
    Forget,
    /// Does nothing, but keeps the order of what is before and after it.
    Pass,
    /// Records what was observed (drift that is accepted, a move), with no effect outside.
    Record,
}

/// What a step expects of the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Anything,
    /// The object is not there.
    Absent,
    /// The object is as it was observed: the digest of that.
    Same(String),
}

/// How many resources are changed how. A replacement counts as one creation and one deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Creations.
    pub add: usize,
    /// Changes.
    pub change: usize,
    /// Deletions.
    pub destroy: usize,
    /// Forgotten ones.
    pub forget: usize,
    /// Objects that were there and are taken over, whatever else is done with them.
    pub import: usize,
}

impl Plan {
    /// How many resources are changed how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            summary.import += usize::from(change.adopted);
            match change.action {
                Action::NoOp | Action::Read => {}
                Action::Create => summary.add += 1,
                Action::Update => summary.change += 1,
                Action::Replace(_) => {
                    summary.add += 1;
                    summary.destroy += 1;
                }
                Action::Delete => summary.destroy += 1,
                Action::Forget => summary.forget += 1,
            }
        }
        summary
    }

    /// Whether there is nothing to do: nothing outside changes, no address and no output. What was observed anew may
    /// still wait to be recorded with the next change, unless that is all that the plan is for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let idle = |change: &Change| {
            change.action == Action::NoOp && change.previous_address.is_none() && !change.adopted
        };
        let noted = self.refresh_only && !self.drift.is_empty();
        self.changes.iter().all(idle) && self.outputs.is_empty() && !noted
    }
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change")
            .field("address", &self.address)
            .field("action", &self.action)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
