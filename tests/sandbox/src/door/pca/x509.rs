//! Certificates and requests: read, built, signed. It must never decide what a certificate may say: that is `template`.

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use jiff::Timestamp;
use x509_cert::attr::Attributes;
use x509_cert::der::asn1::{BitString, GeneralizedTime, OctetString, UtcTime};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Decode as _, DecodePem as _, Encode, EncodePem as _};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::name::Name;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

use super::keys::{self, PrivateKey, SigningAlgorithm};

/// Why a certificate could not be made; only a defect of the door gets this far.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakeError {
    #[error("the certificate cannot be encoded: {0}")]
    Encode(#[from] x509_cert::der::Error),
    #[error("the key cannot sign")]
    Sign,
}

impl From<Unspecified> for MakeError {
    fn from(_: Unspecified) -> Self {
        Self::Sign
    }
}

/// What a certificate says, but for its signature.
pub(crate) struct Statement {
    pub(crate) serial: [u8; 16],
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) public: SubjectPublicKeyInfoOwned,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) extensions: Extensions,
}

/// Signs a statement.
pub(crate) fn certify(
    statement: Statement,
    key: &PrivateKey,
    algorithm: SigningAlgorithm,
) -> Result<Certificate, MakeError> {
    let tbs_certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&statement.serial)?,
        signature: algorithm.identifier(),
        issuer: statement.issuer,
        validity: Validity {
            not_before: time(statement.not_before)?,
            not_after: time(statement.not_after)?,
        },
        subject: statement.subject,
        subject_public_key_info: statement.public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(statement.extensions),
    };
    let signature = key.sign(algorithm, &tbs_certificate.to_der()?)?;
    Ok(Certificate {
        tbs_certificate,
        signature_algorithm: algorithm.identifier(),
        signature: BitString::from_bytes(&signature)?,
    })
}

/// Makes the request of an authority. The example of "GetCertificateAuthorityCsr" asks for CA:TRUE and nothing else.
pub(crate) fn request(
    subject: Name,
    key: &PrivateKey,
    algorithm: SigningAlgorithm,
) -> Result<String, MakeError> {
    let wish = BasicConstraints {
        ca: true,
        path_len_constraint: None,
    };
    let mut attributes = Attributes::new();
    attributes.insert(ExtensionReq(vec![extension(&wish, false)?]).try_into()?)?;
    let info = CertReqInfo {
        version: x509_cert::request::Version::V1,
        subject,
        public_key: key.public.clone(),
        attributes,
    };
    let signature = key.sign(algorithm, &info.to_der()?)?;
    let request = CertReq {
        info,
        algorithm: algorithm.identifier(),
        signature: BitString::from_bytes(&signature)?,
    };
    Ok(request.to_pem(LineEnding::LF)?)
}

/// RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on.
fn time(at: Timestamp) -> Result<Time, MakeError> {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let since = std::time::Duration::from_secs(seconds);
    let general = GeneralizedTime::from_unix_duration(since)?;
    if general.to_date_time().year() <= 2049 {
        return Ok(Time::UtcTime(UtcTime::from_unix_duration(since)?));
    }
    Ok(Time::GeneralTime(general))
}

/// Wraps an extension.
pub(crate) fn extension<T: AssociatedOid + Encode>(
    value: &T,
    critical: bool,
) -> Result<Extension, MakeError> {
    Ok(Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// Reads an extension of a list; nothing when it is absent or cannot be read.
pub(crate) fn find<'a, T: AssociatedOid + x509_cert::der::Decode<'a>>(
    extensions: Option<&'a Extensions>,
) -> Option<T> {
    let found = extensions?.iter().find(|extension| extension.extn_id == T::OID)?;
    T::from_der(found.extn_value.as_bytes()).ok()
}

/// RFC 5280 §4.2.1.2, method (1): the SHA-1 hash of the public key's bits.
pub(crate) fn key_identifier(public: &SubjectPublicKeyInfoOwned) -> Vec<u8> {
    let bits = public.subject_public_key.raw_bytes();
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bits)
        .as_ref()
        .to_vec()
}

/// Writes a certificate as PCA answers it: PEM without a line end behind the last line.
pub(crate) fn pem(certificate: &Certificate) -> Result<String, MakeError> {
    Ok(certificate.to_pem(LineEnding::LF)?.trim_end().to_owned())
}

/// Reads one request in PEM, whose signature must be of its own key; nothing when it is not that.
pub(crate) fn read_request(text: &[u8]) -> Option<CertReq> {
    let request = CertReq::from_pem(trimmed(text)?).ok()?;
    let message = request.info.to_der().ok()?;
    keys::is_signed_by(
        &request.info.public_key,
        &request.algorithm,
        &message,
        request.signature.raw_bytes(),
    )
    .then_some(request)
}

/// Returns the extensions that a request asks for.
pub(crate) fn requested(request: &CertReq) -> Extensions {
    let wishes = request
        .info
        .attributes
        .iter()
        .find(|attribute| attribute.oid == ExtensionReq::OID)
        .and_then(|attribute| attribute.values.iter().next())
        .and_then(|value| value.to_der().ok())
        .and_then(|der| ExtensionReq::from_der(&der).ok());
    wishes.map(|wishes| wishes.0).unwrap_or_default()
}

/// Reads certificates in PEM, in their order; nothing when one cannot be read or there is none.
pub(crate) fn read_certificates(text: &[u8]) -> Option<Vec<Certificate>> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = std::str::from_utf8(text).ok()?.trim();
    let mut found = Vec::new();
    for block in text.split_inclusive(END).filter(|block| !block.trim().is_empty()) {
        found.push(Certificate::from_pem(trimmed(block.as_bytes())?).ok()?);
    }
    (!found.is_empty()).then_some(found)
}

/// Returns what stands from the first dashes on: text before a PEM block is not part of it (RFC 7468 §2).
fn trimmed(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let block = &text[text.find("-----BEGIN")?..];
    Some(format!("{}\n", block.replace("\r\n", "\n").trim_end()))
}

/// Tells whether a certificate's signature is by this key.
pub(crate) fn is_certified_by(certificate: &Certificate, public: &SubjectPublicKeyInfoOwned) -> bool {
    certificate.tbs_certificate.to_der().is_ok_and(|message| {
        keys::is_signed_by(
            public,
            &certificate.signature_algorithm,
            &message,
            certificate.signature.raw_bytes(),
        )
    })
}

/// What a certificate says about itself as an authority.
pub(crate) struct AuthorityFacts {
    /// CA:TRUE, and keyCertSign wherever there is a key usage.
    pub(crate) may_certify: bool,
    pub(crate) path_length: Option<u8>,
    pub(crate) key_identifier: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// Reads a certificate's facts.
pub(crate) fn facts(certificate: &Certificate) -> AuthorityFacts {
    let tbs = &certificate.tbs_certificate;
    let extensions = tbs.extensions.as_ref();
    let constraints = find::<BasicConstraints>(extensions);
    let usage = find::<KeyUsage>(extensions);
    let at = |time: &Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    };
    AuthorityFacts {
        may_certify: constraints.as_ref().is_some_and(|constraints| constraints.ca)
            && usage.is_none_or(|usage| usage.0.contains(KeyUsages::KeyCertSign)),
        path_length: constraints.and_then(|constraints| constraints.path_len_constraint),
        key_identifier: find::<SubjectKeyIdentifier>(extensions).map_or_else(
            || key_identifier(&tbs.subject_public_key_info),
            |id| id.0.into_bytes(),
        ),
        not_before: at(&tbs.validity.not_before),
        not_after: at(&tbs.validity.not_after),
    }
}
