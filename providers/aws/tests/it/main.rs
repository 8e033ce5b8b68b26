//! The adapter under the real engine against a real EC2 API. Each test has an account of its own.

#![expect(clippy::unwrap_used, reason = "these are tests: they fail by panicking")]

mod data;
mod eks;
mod errors;
mod faults;
mod network;
mod pca;
mod peering;
mod reads;
mod security_groups;
mod subnet;
mod support;
mod vpc;
