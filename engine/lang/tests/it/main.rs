//! Tests of the language as its users see it.

mod evaluation;
mod structure;
mod support;
