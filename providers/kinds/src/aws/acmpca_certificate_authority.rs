//! `aws_acmpca_certificate_authority`.

use meshform_engine::{Object, Problem};
use meshform_state::{Type, Value};

use super::tags::{self, Tags};
use crate::spec::{Rules, Spec as _};
use crate::{kind, nested, validity};

nested! {
    /// Whom a certificate is about.
    pub struct CertificateSubject {
        /// The common name.
        common_name: Option<String>,
        /// The organization.
        organization: Option<String>,
        /// The unit of the organization.
        organizational_unit: Option<String>,
        /// The country, in two letters.
        country: Option<String>,
        /// The state or province.
        state: Option<String>,
        /// The city.
        locality: Option<String>
    }
}

kind! {
    /// A root authority of AWS Private CA: its key, made and kept by AWS, and the certificate that it signs for itself.
    /// Unlike in Terraform it is one resource from the key to the installed certificate.
    pub struct CertificateAuthority: managed "aws_acmpca_certificate_authority" in Aws {
        /// What it is: `ROOT`.
        r#type: String => optional.force_new().default(Value::from("ROOT")),
        /// What it is for: `GENERAL_PURPOSE`, or `SHORT_LIVED_CERTIFICATE` for certificates of at most seven days.
        usage_mode: String => optional.force_new().default(Value::from("GENERAL_PURPOSE")),
        /// Its key, such as `EC_secp384r1` or `RSA_4096`.
        key_algorithm: String => required.force_new(),
        /// How it signs its own certificate, such as `SHA384WITHECDSA`; one that fits the key if it is not given.
        signing_algorithm: Option<String> => optional.force_new().or_computed(),
        /// Whom its certificate is about.
        subject: CertificateSubject => required.force_new(),
        /// How long its certificate is valid, as `10y`, `90d` or `12h`. A change makes it sign a new certificate for the
        /// same key: what it has signed stays good, but what others keep as the root must be exchanged.
        validity: String => required.normalised(validity::normalise),
        /// Whether it may sign.
        enabled: bool => optional.default(Value::Bool(true)),
        /// For how many days after its deletion it can be brought back, from 7 to 30.
        permanent_deletion_time_in_days: i64 => optional.default(Value::int(30)),
        /// Tags.
        tags: Tags => optional,
        /// Its ARN.
        arn: Option<String> => computed,
        /// Its certificate, as PEM.
        certificate: Option<String> => computed,
        /// From when its certificate is valid, in RFC 3339.
        not_before: Option<String> => computed,
        /// Until when its certificate is valid, in RFC 3339.
        not_after: Option<String> => computed,
        /// The serial number of its certificate.
        serial: Option<String> => computed,
        /// Its status, such as `ACTIVE`.
        status: Option<String> => computed,
        /// Its ARN again.
        id: Option<String> => computed,
    }
}

/// Keys, and how they sign if nothing is said: "CertificateAuthorityConfiguration" in the API reference of AWS Private
/// CA. An algorithm must be of its key's family.
const KEYS: [(&str, &str, &str); 6] = [
    ("RSA_2048", "RSA", "SHA256WITHRSA"),
    ("RSA_3072", "RSA", "SHA384WITHRSA"),
    ("RSA_4096", "RSA", "SHA512WITHRSA"),
    ("EC_prime256v1", "ECDSA", "SHA256WITHECDSA"),
    ("EC_secp384r1", "ECDSA", "SHA384WITHECDSA"),
    ("EC_secp521r1", "ECDSA", "SHA512WITHECDSA"),
];

const ALGORITHMS: [&str; 6] = [
    "SHA256WITHRSA",
    "SHA384WITHRSA",
    "SHA512WITHRSA",
    "SHA256WITHECDSA",
    "SHA384WITHECDSA",
    "SHA512WITHECDSA",
];

/// What is wrong with the text of `attribute`, if it is known: it must be one of `known`.
pub(super) fn check_one_of(
    object: &Object,
    schema: &meshform_engine::Schema,
    attribute: &'static str,
    known: &[&str],
) -> Option<Problem> {
    let text = object.get(schema, attribute).as_str()?;
    (!known.contains(&text)).then(|| Problem {
        attribute,
        message: format!("`{text}` is none of `{}`.", known.join("`, `")),
        hint: None,
    })
}

/// The algorithms that certificates may be signed with.
pub(super) fn check_signing_algorithm(object: &Object, schema: &meshform_engine::Schema) -> Option<Problem> {
    check_one_of(object, schema, "signing_algorithm", &ALGORITHMS)
}

