//! EKS clusters: where they are and with which tokens they let us in, as AWS says.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use kube::Client;
use kube::client::Body;
use kube::config::Kubeconfig;
use meshform_engine::{AdapterError, Clock};
use meshform_state::EksReach;
use serde_json::json;

/// A token is not used in the last minutes of its life: the server's clock may be ahead of ours.
const SPARE_MS: u64 = 120_000;

/// Where the API server of an EKS cluster is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EksEndpoint {
    /// Its address, `https://…`.
    pub server: String,
    /// The certificates that vouch for it: PEM in base64.
    pub certificate_authority_data: String,
}

/// A token that an EKS cluster accepts for a while.
#[derive(Clone)]
pub struct EksToken {
    /// The token, a secret.
    pub token: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_ms: u64,
}

impl std::fmt::Debug for EksToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EksToken")
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}

/// What AWS knows of EKS clusters. Whoever wires the adapters brings it: this crate knows no AWS.
#[async_trait]
pub trait EksAccess: Send + Sync {
    /// Where the cluster is.
    ///
    /// # Errors
    /// If AWS cannot be asked or has no such cluster.
    async fn describe(&self, reach: &EksReach) -> Result<EksEndpoint, AdapterError>;

    /// A new token for it.
    ///
    /// # Errors
    /// If there are no credentials to make one with.
    async fn token(&self, reach: &EksReach) -> Result<EksToken, AdapterError>;
}

/// EKS, and the time by which tokens end.
#[derive(Clone)]
pub(crate) struct Eks {
    /// What AWS knows.
    pub(crate) access: Arc<dyn EksAccess>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why there is no token. Kept apart on its way through the client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoToken(pub(crate) String);

/// The kubeconfig that reaches `endpoint`, without credentials; `None` if no kubeconfig can say it.
pub(super) fn kubeconfig(reach: &EksReach, endpoint: &EksEndpoint) -> Option<Kubeconfig> {
    let name = &reach.cluster;
    serde_json::from_value(json!({
        "clusters": [{ "name": name, "cluster": {
            "server": endpoint.server,
            "certificate-authority-data": endpoint.certificate_authority_data,
        } }],
        "users": [{ "name": name, "user": {} }],
        "contexts": [{ "name": name, "context": { "cluster": name, "user": name } }],
        "current-context": name,
    }))
    .ok()
}

/// `client`, with a token of `eks` in each request.
pub(super) fn with_tokens(client: Client, eks: Eks, reach: EksReach) -> Client {
    let namespace = client.default_namespace().to_owned();
    let bearer = Arc::new(Bearer {
        eks,
        reach,
        present: Mutex::new(None),
    });
    let service = tower::service_fn(move |mut request: Request<Body>| {
        let (client, bearer) = (client.clone(), Arc::clone(&bearer));
        async move {
            let header = bearer.header().await?;
            request.headers_mut().insert(AUTHORIZATION, header);
            let response: Response<Body> = client.send(request).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(response)
        }
    });
    Client::new(service, namespace)
}

struct Bearer {
    eks: Eks,
    reach: EksReach,
    present: Mutex<Option<EksToken>>,
}

impl Bearer {
    /// The header with a token that still lives for a while. Two requests at once may each make one; both work.
    async fn header(&self) -> Result<HeaderValue, NoToken> {
        let present = {
            let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
            present.clone()
        };
        let now = self.eks.clock.now_ms();
        let token = match present.filter(|token| token.expires_ms > now.saturating_add(SPARE_MS)) {
            Some(token) => token,
            None => {
                let made = self.eks.access.token(&self.reach).await;
                let made = made.map_err(|error| NoToken(error.message))?;
                *self.present.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
                made
            }
        };
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.token))
            .map_err(|_| NoToken("the token cannot be sent".to_owned()))?;
        header.set_sensitive(true);
        Ok(header)
    }
}
