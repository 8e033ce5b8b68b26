//! Tests of the whole program, as users and scripts meet it.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod cli;
mod docs;
mod tidy;
