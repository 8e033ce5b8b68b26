//! Tests of the language as its users see it.

mod conformance;
mod evaluation;
mod structure;
mod support;
