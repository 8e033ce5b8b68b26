//! The command line: what each command writes, where, and how it ends.

mod charts;
mod conditions;
mod console;
mod editors;
mod environment;
mod flow;
mod formatting;
mod growth;
mod imports;
mod keeping;
mod late;
mod machines;
mod mistakes;
mod newcomers;
mod preflight;
mod prompts;
mod reasons;
mod saved;
mod selection;
mod server;
mod signals;
mod states;
mod terminal;
mod validate;
