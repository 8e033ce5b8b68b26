//! Typed specs and schemas of every resource kind; no SDK, no async.
//!
//! Each kind is one file with one [`kind!`] block, from which come its struct, its schema and the codec between the
//! two; what the schema cannot say (checks of meaning, attributes that follow from others) stands below it as
//! [`Rules`]. Names and meanings are Terraform's where it has the kind. An adapter speaks the structs, the engine
//! speaks [`Object`](meshform_engine::Object)s, and neither sees the other's form.
//!
//! This crate must never know how an API is called, what a mesh is, or which kinds a mesh is made of.

pub mod aws;
mod data;
pub mod evidence;
mod field;
pub mod istio;
pub mod kubernetes;
mod macros;
pub mod network;
pub mod pem;
mod spec;
pub mod validity;

use meshform_engine::Kinds;

pub use data::Data;
pub use field::{CodecError, Field, FieldError};
pub use spec::{Rules, Spec, kind_of};

#[doc(hidden)]
pub mod hidden {
    //! What the macros name in other files, in one place.
    pub use crate::field::{member, name, sentence, take};
    pub use meshform_engine::Object;
    pub use meshform_engine::kind::{Attribute, Home, Schema};
    pub use meshform_state::{Str, Type, Value};
}

/// All kinds, managed and data.
#[must_use]
pub fn kinds() -> Kinds {
    let mut kinds = Kinds::default();
    kinds.add(kind_of::<Data>());
    aws::add(&mut kinds);
    kubernetes::kinds().into_iter().for_each(|kind| kinds.add(kind));
    istio::kinds().into_iter().for_each(|kind| kinds.add(kind));
    kinds
}

#[cfg(test)]
mod tests;
