//! What a certificate is to be, in the words of AWS Private CA.

use aws_sdk_acmpca::types::{SigningAlgorithm, Validity, ValidityPeriodType};
use meshform_engine::{AdapterError, ErrorClass};
use meshform_kinds::validity::{Validity as Given, ValidityUnit};

/// The longest idempotency token: "IssueCertificate" in the API reference.
const TOKEN: usize = 36;

/// A validity that was given as `10y`, `90d` or `12h`. AWS Private CA counts no hours: those make a point in time.
pub(super) fn validity(text: &str, now_ms: u64) -> Result<Validity, AdapterError> {
    let wrong = |problem: String| AdapterError::refused(ErrorClass::Invalid, problem);
    let given: Given = text.parse().map_err(|error| wrong(format!("{error}")))?;
    let (value, unit) = match given.unit {
        ValidityUnit::Years => (i64::from(given.amount), ValidityPeriodType::Years),
        ValidityUnit::Days => (i64::from(given.amount), ValidityPeriodType::Days),
        ValidityUnit::Hours => {
            let now = i64::try_from(now_ms / 1000).unwrap_or(i64::MAX);
            let end = now.saturating_add(i64::from(given.amount) * 3600);
            (end, ValidityPeriodType::Absolute)
        }
    };
    let built = Validity::builder().value(value).r#type(unit).build();
    built.map_err(|error| wrong(error.to_string()))
}

/// The ARN of a template that is given by its ARN or as `RootCACertificate/V1`.
pub(super) fn template(name: &str, partition: &str) -> String {
    match name.starts_with("arn:") {
        true => name.to_owned(),
        false => format!("arn:{partition}:acm-pca:::template/{name}"),
    }
}

pub(super) fn signing_algorithm(name: &str) -> SigningAlgorithm {
    SigningAlgorithm::from(name)
}

/// A token that is the same for the same request, and another for any other.
pub(super) fn token(parts: &[&str]) -> String {
    use sha2::{Digest as _, Sha256};
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let hex = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    hex.chars().take(TOKEN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_a_point_in_time_and_all_else_is_counted_by_aws() {
        let of = |text| validity(text, 1_000_999).map(|validity| (validity.value, validity.r#type));
        assert_eq!(of("10y").unwrap(), (10, ValidityPeriodType::Years));
        assert_eq!(of("90d").unwrap(), (90, ValidityPeriodType::Days));
        assert_eq!(of("2h").unwrap(), (1000 + 7200, ValidityPeriodType::Absolute));
        assert!(of("soon").is_err());
    }

    #[test]
    fn templates_are_of_the_partition() {
        let arn = "arn:aws-cn:acm-pca:::template/RootCACertificate/V1";
        assert_eq!(template("RootCACertificate/V1", "aws-cn"), arn);
        assert_eq!(template(arn, "aws"), arn);
    }

    #[test]
    fn tokens_tell_requests_apart() {
        assert_eq!(token(&["a", "b"]), token(&["a", "b"]));
        assert_ne!(token(&["a", "b"]), token(&["ab", ""]));
        assert_eq!(token(&["a"]).len(), TOKEN);
    }
}
