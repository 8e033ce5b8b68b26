//! What stands between the engine and its means in tests: a blind adapter, and a journal that is listened to.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::{Adapter, AdapterError, Effects, Located, Object, Observation, Target};
use meshform_state::journal::{Event, Folded, Intent};
use meshform_state::{Scope, Session, Snapshot, StoreError};
use tokio_util::sync::CancellationToken;

/// Sabotage: an adapter that finds nothing again.
pub(super) struct Blind(pub(super) Arc<dyn Adapter>);

#[async_trait]
impl Adapter for Blind {
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError> {
        self.0.identify(scope).await
    }

    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        self.0.read_many(scope, kind, targets).await
    }

    async fn query(&self, scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        self.0.query(scope, kind, arguments).await
    }

    async fn locate(&self, _scope: &Scope, _intent: &Intent) -> Result<Located, AdapterError> {
        Ok(Located::Absent)
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        self.0.apply(scope, request, effects).await
    }

    fn timing(&self, kind: &str) -> Timing {
        self.0.timing(kind)
    }
}

/// What a journal was told, shared with the test.
pub(crate) type Heard = Arc<Mutex<Vec<Event>>>;

/// A session whose events are heard by a test, once they are on disk.
pub(crate) struct Teed {
    inner: Box<dyn Session>,
    heard: Heard,
    death: Option<CancellationToken>,
}

impl Teed {
    /// Listens to `inner`. A process with a `death` dies by it as soon as its journal fails: not before what made it
    /// fail is over.
    pub(crate) fn over(inner: Box<dyn Session>, heard: &Heard, death: Option<CancellationToken>) -> Self {
        Teed {
            inner,
            heard: Arc::clone(heard),
            death,
        }
    }
}

impl Session for Teed {
    fn load(&self) -> Result<Folded, StoreError> {
        self.inner.load()
    }

    fn append(&mut self, events: &[Event]) -> Result<(), StoreError> {
        if let Err(error) = self.inner.append(events) {
            if let Some(death) = &self.death {
                death.cancel();
            }
            return Err(error);
        }
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(events);
        Ok(())
    }

    fn commit(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.inner.commit(snapshot)
    }
}
