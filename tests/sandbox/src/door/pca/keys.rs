//! Keys and signatures of authorities. It must never let a private key out of this module.
//!
//! "Supported cryptographic algorithms" (AWS Private CA user guide): a signing algorithm goes with every key of its
//! family, so SHA384WITHECDSA with a key on P-256 is as good as SHA256WITHECDSA.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, KeyPair as _, RsaKeyPair, UnparsedPublicKey};
use x509_cert::der::asn1::{Any, ObjectIdentifier};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The two families of key and signing algorithms that authorities of a mesh can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Rsa,
    Ecdsa,
}

/// A key algorithm, by its name in CertificateAuthorityConfiguration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyAlgorithm {
    Rsa2048,
    Rsa3072,
    Rsa4096,
    P256,
    P384,
    P521,
}

impl KeyAlgorithm {
    pub(crate) const NAMES: [(&str, Self); 6] = [
        ("RSA_2048", Self::Rsa2048),
        ("RSA_3072", Self::Rsa3072),
        ("RSA_4096", Self::Rsa4096),
        ("EC_prime256v1", Self::P256),
        ("EC_secp384r1", Self::P384),
        ("EC_secp521r1", Self::P521),
    ];

    pub(crate) fn family(self) -> Family {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Family::Rsa,
            Self::P256 | Self::P384 | Self::P521 => Family::Ecdsa,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// A signing algorithm, by its name in IssueCertificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SigningAlgorithm {
    pub(crate) family: Family,
    hash: Hash,
}

impl SigningAlgorithm {
    pub(crate) const NAMES: [(&str, Self); 6] = [
        ("SHA256WITHRSA", Self::of(Family::Rsa, Hash::Sha256)),
        ("SHA384WITHRSA", Self::of(Family::Rsa, Hash::Sha384)),
        ("SHA512WITHRSA", Self::of(Family::Rsa, Hash::Sha512)),
        ("SHA256WITHECDSA", Self::of(Family::Ecdsa, Hash::Sha256)),
        ("SHA384WITHECDSA", Self::of(Family::Ecdsa, Hash::Sha384)),
        ("SHA512WITHECDSA", Self::of(Family::Ecdsa, Hash::Sha512)),
    ];

    const fn of(family: Family, hash: Hash) -> Self {
        Self { family, hash }
    }

    /// RFC 4055 §5 and RFC 5758 §3.2.
    fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match (self.family, self.hash) {
            (Family::Rsa, Hash::Sha256) => "1.2.840.113549.1.1.11",
            (Family::Rsa, Hash::Sha384) => "1.2.840.113549.1.1.12",
            (Family::Rsa, Hash::Sha512) => "1.2.840.113549.1.1.13",
            (Family::Ecdsa, Hash::Sha256) => "1.2.840.10045.4.3.2",
            (Family::Ecdsa, Hash::Sha384) => "1.2.840.10045.4.3.3",
            (Family::Ecdsa, Hash::Sha512) => "1.2.840.10045.4.3.4",
        })
    }

    pub(crate) fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned {
            oid: self.oid(),
            parameters: (self.family == Family::Rsa).then(Any::null),
        }
    }

    fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::NAMES
            .iter()
            .map(|(_, algorithm)| *algorithm)
            .find(|algorithm| algorithm.oid() == oid)
    }
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair, KeyAlgorithm),
}

/// The key of an authority.
pub(crate) struct PrivateKey {
    pair: Pair,
    /// The public half, as it stands in certificates.
    pub(crate) public: SubjectPublicKeyInfoOwned,
}

impl PrivateKey {
    /// Makes a new key; an RSA key can take seconds.
    pub(crate) fn generate(algorithm: KeyAlgorithm) -> Result<Self, Unspecified> {
        let pair = match algorithm {
            KeyAlgorithm::Rsa2048 => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?),
            KeyAlgorithm::Rsa3072 => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa3072)?),
            KeyAlgorithm::Rsa4096 => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa4096)?),
            KeyAlgorithm::P256 => Pair::Ec(
                EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_ASN1_SIGNING)?,
                algorithm,
            ),
            KeyAlgorithm::P384 => Pair::Ec(
                EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_ASN1_SIGNING)?,
                algorithm,
            ),
            KeyAlgorithm::P521 => Pair::Ec(
                EcdsaKeyPair::generate(&signature::ECDSA_P521_SHA512_ASN1_SIGNING)?,
                algorithm,
            ),
        };
        let der: PublicKeyX509Der<'static> = match &pair {
            Pair::Rsa(pair) => pair.public_key().as_der()?,
            Pair::Ec(pair, _) => pair.public_key().as_der()?,
        };
        let public = SubjectPublicKeyInfoOwned::from_der(der.as_ref()).map_err(|_| Unspecified)?;
        Ok(Self { pair, public })
    }

    pub(crate) fn sign(&self, algorithm: SigningAlgorithm, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding: &'static dyn signature::RsaEncoding = match algorithm.hash {
                    Hash::Sha256 => &signature::RSA_PKCS1_SHA256,
                    Hash::Sha384 => &signature::RSA_PKCS1_SHA384,
                    Hash::Sha512 => &signature::RSA_PKCS1_SHA512,
                };
                let mut made = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut made)?;
                Ok(made)
            }
            Pair::Ec(pair, curve) => {
                let digest = digest_for(*curve, algorithm.hash, message)?;
                Ok(pair.sign_digest(&digest)?.as_ref().to_vec())
            }
        }
    }
}

