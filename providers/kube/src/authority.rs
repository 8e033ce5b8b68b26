//! The seam to certificate authorities outside of clusters. This crate knows none; whoever wires the adapter does.

use async_trait::async_trait;
use meshform_engine::{AdapterError, Permit};

/// A certificate authority, and as whom it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityReach {
    /// Its ARN.
    pub arn: String,
    /// Its region.
    pub region: String,
    /// The twelve digits of the account that the credentials must be of; `None` takes whatever they are of.
    pub account: Option<String>,
    /// The role that plan assumes.
    pub plan_role: Option<String>,
    /// The role that apply assumes.
    pub apply_role: Option<String>,
}

/// What an authority is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRequest {
    /// The request of whoever has the key, as PEM.
    pub csr_pem: String,
    /// The ARN of the template that says what is in the certificate.
    pub template_arn: String,
    /// How long it is to be valid: `1y`, `90d`, `12h`.
    pub validity: String,
    /// The same token and the same request make one certificate, for as long as the authority remembers.
    pub idempotency_token: String,
    /// The algorithm to sign with; `None` takes one that fits the authority's key.
    pub signing_algorithm: Option<String>,
}

/// What an authority issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate, as PEM.
    pub certificate_pem: String,
    /// Those of all above it, as PEM.
    pub chain_pem: String,
}

/// Certificate authorities.
#[async_trait]
pub trait Authority: Send + Sync {
    /// Asks for a certificate; its ARN.
    ///
    /// # Errors
    /// If the authority refuses, or does not answer.
    async fn issue(
        &self,
        permit: Permit,
        at: &AuthorityReach,
        request: &IssueRequest,
    ) -> Result<String, AdapterError>;

    /// The certificate `arn`; `None` while it is being made.
    ///
    /// # Errors
    /// If the authority refuses, or does not answer.
    async fn certificate(&self, at: &AuthorityReach, arn: &str) -> Result<Option<Issued>, AdapterError>;
}
