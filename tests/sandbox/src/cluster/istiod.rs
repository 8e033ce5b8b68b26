//! What a cluster's istiod says of itself, for tests. It must never be how meshform asks: that goes through the API server.

use serde_json::Value;

use super::Cluster;
use crate::blocking::block;
use crate::error::SandboxError;
use crate::http_client::{HttpClient, request};

impl Cluster {
    /// Returns the answer of `path` on istiod's debug port as text; a debug page is read without a token, since the
    /// request comes from istiod's own machine.
    pub fn istiod_text(&self, path: &str) -> Result<String, SandboxError> {
        let Some(ports) = self.istiod else {
            return Err(SandboxError::Usage(
                "this sandbox runs no istiod; start it with --istiod".to_owned(),
            ));
        };
        // The metrics are on the other port.
        let port = match path {
            "/metrics" => ports.monitoring,
            _ => ports.debug,
        };
        let url = format!("http://127.0.0.1:{port}{path}");
        block(async || {
            let answer = HttpClient::new()
                .send(request(http::Method::GET, &url, &[], "")?)
                .await?;
            let body = String::from_utf8_lossy(answer.body()).into_owned();
            match answer.status().is_success() {
                true => Ok(body),
                false => Err(SandboxError::Answer {
                    what: url.clone(),
                    status: answer.status().as_u16(),
                    body,
                }),
            }
        })
    }

    /// Returns the JSON of a debug page, as `/debug/clusterz`, `/debug/endpointShardz`, `/debug/networkz`.
    pub fn istiod_debug(&self, path: &str) -> Result<Value, SandboxError> {
        let text = self.istiod_text(path)?;
        let what = format!("istiod's {path}");
        serde_json::from_str(&text).map_err(|source| SandboxError::Json { what, source })
    }
}
