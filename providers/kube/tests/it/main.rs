//! The adapter under the real engine against a real API server. Each test has a namespace of its own.

#![expect(clippy::unwrap_used, reason = "these are tests: they fail by panicking")]

mod authority;
mod certificates;
mod create;
mod delete;
mod discovery;
mod errors;
mod openssl;
mod read;
mod secret;
mod stranger;
mod support;
mod update;
