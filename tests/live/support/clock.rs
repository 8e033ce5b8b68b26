//! A clock that lets minutes pass in moments.

use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::Clock;
use meshform_engine::testing::ManualClock;

/// The longest that a sleeper really sleeps. The servers work in real time: whoever asks a hundred times in two
/// minutes must give them some of it.
const REAL: Duration = Duration::from_millis(40);

/// Passes by what each sleeper asks for, and lets each really sleep a little.
#[derive(Debug, Default)]
pub(crate) struct PacedClock(ManualClock);

#[async_trait]
impl Clock for PacedClock {
    fn now_ms(&self) -> u64 {
        self.0.now_ms()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration.min(REAL)).await;
        self.0.sleep(duration).await;
    }
}
