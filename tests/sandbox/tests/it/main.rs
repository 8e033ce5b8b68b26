//! The sandbox against what it promises: real processes, real sockets. It must never use a crate of meshform.

#![expect(
    clippy::disallowed_methods,
    reason = "test support waits by the real clock and reads what the sandbox wrote"
)]

mod clusters;
mod commands;
mod door;
mod wire;
