//! A mesh of many clusters: what planning and applying it costs where the outside costs nothing.
//!
//! [`text`] writes its configuration, [`Outside`] is a world that answers all questions and takes every resource,
//! [`Bench`] compiles, plans and applies. Nothing here knows what a mesh compiles to.

mod bench;
mod outside;
mod text;

pub use bench::{Bench, Made};
pub use outside::Outside;
pub use text::text;
