//! What each certificate template puts into a certificate ("AWS Private CA template definitions" of the user guide).
//! It must never add an extension that the definition does not have: no extended key usage in a CA's certificate.

use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
    SubjectKeyIdentifier,
};
use x509_cert::request::CertReq;

use super::error::PcaError;
use super::x509::{MakeError, extension, find, key_identifier, requested};

const PREFIX: &str = "arn:aws:acm-pca:::template/";
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

/// A template without passthrough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    /// The self-signed certificate of a root.
    Root,
    /// The certificate of an authority that at most this many others may follow.
    Subordinate(u8),
    EndEntity,
    EndEntityClientAuth,
    EndEntityServerAuth,
    CodeSigning,
    OcspSigning,
}

impl Template {
    /// Reads a template's ARN; EndEntityCertificate/V1 without one.
    pub(crate) fn read(arn: Option<&str>) -> Result<Self, PcaError> {
        let Some(arn) = arn else {
            return Ok(Self::EndEntity);
        };
        let malformed = || {
            PcaError::new(
                "InvalidArnException",
                format!("{arn} is not the ARN of a template."),
            )
        };
        let name = arn.strip_prefix(PREFIX).ok_or_else(malformed)?;
        match name.strip_suffix("/V1").ok_or_else(malformed)? {
            "RootCACertificate" => Ok(Self::Root),
            "SubordinateCACertificate_PathLen0" => Ok(Self::Subordinate(0)),
            "SubordinateCACertificate_PathLen1" => Ok(Self::Subordinate(1)),
            "SubordinateCACertificate_PathLen2" => Ok(Self::Subordinate(2)),
            "SubordinateCACertificate_PathLen3" => Ok(Self::Subordinate(3)),
            "EndEntityCertificate" => Ok(Self::EndEntity),
            "EndEntityClientAuthCertificate" => Ok(Self::EndEntityClientAuth),
            "EndEntityServerAuthCertificate" => Ok(Self::EndEntityServerAuth),
            "CodeSigningCertificate" => Ok(Self::CodeSigning),
            "OCSPSigningCertificate" => Ok(Self::OcspSigning),
            passthrough if passthrough.ends_with("Passthrough") => Err(PcaError::unsupported(arn)),
            _ => Err(malformed()),
        }
    }

    /// Returns how many authorities may follow; nothing for a certificate that is of none, or of a root, which has no
    /// limit.
    pub(crate) fn path_length(self) -> Option<u8> {
        match self {
            Self::Subordinate(length) => Some(length),
            _ => None,
        }
    }

    fn constraints(self) -> BasicConstraints {
        BasicConstraints {
            ca: matches!(self, Self::Root | Self::Subordinate(_)),
            path_len_constraint: self.path_length(),
        }
    }

    fn usages(self) -> KeyUsage {
        KeyUsage(match self {
            Self::Root | Self::Subordinate(_) => {
                KeyUsages::DigitalSignature | KeyUsages::KeyCertSign | KeyUsages::CRLSign
            }
            Self::CodeSigning | Self::OcspSigning => KeyUsages::DigitalSignature.into(),
            _ => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
        })
    }

    /// The purposes, and whether they are critical.
    fn purposes(self) -> (&'static [&'static str], bool) {
        match self {
            Self::Root | Self::Subordinate(_) => (&[], false),
            Self::EndEntity => (&[SERVER_AUTH, CLIENT_AUTH], false),
            Self::EndEntityClientAuth => (&[CLIENT_AUTH], false),
            Self::EndEntityServerAuth => (&[SERVER_AUTH], false),
            Self::CodeSigning => (&[CODE_SIGNING], true),
            Self::OcspSigning => (&[OCSP_SIGNING], true),
        }
    }

    /// Returns the extensions of a certificate for a request, below an issuer with this key identifier.
    pub(crate) fn extensions(self, request: &CertReq, issuer: &[u8]) -> Result<Extensions, MakeError> {
        let ca = self.constraints().ca;
        let mut made = Vec::new();
        // "Subject alternative name: Passthrough from CSR", in every base template.
        let wishes = requested(request);
        if let Some(names) = find::<SubjectAltName>(Some(&wishes)) {
            made.push(extension(&names, request.info.subject.is_empty())?);
        }
        made.push(extension(&self.constraints(), ca)?);
        // The definition of RootCACertificate/V1 is the one without an authority key identifier.
        if self != Self::Root {
            let issuer = AuthorityKeyIdentifier {
                key_identifier: Some(OctetString::new(issuer)?),
                authority_cert_issuer: None,
                authority_cert_serial_number: None,
            };
            made.push(extension(&issuer, false)?);
        }
        let own = OctetString::new(key_identifier(&request.info.public_key))?;
        made.push(extension(&SubjectKeyIdentifier(own), false)?);
        made.push(extension(&self.usages(), true)?);
        let (purposes, critical) = self.purposes();
        if !purposes.is_empty() {
            let purposes = purposes.iter().map(|oid| ObjectIdentifier::new_unwrap(oid));
            made.push(extension(&ExtendedKeyUsage(purposes.collect()), critical)?);
        }
        Ok(made)
    }
}
