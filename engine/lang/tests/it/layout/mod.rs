//! The standard layout of generated texts: it is terraform's, it is stable, and it changes no meaning.
//!
//! `writer` makes the texts, `terraform` asks the program for its layout, `compare` holds ours against recorded answers
//! and, where terraform is found, against fresh ones; `meaning` tells whether two texts say the same.

mod compare;
mod meaning;
mod terraform;
mod writer;
