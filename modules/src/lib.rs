//! The mesh words: what each compiles to. The only crate that knows what a mesh is.
//!
//! Read in this order:
//!
//! 1. [`Mesh`] is the vocabulary that the engine compiles with; it knows the words and asks each for its expansion.
//! 2. Each word is one module: its schema, its checks of meaning, and the resources that it stands for.
//! 3. [`preflight`] says what of a compiled mesh was looked at and what is wrong, [`verify`] says what an applied mesh is worth, from what probes saw.
//! 4. What follows from several blocks together is in `discovery`, `ports` and the `assemble` of `cluster` and `trust`.
//!
//! Everything here is pure: what a word must know of the outside it asks for as a fact. This crate must never call an
//! API, read a file or know how a kind of resource is applied.

mod account;
mod cluster;
mod discovery;
mod link;
mod make;
mod mesh;
mod network;
mod ports;
pub mod preflight;
mod region;
pub mod report;
mod trust;
pub mod verify;
mod vocabulary;
mod vpc;

#[cfg(test)]
mod tests;

pub use vocabulary::Mesh;
