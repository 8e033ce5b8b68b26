//! When a certificate begins and ends (API_Validity, API_IssueCertificate). It must never look at a clock: now is given.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::error::PcaError;
use super::input::Input;

/// How long certificates of a CA in SHORT_LIVED_CERTIFICATE mode may last (API_CreateCertificateAuthority, UsageMode).
const SHORT_LIVED_DAYS: i64 = 7;

/// From when to when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

impl Period {
    /// Reads `Validity` and `ValidityNotBefore`.
    pub(crate) fn read(input: Input<'_>, now: Timestamp) -> Result<Self, PcaError> {
        let not_after = end(input.structure("Validity")?, now)?;
        let not_before = match input.optional_structure("ValidityNotBefore")? {
            // "sets the Not Before date to the issuance time minus 60 minutes".
            None => shifted(now, Span::new().minutes(-60))?,
            Some(start) if start.text("Type")? == "ABSOLUTE" => seconds(start.number("Value")?)?,
            // "expressed as an explicit date and time, using the Validity type value ABSOLUTE".
            Some(_) => return Err(PcaError::args("ValidityNotBefore must be of the type ABSOLUTE.")),
        };
        if not_after <= now || not_before >= not_after {
            return Err(PcaError::args(
                "The certificate's validity ends before it begins or has ended.",
            ));
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// Tells whether a CA for short-lived certificates may issue it: its days are counted from the issuance.
    pub(crate) fn is_short(self, now: Timestamp) -> bool {
        shifted(now, Span::new().days(SHORT_LIVED_DAYS)).is_ok_and(|latest| self.not_after <= latest)
    }
}

fn end(validity: Input<'_>, now: Timestamp) -> Result<Timestamp, PcaError> {
    let value = validity.number("Value")?;
    if value < 1 {
        return Err(PcaError::validation(format!(
            "1 validation error detected: Value '{value}' at 'validity.value' failed to satisfy constraint: Member \
             must have value greater than or equal to 1"
        )));
    }
    let kinds = ["END_DATE", "ABSOLUTE", "DAYS", "MONTHS", "YEARS"].map(|kind| (kind, kind));
    let kind = validity.one_of("Type", &kinds)?;
    let span =
        |span: Result<Span, jiff::Error>| span.map_err(|_| too_far()).and_then(|span| shifted(now, span));
    match kind.ok_or_else(|| super::input::missing("validity.type"))? {
        "DAYS" => span(Span::new().try_days(value)),
        "MONTHS" => span(Span::new().try_months(value)),
        "YEARS" => span(Span::new().try_years(value)),
        "ABSOLUTE" => seconds(value),
        _ => date(value),
    }
}

/// END_DATE is UTCTime (YYMMDDHHMMSS; 50 and above are of the 20th century) or GeneralizedTime (YYYYMMDDHHMMSS), as a
/// number: leading zeros are lost.
fn date(value: i64) -> Result<Timestamp, PcaError> {
    const UTC_TIME_END: i64 = 1_000_000_000_000;
    const CENTURY: i64 = 10_000_000_000;
    let value = match value {
        0..UTC_TIME_END if value / CENTURY >= 50 => value + 19 * 100 * CENTURY,
        0..UTC_TIME_END => value + 20 * 100 * CENTURY,
        _ => value,
    };
    let refused = || PcaError::args("The value of END_DATE is neither UTCTime nor GeneralizedTime.");
    let pair = |at: u32| i8::try_from(value / 100_i64.pow(at) % 100).map_err(|_| refused());
    let year = i16::try_from(value / CENTURY).map_err(|_| refused())?;
    DateTime::new(year, pair(4)?, pair(3)?, pair(2)?, pair(1)?, pair(0)?, 0)
        .and_then(|date| date.to_zoned_datetime(TimeZone::UTC))
        .map(|zoned| zoned.timestamp())
        .map_err(|_| refused())
}

fn seconds(value: i64) -> Result<Timestamp, PcaError> {
    Timestamp::from_second(value).map_err(|_| too_far())
}

fn shifted(now: Timestamp, span: Span) -> Result<Timestamp, PcaError> {
    let zoned = now.to_zoned_datetime(TimeZone::UTC).checked_add(span);
    zoned.map(|zoned| zoned.timestamp()).map_err(|_| too_far())
}

fn too_far() -> PcaError {
    PcaError::args("The validity is beyond what a certificate can say.")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn period(body: &Value, now: &str) -> Result<(String, String), &'static str> {
        Period::read(Input::of(body).unwrap(), now.parse().unwrap())
            .map(|period| (period.not_before.to_string(), period.not_after.to_string()))
            .map_err(|error| error.code)
    }

    fn end(kind: &str, value: i64, now: &str) -> Result<String, &'static str> {
        period(&json!({ "Validity": { "Type": kind, "Value": value } }), now).map(|(_, end)| end)
    }

