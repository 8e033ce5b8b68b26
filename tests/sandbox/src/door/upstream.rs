//! The way from the door to moto. It must never change a request that a client signed beyond what the door took out.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use tokio::sync::Semaphore;

use super::Credentials;
use super::call::Call;
use super::eks::Registry;
use super::reply::Reply;
use crate::error::SandboxError;
use crate::http_client::{HttpClient, request};

/// Tells moto the account; else it would have to know every key.
const ACCOUNT: &str = "x-moto-account-id";

/// moto, as the door sees it; all doors share one.
pub(crate) struct Upstream {
    authority: String,
    client: HttpClient,
    /// moto's state has no locks: two requests at once can meet a dictionary that changes while it is read (500).
    one_at_a_time: Semaphore,
    /// The clusters and keys that the doors in front of this moto share.
    pub(crate) registry: Registry,
}

impl Upstream {
    pub(crate) fn new(authority: String) -> Self {
        Self {
            authority,
            client: HttpClient::new(),
            one_at_a_time: Semaphore::new(1),
            registry: Registry::default(),
        }
    }

    /// Delivers a call, with a body that may have lost parameters.
    pub(crate) async fn deliver(&self, call: &Call, account: &str, body: Bytes) -> Reply {
        let path = call.parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut forwarded = Request::new(body);
        *forwarded.method_mut() = call.parts.method.clone();
        *forwarded.headers_mut() = call.parts.headers.clone();
        for name in [
            header::HOST,
            header::CONTENT_LENGTH,
            header::TRANSFER_ENCODING,
            header::CONNECTION,
        ] {
            forwarded.headers_mut().remove(name);
        }
        if let Ok(account) = HeaderValue::from_str(account) {
            forwarded.headers_mut().insert(ACCOUNT, account);
        }
        let uri = format!("http://{}{path}", self.authority).parse();
        let Ok(uri) = uri else {
            return gone(&call.service, "the path cannot be forwarded");
        };
        *forwarded.uri_mut() = uri;
        match self.send(forwarded).await {
            Ok(response) => {
                let (mut parts, body) = response.into_parts();
                for name in [
                    header::CONTENT_LENGTH,
                    header::TRANSFER_ENCODING,
                    header::CONNECTION,
                ] {
                    parts.headers.remove(name);
                }
                Reply {
                    status: parts.status,
                    headers: parts.headers,
                    body,
                }
            }
            Err(error) => gone(&call.service, &error.to_string()),
        }
    }

    /// Asks EC2 something on the sandbox's own behalf.
    pub(crate) async fn ec2(
        &self,
        credentials: &Credentials,
        region: &str,
        form: &str,
    ) -> Result<String, SandboxError> {
        let url = format!("http://{}/", self.authority);
        let Credentials {
            access_key, account, ..
        } = credentials;
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential={access_key}/20260101/{region}/ec2/aws4_request, SignedHeaders=host, Signature=0"
        );
        let headers = [
            (ACCOUNT, account.as_str()),
            ("authorization", signature.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let body = format!("{form}&Version=2016-11-15");
        self.text(request(http::Method::POST, &url, &headers, body)?, form)
            .await
    }

    /// Empties all of moto.
    pub(crate) async fn reset(&self) -> Result<(), SandboxError> {
        let url = format!("http://{}/moto-api/reset", self.authority);
        self.text(request(http::Method::POST, &url, &[], "")?, "reset")
            .await
            .map(drop)
    }

    async fn text(&self, request: Request<Bytes>, what: &str) -> Result<String, SandboxError> {
        let response = self.send(request).await?;
        let body = String::from_utf8_lossy(response.body()).into_owned();
        if response.status().is_success() {
            return Ok(body);
        }
        Err(SandboxError::Answer {
            what: format!("moto, asked for {what},"),
            status: response.status().as_u16(),
            body,
        })
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SandboxError> {
        // The semaphore is never closed, and without a permit the request would only be less orderly.
        let _permit = self.one_at_a_time.acquire().await.ok();
        self.client.send(request).await
    }
}

fn gone(service: &str, why: &str) -> Reply {
    Reply::error(
        service,
        502,
        "SandboxFailure",
        &format!("moto did not answer: {why}"),
    )
}
