//! The sandbox against what it promises: real processes, real sockets. It must never use a crate of meshform.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these are tests: they fail by panicking, and wait by the real clock"
)]

mod aws;
mod clusters;
mod commands;
mod door;
mod door_ec2;
mod door_eks;
mod door_pca;
mod istiod;
mod nodes;
mod wire;
