//! Recovery: settles what an interrupted run left in doubt, before anything else is done.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use meshform_state::journal::{Event, Folded, Intent, Outcome, Recorder};
use meshform_state::{Address, Record, Scope, Session, StoreError};

use super::settle::{Lost, Made, left};
use crate::adapter::{AdapterError, Registry};
use crate::clock::{Clock, Entropy};
use crate::event::EventSink;
use crate::refresh::verified;
use crate::retry::RetryPolicy;

/// How many effects are looked up at once.
const LOOKUPS_AT_ONCE: usize = 8;

/// Why what was in doubt still is.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The state cannot be read or written.
    #[error("failed to read or write the state")]
    Store(#[source] StoreError),
    /// An API cannot be asked.
    #[error("failed to find out whether `{effect}` for `{address}` happened")]
    Lookup {
        /// The resource.
        address: Address,
        /// What was called.
        effect: String,
        /// Why.
        #[source]
        source: AdapterError,
    },
}

/// Opens a locked state for writing, with nothing left in doubt: each effect of an interrupted run whose outcome was
/// lost is looked up and recorded as what it turned out to be. What a request made that was delivered twice is recorded
/// as waiting for its deletion, but for one. Being interrupted itself does no harm.
///
/// # Errors
/// [`RecoverError`]; what could be settled is recorded all the same.
pub async fn recover(
    session: Box<dyn Session>,
    place: &str,
    registry: &Registry,
    (clock, entropy, retry): (&dyn Clock, &dyn Entropy, RetryPolicy),
    sink: &dyn EventSink,
) -> Result<Recorder, RecoverError> {
    let mut recorder = Recorder::open(session, place).map_err(RecoverError::Store)?;
    let folded = recorder.folded();
    if folded.open_run.is_none() && !folded.has_ended() {
        return Ok(recorder);
    }
    let means = (clock, entropy, retry);
    let questions = questions(folded);
    let lookups = questions.into_iter().map(|question| async move {
        let answer = question.answer(registry, means, sink).await;
        (question, answer)
    });
    let mut results: Vec<(Question, Result<Option<Made>, AdapterError>)> = stream::iter(lookups)
        .buffer_unordered(LOOKUPS_AT_ONCE)
        .collect()
        .await;
    results.sort_by_key(|(question, _)| question.intent.id);
    let mut events = Vec::new();
    let mut failed = None;
    for (question, result) in results {
        match result {
            Ok(made) => events.extend(question.events(made)),
            Err(source) => {
                let lookup = RecoverError::Lookup {
                    address: question.intent.address,
                    effect: question.intent.effect,
                    source,
                };
                failed = failed.or(Some(lookup));
            }
        }
    }
    if !events.is_empty() {
        recorder.record(&events).map_err(RecoverError::Store)?;
    }
    match failed {
        Some(error) => Err(error),
        None => {
            recorder.finish().map_err(RecoverError::Store)?;
            Ok(recorder)
        }
    }
}

/// Something that must be known of an effect of the interrupted run.
struct Question {
    intent: Intent,
    scope: Scope,
    /// The object that it is known to have made; then the question is whether it made more.
    kept: Option<String>,
}

/// What `folded` leaves open: outcomes that were lost, and creations that did not come to their end, whose request may have
/// been delivered twice.
fn questions(folded: &Folded) -> Vec<Question> {
    let scope = |intent: &Intent| {
        let scopes = &folded.snapshot.scopes;
        scopes.get(&intent.scope).cloned().unwrap_or(Scope::Local)
    };
    let doubts = folded.in_doubt.iter().map(|doubt| Question {
        intent: doubt.intent.clone(),
        scope: scope(&doubt.intent),
        kept: None,
    });
    let halves = folded.unfinished.iter().filter_map(|(address, intent)| {
        let record = folded.snapshot.records.get(address)?;
        let is_half = record.incomplete && record.uid == intent.uid && !record.id.is_empty();
        is_half.then(|| Question {
            intent: intent.clone(),
            scope: scope(intent),
            kept: Some(record.id.clone()),
        })
    });
    doubts.chain(halves).collect()
}

impl Question {
    /// What the effect made.
    async fn answer(
        &self,
        registry: &Registry,
        means: (&dyn Clock, &dyn Entropy, RetryPolicy),
        sink: &dyn EventSink,
    ) -> Result<Option<Made>, AdapterError> {
        let intent = &self.intent;
        if intent.draft.is_none() {
            // Only a creation can leave something that nothing else would find; all else shows at the next look.
            return Ok(None);
        }
        let adapter = registry.get(&intent.kind).ok_or_else(|| {
            AdapterError::refused(
                crate::ErrorClass::Invalid,
                format!("there is no resource kind `{}`", intent.kind),
            )
        })?;
        // In another account or cluster of the same name nothing would be found, and believed not to be.
        if let Some(identity) = verified(&self.scope, registry, means).await {
            identity?;
        }
        let lost = Lost {
            adapter: &**adapter,
            scope: &self.scope,
            intent,
            wait: left(adapter.timing(&intent.kind), intent.time_ms, means.0.now_ms()),
            means,
        };
        let Some(kept) = &self.kept else {
            return lost.settle(sink).await;
        };
        let doubles = lost.doubles(kept).await?;
        let id = kept.clone();
        Ok(Some(Made { id, doubles }))
    }

    /// What to record. Doubles come first: once an outcome is known, nobody asks again.
    fn events(&self, made: Option<Made>) -> Vec<Event> {
        let mut events = Vec::new();
        if let (Some(made), Some(draft)) = (&made, &self.intent.draft) {
            events.extend(made.doubles.iter().map(|id| {
                Event::Double(Arc::new(Record {
                    id: id.clone(),
                    uid: Record::uid_of_double(&draft.uid, id),
                    ..Record::clone(draft)
                }))
            }));
        }
        if self.kept.is_none() {
            let id = made.map(|made| made.id);
            events.push(Event::Outcome {
                intent: self.intent.id,
                outcome: Outcome::Resolved { id },
            });
        }
        events
    }
}
