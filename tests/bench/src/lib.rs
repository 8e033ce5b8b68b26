//! Measuring Meshform: beside its peers (the program `perf`), and alone with a mesh that nobody has machines for
//! ([`mesh`]).
//!
//! What is measured beside peers is a program like any other: this crate knows none of its insides. The mesh is planned
//! and applied by the engine itself, on a world that takes everything.

#![expect(clippy::expect_used, reason = "a measurement ends where its means fail")]

pub mod mesh;
