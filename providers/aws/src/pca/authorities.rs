//! Issuing for those who keep their keys themselves.

use std::sync::Arc;

use meshform_engine::{AdapterError, ErrorClass, Permit};
use meshform_state::Scope;

use super::certify::{self, Terms};
use super::terms;
use crate::clients::ClientCache;
use crate::settings::AwsSettings;

/// What a certificate is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The signing request, as PEM.
    pub csr_pem: String,
    /// The template: its ARN, or as `SubordinateCACertificate_PathLen0/V1`.
    pub template: String,
    /// How long it is valid: `10y`, `90d`, `12h`.
    pub validity: String,
    /// At most 36 characters. Within five minutes the same token gives the same certificate.
    pub idempotency_token: String,
    /// How the authority signs, such as `SHA384WITHECDSA`; none takes what the authority was made to sign with.
    pub signing_algorithm: Option<String>,
}

/// A certificate that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate.
    pub certificate_pem: String,
    /// The certificates from its issuer up to the root.
    pub chain_pem: String,
}

/// The authorities of all accounts, reached with the role of each that the settings say.
pub struct Authorities {
    settings: AwsSettings,
    clients: Arc<ClientCache>,
}

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorities")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Authorities {
    /// Asks nothing of AWS yet.
    #[must_use]
    pub fn new(settings: AwsSettings) -> Self {
        let clients = Arc::new(ClientCache::new(&settings));
        Authorities { settings, clients }
    }

    pub(crate) fn with(settings: AwsSettings, clients: Arc<ClientCache>) -> Self {
        Authorities { settings, clients }
    }

    /// Has the authority `arn` in `scope` sign a certificate; gives the certificate's ARN. It is signed a moment
    /// later. A lost answer may be asked for again with the same token.
    ///
    /// # Errors
    /// If the authority refuses or cannot be asked.
    pub async fn issue(
        &self,
        permit: Permit,
        scope: &Scope,
        arn: &str,
        request: &CertificateRequest,
    ) -> Result<String, AdapterError> {
        let clients = self.clients.of(scope).await?;
        let signing_algorithm = match &request.signing_algorithm {
            Some(said) => said.clone(),
            None => self.own_algorithm(scope, arn).await?,
        };
        let terms = Terms {
            authority: arn,
            csr: &request.csr_pem,
            template: Some(&request.template),
            signing_algorithm: &signing_algorithm,
            validity: terms::validity(&request.validity, self.settings.clock.now_ms())?,
            token: &request.idempotency_token,
        };
        let issued = certify::issue(&clients.pca, permit, &terms).await?;
        issued.ok_or_else(|| {
            AdapterError::lost(ErrorClass::Other, "AWS answered without the ARN of a certificate")
        })
    }

    /// What the authority `arn` was made to sign with.
    async fn own_algorithm(&self, scope: &Scope, arn: &str) -> Result<String, AdapterError> {
        let clients = self.clients.of(scope).await?;
        let found = self.settings.read(|| clients.pca.authority(arn)).await?;
        let own = found.and_then(|authority| {
            let made = authority.certificate_authority_configuration?;
            Some(made.signing_algorithm.as_str().to_owned())
        });
        own.ok_or_else(|| {
            let message = format!("there is no certificate authority {arn}");
            AdapterError::refused(ErrorClass::NotFound, message)
        })
    }

    /// The certificate `certificate` of the authority `arn` in `scope`; `None` while it is being signed.
    ///
    /// # Errors
    /// If there is no such certificate, or the authority cannot be asked.
    pub async fn certificate(
        &self,
        scope: &Scope,
        arn: &str,
        certificate: &str,
    ) -> Result<Option<Issued>, AdapterError> {
        let clients = self.clients.of(scope).await?;
        match clients.pca.certificate(arn, certificate).await {
            Ok(Some(signed)) => Ok(Some(Issued {
                certificate_pem: signed.certificate,
                chain_pem: signed.chain.unwrap_or_default(),
            })),
            Ok(None) => {
                let message = format!("there is no certificate {certificate}");
                Err(AdapterError::refused(ErrorClass::NotFound, message))
            }
            Err(error) if error.class == ErrorClass::Busy => Ok(None),
            Err(error) => Err(error),
        }
    }
}
