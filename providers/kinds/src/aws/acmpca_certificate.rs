//! `aws_acmpca_certificate`.

use meshform_engine::{Object, Problem};

use super::acmpca_certificate_authority::check_signing_algorithm;
use crate::spec::{Rules, Spec as _};
use crate::{kind, validity};

kind! {
    /// A certificate that an authority of AWS Private CA has signed. It cannot be changed, and its deletion only forgets
    /// it: it ends by itself.
    pub struct Certificate: managed "aws_acmpca_certificate" in Aws {
        /// The authority.
        certificate_authority_arn: String => required.force_new(),
        /// The signing request, as PEM.
        certificate_signing_request: String => required.force_new(),
        /// How the authority signs, such as `SHA384WITHECDSA`; it must be of the family of the authority's key.
        signing_algorithm: String => required.force_new(),
        /// The template, by its ARN or as `SubordinateCACertificate_PathLen0/V1`; if it is not given, AWS makes a
        /// certificate that cannot sign others.
        template_arn: Option<String> => optional.force_new(),
        /// How long it is valid, as `10y`, `90d` or `12h`. It must not outlive the authority.
        validity: String => required.force_new().normalised(validity::normalise),
        /// Its ARN.
        arn: Option<String> => computed,
        /// The certificate, as PEM.
        certificate: Option<String> => computed,
        /// The certificates from its issuer up to the root, as PEM.
        certificate_chain: Option<String> => computed,
        /// Its ARN again.
        id: Option<String> => computed,
    }
}

impl Rules for Certificate {
    fn validate(object: &Object) -> Vec<Problem> {
        check_signing_algorithm(object, Certificate::schema())
            .into_iter()
            .collect()
    }
}
