//! A control plane's API as JSON, for the sandbox's own components. It must never retry: who asks, asks again.

use http::{Method, Request};
use serde_json::Value;

use super::Cluster;
use crate::error::SandboxError;

/// A client of one user.
#[derive(Clone)]
pub(crate) struct Api {
    cluster: String,
    client: kube::Client,
}

impl Cluster {
    /// Returns a client of the admin, for use inside the current runtime.
    pub(crate) async fn api(&self) -> Result<Api, SandboxError> {
        Ok(Api {
            cluster: self.name.clone(),
            client: self.client().await?,
        })
    }
}

impl Api {
    /// Returns the object at `path`; nothing when it is not there.
    pub(crate) async fn get(&self, path: &str) -> Result<Option<Value>, SandboxError> {
        match self.send(Method::GET, path, None).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the items of the list at `path`.
    pub(crate) async fn list(&self, path: &str) -> Result<Vec<Value>, SandboxError> {
        let mut list = self.send(Method::GET, path, None).await?;
        match list["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    pub(crate) async fn create(&self, path: &str, body: &Value) -> Result<Value, SandboxError> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn merge(&self, path: &str, patch: &Value) -> Result<Value, SandboxError> {
        self.send(Method::PATCH, path, Some(patch)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, SandboxError> {
        let action = format!("{method} {path}");
        let content = match method {
            Method::PATCH => "application/merge-patch+json",
            _ => "application/json",
        };
        let failed = |source| SandboxError::Kube {
            action: action.clone(),
            cluster: self.cluster.clone(),
            source: Box::new(source),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, content)
            .body(body.map_or(Vec::new(), |body| body.to_string().into_bytes()))
            .map_err(|source| failed(kube::Error::HttpError(source)))?;
        self.client.request(request).await.map_err(failed)
    }
}
