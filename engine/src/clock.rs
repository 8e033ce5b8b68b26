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
