//! The adapter under the real engine against a real API server. Each test has a namespace of its own.

#![expect(clippy::unwrap_used, reason = "these are tests: they fail by panicking")]

mod create;
mod delete;
mod errors;
mod read;
mod secret;
mod support;
mod update;
