//! The journal: an intent before every effect, an outcome after it.
//!
//! Events are appended and synced in order; [`fold`] turns a snapshot and the events behind it into what is now known
//! to be true and what is in doubt. The same fold serves the live run, `plan` beside a running apply, and recovery.

mod event;
mod fold;
mod frame;

pub use event::{Event, Intent, IntentId, Locator, Operation, Outcome, RunId};
pub use fold::{Folded, InDoubt, JournalError, fold};
pub use frame::{DamagedFrame, Frames, decode_frames, encode_frame};
