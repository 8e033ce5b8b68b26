//! Settling: whether an effect happened whose answer was lost.

use std::time::Duration;

use meshform_state::Scope;
use meshform_state::journal::Intent;

use crate::adapter::{Adapter, AdapterError, Located, Timing};
use crate::clock::{Clock, Entropy};
use crate::event::{Event, EventSink};
use crate::retry::RetryPolicy;

/// How long to wait before the second look; it doubles with each up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// The longest time between the making of an intent and the start of its call.
pub(super) const LATEST_CALL: Duration = Duration::from_secs(10);

/// What an effect made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    /// The object that is kept.
    pub(super) id: String,
    /// Others that bear its mark: the request was delivered more than once.
    pub(super) doubles: Vec<String>,
}

/// An effect that is asked about.
pub(super) struct Lost<'a> {
    pub(super) adapter: &'a dyn Adapter,
    pub(super) scope: &'a Scope,
    pub(super) intent: &'a Intent,
    /// How long it is waited for what cannot be seen.
    pub(super) wait: Duration,
    pub(super) means: (&'a dyn Clock, &'a dyn Entropy, RetryPolicy),
}

impl Lost<'_> {
    /// What the effect made, or `None` if it had no effect and can have none any more.
    ///
    /// "Absent" counts only after `wait`: once the call can no longer take effect and what it did would have become
    /// visible. That is measured by a clock that nobody puts right. It is looked for again and again meanwhile, and
    /// found is found.
    ///
    /// # Errors
    /// When the API cannot be asked; the effect then stays in doubt.
    pub(super) async fn settle(&self, sink: &dyn EventSink) -> Result<Option<Made>, AdapterError> {
        let (address, effect) = (&self.intent.address, &self.intent.effect);
        sink.event(Event::Resolving {
            address: address.clone(),
            effect: effect.clone(),
            at_most: self.wait,
        });
        let waits = |at_most| {
            sink.event(Event::StillResolving {
                address: address.clone(),
                effect: effect.clone(),
                at_most,
            });
        };
        let mut found = self.look(|found| !found.is_empty(), waits).await?.into_iter();
        // The choice is the same whoever makes it.
        let made = found.next().map(|id| Made {
            id,
            doubles: found.collect(),
        });
        sink.event(Event::Resolved {
            address: address.clone(),
            effect: effect.clone(),
            id: made.as_ref().map(|made| made.id.clone()),
            doubles: made.as_ref().map(|made| made.doubles.clone()).unwrap_or_default(),
        });
        Ok(made)
    }

    /// What else the effect made, which is known to have made `kept`: looked for once that can be seen.
    ///
    /// # Errors
    /// When the API cannot be asked.
    pub(super) async fn doubles(&self, kept: &str) -> Result<Vec<String>, AdapterError> {
        let mut found = self
            .look(|found| found.iter().any(|id| id == kept), |_| ())
            .await?;
        found.retain(|id| id != kept);
        Ok(found)
    }

    /// What is there, sorted, as soon as it is `enough` or the time is over.
    async fn look(
        &self,
        enough: impl Fn(&[String]) -> bool,
        waits: impl Fn(Duration),
    ) -> Result<Vec<String>, AdapterError> {
        let (clock, entropy, retry) = self.means;
        let certain = clock.monotonic() + self.wait;
        let mut pause = FIRST_PAUSE;
        loop {
            // The time is taken before the look: what became visible during the look was not certain to be seen.
            let looked = clock.monotonic();
            let located = retry
                .read(clock, entropy, || self.adapter.locate(self.scope, self.intent))
                .await?;
            let mut found = match located {
                Located::Absent => Vec::new(),
                Located::Found(id) => vec![id],
                Located::Several(ids) => ids,
            };
            found.sort();
            if enough(&found) || looked >= certain {
                return Ok(found);
            }
            let left = certain.saturating_sub(looked);
            waits(left);
            clock.sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// How long an effect of an earlier process, begun at `sent_ms`, must still be waited for. A time of day that was put
/// back since does not make it longer than for one that has just begun.
pub(super) fn left(timing: Timing, sent_ms: u64, now_ms: u64) -> Duration {
    let passed = Duration::from_millis(now_ms.saturating_sub(sent_ms));
    (LATEST_CALL + timing.call + timing.settle).saturating_sub(passed)
}
