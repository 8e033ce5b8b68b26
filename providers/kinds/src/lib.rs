//! Typed specs and schemas of every resource kind; no SDK, no async.

pub mod kubernetes;