impl Rules for CertificateAuthority {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = CertificateAuthority::schema();
        let mut problems = tags::check(schema, object);
        let keys = KEYS.map(|(key, ..)| key);
        problems.extend(check_one_of(object, schema, "type", &["ROOT"]));
        let modes = ["GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"];
        problems.extend(check_one_of(object, schema, "usage_mode", &modes));
        problems.extend(check_one_of(object, schema, "key_algorithm", &keys));
        problems.extend(check_signing_algorithm(object, schema));
        problems.extend(check_family(object));
        let days = object.get(schema, "permanent_deletion_time_in_days").as_i64();
        if days.is_some_and(|days| !(7..=30).contains(&days)) {
            problems.push(Problem {
                attribute: "permanent_deletion_time_in_days",
                message: "A deleted authority can be brought back for 7 to 30 days.".to_owned(),
                hint: None,
            });
        }
        problems
    }

    /// An algorithm that fits the key; and what a new certificate or another status will change.
    fn refine(prior: Option<&Object>, planned: &mut Object) {
        let schema = CertificateAuthority::schema();
        if let Value::Later(_) = planned.get(schema, "signing_algorithm") {
            let key = planned.get(schema, "key_algorithm").as_str();
            if let Some((_, _, fitting)) = KEYS.iter().find(|(name, ..)| Some(*name) == key) {
                planned.set(schema, "signing_algorithm", Value::from(*fitting));
            }
        }
        let Some(prior) = prior else { return };
        let differs = |planned: &Object, name: &str| planned.get(schema, name) != prior.get(schema, name);
        let status = prior.get(schema, "status").as_str();
        let enables = differs(planned, "enabled");
        let certified = ["ACTIVE", "DISABLED"].contains(&status.unwrap_or_default());
        if enables {
            planned.set(schema, "status", Value::later(Type::String));
        }
        if differs(planned, "validity") || (enables && !certified) {
            for name in ["certificate", "not_before", "not_after", "serial", "status"] {
                planned.set(schema, name, Value::later(Type::String));
            }
        }
    }
}

fn check_family(object: &Object) -> Option<Problem> {
    let schema = CertificateAuthority::schema();
    let text = |name: &str| object.get(schema, name).as_str();
    let (key, algorithm) = (text("key_algorithm")?, text("signing_algorithm")?);
    let (_, family, fitting) = KEYS.iter().find(|(name, ..)| *name == key)?;
    (!algorithm.ends_with(&format!("WITH{family}"))).then(|| Problem {
        attribute: "signing_algorithm",
        message: format!("A key of `{key}` cannot sign with `{algorithm}`."),
        hint: Some(format!("Give `{fitting}`, or leave it out.")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(attributes: &[(&str, Value)]) -> Object {
        let schema = CertificateAuthority::schema();
        let mut object = Object::empty(schema);
        object.set(schema, "key_algorithm", Value::from("EC_secp384r1"));
        object.set(schema, "signing_algorithm", Value::later(Type::String));
        object.set(schema, "validity", Value::from("10y"));
        object.set(schema, "enabled", Value::Bool(true));
        for (name, value) in attributes {
            object.set(schema, name, value.clone());
        }
        object
    }

    #[test]
    fn the_algorithm_fits_the_key() {
        let schema = CertificateAuthority::schema();
        let mut object = planned(&[]);
        CertificateAuthority::refine(None, &mut object);
        assert_eq!(
            object.get(schema, "signing_algorithm").as_str(),
            Some("SHA384WITHECDSA")
        );
        let wrong = planned(&[("signing_algorithm", Value::from("SHA256WITHRSA"))]);
        let problems = CertificateAuthority::validate(&wrong);
        assert_eq!(problems.len(), 1);
        assert_eq!(
            problems[0].hint.as_deref(),
            Some("Give `SHA384WITHECDSA`, or leave it out.")
        );
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        let wrong = planned(&[
            ("type", Value::from("SUBORDINATE")),
            ("permanent_deletion_time_in_days", Value::int(3)),
        ]);
        let attributes: Vec<&str> = CertificateAuthority::validate(&wrong)
            .into_iter()
            .map(|problem| problem.attribute)
            .collect();
        assert_eq!(attributes, ["type", "permanent_deletion_time_in_days"]);
    }

    #[test]
    fn a_new_certificate_is_not_known_before() {
        let schema = CertificateAuthority::schema();
        let certified = [
            ("status", Value::from("ACTIVE")),
            ("certificate", Value::from("PEM")),
        ];
        let later = |prior: &Object, planned: &Object| {
            let mut planned = planned.clone();
            CertificateAuthority::refine(Some(prior), &mut planned);
            !planned.get(schema, "certificate").is_known()
        };
        let prior = planned(&certified);
        assert!(!later(&prior, &prior));
        let mut longer = prior.clone();
        longer.set(schema, "validity", Value::from("20y"));
        assert!(later(&prior, &longer));
        let half = planned(&[
            ("status", Value::from("PENDING_CERTIFICATE")),
            ("enabled", Value::Bool(false)),
        ]);
        assert!(later(
            &half,
            &planned(&[("status", Value::from("PENDING_CERTIFICATE"))])
        ));
        let disabled = planned(&[
            ("status", Value::from("DISABLED")),
            ("enabled", Value::Bool(false)),
        ]);
        assert!(!later(&disabled, &planned(&certified)));
    }
}
