//! Settling: whether an effect happened whose answer was lost.

use std::time::Duration;

use meshform_state::Scope;
use meshform_state::journal::Intent;

use crate::adapter::{Adapter, AdapterError, Located};
use crate::clock::{Clock, Entropy};
use crate::retry::RetryPolicy;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_secs(2);

/// The id of what the effect made, or `None` if it had no effect and can have none any more.
///
/// "Absent" counts only once the call can no longer take effect and what it did would have become visible: the
/// times of [`crate::adapter::Timing`] after `sent_ms`.
///
/// # Errors
/// When the API cannot be asked; the effect then stays in doubt.
pub(super) async fn settle(
    adapter: &dyn Adapter,
    scope: &Scope,
    intent: &Intent,
    sent_ms: u64,
    (clock, entropy, retry): (&dyn Clock, &dyn Entropy, RetryPolicy),
) -> Result<Option<String>, AdapterError> {
    let timing = adapter.timing(&intent.kind);
    let window = u64::try_from((timing.call + timing.settle).as_millis()).unwrap_or(u64::MAX);
    let certain_ms = sent_ms.saturating_add(window);
    loop {
        // The time is taken before the look: what became visible during the look was not certain to be seen.
        let looked_ms = clock.now_ms();
        match retry.read(clock, entropy, || adapter.locate(scope, intent)).await? {
            Located::Found(id) => return Ok(Some(id)),
            Located::Absent if looked_ms >= certain_ms => return Ok(None),
            Located::Absent => {
                let left = Duration::from_millis(certain_ms.saturating_sub(looked_ms));
                clock.sleep(PAUSE.min(left).max(Duration::from_millis(1))).await;
            }
        }
    }
}
