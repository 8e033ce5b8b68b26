//! Certificates, read.

use meshform_engine::AdapterError;
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer as _;

use super::unusable;

/// What matters of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The bytes.
    pub(crate) der: Vec<u8>,
    /// For whom it is.
    pub(crate) subject: String,
    /// Who signed it.
    pub(crate) issuer: String,
    /// Its serial number, as hex.
    pub(crate) serial: String,
    /// When it begins, in seconds since 1970.
    pub(crate) not_before: i64,
    /// When it ends, in seconds since 1970.
    pub(crate) not_after: i64,
    /// The SHA-256 of its public key, as hex.
    pub(crate) public_sha256: String,
    /// Whether it may sign others.
    pub(crate) is_ca: bool,
    /// How many authorities may be below it.
    pub(crate) path_length: Option<u32>,
    /// The purposes that leaves below it are limited to include that of servers, or there is no limit.
    pub(crate) serves: bool,
}

/// All certificates in `pem`, in their order.
///
/// # Errors
/// If something in it is none, or nothing is there.
pub(crate) fn parse(pem: &str, what: &str) -> Result<Vec<Certificate>, AdapterError> {
    let wrong = || unusable(format!("{what} is not a certificate in PEM"));
    let mut all = Vec::new();
    for block in Pem::iter_from_buffer(pem.as_bytes()) {
        let block = block.map_err(|_| wrong())?;
        if block.label != "CERTIFICATE" {
            return Err(wrong());
        }
        all.push(Certificate::read(block.contents).ok_or_else(wrong)?);
    }
    if all.is_empty() { Err(wrong()) } else { Ok(all) }
}

impl Certificate {
    fn read(der: Vec<u8>) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(&der).ok()?;
        rest.is_empty().then_some(())?;
        let constraints = parsed.basic_constraints().ok()?;
        let purposes = parsed.extended_key_usage().ok()?;
        let certificate = Certificate {
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            serial: hex(parsed.raw_serial()),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            public_sha256: hex(&Sha256::digest(parsed.public_key().raw)),
            is_ca: constraints.as_ref().is_some_and(|found| found.value.ca),
            path_length: constraints.and_then(|found| found.value.path_len_constraint),
            serves: purposes.is_none_or(|found| found.value.any || found.value.server_auth),
            der: Vec::new(),
        };
        Some(Certificate { der, ..certificate })
    }

    /// Whether `issuer` signed this one.
    pub(crate) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let parse = |der| X509Certificate::from_der(der).ok().map(|(_, parsed)| parsed);
        let (Some(this), Some(above)) = (parse(&self.der), parse(&issuer.der)) else {
            return false;
        };
        let may_sign = above
            .extensions()
            .iter()
            .all(|extension| match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => usage.key_cert_sign(),
                _ => true,
            });
        issuer.is_ca
            && may_sign
            && this.issuer().as_raw() == above.subject().as_raw()
            && this.verify_signature(Some(above.public_key())).is_ok()
    }

    /// The SHA-256 of the whole, as hex.
    pub(crate) fn fingerprint(&self) -> String {
        hex(&Sha256::digest(&self.der))
    }

    /// As PEM.
    pub(crate) fn to_pem(&self) -> String {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", self.der.clone()), config)
    }
}

/// `bytes` as hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
            _ = write!(out, "{byte:02x}");
            out
        })
}
