//! The journal: an intent before every effect, an outcome after it.
//!
//! Events are appended and synced in order; [`fold`] turns a snapshot and the events behind it into what is now known
//! to be true and what is in doubt. The same fold serves the live run ([`Recorder`]), `plan` beside a running apply,
//! and recovery.
//!
//! One journal holds one run. It stands on the snapshot whose serial it names and ends by being contained in the
//! next one, which remembers the run ([`crate::Snapshot::last_run`]): a journal that a crash left beside the snapshot
//! that contains it is told from one that would be lost.

mod event;
mod fold;
mod frame;
mod recorder;
#[cfg(test)]
pub(crate) mod samples;

pub use event::{Event, Intent, IntentId, Locator, Operation, Outcome, RunId};
pub use fold::{Folded, InDoubt, JournalError, fold};
pub use frame::{
    DamagedFrame, Frames, JOURNAL_FORMAT, decode_frames, encode_frame, encode_frames, encode_header,
    journal_format,
};
pub use recorder::Recorder;
