//! Settling: whether an effect happened whose answer was lost.

use std::time::Duration;

use meshform_state::Scope;
use meshform_state::journal::Intent;

use crate::adapter::{Adapter, AdapterError, Located, Timing};
use crate::clock::{Clock, Entropy};
use crate::retry::RetryPolicy;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest time between the making of an intent and the start of its call.
pub(super) const LATEST_CALL: Duration = Duration::from_secs(10);

/// The id of what the effect made, or `None` if it had no effect and can have none any more.
///
/// "Absent" counts only after `wait`: once the call can no longer take effect and what it did would have become
/// visible. That is measured by a clock that nobody puts right.
///
/// # Errors
/// When the API cannot be asked; the effect then stays in doubt.
pub(super) async fn settle(
    adapter: &dyn Adapter,
    scope: &Scope,
    intent: &Intent,
    wait: Duration,
    (clock, entropy, retry): (&dyn Clock, &dyn Entropy, RetryPolicy),
) -> Result<Option<String>, AdapterError> {
    let certain = clock.monotonic() + wait;
    loop {
        // The time is taken before the look: what became visible during the look was not certain to be seen.
        let looked = clock.monotonic();
        match retry
            .read(clock, entropy, || adapter.locate(scope, intent))
            .await?
        {
            Located::Found(id) => return Ok(Some(id)),
            Located::Absent if looked >= certain => return Ok(None),
            Located::Absent => clock.sleep(PAUSE.min(certain.saturating_sub(looked))).await,
        }
    }
}

/// How long an effect of an earlier process, begun at `sent_ms`, must still be waited for. A time of day that was put
/// back since does not make it longer than for one that has just begun.
pub(super) fn left(timing: Timing, sent_ms: u64, now_ms: u64) -> Duration {
    let passed = Duration::from_millis(now_ms.saturating_sub(sent_ms));
    (LATEST_CALL + timing.call + timing.settle).saturating_sub(passed)
}
