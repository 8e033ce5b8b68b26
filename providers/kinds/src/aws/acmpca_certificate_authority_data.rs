//! `data "aws_acmpca_certificate_authority"`.

use super::tags::Tags;
use crate::kind;
use crate::spec::Rules;

kind! {
    /// An authority of AWS Private CA, whoever made it.
    pub struct CertificateAuthorityData: data "aws_acmpca_certificate_authority" in Aws {
        /// Its ARN.
        arn: String => required,
        /// Its status, such as `ACTIVE`.
        status: Option<String> => computed,
        /// What it is: `ROOT` or `SUBORDINATE`.
        r#type: Option<String> => computed,
        /// What it is for, such as `GENERAL_PURPOSE`.
        usage_mode: Option<String> => computed,
        /// Its key, such as `EC_secp384r1`.
        key_algorithm: Option<String> => computed,
        /// How its signing request was signed, such as `SHA384WITHECDSA`.
        signing_algorithm: Option<String> => computed,
        /// Its certificate, as PEM; none before there is one.
        certificate: Option<String> => computed,
        /// The certificates from its issuer up to the root, as PEM; none for a root.
        certificate_chain: Option<String> => computed,
        /// From when its certificate is valid, in RFC 3339.
        not_before: Option<String> => computed,
        /// Until when its certificate is valid, in RFC 3339.
        not_after: Option<String> => computed,
        /// The serial number of its certificate.
        serial: Option<String> => computed,
        /// The account that owns it.
        owner_account: Option<String> => computed,
        /// Its tags.
        tags: Tags => computed,
        /// Its ARN again.
        id: Option<String> => computed,
    }
}

impl Rules for CertificateAuthorityData {}
