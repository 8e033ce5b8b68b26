//! Apply: carries out a plan, step by step, with an intent on disk before every effect.
//!
//! [`Schedule`] decides what runs next and is pure. [`run`] is one loop that owns schedule, journal and state; it
//! spawns the steps and hears from them over a channel. Only that loop writes. [`recover`] settles what an earlier
//! run left in doubt, before anything is planned.

mod conditions;
mod end;
mod expect;
mod gate;
mod outcome;
mod records;
mod recover;
mod run;
mod schedule;
mod settle;
mod start;
mod step;
mod writer;

pub use expect::{Mismatch, mismatches};
pub use outcome::{Doubt, Failure, Outcome, Skipped};
pub use recover::{RecoverError, recover};
pub use run::{Context, Stop, run};
pub use schedule::{Limits, Outlook, Schedule};
