//! AWS Private CA as the adapters see it: reads for whoever asks, changes only against a permit.

use std::sync::Arc;

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::{CertificateAuthority, CertificateAuthorityStatus, ResourceOwner, Tag};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use meshform_engine::{AdapterError, ErrorClass, Permit};
use meshform_kinds::aws::{RESERVED_PREFIX, Tags};

use crate::ec2::Place;
use crate::error;
use crate::tags;

/// AWS Private CA in one region of one account, with the rights of one role.
#[derive(Clone)]
pub(crate) struct Pca {
    client: Client,
    place: Arc<Place>,
}

/// A certificate, and those of its issuers up to the root.
pub(super) struct Signed {
    pub(super) certificate: String,
    pub(super) chain: Option<String>,
}

impl Pca {
    pub(crate) fn new(client: Client, place: Arc<Place>) -> Self {
        Pca { client, place }
    }

    /// The client, for the one change that the permit is for.
    pub(super) fn change(&self, _: &Permit) -> &Client {
        &self.client
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The failure of `call`, with what these credentials have to do with it.
    pub(super) fn failed<E>(&self, call: &str, error: &SdkError<E, Response>) -> AdapterError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        error::from_sdk(call, &self.place.whom, error)
    }

    /// The result of `call` when nothing in its answer matters.
    pub(super) fn done<T, E>(
        &self,
        call: &str,
        answer: Result<T, SdkError<E, Response>>,
    ) -> Result<(), AdapterError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        answer.map(|_| ()).map_err(|error| self.failed(call, &error))
    }

    /// The authority `arn`; `None` for one that is not there, or deleted and still to be brought back.
    pub(super) async fn authority(&self, arn: &str) -> Result<Option<CertificateAuthority>, AdapterError> {
        let request = self.client.describe_certificate_authority();
        let answer = request.certificate_authority_arn(arn).send().await;
        let answer = answer.map_err(|error| self.failed("acm-pca:DescribeCertificateAuthority", &error));
        let found = present(answer)?.and_then(|answer| answer.certificate_authority);
        Ok(found.filter(|authority| authority.status != Some(CertificateAuthorityStatus::Deleted)))
    }

    /// The authorities of this account that are not deleted.
    pub(super) async fn authorities(&self) -> Result<Vec<CertificateAuthority>, AdapterError> {
        let request = self
            .client
            .list_certificate_authorities()
            .resource_owner(ResourceOwner::SelfValue);
        let listed: Result<Vec<CertificateAuthority>, _> =
            request.into_paginator().items().send().try_collect().await;
        let mut listed = listed.map_err(|error| self.failed("acm-pca:ListCertificateAuthorities", &error))?;
        listed.retain(|authority| authority.status != Some(CertificateAuthorityStatus::Deleted));
        Ok(listed)
    }

    /// The signing request of the authority `arn`, as PEM.
    pub(super) async fn csr(&self, arn: &str) -> Result<String, AdapterError> {
        let call = "acm-pca:GetCertificateAuthorityCsr";
        let request = self.client.get_certificate_authority_csr();
        let answer = request.certificate_authority_arn(arn).send().await;
        let answer = answer.map_err(|error| self.failed(call, &error))?;
        answer.csr.ok_or_else(|| empty(call))
    }

    /// The certificate of the authority `arn`; `None` if it has none yet.
    pub(super) async fn authority_certificate(&self, arn: &str) -> Result<Option<Signed>, AdapterError> {
        let request = self.client.get_certificate_authority_certificate();
        let answer = request.certificate_authority_arn(arn).send().await;
        let answer =
            answer.map_err(|error| self.failed("acm-pca:GetCertificateAuthorityCertificate", &error));
        Ok(present(answer)?.and_then(|answer| {
            Some(Signed {
                certificate: answer.certificate?,
                chain: answer.certificate_chain,
            })
        }))
    }

    /// The certificate `certificate` of the authority `authority`; `None` if there is no such certificate.
    ///
    /// # Errors
    /// Of class Busy, while it is being signed.
    pub(super) async fn certificate(
        &self,
        authority: &str,
        certificate: &str,
    ) -> Result<Option<Signed>, AdapterError> {
        let request = self.client.get_certificate().certificate_authority_arn(authority);
        let answer = request.certificate_arn(certificate).send().await;
        let answer = answer.map_err(|error| self.failed("acm-pca:GetCertificate", &error));
        Ok(present(answer)?.and_then(|answer| {
            Some(Signed {
                certificate: answer.certificate?,
                chain: answer.certificate_chain,
            })
        }))
    }

    /// All tags of the authority `arn`, ours too; none for one that is gone.
    pub(super) async fn tags(&self, arn: &str) -> Result<Vec<Tag>, AdapterError> {
        let request = self.client.list_tags().certificate_authority_arn(arn);
        let listed: Result<Vec<Tag>, _> = request.into_paginator().items().send().try_collect().await;
        let listed = listed.map_err(|error| self.failed("acm-pca:ListTags", &error));
        Ok(present(listed)?.unwrap_or_default())
    }
}

fn present<T>(answer: Result<T, AdapterError>) -> Result<Option<T>, AdapterError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == ErrorClass::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn empty(call: &str) -> AdapterError {
    AdapterError::lost(ErrorClass::Other, format!("{call}: AWS answered with nothing"))
}

/// The user's tags among `tags`.
pub(super) fn users(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter(|tag| !tag.key.starts_with(RESERVED_PREFIX) && !tag.key.starts_with("aws:"))
        .map(|tag| (tag.key.clone(), tag.value.clone().unwrap_or_default()))
        .collect()
}

/// The uid of ours among `tags`.
pub(super) fn uid(tags: &[Tag]) -> Option<&str> {
    tags.iter().find(|tag| tag.key == tags::UID)?.value()
}

/// Tags in the SDK's form.
pub(super) fn to_sdk<'a>(
    tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    call: &str,
) -> Result<Vec<Tag>, AdapterError> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<Tag>, _> = tags.into_iter().map(tag).collect();
    tags.map_err(|error| AdapterError::refused(ErrorClass::Invalid, format!("{call}: {error}")))
}
