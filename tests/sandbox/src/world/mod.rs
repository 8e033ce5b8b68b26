//! All that exists in a sandbox, by identity, so that a test can say "exactly what was there before".
//!
//! It must never filter by anything that the tool under test wrote: not by label, not by tag.

pub(crate) mod aws;
pub(crate) mod kube;
