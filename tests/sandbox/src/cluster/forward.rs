//! A port of a Pod, reached through the API server as by `kubectl port-forward`. It must never go round the API server:
//! that way is `istiod`.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::ListParams;
use serde_json::Value;

use super::Cluster;
use crate::blocking::block;
use crate::error::SandboxError;

/// The namespace of Istio.
const NAMESPACE: &str = "istio-system";

/// Where istiod answers debug requests from its own Pod without a token.
const DEBUG: u16 = 8080;

impl Cluster {
    /// Returns the JSON of a debug page of the first Pod of istiod, by a port-forward of the admin.
    pub fn istiod_forwarded(&self, path: &str) -> Result<Value, SandboxError> {
        block(async || {
            let pods: Api<Pod> = Api::namespaced(self.client().await?, NAMESPACE);
            let list = pods.list(&ListParams::default().labels("app=istiod")).await;
            let list = list.map_err(|source| self.failed("list the Pods of istiod", source))?;
            let name = list.items.into_iter().find_map(|pod| pod.metadata.name);
            let Some(name) = name else {
                return Err(SandboxError::Usage(format!(
                    "no istiod runs in cluster {}",
                    self.name
                )));
            };
            let forwarder = pods.portforward(&name, &[DEBUG]).await;
            let mut forwarder = forwarder.map_err(|source| self.failed("forward a port", source))?;
            let Some(stream) = forwarder.take_stream(DEBUG) else {
                return Err(SandboxError::Usage(format!(
                    "{name} does not forward port {DEBUG}"
                )));
            };
            let what = format!("{path} of {name}");
            let failed = |source: hyper::Error| SandboxError::Http {
                url: what.clone(),
                source: source.into(),
            };
            let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
                .await
                .map_err(failed)?;
            // It is driven for as long as this runtime lives, which is that of one call.
            tokio::spawn(connection);
            let request = Request::get(path)
                .header(http::header::HOST, "localhost")
                .body(Full::new(Bytes::new()))
                .map_err(|source| self.failed(&what, kube::Error::HttpError(source)))?;
            let answer = sender.send_request(request).await.map_err(failed)?;
            let body = answer.into_body().collect().await.map_err(failed)?.to_bytes();
            serde_json::from_slice(&body).map_err(|source| SandboxError::Json {
                what: what.clone(),
                source,
            })
        })
    }
}
