//! What each kind tells the adapter.

use std::collections::HashMap;

use async_trait::async_trait;
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::{CodecError, Spec};
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::step::Step;

/// One kind of resource.
#[async_trait]
pub(crate) trait Resource: Send + Sync {
    /// Looks at `targets` in as few requests as AWS allows; one answer for each, in order.
    async fn read(
        &self,
        clients: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError>;

    /// Whether the effect of `intent` is there.
    async fn locate(&self, clients: &Clients, intent: &Intent) -> Result<Located, AdapterError>;

    /// Makes the object.
    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError>;

    /// Makes `planned` out of `before`.
    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError>;

    /// Ends the object.
    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError>;
}

/// The spec of an object that the engine gave.
pub(crate) fn spec<S: Spec>(object: &Object) -> Result<S, AdapterError> {
    S::from_object(object).map_err(|error: CodecError| {
        AdapterError::refused(ErrorClass::Invalid, error.to_string())
            .hint("This is a mistake in meshform, not in the configuration: please report it.")
    })
}

/// An object whose last state the engine reads by itself, since the answers do not tell all of it.
pub(crate) fn unread(id: impl Into<String>) -> Applied {
    Applied {
        id: id.into(),
        object: None,
        private: None,
    }
}

/// What `read` makes of the answers, in the order of `targets`: a spec with its id, or nothing for one to pass over.
pub(crate) fn seen<T, S: Spec>(
    targets: &[Target],
    answers: &[T],
    read: impl Fn(&T) -> Option<(S, Readiness)>,
) -> Vec<Option<Observation>> {
    let found = answers.iter().filter_map(read).filter_map(|(spec, readiness)| {
        let observed = observation(&spec, readiness);
        let id = observed.object.get(S::schema(), "id").as_str()?.to_owned();
        Some((id, observed))
    });
    in_order(targets, &found.collect())
}

/// An observation of AWS: it tells neither owners nor versions.
pub(crate) fn observation<S: Spec>(spec: &S, readiness: Readiness) -> Observation {
    Observation {
        object: spec.to_object(),
        private: None,
        readiness,
        owners: Vec::new(),
        version: None,
    }
}

/// The observations in the order of `targets`.
pub(crate) fn in_order(targets: &[Target], found: &HashMap<String, Observation>) -> Vec<Option<Observation>> {
    targets
        .iter()
        .map(|target| found.get(&target.id).cloned())
        .collect()
}

/// The ids of `targets`.
pub(crate) fn ids(targets: &[Target]) -> Vec<String> {
    targets.iter().map(|target| target.id.clone()).collect()
}
