//! How long certificates are valid, as people write it: `10y`, `90d`, `12h`.

use std::fmt;
use std::str::FromStr;

use meshform_state::Value;

/// How long a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Validity {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: ValidityUnit,
}

/// What a validity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValidityUnit {
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
    /// Years of the calendar.
    Years,
}

/// A text that is no validity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a validity, as `10y`, `90d` or `12h` are.")]
pub struct ValidityError(pub String);

/// Longer than any certificate can be: years have four digits in X.509.
const LONGEST: u32 = 1_000_000;

impl Validity {
    /// About how many hours it is: a year has 365 days here.
    #[must_use]
    pub fn hours(&self) -> u64 {
        let hours = match self.unit {
            ValidityUnit::Hours => 1,
            ValidityUnit::Days => 24,
            ValidityUnit::Years => 24 * 365,
        };
        u64::from(self.amount) * hours
    }
}

impl FromStr for Validity {
    type Err = ValidityError;

    fn from_str(text: &str) -> Result<Self, ValidityError> {
        let wrong = || ValidityError(text.to_owned());
        let trimmed = text.trim();
        let unit = match trimmed.chars().last().ok_or_else(wrong)?.to_ascii_lowercase() {
            'h' => ValidityUnit::Hours,
            'd' => ValidityUnit::Days,
            'y' => ValidityUnit::Years,
            _ => return Err(wrong()),
        };
        let digits = &trimmed[..trimmed.len() - 1];
        let amount = Some(digits)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .filter(|amount| (1..=LONGEST).contains(amount));
        Ok(Validity {
            amount: amount.ok_or_else(wrong)?,
            unit,
        })
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            ValidityUnit::Hours => 'h',
            ValidityUnit::Days => 'd',
            ValidityUnit::Years => 'y',
        };
        write!(f, "{}{unit}", self.amount)
    }
}

/// The one form of a validity. For [`Attribute::normalised`](meshform_engine::Attribute::normalised).
///
/// # Errors
/// A sentence, if the text is none.
pub fn normalise(value: Value) -> Result<Value, String> {
    match value.as_str() {
        Some(text) => text
            .parse::<Validity>()
            .map(|validity| Value::from(validity.to_string().as_str()))
            .map_err(|error| error.to_string()),
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validities_have_one_form() {
        for (given, form) in [("10y", "10y"), (" 090D ", "90d"), ("12h", "12h")] {
            assert_eq!(given.parse::<Validity>().unwrap().to_string(), form);
            assert_eq!(normalise(Value::from(given)), Ok(Value::from(form)));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "", "y", "10", "0d", "-1d", "1.5y", "10 y", "10m", "9999999d", "+1d", "é",
        ] {
            assert!(text.parse::<Validity>().is_err(), "{text}");
        }
        assert_eq!(
            normalise(Value::from("soon")),
            Err("`soon` is not a validity, as `10y`, `90d` or `12h` are.".to_owned())
        );
    }
}
