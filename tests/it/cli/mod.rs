//! The command line: what each command writes, where, and how it ends.

mod environment;
mod flow;
mod machines;
mod mistakes;
mod prompts;
mod saved;
mod states;
