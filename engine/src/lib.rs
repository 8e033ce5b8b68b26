//! Configuration to graph to plan to apply: the pipeline, knowing neither clouds nor meshes.
//!
//! Data goes one way, and each arrow is a named, immutable type:
//!
//! ```text
//! text ─ config → Config ─ compile (asks for Facts until it has all) → Desired ─┐
//! Store → Snapshot ─ refresh (batched reads) → Observed ─────────────────────────┴ plan → Plan ─ check
//! Plan ─ apply (adapters, journal, events) → Snapshot′
//! ```
//!
//! [`compile`] gives words their meaning through a [`Vocabulary`]; [`kind`] says what a kind of resource is;
//! [`adapter`] is the seam to the outside, and [`effects`] the only way through it that changes anything.
//!
//! `compile`, `graph`, `diff` and `plan` are pure: no `async`, no clock, no randomness. Nothing in this crate prints,
//! reads the environment or knows a cloud, a cluster or a mesh.

pub mod adapter;
pub mod adopt;
pub mod apply;
pub mod archive;
pub mod clock;
pub mod compile;
pub mod config;
pub mod desired;
pub mod effects;
pub mod event;
pub mod facts;
pub mod gather;
pub mod graph;
mod hash;
pub mod kind;
pub mod local;
pub mod object;
pub mod plan;
pub mod refresh;
mod resolve;
pub mod retry;
#[cfg(feature = "testing")]
pub mod testing;

pub use adapter::{
    Adapter, AdapterError, Certainty, ErrorClass, Located, Observation, Readiness, Recorded, Registry, Target,
};
pub use clock::{Clock, Entropy};
pub use compile::{Compiled, Inputs, Vocabulary, compile};
pub use config::Config;
pub use desired::{Desired, Lookup, Recipe, Resource};
pub use effects::{Effect, Effects, Permit};
pub use event::{Event, EventSink};
pub use facts::{Facts, Query};
pub use kind::{Attribute, Compare, Home, Kind, Kinds, Problem, Schema};
pub use object::Object;
pub use plan::{Action, Change, Plan, Reason};
