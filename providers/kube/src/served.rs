//! The kinds that are served: one line of [`table`] for each, and behind it one implementation of [`Served`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Request, Timing};
use meshform_engine::{AdapterError, Clock, Effects, ErrorClass, Located, Object, Observation, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{CHART, CLUSTER, CaSecret, INSTALLATION, ReaderAccount, RemoteSecret, RootCa};
use meshform_kinds::kubernetes::{MANIFEST, NAMESPACE};
use meshform_state::journal::Intent;

use crate::authority::Authority;
use crate::client::{Clients, Cluster};
use crate::istio::{Charts, Installations, Intermediate, KubernetesClusters, Reader, Remote, Root};
use crate::single::Single;

/// What kinds reach the outside with.
pub(crate) struct Means {
    /// All clusters, for kinds that look into a second one.
    pub(crate) clients: Clients,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Authorities outside of clusters, if there are any.
    pub(crate) authority: Option<Arc<dyn Authority>>,
}

/// Where a kind is asked for something.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    /// The cluster that the resource lives in.
    pub(crate) cluster: &'a Cluster,
    /// All else.
    pub(crate) means: &'a Means,
}

/// One kind: see the methods of [`Adapter`](meshform_engine::Adapter) of the same names.
#[async_trait]
pub(crate) trait Served: Send + Sync {
    async fn read_many(
        &self,
        at: At<'_>,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError>;

    async fn locate(&self, at: At<'_>, intent: &Intent) -> Result<Located, AdapterError>;

    async fn apply(
        &self,
        at: At<'_>,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError>;

    fn timing(&self) -> Timing {
        TIMING
    }
}

/// One kind that only answers.
#[async_trait]
pub(crate) trait Answering: Send + Sync {
    async fn query(&self, at: At<'_>, arguments: &Object) -> Result<Object, AdapterError>;
}

/// How long an API server is waited for.
pub(crate) const TIMING: Timing = Timing {
    // Longer than the limit that every change carries; what is still under way then is only our waiting.
    call: Duration::from_secs(20),
    // An API server reads what was written last.
    settle: Duration::ZERO,
    // Namespaces wait for the finalizers of everything in them.
    ready: Duration::from_secs(600),
};

/// All managed kinds.
pub(crate) fn table() -> HashMap<&'static str, Box<dyn Served>> {
    let kinds: Vec<(&str, Box<dyn Served>)> = vec![
        (NAMESPACE, Box::new(Single::of(NAMESPACE))),
        (MANIFEST, Box::new(Single::of(MANIFEST))),
        (CHART, Box::new(Charts)),
        (RootCa::schema().kind, Box::new(Root)),
        (CaSecret::schema().kind, Box::new(Intermediate)),
        (ReaderAccount::schema().kind, Box::new(Reader)),
        (RemoteSecret::schema().kind, Box::new(Remote)),
    ];
    kinds.into_iter().collect()
}

/// All data kinds.
pub(crate) fn answers() -> HashMap<&'static str, Box<dyn Answering>> {
    let kinds: [(&str, Box<dyn Answering>); 2] = [
        (CLUSTER, Box::new(KubernetesClusters)),
        (INSTALLATION, Box::new(Installations)),
    ];
    kinds.into()
}

/// A kind that is not in the table.
pub(crate) fn unknown(kind: &str) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, format!("`{kind}` is no kind of Kubernetes"))
}
