//! The four files that istiod takes its authority from, and what must hold of them.
//!
//! Source of what holds: `security/pkg/pki/ca/ca.go` and `security/pkg/pki/util/verify_cert.go` of Istio.

use meshform_engine::AdapterError;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::certificate::{Certificate, hex, parse};
use super::key::Key;
use super::unusable;
use crate::sealed::Contents;

/// The certificate that signs leaves.
pub(crate) const CA_CERT: &str = "ca-cert.pem";

/// Its key.
pub(crate) const CA_KEY: &str = "ca-key.pem";

/// It and all above it, in that order: proxies present this behind their leaf as it is.
pub(crate) const CERT_CHAIN: &str = "cert-chain.pem";

/// What workloads trust.
pub(crate) const ROOT_CERT: &str = "root-cert.pem";

/// All of them.
pub(crate) const FILES: &[&str] = &[CA_CERT, CA_KEY, CERT_CHAIN, ROOT_CERT];

/// The longest chain that there can be: an authority of AWS has at most five levels.
const LONGEST: usize = 6;

/// The files, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files {
    /// The certificate that signs leaves.
    pub(crate) certificate: Certificate,
    /// It and all above it.
    pub(crate) chain: Vec<Certificate>,
    /// What workloads trust.
    pub(crate) roots: Vec<Certificate>,
}

impl Files {
    /// Puts the files together: `certificate` is for `key`, `above` has the certificates of those that signed in any
    /// order, `roots` is what workloads trust.
    ///
    /// # Errors
    /// If istiod or the proxies could not work with them, and why.
    pub(crate) fn new(certificate: &str, above: &str, roots: &str, key: &Key) -> Result<Self, AdapterError> {
        let roots = parse(roots, "the root certificate")?;
        let mut pool = parse(certificate, "the certificate")?;
        let certificate = pool.remove(0);
        if !above.trim().is_empty() {
            pool.extend(parse(above, "the chain of the certificate")?);
        }
        pool.extend(roots.iter().cloned());
        if certificate.public_sha256 != key.public_sha256() {
            return Err(unusable(
                "the certificate is for another key than the one that it was asked for",
            ));
        }
        if !certificate.is_ca || certificate.path_length != Some(0) {
            let message = format!(
                "the certificate is not one of an authority that allows no other below it (CA {}, path length {:?})",
                certificate.is_ca, certificate.path_length
            );
            return Err(unusable(message).hint("Use the template SubordinateCACertificate_PathLen0/V1."));
        }
        if !certificate.serves {
            return Err(unusable(
                "the certificate is not for servers, so that istiod would refuse it",
            ));
        }
        let chain = chain(&certificate, &pool)?;
        let top = chain.last().map(|top| &top.der);
        if !roots.iter().any(|root| Some(&root.der) == top) {
            let issuer = chain.last().map_or("", |top| top.issuer.as_str());
            let message =
                format!("the chain of the certificate ends at `{issuer}`, which workloads would not trust");
            return Err(unusable(message).hint("Its root must be among the roots in `root_certificate`."));
        }
        if let Some(root) = roots.iter().find(|root| !root.is_signed_by(root)) {
            let message = format!("`{}` among the root certificates is not a root", root.subject);
            return Err(unusable(message).hint("A root signs itself; leave those between out."));
        }
        Ok(Files {
            certificate,
            chain,
            roots,
        })
    }

    /// The file `ca-cert.pem`.
    pub(crate) fn certificate(&self) -> String {
        self.certificate.to_pem()
    }

    /// The file `cert-chain.pem`.
    pub(crate) fn chain(&self) -> String {
        self.chain.iter().map(Certificate::to_pem).collect()
    }

    /// The file `root-cert.pem`.
    pub(crate) fn roots(&self) -> String {
        self.roots.iter().map(Certificate::to_pem).collect()
    }

    /// All four, with the key.
    pub(crate) fn contents(&self, key: &Key) -> Contents {
        let mut contents = Contents::default();
        let public = |text: String| Zeroizing::new(text.into_bytes());
        contents.set(CA_CERT, public(self.certificate()));
        contents.set(CA_KEY, key.to_pem());
        contents.set(CERT_CHAIN, public(self.chain()));
        contents.set(ROOT_CERT, public(self.roots()));
        contents
    }

    /// What tells these files from others, without a secret, as hex.
    pub(crate) fn digest(&self) -> String {
        let text = [self.certificate(), self.chain(), self.roots()].join("\n");
        hex(&Sha256::digest(text.as_bytes()))
    }
}

/// From `certificate` upwards to the first that signed itself.
fn chain(certificate: &Certificate, pool: &[Certificate]) -> Result<Vec<Certificate>, AdapterError> {
    let mut chain = vec![certificate.clone()];
    while let Some(last) = chain.last()
        && !last.is_signed_by(last)
    {
        let above = pool.iter().find(|above| last.is_signed_by(above));
        let above = above.filter(|_| chain.len() < LONGEST).ok_or_else(|| {
            let message = format!(
                "the certificate of `{}`, who signed `{}`, is missing",
                last.issuer, last.subject
            );
            unusable(message)
        })?;
        if above.not_after < last.not_after {
            let message = format!(
                "`{}` is to outlive `{}`, who signed it",
                last.subject, above.subject
            );
            return Err(unusable(message));
        }
        chain.push(above.clone());
    }
    Ok(chain)
}
