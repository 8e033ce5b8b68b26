//! Plain HTTP to the sandbox's own loopback addresses. It must never retry: a request is delivered as often as sent.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::error::SandboxError;

const LIMIT: Duration = Duration::from_secs(120);

/// A client without kept connections, since hyper sends a request again when a kept one turns out to be closed.
#[derive(Clone)]
pub(crate) struct HttpClient(Client<HttpConnector, Full<Bytes>>);

impl HttpClient {
    pub(crate) fn new() -> Self {
        Self(
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build_http(),
        )
    }

    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SandboxError> {
        let url = request.uri().to_string();
        let exchange = async {
            let response = self.0.request(request.map(Full::new)).await?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Response::from_parts(parts, body))
        };
        match tokio::time::timeout(LIMIT, exchange).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(source)) => Err(SandboxError::Http { url, source }),
            Err(elapsed) => Err(SandboxError::Http {
                url,
                source: elapsed.into(),
            }),
        }
    }
}

/// Builds a request, whose parts are ours and so valid.
pub(crate) fn request(
    method: http::Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Request<Bytes>, SandboxError> {
    let mut builder = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).map_err(|source| SandboxError::Http {
        url: url.to_owned(),
        source: Box::new(source),
    })
}
