//! Addresses: the identity of a resource in configuration, plan, state and messages.
//!
//! An address is dotted segments, each an identifier with at most one key: `vpc.west["a"].aws_subnet.private[0]`.
//! It must never be derived from a display name that a user may change in the cloud.

mod address;
mod key;

pub use address::{Address, AddressError, Segment};
pub use key::{Key, quote};
