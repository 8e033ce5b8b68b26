//! `aws_acmpca_certificate`. Certificates cannot be listed: one whose answer was lost is found by asking for the same
//! again within five minutes, and after that another is signed, which harms nobody, since the key is the caller's.

use async_trait::async_trait;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Effect, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::Certificate;
use meshform_state::journal::{Intent, Locator};

use super::certify::{Terms, issue};
use super::client::Pca;
use super::terms;
use crate::clients::Clients;
use crate::resource::{Resource, observation, spec, unread};
use crate::step::Step;

pub(crate) struct CertificateResource;

const AT_ONCE: usize = 4;

#[async_trait]
impl Resource for CertificateResource {
    async fn read(
        &self,
        Clients { pca, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let looks: Vec<_> = targets.iter().map(|target| look(pca, target)).collect();
        stream::iter(looks).buffered(AT_ONCE).try_collect().await
    }

    async fn locate(&self, _clients: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        match &intent.locator {
            Locator::Id(arn) => Ok(Located::Found(arn.clone())),
            Locator::Token(_) | Locator::Uid | Locator::Natural(_) => Ok(Located::Absent),
        }
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let wanted: Certificate = spec(planned)?;
        let (pca, settings) = (step.pca, step.settings);
        // Not of the uid, which is drawn anew when an interrupted run is repeated: so that one gets the same
        // certificate.
        let token = terms::token(&[
            step.request.lineage,
            &step.request.address.to_string(),
            &wanted.certificate_authority_arn,
            &wanted.certificate_signing_request,
            &wanted.signing_algorithm,
            wanted.template_arn.as_deref().unwrap_or_default(),
            &wanted.validity,
        ]);
        let terms = Terms {
            authority: &wanted.certificate_authority_arn,
            csr: &wanted.certificate_signing_request,
            template: wanted.template_arn.as_deref(),
            signing_algorithm: &wanted.signing_algorithm,
            validity: terms::validity(&wanted.validity, settings.clock.now_ms())?,
            token: &token,
        };
        let effect = Effect {
            name: "acm-pca:IssueCertificate",
            locator: Locator::Token(token.clone()),
            repeatable: true,
            creates: true,
        };
        let terms = &terms;
        let arn = step
            .effects
            .run(effect, |permit| issue(pca, permit, terms))
            .await?;
        arn.map(unread).ok_or_else(|| {
            AdapterError::lost(ErrorClass::Other, "AWS answered without the ARN of a certificate")
        })
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        _before: &Object,
        _planned: &Object,
    ) -> Result<Applied, AdapterError> {
        Ok(unread(step.request.id))
    }

    async fn delete(&self, _step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        Ok(())
    }
}

/// AWS tells the certificate alone: what it was asked to be is as recorded.
async fn look(pca: &Pca, target: &Target) -> Result<Option<Observation>, AdapterError> {
    let arn = target.id.as_str();
    let Some((authority, _)) = arn.split_once("/certificate/") else {
        let message = format!("`{arn}` is not the ARN of a certificate of AWS Private CA");
        return Err(AdapterError::refused(ErrorClass::Invalid, message));
    };
    let (signed, readiness) = match pca.certificate(authority, arn).await {
        Ok(None) => return Ok(None),
        Ok(Some(signed)) => (Some(signed), Readiness::Ready),
        Err(error) if error.class == ErrorClass::Busy => (
            None,
            Readiness::Pending("the certificate is being signed".to_owned()),
        ),
        Err(error) => return Err(error),
    };
    let recorded = target.recorded.get();
    let recorded = recorded.and_then(|object| Certificate::from_object(object).ok());
    let asked = recorded.unwrap_or_else(|| Certificate {
        certificate_authority_arn: String::new(),
        certificate_signing_request: String::new(),
        signing_algorithm: String::new(),
        template_arn: None,
        validity: String::new(),
        arn: None,
        certificate: None,
        certificate_chain: None,
        id: None,
    });
    let (certificate, certificate_chain) = signed.map(|signed| (signed.certificate, signed.chain)).unzip();
    let seen = Certificate {
        certificate_authority_arn: authority.to_owned(),
        arn: Some(arn.to_owned()),
        certificate,
        certificate_chain: certificate_chain.flatten(),
        id: Some(arn.to_owned()),
        ..asked
    };
    Ok(Some(observation(&seen, readiness)))
}
