//! Signing with a root that is kept in a cluster.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use meshform_engine::AdapterError;
use meshform_kinds::validity::{Validity, ValidityUnit};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyUsagePurpose, SerialNumber};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::key::{Key, Subject};
use super::{parse, unusable};

/// How long before now a certificate begins, for clocks that are behind, in seconds.
const BEHIND: i64 = 3600;

/// When a certificate is valid, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    /// From then.
    pub(crate) not_before: i64,
    /// Until then.
    pub(crate) not_after: i64,
}

impl Period {
    /// `validity` from `now_ms` on.
    ///
    /// # Errors
    /// If it ends after the year 9999.
    pub(crate) fn from(now_ms: u64, validity: Validity) -> Result<Self, AdapterError> {
        let end = || {
            let now = Timestamp::from_second(i64::try_from(now_ms / 1000).ok()?).ok()?;
            let amount = i64::from(validity.amount);
            let span = match validity.unit {
                ValidityUnit::Hours => Span::new().try_hours(amount).ok()?,
                ValidityUnit::Days => Span::new().try_hours(amount.checked_mul(24)?).ok()?,
                ValidityUnit::Years => Span::new().try_years(amount).ok()?,
            };
            let end = now.to_zoned_datetime(TimeZone::UTC).checked_add(span).ok()?;
            Some((now.as_second(), end.timestamp().as_second()))
        };
        let (now, not_after) = end().ok_or_else(|| unusable(format!("`{validity}` is too long")))?;
        Ok(Period {
            not_before: now - BEHIND,
            not_after,
        })
    }
}

/// A certificate in which `key` signs itself, as PEM.
///
/// # Errors
/// If the subject or the period cannot be written.
pub(crate) fn root(key: &Key, subject: &Subject, period: Period) -> Result<String, AdapterError> {
    let params = params(key, subject, period, BasicConstraints::Unconstrained)?;
    let made = params.self_signed(&*key.pair);
    made.map(|made| made.pem())
        .map_err(|error| unusable(format!("the root cannot sign itself: {error}")))
}

/// A certificate for `key` that allows no authority below it, signed by the root in `above` whose key is `by`, as PEM.
/// It ends with the root at the latest.
///
/// # Errors
/// If the root is none, or the subject or the period cannot be written.
pub(crate) fn sign(
    key: &Key,
    subject: &Subject,
    period: Period,
    (above, by): (&str, &Key),
) -> Result<String, AdapterError> {
    let found = parse(above, "the root")?;
    let root = found.first().ok_or_else(|| unusable("there is no root"))?;
    if root.public_sha256 != by.public_sha256() {
        return Err(unusable("the key of the root is not that of its certificate"));
    }
    if root.not_after <= period.not_before + BEHIND {
        return Err(unusable("the root is no longer valid").hint("Replace the root first."));
    }
    let period = Period {
        not_before: period.not_before.max(root.not_before),
        not_after: period.not_after.min(root.not_after),
    };
    let failed = |error: rcgen::Error| unusable(format!("the root cannot sign: {error}"));
    let mut params = params(key, subject, period, BasicConstraints::Constrained(0))?;
    params.use_authority_key_identifier_extension = true;
    let issuer = Issuer::from_ca_cert_pem(&root.to_pem(), &*by.pair).map_err(failed)?;
    params
        .signed_by(&*key.pair, &issuer)
        .map(|made| made.pem())
        .map_err(failed)
}

fn params(
    key: &Key,
    subject: &Subject,
    period: Period,
    constraints: BasicConstraints,
) -> Result<CertificateParams, AdapterError> {
    let moment = |seconds| {
        OffsetDateTime::from_unix_timestamp(seconds)
            .map_err(|_| unusable("a certificate cannot be valid then"))
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = subject.name();
    params.not_before = moment(period.not_before)?;
    params.not_after = moment(period.not_after)?;
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
    ];
    // Another key or another period, another number: an issuer gives no number twice.
    let seed = format!(
        "{} {} {}",
        key.public_sha256(),
        period.not_before,
        period.not_after
    );
    let mut serial = Sha256::digest(seed.as_bytes())[..16].to_vec();
    // Positive and of full length.
    serial[0] = (serial[0] & 0x7f) | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(params)
}
