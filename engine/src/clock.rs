//! Time and chance, as arguments.

use std::time::Duration;

use async_trait::async_trait;

/// Tells the time and lets it pass.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, in UTC. May jump.
    fn now_ms(&self) -> u64;

    /// Time since some fixed moment, counting suspended time where the system can. Never goes back.
    fn monotonic(&self) -> Duration;

    /// Returns when `duration` has passed.
    async fn sleep(&self, duration: Duration);
}

/// Draws what must be different every time.
pub trait Entropy: Send + Sync {
    /// A fresh random UUID.
    fn uuid(&self) -> String;

    /// A number in `0.0..1.0`, for the jitter of retries.
    fn unit(&self) -> f64;
}

/// A moment in RFC 3339, in UTC with milliseconds: of one width, so that texts of it sort as the moments do.
#[must_use]
pub fn timestamp(ms: u64) -> String {
    format!("{:.3}", moment(ms))
}

/// A moment in RFC 3339, in UTC, to the second before it: as `timestamp()` of the language gives it.
#[must_use]
pub fn timestamp_in_seconds(ms: u64) -> String {
    format!("{:.0}", moment(ms / 1_000 * 1_000))
}

fn moment(ms: u64) -> jiff::Timestamp {
    i64::try_from(ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_with_milliseconds() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(1_700_000_000_120), "2023-11-14T22:13:20.120Z");
    }

    #[test]
    fn moments_of_the_language_have_no_fraction() {
        assert_eq!(timestamp_in_seconds(1_700_000_000_999), "2023-11-14T22:13:20Z");
    }
}
