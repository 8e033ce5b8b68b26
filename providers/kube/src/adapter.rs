//! The adapter: the engine's questions and steps, handed to where they are answered.

use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::{Adapter, AdapterError, Effects, ErrorClass, Located, Object, Observation, Target};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::Scope;
use meshform_state::journal::{Intent, Locator, Operation};
use serde_json::Value as Json;

use crate::UID_MARK;
use crate::client::{Clients, Wrap};
use crate::read;
use crate::shape::Shapes;
use crate::step;

/// Namespaces and any other objects of Kubernetes clusters.
pub struct KubeAdapter {
    clients: Clients,
    shapes: Shapes,
}

impl KubeAdapter {
    /// An adapter that reaches clusters by kubeconfig.
    #[must_use]
    pub fn new() -> Self {
        KubeAdapter {
            clients: Clients::new(None),
            shapes: Shapes::default(),
        }
    }

    /// An adapter each of whose clients passes through `wrap`.
    #[must_use]
    pub fn with_wrap(wrap: Wrap) -> Self {
        KubeAdapter {
            clients: Clients::new(Some(wrap)),
            shapes: Shapes::default(),
        }
    }
}

impl Default for KubeAdapter {
    fn default() -> Self {
        KubeAdapter::new()
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
        let cluster = self.clients.cluster(scope).await?;
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
        let shape = self.shapes.of(kind)?;
        let cluster = self.clients.cluster(scope).await?;
        read::read_many(&cluster, shape, targets).await
    }

    async fn query(&self, _scope: &Scope, kind: &str, _arguments: &Object) -> Result<Object, AdapterError> {
        Err(AdapterError::refused(
            ErrorClass::Invalid,
            format!("there is no data source `{kind}`"),
        ))
    }

    async fn locate(&self, scope: &Scope, intent: &Intent) -> Result<Located, AdapterError> {
        let shape = self.shapes.of(&intent.kind)?;
        let name: ObjectName = match &intent.locator {
            Locator::Natural(text) => text
                .parse()
                .map_err(|error| AdapterError::refused(ErrorClass::Invalid, format!("{error}")))?,
            Locator::Id(id) => shape.name(id)?,
            Locator::Token(_) | Locator::Uid => {
                let message = format!("nothing of Kubernetes is found by {:?}", intent.locator);
                return Err(AdapterError::refused(ErrorClass::Invalid, message));
            }
        };
        let cluster = self.clients.cluster(scope).await?;
        let resource = cluster.discovery.resource(&cluster.wire, &name).await;
        let resource =
            resource.map_err(|failure| failure.into_error(&cluster.subject("get", name.kind.clone())))?;
        let Some(resource) = resource else {
            return Ok(Located::Absent);
        };
        // A stranger's object of the same name is not what the intent would have made.
        let ours = |live: &crate::live::Live| live.annotation(UID_MARK) == Some(intent.uid.as_str());
        Ok(match read::get(&cluster, &resource, &name).await? {
            Some(live) if ours(&live) => Located::Found(shape.id(&name)),
            _ => Located::Absent,
        })
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let shape = self.shapes.of(request.kind)?;
        let cluster = self.clients.cluster(scope).await?;
        match request.operation {
            Operation::Create => step::create(&cluster, shape, request, effects).await.map(Some),
            Operation::Update => step::update(&cluster, shape, request, effects).await.map(Some),
            Operation::Delete => step::delete(&cluster, shape, request, effects)
                .await
                .map(|()| None),
        }
    }

    fn timing(&self, _kind: &str) -> Timing {
        Timing {
            // Longer than the limit that every change carries; what is still under way then is only our waiting.
            call: Duration::from_secs(20),
            // An API server reads what was written last.
            settle: Duration::ZERO,
            // Namespaces wait for the finalizers of everything in them.
            ready: Duration::from_secs(600),
        }
    }
}
