//! What stands between the engine and its means in tests: an adapter that is blind or asked once, and a journal that is
//! listened to.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::{Adapter, AdapterError, Effects, Located, Object, Observation, Target};
use meshform_kube::{HelmAdapter, HelmSettings};
use meshform_state::journal::{Event, Folded, Intent};
use meshform_state::{Scope, Session, Snapshot, StoreError};
use tokio_util::sync::CancellationToken;

use super::sandbox::sandbox;

/// Another adapter, changed for a test.
pub(super) struct Altered {
    inner: Arc<dyn Adapter>,
    /// Sabotage: it finds nothing again.
    is_blind: bool,
    /// What it was asked already; `None` if it is asked each time.
    answers: Option<Mutex<BTreeMap<String, Object>>>,
}

impl Altered {
    /// `inner`, which finds nothing again.
    pub(super) fn blind(inner: Arc<dyn Adapter>) -> Self {
        Altered {
            inner,
            is_blind: true,
            answers: None,
        }
    }

    /// `inner`, which is asked each question once.
    fn once(inner: Arc<dyn Adapter>) -> Self {
        Altered {
            inner,
            is_blind: false,
            answers: Some(Mutex::default()),
        }
    }

    fn answers(&self) -> Option<MutexGuard<'_, BTreeMap<String, Object>>> {
        let answers = self.answers.as_ref()?;
        Some(answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Adapter for Altered {
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError> {
        self.inner.identify(scope).await
    }

    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        self.inner.read_many(scope, kind, targets).await
    }

    async fn query(&self, scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        let question = format!("{kind} {arguments:?}");
        let known = self.answers().and_then(|answers| answers.get(&question).cloned());
        if let Some(answer) = known {
            return Ok(answer);
        }
        let answer = self.inner.query(scope, kind, arguments).await?;
        if let Some(mut answers) = self.answers() {
            answers.insert(question, answer.clone());
        }
        Ok(answer)
    }

    async fn locate(&self, scope: &Scope, intent: &Intent) -> Result<Located, AdapterError> {
        match self.is_blind {
            true => Ok(Located::Absent),
            false => self.inner.locate(scope, intent).await,
        }
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        self.inner.apply(scope, request, effects).await
    }

    fn timing(&self, kind: &str) -> Timing {
        self.inner.timing(kind)
    }

    fn service(&self, kind: &str) -> &'static str {
        self.inner.service(kind)
    }

    fn typical(&self, kind: &str) -> Duration {
        self.inner.typical(kind)
    }
}

/// helm, asked once for the answers that all worlds share.
pub(super) fn helm() -> &'static Arc<dyn Adapter> {
    static HELM: LazyLock<Arc<dyn Adapter>> = LazyLock::new(|| {
        let environment = sandbox().env().into_iter();
        let settings = HelmSettings {
            program: "helm".into(),
            environment: environment
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            folder: sandbox().dir().to_owned(),
            timeout: Duration::from_secs(120),
        };
        Arc::new(Altered::once(Arc::new(HelmAdapter::new(settings))))
    });
    &HELM
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
