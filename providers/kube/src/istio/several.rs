//! Kinds that are some objects under one id, `NAMESPACE/NAME`: what all of them do in the same way.

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effects, Located, Observation, Target};
use meshform_kinds::Spec;
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::{Intent, Operation};

use super::look::{planned, split};
use crate::served::{At, Served};
use crate::step::{Parts, locate};

/// One such kind.
#[async_trait]
pub(super) trait Several: Send + Sync {
    /// What is asked for.
    type Spec: Spec + Send + Sync;
    /// What the objects of one are called.
    type Names: Send + Sync;
    /// What was seen of them.
    type Seen: Send + Sync;

    /// What the objects of the one with that id are called.
    fn names(namespace: &str, name: &str) -> Self::Names;

    /// The same, in the order in which they are deleted.
    fn all(names: Self::Names) -> Vec<ObjectName>;

    /// Namespace and name of the one that `spec` asks for.
    fn id(spec: &Self::Spec) -> (&str, String);

    /// Looks at the objects of some, one answer for each in order.
    async fn look(at: At<'_>, names: &[Self::Names]) -> Result<Vec<Self::Seen>, AdapterError>;

    /// What the objects are together; `None` if none of them is there.
    fn observe(target: &Target, seen: &Self::Seen) -> Result<Option<Observation>, AdapterError>;

    /// Makes what is not there and puts right what is otherwise.
    async fn ensure(at: At<'_>, spec: &Self::Spec, parts: &mut Parts<'_, '_>) -> Result<(), AdapterError>;
}

#[async_trait]
impl<K: Several> Served for K {
    async fn read_many(
        &self,
        at: At<'_>,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let names = |target: &Target| split(&target.id).map(|(namespace, name)| K::names(namespace, name));
        let names: Result<Vec<_>, _> = targets.iter().map(names).collect();
        let seen = K::look(at, &names?).await?;
        let observe = |(target, seen)| K::observe(target, seen);
        targets.iter().zip(&seen).map(observe).collect()
    }

    async fn locate(&self, at: At<'_>, intent: &Intent) -> Result<Located, AdapterError> {
        locate(at.cluster, intent).await
    }

    async fn apply(
        &self,
        at: At<'_>,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let mut parts = Parts::of(at.cluster, request, effects);
        if request.operation == Operation::Delete {
            let (namespace, name) = split(request.id)?;
            for object in K::all(K::names(namespace, name)) {
                parts.delete(object).await?;
            }
            return Ok(None);
        }
        let spec: K::Spec = planned(request)?;
        let (namespace, name) = K::id(&spec);
        parts.id = format!("{namespace}/{name}");
        K::ensure(at, &spec, &mut parts).await?;
        Ok(Some(parts.done()))
    }
}
