//! Tests of the whole program, as users and scripts meet it.

mod cli;
mod tidy;
