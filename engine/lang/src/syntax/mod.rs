//! Text to structure: scanner and parser of the HCL native syntax.
//!
//! The parser is our own rather than a crate's for three reasons. It goes on behind a mistake, so that all are told at
//! once, with exact places. It bounds nesting by itself, so that no text can exhaust the stack. And the formatter
//! needs the same tokens, comments included.
//!
//! Nothing here may know what a name means.

mod body;
mod escape;
mod expression;
mod parser;
mod scanner;
mod steps;
mod template;
mod term;
mod token;

pub(crate) use escape::normalize;
pub(crate) use parser::Parser;
pub(crate) use scanner::{Form, is_identifier, scan};
pub(crate) use token::{Kind, Token};

/// How deep expressions, blocks and templates may be nested. Each level costs the parser and the evaluator a few
/// kilobytes of stack; no text that a person wrote comes near.
pub(crate) const MAX_NESTING: u32 = 100;

/// Texts beyond this size are refused: places are 32 bits, and no configuration file comes near.
pub(crate) const MAX_TEXT: usize = 64 << 20;
