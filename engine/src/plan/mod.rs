//! The plan: everything that apply will do, with its reasons. Immutable; leaves no choice to apply.

mod model;

pub use model::{
    Action, Change, Drift, Expect, Order, OutputChange, Plan, Reason, Step, StepIndex, StepKind, Summary,
};