    #[test]
    fn the_examples_of_the_page_come_out() {
        let now = "2020-10-12T12:34:54Z";
        assert_eq!(end("DAYS", 90, now).unwrap(), "2021-01-10T12:34:54Z");
        assert_eq!(
            end("END_DATE", 491_231_235_959, now).unwrap(),
            "2049-12-31T23:59:59Z"
        );
        assert_eq!(
            end("ABSOLUTE", 2_524_608_000, now).unwrap(),
            "2050-01-01T00:00:00Z"
        );
    }

    #[test]
    fn months_and_years_follow_the_calendar() {
        assert_eq!(
            end("MONTHS", 1, "2024-01-31T10:00:00Z").unwrap(),
            "2024-02-29T10:00:00Z"
        );
        assert_eq!(
            end("MONTHS", 13, "2023-01-31T10:00:00Z").unwrap(),
            "2024-02-29T10:00:00Z"
        );
        assert_eq!(
            end("YEARS", 1, "2024-02-29T10:00:00Z").unwrap(),
            "2025-02-28T10:00:00Z"
        );
        assert_eq!(
            end("DAYS", 365, "2024-02-29T10:00:00Z").unwrap(),
            "2025-02-28T10:00:00Z"
        );
    }

    #[test]
    fn end_dates_have_two_forms() {
        let now = "2005-01-01T00:00:00Z";
        // 2009-12-31: the leading zero of UTCTime is lost in a number.
        assert_eq!(
            end("END_DATE", 91_231_235_959, now).unwrap(),
            "2009-12-31T23:59:59Z"
        );
        assert_eq!(
            end("END_DATE", 20_501_231_235_959, now).unwrap(),
            "2050-12-31T23:59:59Z"
        );
        assert_eq!(end("END_DATE", 501_231_235_959, now), Err("InvalidArgsException"));
        assert_eq!(end("END_DATE", 491_331_235_959, now), Err("InvalidArgsException"));
    }

    #[test]
    fn a_certificate_begins_an_hour_ago_unless_told_otherwise() {
        let now = "2026-11-26T12:00:00Z";
        let body = json!({ "Validity": { "Type": "DAYS", "Value": 1 } });
        assert_eq!(period(&body, now).unwrap().0, "2026-11-26T11:00:00Z");
        let body = json!({
            "Validity": { "Type": "DAYS", "Value": 20 },
            "ValidityNotBefore": { "Type": "ABSOLUTE", "Value": 1_796_083_200 },
        });
        let expected = (
            "2026-12-01T00:00:00Z".to_owned(),
            "2026-12-16T12:00:00Z".to_owned(),
        );
        assert_eq!(period(&body, now).unwrap(), expected);
        let body = json!({
            "Validity": { "Type": "DAYS", "Value": 20 },
            "ValidityNotBefore": { "Type": "DAYS", "Value": 1 },
        });
        assert_eq!(period(&body, now), Err("InvalidArgsException"));
        assert_eq!(end("DAYS", 0, now), Err("ValidationException"));
        assert_eq!(end("WEEKS", 1, now), Err("ValidationException"));
        assert_eq!(end("ABSOLUTE", 1, now), Err("InvalidArgsException"));
    }
}
