//! The plan: everything that apply will do, with its reasons. Immutable; leaves no choice to apply.
//!
//! [`build`] makes one from what is desired, recorded and observed; [`select()`] narrows that to what the user names;
//! [`check`] does not trust it; [`digest`] names it.
//! Pure: no `async`, no clock, no randomness.

mod absent;
mod build;
mod check;
mod digest;
mod drift;
mod equal;
mod gone;
mod leftovers;
mod lookup;
mod model;
mod moves;
mod named;
mod order;
mod outputs;
mod propose;
mod scopes;
mod select;
mod steps;

pub use absent::lost;
pub use build::{Input, Options, build};
pub use check::{Violation, check};
pub use digest::{digest, object_digest};
pub use model::{
    Action, Change, Drift, Expect, Order, OutputChange, Plan, Reason, Seen, Step, StepIndex, StepKind,
    Summary,
};
pub(crate) use moves::relocate;
pub(crate) use propose::settled;
pub use select::{Selection, select};
