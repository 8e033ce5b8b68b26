//! The whole of Meshform against a real EC2 API (moto behind the door) and a real Kubernetes API server.
//!
//! Read `support` first: `support::World` is a state, an account and a namespace of their own, driven in process with
//! a clock that tests own; `support::Binary` is the same through the shipped program. The suites are named so that
//! `.ci/run` can count what ran.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these are tests: they fail by panicking, wait by the real clock, and write scratch files"
)]

mod live_cancels;
mod live_charts;
mod live_faults;
mod live_kills;
mod live_lifecycle;
mod live_mesh;
mod live_mesh_accounts;
mod live_mesh_faults;
mod live_mesh_local;
mod live_mistakes;
mod live_moto;
mod live_requests;
mod live_sabotage;
mod live_secrets;
mod support;
