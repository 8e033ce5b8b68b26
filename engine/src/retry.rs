//! Trying again: one policy for all reads and effects, by the class of the failure.

use std::future::Future;
use std::time::Duration;

use crate::adapter::{AdapterError, ErrorClass};
use crate::clock::{Clock, Entropy};

/// How long failed calls are tried again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How often a throttled or unavailable call is made at most.
    pub attempts: u32,
    /// The pause after the first failure; it doubles with each.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How often an object that something still depends on is tried at most: that takes longer to pass.
    pub busy_attempts: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            attempts: 6,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(20),
            busy_attempts: 40,
        }
    }
}

impl RetryPolicy {
    /// The pause before the attempt after `attempt`, or `None` if there is none.
    #[must_use]
    pub fn pause(&self, error: &AdapterError, attempt: u32, entropy: &dyn Entropy) -> Option<Duration> {
        let attempts = match error.class {
            ErrorClass::Throttled | ErrorClass::Unavailable => self.attempts,
            ErrorClass::Busy => self.busy_attempts,
            _ => return None,
        };
        if attempt >= attempts {
            return None;
        }
        let doubled = self
            .first_pause
            .saturating_mul(1 << attempt.saturating_sub(1).min(16));
        // Full jitter below half: callers that were throttled together do not return together.
        Some(
            doubled
                .min(self.longest_pause)
                .mul_f64(0.5 + entropy.unit() / 2.0),
        )
    }

    /// Makes `call` until it succeeds, fails for good or has been made often enough. For reads only.
    ///
    /// # Errors
    /// The last failure.
    pub async fn read<T, F, Fut>(
        &self,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
        mut call: F,
    ) -> Result<T, AdapterError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, AdapterError>>,
    {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match call().await {
                Ok(value) => return Ok(value),
                Err(error) => match self.pause(&error, attempt, entropy) {
                    Some(pause) => clock.sleep(pause).await,
                    None => return Err(error),
                },
            }
        }
    }
}
