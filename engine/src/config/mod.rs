//! The configuration as it is written: blocks with their parts, none of them evaluated.
//!
//! Read in this order:
//!
//! 1. [`Config`] and what it is made of ([`Module`], [`Resource`], [`Word`], …) is what loading ends in.
//! 2. [`load`] reads folders through a [`Folder`], merges their files and finds every mistake of structure.
//! 3. [`BlockSchema`] says what may stand in a block, for blocks of the language and for the words of a vocabulary alike.
//!
//! This module must never evaluate an expression, know a kind of resource or read a file by itself.

mod backend;
mod blocks;
mod conditions;
mod folder;
mod language;
mod load;
mod merge;
mod model;
mod resources;
mod schema;
mod version;

pub(crate) use blocks::NoNames;
pub(crate) use conditions::no_message;
pub use folder::{Folder, Texts};
pub(crate) use language::{META, dynamic};
pub use language::{meta, top};
pub use load::{load, read_values};
pub use model::{
    Backend, Call, Check, Condition, Config, Import, Lifecycle, Local, Module, Moved, Output, Removed,
    Repeat, Resource, ResourceName, Settings, Variable, Word, WordName,
};
pub(crate) use schema::labels;
pub use schema::{Argument, BlockSchema, Nested, Reach, Takes, WordSchema};
