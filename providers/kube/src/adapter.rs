//! The adapter: the engine's questions and steps, handed to the kind that they are about.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::{
    Adapter, AdapterError, Clock, Effects, ErrorClass, Located, Object, Observation, Target,
};
use meshform_state::Scope;
use meshform_state::journal::Intent;
use serde_json::Value as Json;

use crate::authority::Authority;
use crate::client::{Clients, Eks, EksAccess, Wrap};
use crate::served::{Answering, At, Means, Served, TIMING, answers, table, unknown};

/// Objects of Kubernetes clusters, and what is told about them.
pub struct KubeAdapter {
    pub(crate) means: Means,
    kinds: HashMap<&'static str, Box<dyn Served>>,
    answers: HashMap<&'static str, Box<dyn Answering>>,
}

impl KubeAdapter {
    /// An adapter that reaches clusters by kubeconfig.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        KubeAdapter {
            means: Means {
                clients: Clients::new(),
                clock,
                authority: None,
            },
            kinds: table(),
            answers: answers(),
        }
    }

    /// Lets each of its clients pass through `wrap`.
    #[must_use]
    pub fn with_wrap(mut self, wrap: Wrap) -> Self {
        self.means.clients.wrap(wrap);
        self
    }

    /// Lets `authority` issue certificates.
    #[must_use]
    pub fn with_authority(mut self, authority: Arc<dyn Authority>) -> Self {
        self.means.authority = Some(authority);
        self
    }

    /// Reaches EKS clusters by what `access` knows of them.
    #[must_use]
    pub fn with_eks(mut self, access: Arc<dyn EksAccess>) -> Self {
        let clock = Arc::clone(&self.means.clock);
        self.means.clients.eks(Eks { access, clock });
        self
    }

    fn served(&self, kind: &str) -> Result<&dyn Served, AdapterError> {
        self.kinds
            .get(kind)
            .map(|kind| &**kind)
            .ok_or_else(|| unknown(kind))
    }
}

impl std::fmt::Debug for KubeAdapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KubeAdapter").finish_non_exhaustive()
    }
}

#[async_trait]
impl Adapter for KubeAdapter {
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError> {
        let cluster = self.means.clients.cluster(scope).await?;
        let subject = cluster.subject("get", "namespace `kube-system`".to_owned());
        let system = cluster.wire.get("/api/v1/namespaces/kube-system").await;
        let system = system.map_err(|failure| failure.into_error(&subject))?;
        // Who we are is a courtesy of messages: without it the cluster is still itself.
        let caller = cluster.wire.review_self().await.ok();
        let user = |review: Json| Some(review.pointer("/status/userInfo/username")?.as_str()?.to_owned());
        Ok(Identity {
            id: crate::live::Live(system).uid().to_owned(),
            caller: caller.and_then(user).unwrap_or_else(|| "unknown".to_owned()),
        })
    }

    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let (kind, cluster) = (self.served(kind)?, self.means.clients.cluster(scope).await?);
        let (cluster, means) = (&*cluster, &self.means);
        kind.read_many(At { cluster, means }, targets).await
    }

    async fn query(&self, scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        let missing =
            || AdapterError::refused(ErrorClass::Invalid, format!("there is no data source `{kind}`"));
        let kind = self.answers.get(kind).ok_or_else(missing)?;
        let cluster = self.means.clients.cluster(scope).await?;
        let (cluster, means) = (&*cluster, &self.means);
        kind.query(At { cluster, means }, arguments).await
    }

    async fn locate(&self, scope: &Scope, intent: &Intent) -> Result<Located, AdapterError> {
        let kind = self.served(&intent.kind)?;
        let cluster = self.means.clients.cluster(scope).await?;
        let (cluster, means) = (&*cluster, &self.means);
        kind.locate(At { cluster, means }, intent).await
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let kind = self.served(request.kind)?;
        let cluster = self.means.clients.cluster(scope).await?;
        let (cluster, means) = (&*cluster, &self.means);
        kind.apply(At { cluster, means }, request, effects).await
    }

    fn timing(&self, kind: &str) -> Timing {
        self.kinds.get(kind).map_or(TIMING, |kind| kind.timing())
    }
}
