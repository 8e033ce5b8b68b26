//! Private keys and the requests for certificates for them.

use meshform_engine::AdapterError;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _, RsaKeySize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::certificate::hex;
use super::unusable;

/// A private key, in memory only.
pub(crate) struct Key {
    pub(super) pair: Zeroizing<KeyPair>,
}

/// Whom a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The common name.
    pub(crate) common_name: String,
    /// The organization.
    pub(crate) organization: Option<String>,
}

impl Subject {
    pub(super) fn name(&self) -> DistinguishedName {
        let mut name = DistinguishedName::new();
        if let Some(organization) = &self.organization {
            name.push(DnType::OrganizationName, organization.as_str());
        }
        name.push(DnType::CommonName, self.common_name.as_str());
        name
    }
}

impl Key {
    /// A new key of `algorithm`, one of [`KEY_ALGORITHMS`](meshform_kinds::istio::KEY_ALGORITHMS). Takes a second where
    /// it is RSA.
    ///
    /// # Errors
    /// If the algorithm is none of these.
    pub(crate) async fn generate(algorithm: &str) -> Result<Self, AdapterError> {
        let name = algorithm.to_owned();
        let made = tokio::task::spawn_blocking(move || match name.as_str() {
            "RSA_2048" => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048),
            "RSA_4096" => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_4096),
            "EC_prime256v1" => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
            "EC_secp384r1" => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384),
            _ => Err(rcgen::Error::KeyGenerationUnavailable),
        });
        let pair = made.await.ok().and_then(Result::ok);
        let pair = pair.ok_or_else(|| unusable(format!("no key of `{algorithm}` can be made")))?;
        Ok(Key {
            pair: Zeroizing::new(pair),
        })
    }

    /// The key in `pem`.
    ///
    /// # Errors
    /// If it is none.
    pub(crate) fn parse(pem: &str) -> Result<Self, AdapterError> {
        let pair = KeyPair::from_pem(pem).map_err(|_| unusable("the private key cannot be read"))?;
        Ok(Key {
            pair: Zeroizing::new(pair),
        })
    }

    /// As PEM of PKCS #8.
    pub(crate) fn to_pem(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.pair.serialize_pem().into_bytes())
    }

    /// The SHA-256 of the public key as certificates hold it, as hex.
    pub(crate) fn public_sha256(&self) -> String {
        hex(&Sha256::digest(self.pair.subject_public_key_info()))
    }

    /// A request for a certificate for this key, as PEM. Each is another text, since signatures are.
    ///
    /// # Errors
    /// If the subject cannot be written.
    pub(crate) fn request(&self, subject: &Subject) -> Result<String, AdapterError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = subject.name();
        let request = params
            .serialize_request(&*self.pair)
            .and_then(|request| request.pem());
        request.map_err(|error| unusable(format!("no certificate can be asked for: {error}")))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.public_sha256()).finish()
    }
}
