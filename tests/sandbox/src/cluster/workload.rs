//! Services with Pods behind them, for tests that need endpoints. It must never depend on Istio.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Api, Cluster};
use crate::blocking::block;
use crate::error::SandboxError;

const READY_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A Service and the Deployment behind it, on port 80.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The namespace; it is made when it is not there.
    pub namespace: String,
    /// The name of the Service, of the Deployment, and of the label `app`.
    pub name: String,
    /// How many Pods.
    pub replicas: usize,
    /// More labels of the Pods.
    pub labels: Vec<(String, String)>,
}

impl Workload {
    /// Describes a workload without labels of its own.
    #[must_use]
    pub fn new(namespace: &str, name: &str, replicas: usize) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            replicas,
            labels: Vec::new(),
        }
    }

    /// Adds a label to the Pods.
    #[must_use]
    pub fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.push((name.to_owned(), value.to_owned()));
        self
    }

    fn labels(&self) -> Value {
        let mut labels = json!({ "app": self.name });
        for (name, value) in &self.labels {
            labels[name] = value.clone().into();
        }
        labels
    }

    fn service(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": self.name },
            "spec": {
                "selector": { "app": self.name },
                "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }],
            },
        })
    }

    fn deployment(&self) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": self.name },
            "spec": {
                "replicas": self.replicas,
                "selector": { "matchLabels": { "app": self.name } },
                "template": {
                    "metadata": { "labels": self.labels() },
                    "spec": { "containers": [{
                        "name": "main", "image": "none.invalid/main",
                        "ports": [{ "containerPort": 8080 }],
                    }] },
                },
            },
        })
    }
}

impl Cluster {
    /// Makes a workload as the admin and returns the addresses of its Pods when all of them are ready endpoints.
    pub fn deploy(&self, workload: &Workload) -> Result<Vec<String>, SandboxError> {
        block(async || {
            let api = self.api().await?;
            let namespace = &workload.namespace;
            let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
            there(api.create("/api/v1/namespaces", &body).await)?;
            let services = format!("/api/v1/namespaces/{namespace}/services");
            api.create(&services, &workload.service()).await?;
            let deployments = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
            api.create(&deployments, &workload.deployment()).await?;
            self.wait_for_endpoints(&api, workload).await
        })
    }

    async fn wait_for_endpoints(&self, api: &Api, workload: &Workload) -> Result<Vec<String>, SandboxError> {
        let (namespace, name) = (&workload.namespace, &workload.name);
        let path = format!(
            "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D{name}"
        );
        let start = Instant::now();
        loop {
            let slices = api.list(&path).await?;
            let found = addresses(&slices);
            if found.len() == workload.replicas {
                return Ok(found);
            }
            if start.elapsed() > READY_WITHIN {
                return Err(SandboxError::NotReady {
                    what: format!("{namespace}/{name} of {}", self.name),
                    seconds: READY_WITHIN.as_secs(),
                    last: format!("{} of {} Pods are endpoints", found.len(), workload.replicas),
                    log: self.audit_log.with_file_name("kwok.log"),
                    tail: crate::files::tail(&self.audit_log.with_file_name("kwok.log")),
                });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn there(result: Result<Value, SandboxError>) -> Result<(), SandboxError> {
    match result {
        Err(error) if !error.is_conflict() => Err(error),
        _ => Ok(()),
    }
}

fn addresses(slices: &[Value]) -> Vec<String> {
    let endpoints = slices
        .iter()
        .filter_map(|slice| slice["endpoints"].as_array())
        .flatten();
    endpoints
        .filter(|endpoint| endpoint["conditions"]["ready"] == true)
        .filter_map(|endpoint| endpoint["addresses"].as_array())
        .flatten()
        .filter_map(|address| Some(address.as_str()?.to_owned()))
        .collect()
}
