//! Where a state is kept: the seam between the engine and disks or buckets.
//!
//! Crash semantics are promised per method and hold on every implementation.

use crate::journal::{Event, Folded};
use crate::snapshot::{RunMark, Snapshot};

mod local;
#[cfg(any(test, feature = "testing"))]
mod memory;

pub use local::LocalStore;
#[cfg(any(test, feature = "testing"))]
pub use memory::MemoryStore;

/// A state that can be read and, once locked, written.
pub trait Store: Send + Sync {
    /// Reads snapshot and journal and folds them. Takes no lock and changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; a state that is missing, empty or damaged is an error, never "nothing exists".
    fn load(&self) -> Result<Folded, StoreError>;

    /// Goes on without the journal of `run`, which is lost: the snapshot stays as it is, with no run open on it. What is
    /// left of a journal is kept beside it under the name of the run. Returns where, if anything was left.
    ///
    /// # Errors
    /// [`StoreError::NotLost`] if the state misses no journal, or that of another run; else as [`Store::lock`].
    fn abandon(&self, holder: &Holder, run: &str) -> Result<Option<String>, StoreError>;

    /// Makes a new, empty state of `lineage`.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one already.
    fn create(&self, lineage: &str) -> Result<(), StoreError>;

    /// Takes the lock for one run; it is held until the session is dropped or the process dies. Reads the state, since
    /// what cannot be read must not be written.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if somebody else holds it; else as [`Store::load`].
    fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError>;

    /// Who holds the lock, if anybody does.
    ///
    /// # Errors
    /// [`StoreError`] if that cannot be told.
    fn holder(&self) -> Result<Option<Holder>, StoreError>;

    /// Where the state is, for messages.
    fn describe(&self) -> String;
}

/// A locked state.
pub trait Session: Send {
    /// Reads snapshot and journal and folds them, under the lock.
    ///
    /// # Errors
    /// As [`Store::load`].
    fn load(&self) -> Result<Folded, StoreError>;

    /// Appends `events` in order, all of them or, after a crash, a prefix: one write and one sync, however many they
    /// are. Once this has returned they survive a crash of the process and of the machine; until then none may be
    /// relied on. Before the first one of a run returns, the snapshot says that the run is open, so that a journal that
    /// gets lost is missed. The first event of all is [`Event::Begin`]; whether the others make sense is the fold's to say
    /// ([`crate::journal::Recorder`] asks it first).
    ///
    /// # Errors
    /// [`StoreError`]; the caller must then start no effect any more, and every later call is refused.
    fn append(&mut self, events: &[Event]) -> Result<(), StoreError>;

    /// Replaces the snapshot by `snapshot`, whose serial must be one above the current one, and drops the journal
    /// that it contains (its [`Snapshot::last_run`] says so). A crash anywhere leaves the old snapshot with its journal
    /// or the new one, never neither.
    ///
    /// # Errors
    /// [`StoreError`]; what was recorded is then in the old snapshot and its journal, or in the new one. Every later
    /// call is refused, since it cannot be told which.
    fn commit(&mut self, snapshot: &Snapshot) -> Result<(), StoreError>;
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Holder {
    /// `user@host`, as far as known.
    pub who: String,
    /// Process id.
    pub process: u32,
    /// `apply`, `destroy`, …
    pub command: String,
    /// Since when, in RFC 3339.
    pub since: String,
}

/// What can go wrong with a state. The hint says what to do; both are for the user.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error("there is no state at {place}")]
    Missing {
        /// Where it was looked for.
        place: String,
    },
    /// There is one, and there should not be.
    #[error("there is a state at {place} already")]
    Exists {
        /// Where.
        place: String,
    },
    /// It is there, and it is not a state.
    #[error("the state at {place} cannot be read: {reason}")]
    Damaged {
        /// Where, with line and column or byte offset.
        place: String,
        /// What is wrong.
        reason: String,
        /// What there is beside it, in sentences for the user.
        beside: String,
    },
    /// A run was interrupted, and its journal is not there.
    #[error("{} was interrupted, and its journal {} {}", .0.run, .0.place, .0.what)]
    JournalLost(Box<LostJournal>),
    /// There is no lost journal to go on without.
    #[error("the state at {place} misses no journal of run {run}: {reason}")]
    NotLost {
        /// Where.
        place: String,
        /// The run that was named.
        run: String,
        /// What is there.
        reason: String,
    },
    /// It was written by a newer version.
    #[error(
        "the state at {place} has format {found}, written by version {writer}; this version reads formats up to {known}"
    )]
    Newer {
        /// Where.
        place: String,
        /// Its format.
        found: u64,
        /// The version that wrote it, `unknown` if it does not say.
        writer: String,
        /// Ours.
        known: u64,
    },
    /// Somebody else works on it.
    #[error("the state at {place} is locked by {}", describe(holder.as_ref()))]
    Locked {
        /// Where.
        place: String,
        /// By whom, if that can be told.
        holder: Option<Holder>,
    },
    /// The journal does not belong to the snapshot or contradicts itself.
    #[error("the journal at {place} cannot be used")]
    Journal {
        /// Where.
        place: String,
        /// What is wrong with it.
        #[source]
        source: crate::journal::JournalError,
        /// What there is beside it, in sentences for the user.
        beside: String,
    },
    /// The disk refused.
    #[error("failed to {action} {place}")]
    Io {
        /// What was tried: `read`, `write`, `sync`, …
        action: &'static str,
        /// Where.
        place: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// A run that was interrupted, without its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostJournal {
    /// Where the journal should be.
    pub place: String,
    /// What is there instead, as what is said of it: `is missing`.
    pub what: String,
    /// The run.
    pub run: RunMark,
    /// The serial of the snapshot, which is what is known.
    pub serial: u64,
    /// The lineage of the state, which all that the run made bears.
    pub lineage: String,
}

impl LostJournal {
    fn hint(&self) -> String {
        let LostJournal {
            run, serial, lineage, ..
        } = self;
        format!(
            "Nothing was changed. The state knows everything up to serial {serial}; what {run} did after that is in its \
             journal alone. Bring the journal back. If it is lost for good, look for what the run made (all of it bears \
             the lineage {lineage} in its tags or annotations), remove it, and go on without the journal: `meshform \
             state abandon {}`.",
            run.run
        )
    }
}

fn describe(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || "another process".to_owned(),
        |holder| {
            let Holder {
                who,
                process,
                command,
                since,
            } = holder;
            format!("{who} (process {process}, `{command}` since {since})")
        },
    )
}

impl StoreError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            StoreError::Missing { .. } => {
                "For a new mesh run `meshform init`. If this folder has managed a mesh before, do not: bring the state \
                 file back (from a backup or version control) first."
            }
            StoreError::Exists { .. } => "Nothing to do: `meshform plan` uses it.",
            StoreError::Damaged { beside, .. } | StoreError::Journal { beside, .. } => {
                return format!(
                    "Nothing was changed. {beside}Do not delete it: what it records would be orphaned."
                );
            }
            StoreError::JournalLost(lost) => return lost.hint(),
            StoreError::NotLost { .. } => {
                "`meshform plan` names the run whose journal is missing, if one is."
            }
            StoreError::Newer { .. } => "Use the version of meshform that wrote it, or a newer one.",
            StoreError::Locked { .. } => {
                "Wait for it to end, or give `-lock-timeout=5m`. The lock ends with the process that holds it."
            }
            StoreError::Io { .. } => {
                "Nothing recorded is lost. Mend the disk or the permissions and run again."
            }
        };
        hint.to_owned()
    }
}
