//! Where AWS and clusters meet: what the one adapter must know of the other, said by traits of the kube crate and done by
//! the AWS crate. Nothing here decides anything.

use async_trait::async_trait;
use meshform_aws::eks::EksClusters;
use meshform_aws::pca::{Authorities, CertificateRequest};
use meshform_engine::{AdapterError, Permit};
use meshform_kube::{Authority, AuthorityReach, EksAccess, EksEndpoint, EksToken, IssueRequest, Issued};
use meshform_state::{EksReach, Scope};

/// EKS, for the adapter of clusters.
pub struct Eks(pub EksClusters);

#[async_trait]
impl EksAccess for Eks {
    async fn describe(&self, reach: &EksReach) -> Result<EksEndpoint, AdapterError> {
        let found = self.0.describe(reach).await?;
        Ok(EksEndpoint {
            server: found.server,
            certificate_authority_data: found.certificate_authority_data,
        })
    }

    async fn token(&self, reach: &EksReach) -> Result<EksToken, AdapterError> {
        let made = self.0.token(reach).await?;
        Ok(EksToken {
            token: made.token,
            expires_ms: made.expires_ms,
        })
    }
}

/// AWS Private CA, for the adapter of clusters.
pub struct PrivateCa(pub Authorities);

fn scope(at: &AuthorityReach) -> Scope {
    Scope::Aws {
        account: at.account.clone(),
        region: at.region.clone(),
        plan_role: at.plan_role.clone(),
        apply_role: at.apply_role.clone(),
    }
}

#[async_trait]
impl Authority for PrivateCa {
    async fn issue(
        &self,
        permit: Permit,
        at: &AuthorityReach,
        request: &IssueRequest,
    ) -> Result<String, AdapterError> {
        let request = CertificateRequest {
            csr_pem: request.csr_pem.clone(),
            template: request.template_arn.clone(),
            validity: request.validity.clone(),
            idempotency_token: request.idempotency_token.clone(),
            signing_algorithm: request.signing_algorithm.clone(),
        };
        self.0.issue(permit, &scope(at), &at.arn, &request).await
    }

    async fn certificate(&self, at: &AuthorityReach, arn: &str) -> Result<Option<Issued>, AdapterError> {
        let found = self.0.certificate(&scope(at), &at.arn, arn).await?;
        Ok(found.map(|found| Issued {
            certificate_pem: found.certificate_pem,
            chain_pem: found.chain_pem,
        }))
    }
}
