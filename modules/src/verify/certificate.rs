//! What certificates are worth. It must never see a key.

use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer as _;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    der: Vec<u8>,
}

/// What is said of one in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    /// The SHA-256 of the certificate, in hex.
    pub(crate) fingerprint: String,
    /// When it ends, in seconds since 1970.
    pub(crate) not_after: i64,
    pub(crate) not_before: i64,
    pub(crate) is_ca: bool,
    /// How many authorities may be below it; none says no limit.
    pub(crate) path_length: Option<u32>,
    /// The identities in it, as URIs.
    pub(crate) uris: Vec<String>,
}

impl Certificate {
    /// The certificates in `pem`, in their order; `None` if some part of it is none.
    pub(crate) fn all(pem: &str) -> Option<Vec<Self>> {
        let mut all = Vec::new();
        for part in Pem::iter_from_buffer(pem.as_bytes()) {
            let part = part.ok()?;
            X509Certificate::from_der(&part.contents).ok()?;
            all.push(Certificate { der: part.contents });
        }
        Some(all)
    }

    /// The SHA-256 of the certificate, in hex.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = Sha256::digest(&self.der);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn with<T>(&self, read: impl FnOnce(&X509Certificate<'_>) -> T) -> Option<T> {
        let (_, parsed) = X509Certificate::from_der(&self.der).ok()?;
        Some(read(&parsed))
    }

    /// What is said of it.
    pub(crate) fn about(&self) -> Option<About> {
        self.with(|parsed| {
            let constraints = parsed.basic_constraints().ok().flatten();
            let names = parsed.subject_alternative_name().ok().flatten();
            let names = names.map(|names| names.value.general_names.as_slice());
            let uri = |name: &GeneralName<'_>| match name {
                GeneralName::URI(uri) => Some((*uri).to_owned()),
                _ => None,
            };
            About {
                subject: parsed.subject().to_string(),
                issuer: parsed.issuer().to_string(),
                fingerprint: self.fingerprint(),
                not_after: parsed.validity().not_after.timestamp(),
                not_before: parsed.validity().not_before.timestamp(),
                is_ca: constraints.as_ref().is_some_and(|found| found.value.ca),
                path_length: constraints.and_then(|found| found.value.path_len_constraint),
                uris: names.unwrap_or_default().iter().filter_map(uri).collect(),
            }
        })
    }

    /// Whether `issuer` signed it.
    pub(super) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let signed = self.with(|parsed| {
            issuer.with(|issuer| {
                parsed.issuer() == issuer.subject()
                    && parsed.verify_signature(Some(issuer.public_key())).is_ok()
            })
        });
        signed.flatten() == Some(true)
    }
}

/// Whether `leaf` leads to one of `roots` by way of `between`, each at most once. Gives the root.
pub(super) fn root_of<'a>(
    leaf: &Certificate,
    between: &[Certificate],
    roots: &'a [Certificate],
) -> Option<&'a Certificate> {
    let mut at = leaf.clone();
    for _ in 0..=between.len() {
        if let Some(root) = roots.iter().find(|root| at == **root || at.is_signed_by(root)) {
            return Some(root);
        }
        at = between
            .iter()
            .find(|next| **next != at && at.is_signed_by(next))?
            .clone();
    }
    None
}
