//! Specs, and how they become kinds of the engine.

use std::marker::PhantomData;
use std::sync::Arc;

use meshform_engine::{Kind, Object, Problem, Schema};

use crate::field::CodecError;

/// The typed form of a kind's objects. [`kind!`](crate::kind) writes it.
pub trait Spec: Sized + Send + Sync + 'static {
    /// The kind's schema.
    fn schema() -> &'static Schema;

    /// Reads an object of the kind.
    ///
    /// # Errors
    /// [`CodecError`] if it has an attribute of the wrong type, or none where the struct must have one. Attributes
    /// that only the API sets are `Option`s, so that a planned object can be read before they are known.
    fn from_object(object: &Object) -> Result<Self, CodecError>;

    /// The object.
    fn to_object(&self) -> Object;
}

/// What a kind knows beyond its schema: see the methods of [`Kind`] of the same names.
pub trait Rules: Spec {
    /// What is wrong with a configured object. Later parts are not judged.
    fn validate(object: &Object) -> Vec<Problem> {
        let _ = object;
        Vec::new()
    }

    /// Completes a planned object.
    fn refine(prior: Option<&Object>, planned: &mut Object) {
        let _ = (prior, planned);
    }

    /// The parts of an observed object that count.
    fn project(observed: &Object, desired: &Object, recorded: Option<&Object>) -> Object {
        let _ = (desired, recorded);
        observed.clone()
    }
}

struct Of<S>(PhantomData<S>);

impl<S: Rules> Kind for Of<S> {
    fn schema(&self) -> &Schema {
        S::schema()
    }

    fn validate(&self, object: &Object) -> Vec<Problem> {
        S::validate(object)
    }

    fn refine(&self, prior: Option<&Object>, planned: &mut Object) {
        S::refine(prior, planned);
    }

    fn project(&self, observed: &Object, desired: &Object, recorded: Option<&Object>) -> Object {
        S::project(observed, desired, recorded)
    }
}

/// The kind that `S` describes.
#[must_use]
pub fn kind_of<S: Rules>() -> Arc<dyn Kind> {
    Arc::new(Of::<S>(PhantomData))
}
