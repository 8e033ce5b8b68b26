//! Time and chance that tests own.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rand::rngs::SmallRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};

use crate::clock::{Clock, Entropy};

/// Midnight of the first of January 2030, in UTC.
const START_MS: u64 = 1_893_456_000_000;

/// A clock that moves only when something sleeps.
///
/// [`ManualClock::new`] moves at once by what each sleeper asks for. [`ManualClock::ordered`] wakes sleepers in the
/// order of their times, once nothing else can go on; it needs a tokio runtime of one thread whose time is paused, and
/// [`ManualClock::enter`] in each.
#[derive(Debug)]
pub struct ManualClock {
    ordered: bool,
    state: Mutex<Time>,
}

#[derive(Debug, Default)]
struct Time {
    passed: Duration,
    /// Since when time passes with the runtime.
    entered: Option<tokio::time::Instant>,
    wall_ahead_ms: i64,
    sleeps: u64,
    slept: Duration,
}

impl Time {
    fn now(&self) -> Duration {
        self.passed + self.entered.map_or(Duration::ZERO, |entered| entered.elapsed())
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        ManualClock::new()
    }
}

impl ManualClock {
    /// A clock that each sleeper moves at once.
    #[must_use]
    pub fn new() -> Self {
        ManualClock {
            ordered: false,
            state: Mutex::default(),
        }
    }

    /// A clock that wakes sleepers in order.
    #[must_use]
    pub fn ordered() -> Self {
        ManualClock {
            ordered: true,
            state: Mutex::default(),
        }
    }

    /// Lets time pass with the runtime that this is called in, until [`ManualClock::leave`].
    pub fn enter(&self) {
        if self.ordered {
            self.state().entered = Some(tokio::time::Instant::now());
        }
    }

    /// Stops the time where it is. To be called in the same runtime.
    pub fn leave(&self) {
        let mut state = self.state();
        state.passed = state.now();
        state.entered = None;
    }

    /// Lets `duration` pass.
    pub fn advance(&self, duration: Duration) {
        self.state().passed += duration;
    }

    /// Sets the time of day ahead, or back, without any time passing: a clock that is put right.
    pub fn jump(&self, milliseconds: i64) {
        self.state().wall_ahead_ms += milliseconds;
    }

    /// How often something slept.
    #[must_use]
    pub fn sleeps(&self) -> u64 {
        self.state().sleeps
    }

    /// How long all sleepers together asked to sleep.
    #[must_use]
    pub fn slept(&self) -> Duration {
        self.state().slept
    }

    fn state(&self) -> MutexGuard<'_, Time> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        let state = self.state();
        let passed = u64::try_from(state.now().as_millis()).unwrap_or(u64::MAX);
        START_MS
            .saturating_add(passed)
            .saturating_add_signed(state.wall_ahead_ms)
    }

    fn monotonic(&self) -> Duration {
        self.state().now()
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut state = self.state();
            state.sleeps += 1;
            state.slept += duration;
            if !self.ordered {
                state.passed += duration;
            }
        }
        if self.ordered {
            tokio::time::sleep(duration).await;
        } else {
            tokio::task::yield_now().await;
        }
    }
}

/// Chance that repeats itself: the same seed draws the same.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<SmallRng>);

impl SeededEntropy {
    /// Draws by `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        SeededEntropy(Mutex::new(SmallRng::seed_from_u64(seed)))
    }

    fn rng(&self) -> MutexGuard<'_, SmallRng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entropy for SeededEntropy {
    fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.rng().fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn unit(&self) -> f64 {
        self.rng().random()
    }
}
