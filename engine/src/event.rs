//! What happens during a run, told to whoever shows it.

use std::time::Duration;

use meshform_state::Address;

use crate::plan::Action;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The present state of `count` objects is being read.
    RefreshStarted {
        /// How many.
        count: usize,
    },
    /// It has been read.
    RefreshDone {
        /// How many.
        count: usize,
    },
    /// An effect whose outcome was lost is being looked up.
    Resolving {
        /// The resource.
        address: Address,
        /// The effect.
        effect: String,
        /// How long that can take: that there is no trace of it counts only once it can no longer take effect and would be
        /// seen.
        at_most: Duration,
    },
    /// It is not to be seen, and is looked for again.
    StillResolving {
        /// The resource.
        address: Address,
        /// The effect.
        effect: String,
        /// How long that can still take.
        at_most: Duration,
    },
    /// A lost outcome is known again.
    Resolved {
        /// The resource.
        address: Address,
        /// The effect.
        effect: String,
        /// The object, if the effect had happened.
        id: Option<String>,
        /// What else it made, since the request was delivered more than once: these are deleted.
        doubles: Vec<String>,
    },
    /// Steps are about to be done.
    ApplyStarted {
        /// How many.
        steps: usize,
    },
    /// An object that was there is taken over.
    Adopted {
        /// The resource.
        address: Address,
        /// What its API calls it.
        id: String,
    },
    /// A step starts.
    StepStarted {
        /// The resource.
        address: Address,
        /// What is done.
        action: Action,
        /// The object, where it exists.
        id: Option<String>,
    },
    /// A step waits, and for what.
    StepWaiting {
        /// The resource.
        address: Address,
        /// What is done.
        action: Action,
        /// For what.
        reason: String,
        /// Since its start.
        elapsed: Duration,
    },
    /// A step is done.
    StepDone {
        /// The resource.
        address: Address,
        /// What was done.
        action: Action,
        /// The object, where it exists.
        id: Option<String>,
        /// Since its start.
        elapsed: Duration,
    },
    /// A step failed.
    StepFailed {
        /// The resource.
        address: Address,
        /// What was tried.
        action: Action,
        /// Why.
        message: String,
        /// What to do.
        hint: Option<String>,
        /// Since its start.
        elapsed: Duration,
    },
    /// A step will not be done, since one that it needs failed.
    StepSkipped {
        /// The resource.
        address: Address,
        /// What would have been done.
        action: Action,
        /// The failed one.
        because: Address,
    },
    /// No further step starts; those that run are waited for.
    Stopping,
}

/// Takes events. Must not block.
pub trait EventSink: Send + Sync {
    /// Takes one.
    fn event(&self, event: Event);
}

/// Takes events and shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl EventSink for Silent {
    fn event(&self, _event: Event) {}
}