/// Hashes a message for a curve whose own hash in aws-lc-rs is another than the one asked for.
///
/// ECDSA takes the leftmost bits of the hash, as many as the curve's order has (FIPS 186-5 §6.4.1): cutting a longer
/// hash, or putting zeros before a shorter one, gives the same number under the name of the curve's own hash.
fn digest_for(curve: KeyAlgorithm, hash: Hash, message: &[u8]) -> Result<Digest, Unspecified> {
    let asked = match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    let own = match curve {
        KeyAlgorithm::P256 => &digest::SHA256,
        KeyAlgorithm::P384 => &digest::SHA384,
        _ => &digest::SHA512,
    };
    let value = digest::digest(asked, message);
    let value = value.as_ref();
    let kept = value.len().min(own.output_len());
    let mut bytes = vec![0; own.output_len() - kept];
    bytes.extend_from_slice(&value[..kept]);
    Digest::import_less_safe(&bytes, own)
}

/// Returns the curve of a public key; nothing for other keys.
fn curve(public: &SubjectPublicKeyInfoOwned) -> Option<KeyAlgorithm> {
    let parameters = public.algorithm.parameters.as_ref()?;
    match ObjectIdentifier::from_der(&parameters.to_der().ok()?).ok()? {
        P256 => Some(KeyAlgorithm::P256),
        P384 => Some(KeyAlgorithm::P384),
        P521 => Some(KeyAlgorithm::P521),
        _ => None,
    }
}

/// Checks a signature of a certificate or a request; false for keys and algorithms that PCA does not know.
pub(crate) fn is_signed_by(
    public: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    message: &[u8],
    made: &[u8],
) -> bool {
    let Some(algorithm) = SigningAlgorithm::from_oid(algorithm.oid) else {
        return false;
    };
    let key = public.subject_public_key.raw_bytes();
    match (public.algorithm.oid, algorithm.family) {
        (RSA_ENCRYPTION, Family::Rsa) => {
            let with: &'static signature::RsaParameters = match algorithm.hash {
                Hash::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
                Hash::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                Hash::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            };
            UnparsedPublicKey::new(with, key).verify(message, made).is_ok()
        }
        (EC_PUBLIC_KEY, Family::Ecdsa) => {
            let Some(curve) = curve(public) else {
                return false;
            };
            let with: &'static signature::EcdsaVerificationAlgorithm = match curve {
                KeyAlgorithm::P256 => &signature::ECDSA_P256_SHA256_ASN1,
                KeyAlgorithm::P384 => &signature::ECDSA_P384_SHA384_ASN1,
                _ => &signature::ECDSA_P521_SHA512_ASN1,
            };
            digest_for(curve, algorithm.hash, message)
                .and_then(|digest| UnparsedPublicKey::new(with, key).verify_digest(&digest, made))
                .is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_signs_with_every_algorithm_of_its_family() {
        for (key_name, key_algorithm) in KeyAlgorithm::NAMES {
            // The larger RSA keys differ from the smallest in nothing but the time they take.
            if matches!(key_algorithm, KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096) {
                continue;
            }
            let key = PrivateKey::generate(key_algorithm).unwrap();
            for (name, algorithm) in SigningAlgorithm::NAMES {
                if algorithm.family != key_algorithm.family() {
                    continue;
                }
                let made = key.sign(algorithm, b"message").unwrap();
                let holds = |message| is_signed_by(&key.public, &algorithm.identifier(), message, &made);
                assert!(holds(b"message"), "{key_name} {name}");
                assert!(!holds(b"massage"), "{key_name} {name}");
            }
        }
    }
}
