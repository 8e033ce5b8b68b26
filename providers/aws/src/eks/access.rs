//! What it takes to reach EKS clusters, account by account.

use std::sync::Arc;

use meshform_engine::{AdapterError, ErrorClass};
use meshform_state::{EksReach, Scope};

use super::{cluster, token};
use crate::clients::{ClientCache, Clients};
use crate::settings::AwsSettings;

/// Where an EKS cluster answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address, `https://…`.
    pub server: String,
    /// The certificates that vouch for it: PEM in base64.
    pub certificate_authority_data: String,
}

/// A token that one EKS cluster accepts for a while.
#[derive(Clone)]
pub struct Token {
    /// The token, a secret.
    pub token: String,
    /// When to have a new one, in milliseconds since 1970. The cluster accepts this one for a little longer.
    pub expires_ms: u64,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}

/// The EKS clusters of all accounts, reached with the role of each that the settings say.
pub struct EksClusters {
    settings: AwsSettings,
    clients: Arc<ClientCache>,
}

impl std::fmt::Debug for EksClusters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EksClusters")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl EksClusters {
    /// Asks nothing of AWS yet.
    #[must_use]
    pub fn new(settings: AwsSettings) -> Self {
        let clients = Arc::new(ClientCache::new(&settings));
        EksClusters { settings, clients }
    }

    pub(crate) fn with(settings: AwsSettings, clients: Arc<ClientCache>) -> Self {
        EksClusters { settings, clients }
    }

    /// Where the cluster answers.
    ///
    /// # Errors
    /// If EKS cannot be asked, has no such cluster, or the cluster has no endpoint yet.
    pub async fn describe(&self, reach: &EksReach) -> Result<Endpoint, AdapterError> {
        let clients = self.clients(reach).await?;
        let name = &reach.cluster;
        let found = self.settings.read(|| cluster::find(&clients, name)).await?;
        let Some(found) = found else {
            let message = format!("there is no EKS cluster `{name}` in {}", clients.place.region);
            return Err(AdapterError::refused(ErrorClass::NotFound, message)
                .hint("Check name, region and account, or make the cluster first."));
        };
        let authority = found.certificate_authority.and_then(|authority| authority.data);
        match (found.endpoint, authority) {
            (Some(server), Some(certificate_authority_data)) => Ok(Endpoint {
                server,
                certificate_authority_data,
            }),
            _ => {
                let status = found
                    .status
                    .as_ref()
                    .map_or("of no status", |status| status.as_str());
                let message = format!("the EKS cluster `{name}` has no endpoint: it is {status}");
                Err(AdapterError::refused(ErrorClass::Unavailable, message))
            }
        }
    }

    /// A new token for the cluster. AWS is asked nothing, unless a role must be taken on first.
    ///
    /// # Errors
    /// If there are no credentials to sign with.
    pub async fn token(&self, reach: &EksReach) -> Result<Token, AdapterError> {
        let clients = self.clients(reach).await?;
        token::sign(&clients, &reach.cluster, self.settings.clock.now_ms()).await
    }

    async fn clients(&self, reach: &EksReach) -> Result<Clients, AdapterError> {
        let scope = Scope::Aws {
            account: reach.account.clone(),
            region: reach.region.clone(),
            plan_role: reach.plan_role.clone(),
            apply_role: reach.apply_role.clone(),
        };
        self.clients.of(&scope).await
    }
}
