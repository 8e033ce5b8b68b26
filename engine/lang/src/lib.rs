//! The configuration language: HCL text to values, with the place of every mistake.
//!
//! Read in this order:
//!
//! 1. [`Sources`] holds the texts, [`Range`] is a place in one of them, [`Diagnostic`] a mistake at such a place.
//! 2. [`parse_body`] turns a text into a [`Body`] of attributes and blocks, collecting all mistakes.
//! 3. [`Expr`] is one expression: it knows what it refers to and evaluates to a [`Value`] against a [`Scope`].
//! 4. [`parse_constraint`] reads a type as it is written, [`convert`] makes a value fit it.
//! 5. [`format()`] gives a text its standard layout.
//!
//! Inside: `syntax` (text to tokens to expressions), `eval` (expressions to values), `convert` (types), `functions`
//! (by family), `format` (layout).
//!
//! This crate must never know what a resource, a plan or a mesh is: names are given their meaning by the [`Scope`].
//! It reads no files but through [`Files`], no clock, no environment.

mod body;
mod convert;
mod diagnostic;
mod eval;
mod expr;
mod format;
mod functions;
mod hint;
mod scope;
mod source;
mod syntax;

pub use body::{Attribute, Block, Body, Label, parse_body};
pub use convert::{AttributeConstraint, ConvertError, TypeConstraint, convert, convert_to, parse_constraint};
pub use diagnostic::{Diagnostic, Diagnostics, Related, Severity, ValueNote};
pub use expr::{Expr, parse_expression, parse_template};
pub use format::format;
pub use functions::names as function_names;
pub use hint::did_you_mean;
pub use meshform_state::{Str, Type, Value};
pub use scope::{Files, NoFiles, Resolved, Scope, Step, Traversal};
pub use source::{Position, Range, SourceFile, SourceId, Sources};
