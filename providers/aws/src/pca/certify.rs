//! How an authority gets the certificate that it signs for itself: signing request, certificate, import.

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::CertificateAuthorityStatus as Status;
use aws_smithy_types::Blob;
use meshform_engine::{AdapterError, Effect, ErrorClass, Permit};
use meshform_kinds::aws::CertificateAuthority;
use meshform_state::journal::Locator;

use super::client::{Pca, Signed};
use super::terms;
use crate::step::Step;

const TEMPLATE: &str = "RootCACertificate/V1";
const ISSUE: &str = "acm-pca:IssueCertificate";
const IMPORT: &str = "acm-pca:ImportCertificateAuthorityCertificate";

/// What a certificate is to be.
pub(super) struct Terms<'a> {
    pub(super) authority: &'a str,
    pub(super) csr: &'a str,
    pub(super) template: Option<&'a str>,
    pub(super) signing_algorithm: &'a str,
    pub(super) validity: aws_sdk_acmpca::types::Validity,
    pub(super) token: &'a str,
}

/// Has a certificate signed; gives its ARN. Repeating it within five minutes gives the same.
pub(super) async fn issue(
    pca: &Pca,
    permit: Permit,
    terms: &Terms<'_>,
) -> Result<Option<String>, AdapterError> {
    let template = terms
        .template
        .map(|template| terms::template(template, pca.place().partition));
    let request = pca.change(&permit).issue_certificate();
    let answer = request
        .certificate_authority_arn(terms.authority)
        .csr(Blob::new(terms.csr.as_bytes()))
        .signing_algorithm(terms::signing_algorithm(terms.signing_algorithm))
        .set_template_arn(template)
        .validity(terms.validity.clone())
        .idempotency_token(terms.token)
        .send()
        .await;
    let answer = answer.map_err(|error| pca.failed(ISSUE, &error))?;
    Ok(answer.certificate_arn)
}

/// Lets the authority `arn` sign a certificate for itself, and installs it. What an interrupted attempt has done is
/// done again; a certificate that was signed and not installed is good for nothing, since the key is the authority's.
pub(super) async fn certify(
    step: &mut Step<'_, '_>,
    arn: &str,
    authority: &CertificateAuthority,
) -> Result<(), AdapterError> {
    let (pca, settings) = (step.pca, step.settings);
    settings.read(|| is_made(pca, arn)).await?;
    let csr = settings.read(|| pca.csr(arn)).await?;
    let algorithm = authority.signing_algorithm.as_deref().unwrap_or_default();
    let token = terms::token(&[step.request.uid, &csr, &authority.validity]);
    let terms = Terms {
        authority: arn,
        csr: &csr,
        template: Some(TEMPLATE),
        signing_algorithm: algorithm,
        validity: terms::validity(&authority.validity, settings.clock.now_ms())?,
        token: &token,
    };
    let effect = Effect {
        name: ISSUE,
        locator: Locator::Token(token.clone()),
        repeatable: true,
        creates: false,
    };
    let terms = &terms;
    let signed = step
        .effects
        .run(effect, |permit| issue(pca, permit, terms))
        .await?;
    let signed = signed.ok_or_else(|| {
        AdapterError::lost(ErrorClass::Other, format!("{ISSUE}: AWS answered without an ARN"))
    })?;
    let Signed { certificate, .. } = settings.read(|| signed_by(pca, arn, &signed)).await?;
    change(step, IMPORT, arn, |client| {
        let request = client.import_certificate_authority_certificate();
        let request = request
            .certificate_authority_arn(arn)
            .certificate(Blob::new(certificate.as_bytes()));
        async move { pca.done(IMPORT, request.send().await) }
    })
    .await
}

/// # Errors
/// Of class Busy, until the authority has a key.
async fn is_made(pca: &Pca, arn: &str) -> Result<(), AdapterError> {
    let found = pca.authority(arn).await?;
    match found.as_ref().and_then(|authority| authority.status.as_ref()) {
        None | Some(Status::Creating) => {
            let message = format!("the authority {arn} is being made");
            Err(AdapterError::refused(ErrorClass::Busy, message))
        }
        Some(Status::Failed) => {
            let why = found.and_then(|authority| authority.failure_reason);
            let why = why.as_ref().map_or("no reason given", |why| why.as_str());
            let message = format!("the authority {arn} could not be made: {why}");
            Err(AdapterError::refused(ErrorClass::Other, message))
        }
        Some(_) => Ok(()),
    }
}

/// # Errors
/// Of class Busy, until the certificate is signed.
async fn signed_by(pca: &Pca, authority: &str, certificate: &str) -> Result<Signed, AdapterError> {
    pca.certificate(authority, certificate).await?.ok_or_else(|| {
        let message = format!("the certificate {certificate} is not visible yet");
        AdapterError::refused(ErrorClass::Busy, message)
    })
}

/// Changes the authority `arn` by one request, in a way that may be repeated.
pub(super) async fn change<F, Fut>(
    step: &mut Step<'_, '_>,
    name: &'static str,
    arn: &str,
    call: F,
) -> Result<(), AdapterError>
where
    F: Fn(&Client) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), AdapterError>> + Send,
{
    let pca = step.pca;
    step.repeatable(name, arn, |permit| call(pca.change(&permit)), Err)
        .await
}
