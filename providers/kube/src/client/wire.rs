//! The requests that there are. Whoever wants to change something must show a [`Permit`].

use bytes::Bytes;
use http::{Method, Request, header};
use kube::Client;
use kube::client::Body;
use kube::core::Status;
use meshform_engine::Permit;
use meshform_kinds::kubernetes::Right;
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::sealed::Sealed;

/// The content type of a server-side apply. JSON is YAML.
pub(crate) const APPLY: &str = "application/apply-patch+yaml";

/// The content type of a list of operations on an object.
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";

const JSON: &str = "application/json";
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const ONE_METADATA_ONLY: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Objects on one page of a list.
const PAGE: usize = 500;

/// A client whose calls are all here. kube's own calls log bodies that they cannot parse; these do not.
pub(crate) struct Wire {
    client: Client,
    server: String,
}

/// How much of each object a list gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All.
    Whole,
    /// Its metadata, so that contents of Secrets never reach this process.
    Metadata,
}

impl Wire {
    pub(crate) fn new(client: Client, server: String) -> Self {
        Wire { client, server }
    }

    /// The API server's host and port, for messages.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// The object at `path`.
    pub(crate) async fn get(&self, path: &str) -> Result<Json, Failure> {
        self.send(Method::GET, path, JSON, None).await
    }

    /// The metadata of the object at `path`.
    pub(crate) async fn get_metadata(&self, path: &str) -> Result<Json, Failure> {
        self.send(Method::GET, path, ONE_METADATA_ONLY, None).await
    }

    /// The Secret at `path`.
    pub(crate) async fn unseal(&self, path: &str) -> Result<Sealed, Failure> {
        let text = self.exchange(Method::GET, path, JSON, None).await?;
        Sealed::parse(text).ok_or_else(|| Failure::Lost("the answer is not a Secret".to_owned()))
    }

    /// The aggregated discovery document at `path`.
    pub(crate) async fn discover(&self, path: &str) -> Result<Json, Failure> {
        self.send(Method::GET, path, AGGREGATED, None).await
    }

    /// All objects of the list at `path`, which may have a query already, page by page.
    pub(crate) async fn list(&self, path: &str, extent: Extent) -> Result<Vec<Json>, Failure> {
        self.select(path, "", extent).await
    }

    /// Those objects of the list at `path` whose labels fit `selector`, as the API writes selectors, page by page.
    pub(crate) async fn select(
        &self,
        path: &str,
        selector: &str,
        extent: Extent,
    ) -> Result<Vec<Json>, Failure> {
        let selector = match selector {
            "" => String::new(),
            label => format!("&labelSelector={}", encode(label)),
        };
        let accept = if extent == Extent::Metadata {
            METADATA_ONLY
        } else {
            JSON
        };
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let page = self
                .send(
                    Method::GET,
                    &format!("{path}{joint}limit={PAGE}{selector}{next}"),
                    accept,
                    None,
                )
                .await?;
            let more = page
                .pointer("/metadata/continue")
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Json::Object(mut page) = page
                && let Some(Json::Array(items)) = page.remove("items")
            {
                objects.extend(items);
            }
            if more.is_empty() {
                return Ok(objects);
            }
            next = format!("&continue={}", encode(&more));
        }
    }

    /// As whom the API server sees us.
    pub(crate) async fn review_self(&self) -> Result<Json, Failure> {
        // Asked by POST, but nothing is kept of it.
        let body = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
        self.send(
            Method::POST,
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            JSON,
            Some((JSON, plain(&body))),
        )
        .await
    }

    /// Whether the API server lets us have `right`.
    pub(crate) async fn review_right(&self, right: &Right) -> Result<bool, Failure> {
        // Asked by POST, but nothing is kept of it.
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "group": right.group, "resource": right.resource, "verb": right.verb, "namespace": right.namespace,
            } },
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let answer = self
            .send(Method::POST, path, JSON, Some((JSON, plain(&body))))
            .await?;
        Ok(answer.pointer("/status/allowed").and_then(Json::as_bool) == Some(true))
    }

    /// The client itself, for connections that are no exchange of JSON.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// A token, as the service account at `path` gets one. Asked by POST, but nothing is kept of it.
    pub(crate) async fn issue_token(&self, path: &str, body: &Json) -> Result<Json, Failure> {
        self.send(Method::POST, path, JSON, Some((JSON, plain(body))))
            .await
    }

    /// Changes the object at `path`.
    pub(crate) async fn patch(
        &self,
        _permit: &Permit,
        path: &str,
        content_type: &'static str,
        body: &Json,
    ) -> Result<Json, Failure> {
        self.send(Method::PATCH, path, JSON, Some((content_type, plain(body))))
            .await
    }

    /// Applies a Secret at `path`; of the answer only the metadata is taken.
    pub(crate) async fn seal(
        &self,
        _permit: &Permit,
        path: &str,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Json, Failure> {
        self.send(Method::PATCH, path, ONE_METADATA_ONLY, Some((APPLY, body)))
            .await
    }

    /// Deletes the object at `path`.
    pub(crate) async fn delete(&self, _permit: &Permit, path: &str, options: &Json) -> Result<Json, Failure> {
        self.send(Method::DELETE, path, JSON, Some((JSON, plain(options))))
            .await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        body: Option<(&str, Zeroizing<Vec<u8>>)>,
    ) -> Result<Json, Failure> {
        let text = self.exchange(method, path, accept, body).await?;
        serde_json::from_slice(&text).map_err(|_| Failure::Lost("the answer is not JSON".to_owned()))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        body: Option<(&str, Zeroizing<Vec<u8>>)>,
    ) -> Result<Bytes, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, accept);
        let mut bytes = Bytes::new();
        if let Some((content_type, body)) = body {
            request = request.header(header::CONTENT_TYPE, content_type);
            bytes = Bytes::from_owner(body);
        }
        let request = request
            .body(Body::from(bytes))
            .map_err(|_| Failure::malformed(path))?;
        let response = self
            .client
            .send(request)
            .await
            .map_err(|error| Failure::of(&error))?;
        let status = response.status();
        let text = response
            .into_body()
            .collect_bytes()
            .await
            .map_err(|error| Failure::of(&error))?;
        if status.is_success() {
            return Ok(text);
        }
        let mut answer: Status = serde_json::from_slice(&text).unwrap_or_default();
        if answer.message.is_empty() {
            // A proxy in between answers in its own words.
            answer.message = format!("HTTP status {status}");
        }
        answer.code = status.as_u16();
        Err(Failure::Answer(Box::new(answer)))
    }
}

fn plain(body: &Json) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(body.to_string().into_bytes())
}

/// `text` as one segment of a path or one value of a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_one_segment() {
        assert_eq!(encode("system:discovery"), "system:discovery");
        assert_eq!(encode("a/b c=="), "a%2Fb%20c%3D%3D");
    }
}
