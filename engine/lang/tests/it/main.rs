//! Tests of the language as its users see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod constraints;
mod evaluation;
mod files;
mod formatting;
mod layout;
mod limits;
mod mistakes;
mod oracle;
mod properties;
mod second_opinion;
mod secrecy;
mod structure;
mod support;
mod unknown;
