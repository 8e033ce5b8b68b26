//! `verify`: whether a mesh that was applied works. Pure: what is expected comes from the state, what is there from
//! probes ([`evidence`](meshform_kinds::evidence)), and a verdict is a function of both and of the time.
//!
//! `expected` reads the state; `checks` has one function for each check, by the ids of the catalogue in
//! `docs/verify.md`; `certificate` says what a chain is worth. Nothing here may call an API.

mod certificate;
mod checks;
mod expected;
#[cfg(test)]
mod tests;

pub(crate) use certificate::Certificate;
pub use checks::judge;
pub use expected::{Edge, Expected, ExpectedError, Member};
