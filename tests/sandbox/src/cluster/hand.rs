//! The other hand: requests to a control plane as somebody else would make them, for tests and demos of drift. It must
//! never go through meshform.

use http::{Method, Request};
use serde_json::Value;

use super::Cluster;
use crate::blocking::block;
use crate::error::SandboxError;

impl Cluster {
    /// Merge-patches the object at `path` (with `?fieldManager=NAME` behind it, if that matters) as the admin.
    pub fn patch(&self, path: &str, patch: &str) -> Result<Value, SandboxError> {
        self.request(Method::PATCH, path, patch, "application/merge-patch+json")
    }

    /// Creates the object `body` in the collection at `path` as the admin.
    pub fn create(&self, path: &str, body: &str) -> Result<Value, SandboxError> {
        self.request(Method::POST, path, body, "application/json")
    }

    /// Deletes the object at `path` as the admin.
    pub fn delete(&self, path: &str) -> Result<Value, SandboxError> {
        self.request(Method::DELETE, path, "", "application/json")
    }

    /// Returns the object at `path`.
    pub fn get(&self, path: &str) -> Result<Value, SandboxError> {
        self.request(Method::GET, path, "", "application/json")
    }

    fn request(&self, method: Method, path: &str, body: &str, content: &str) -> Result<Value, SandboxError> {
        block(async || {
            let client = self.client().await?;
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(http::header::CONTENT_TYPE, content)
                .body(body.as_bytes().to_vec());
            let action = format!("{method} {path}");
            let request = request.map_err(|source| self.failed(&action, kube::Error::HttpError(source)))?;
            client
                .request(request)
                .await
                .map_err(|source| self.failed(&action, source))
        })
    }
}
