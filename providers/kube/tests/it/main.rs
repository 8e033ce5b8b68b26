//! The adapter under the real engine against a real API server. Each test has a namespace of its own.

#![expect(clippy::unwrap_used, reason = "these are tests: they fail by panicking")]

mod authority;
mod certificates;
mod chart;
mod chart_faults;
mod chart_istiod;
mod create;
mod delete;
mod discovery;
mod eks;
mod errors;
mod facts;
mod helm;
mod openssl;
mod read;
mod secret;
mod stranger;
mod support;
mod update;
