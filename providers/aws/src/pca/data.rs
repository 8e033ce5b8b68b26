//! `data "aws_acmpca_certificate_authority"`.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use meshform_engine::{AdapterError, ErrorClass, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::CertificateAuthorityData;

use super::client::{Pca, users};
use crate::resource::spec;

/// Answers the data source.
pub(crate) async fn query(pca: &Pca, arguments: &Object) -> Result<Object, AdapterError> {
    let asked: CertificateAuthorityData = spec(arguments)?;
    let arn = asked.arn.as_str();
    let Some(found) = pca.authority(arn).await? else {
        let message = format!("there is no authority {arn} in {}", pca.place().region);
        return Err(AdapterError::refused(ErrorClass::NotFound, message)
            .hint("Check the ARN, its region and account. A deleted authority is none."));
    };
    let (certificate, tags) = futures::try_join!(certificate(pca, arn), pca.tags(arn))?;
    let configuration = found.certificate_authority_configuration.as_ref();
    let (certificate, chain) = certificate.unzip();
    let answer = CertificateAuthorityData {
        status: found.status.as_ref().map(|status| status.as_str().to_owned()),
        r#type: found.r#type.as_ref().map(|kind| kind.as_str().to_owned()),
        usage_mode: found.usage_mode.as_ref().map(|mode| mode.as_str().to_owned()),
        key_algorithm: configuration.map(|configuration| configuration.key_algorithm.as_str().to_owned()),
        signing_algorithm: configuration
            .map(|configuration| configuration.signing_algorithm.as_str().to_owned()),
        certificate,
        certificate_chain: chain.flatten(),
        not_before: found.not_before.as_ref().map(rfc3339),
        not_after: found.not_after.as_ref().map(rfc3339),
        serial: found.serial,
        owner_account: found.owner_account,
        tags: users(&tags),
        id: Some(asked.arn.clone()),
        arn: asked.arn,
    };
    Ok(answer.to_object())
}

/// The certificate and its chain; none for an authority that has none yet, which AWS refuses to tell.
async fn certificate(pca: &Pca, arn: &str) -> Result<Option<(String, Option<String>)>, AdapterError> {
    match pca.authority_certificate(arn).await {
        Ok(signed) => Ok(signed.map(|signed| (signed.certificate, signed.chain))),
        Err(error) if error.class == ErrorClass::Invalid => Ok(None),
        Err(error) => Err(error),
    }
}

/// A time in RFC 3339, in whole seconds.
pub(super) fn rfc3339(time: &DateTime) -> String {
    let whole = DateTime::from_secs(time.secs());
    whole.fmt(Format::DateTime).unwrap_or_default()
}
