//! The versions of Kubernetes that EKS offers (API_DescribeClusterVersions; dates of the "Amazon EKS Kubernetes release
//! calendar"). It must never hold a version whose dates are not on that page.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Minor version, its last patch here, release, end of standard support, end of extended support.
const CALENDAR: [(&str, &str, Date, Date, Date); 4] = [
    (
        "1.34",
        "1.34.4",
        date(2025, 10, 2),
        date(2026, 12, 2),
        date(2027, 12, 2),
    ),
    (
        "1.33",
        "1.33.5",
        date(2025, 5, 29),
        date(2026, 7, 29),
        date(2027, 7, 29),
    ),
    (
        "1.32",
        "1.32.9",
        date(2025, 1, 23),
        date(2026, 3, 23),
        date(2027, 3, 23),
    ),
    (
        "1.31",
        "1.31.13",
        date(2024, 9, 26),
        date(2025, 11, 26),
        date(2026, 11, 26),
    ),
];

/// Lists the versions with their support as of now; without `all` those that can still be chosen.
pub(crate) fn list(now: Timestamp, all: bool) -> Value {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    let midnight = |day: Date| {
        day.to_zoned_datetime(TimeZone::UTC)
            .map(|at| at.timestamp().as_second())
            .unwrap_or(0)
    };
    let shown =
        CALENDAR
            .iter()
            .enumerate()
            .filter_map(|(place, (version, patch, release, standard, extended))| {
                let status = match () {
                    () if today <= *standard => "STANDARD_SUPPORT",
                    () if today <= *extended => "EXTENDED_SUPPORT",
                    () => "UNSUPPORTED",
                };
                (all || status != "UNSUPPORTED").then(|| {
                    json!({
                        "clusterVersion": version,
                        "clusterType": "eks",
                        "defaultPlatformVersion": "eks.1",
                        "defaultVersion": place == 0,
                        "kubernetesPatchVersion": patch,
                        "releaseDate": midnight(*release),
                        "endOfStandardSupportDate": midnight(*standard),
                        "endOfExtendedSupportDate": midnight(*extended),
                        "status": status.to_lowercase(),
                        "versionStatus": status,
                    })
                })
            });
    json!({ "clusterVersions": shown.collect::<Vec<_>>() })
}
