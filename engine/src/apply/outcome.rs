//! What became of a plan.

use meshform_lang::Diagnostics;
use meshform_state::{Address, Snapshot, StoreError};

use super::expect::Mismatch;
use crate::adapter::ErrorClass;
use crate::plan::Action;

/// What became of a plan. Everything that happened is on disk, whatever this says.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The steps that are done, in the order in which they ended.
    pub done: Vec<(Address, Action)>,
    /// The objects that were there and are ours now.
    pub adopted: Vec<Address>,
    /// The steps that failed.
    pub failed: Vec<Failure>,
    /// The steps that were not begun.
    pub skipped: Vec<Skipped>,
    /// Effects of which nobody knows whether they happened; the next run looks them up.
    pub in_doubt: Vec<Doubt>,
    /// What had moved before anything was done; nothing was done then.
    pub stale: Vec<Mismatch>,
    /// The conditions that turned out not to be met, sorted; those of checks are warnings.
    pub broken: Diagnostics,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// Why the state could not be written, if so; no effect began after that.
    pub store_error: Option<StoreError>,
    /// The state now.
    pub snapshot: Snapshot,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The resource.
    pub address: Address,
    /// What was tried.
    pub action: Action,
    /// What kind of failure it is, where an API told.
    pub class: Option<ErrorClass>,
    /// Why, for the user.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whether a condition stopped it before anything was done, or said that what was done is not as it must be:
    /// [`Outcome::broken`] says which.
    pub by_condition: bool,
}

/// A step that was not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The resource.
    pub address: Address,
    /// What would have been done.
    pub action: Action,
    /// The failed one that it needs; `None` if the run was stopped.
    pub because: Option<Address>,
}

/// An effect of which nobody knows whether it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The resource.
    pub address: Address,
    /// What was called.
    pub effect: String,
}

impl Outcome {
    /// Whether everything that was planned is done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
            && self.skipped.is_empty()
            && self.in_doubt.is_empty()
            && self.stale.is_empty()
            && !self.interrupted
            && self.store_error.is_none()
            && !self.broken.has_errors()
    }
}
