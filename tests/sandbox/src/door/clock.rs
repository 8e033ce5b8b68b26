//! The door's clock: the machine's, and what tests put it ahead by. It must never go back.

use std::time::Duration;

use jiff::Timestamp;

/// What time it is for the services that the door answers itself; moto has the machine's time.
#[derive(Debug, Default)]
pub(crate) struct DoorClock {
    ahead: Duration,
}

impl DoorClock {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now()
            .saturating_add(self.ahead)
            .unwrap_or(Timestamp::MAX)
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }

    /// Returns to the machine's time, for a world that begins anew.
    pub(crate) fn reset(&mut self) {
        self.ahead = Duration::ZERO;
    }
}
