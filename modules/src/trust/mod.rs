//! `trust`: the one root that all workloads of the mesh are known by, and the intermediates that each istiod signs with.
//!
//! With `authority "aws_private_ca"` the root is a private CA of AWS, made here or adopted by its ARN; with
//! `authority "local"` its key is in a Secret of one cluster, for meshes without AWS. Keys of intermediates are made by
//! each cluster's own resource.
//!
//! `word` is the block and what it stands for; `check` finds what is wrong in it before anything is asked.

mod check;
mod word;

pub(crate) use word::{Trust, WORD, assemble, expand, reach, schema};
