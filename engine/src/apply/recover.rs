//! Recovery: settles what an interrupted run left in doubt, before anything else is done.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use meshform_state::journal::{Event, Intent, Outcome, Recorder};
use meshform_state::{Address, Scope, Session, StoreError};

use super::settle::{left, settle};
use crate::adapter::{Adapter, AdapterError, Registry};
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
/// lost is looked up and recorded as what it turned out to be. Being interrupted itself does no harm.
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
    let scopes = folded.snapshot.scopes.clone();
    let doubts: Vec<Intent> = folded.in_doubt.iter().map(|doubt| doubt.intent.clone()).collect();
    let means = (clock, entropy, retry);
    let lookups = doubts.into_iter().map(|intent| {
        let scope = scopes.get(&intent.scope).cloned().unwrap_or(Scope::Local);
        let adapter = registry.get(&intent.kind).map(Arc::clone);
        async move {
            // Only a creation can leave something that nothing else would find; all else shows at the next look.
            let id = match (&intent.draft, adapter) {
                (Some(_), Some(adapter)) => look_up(&*adapter, &scope, registry, &intent, means, sink).await,
                (Some(_), None) => Err(AdapterError::refused(
                    crate::ErrorClass::Invalid,
                    format!("there is no resource kind `{}`", intent.kind),
                )),
                (None, _) => Ok(None),
            };
            (intent, id)
        }
    });
    let mut results: Vec<(Intent, Result<Option<String>, AdapterError>)> = stream::iter(lookups)
        .buffer_unordered(LOOKUPS_AT_ONCE)
        .collect()
        .await;
    results.sort_by_key(|(intent, _)| intent.id);
    let mut events = Vec::new();
    let mut failed = None;
    for (intent, result) in results {
        match result {
            Ok(id) => events.push(Event::Outcome {
                intent: intent.id,
                outcome: Outcome::Resolved { id },
            }),
            Err(source) => {
                let lookup = RecoverError::Lookup {
                    address: intent.address,
                    effect: intent.effect,
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

async fn look_up(
    adapter: &dyn Adapter,
    scope: &Scope,
    registry: &Registry,
    intent: &Intent,
    (clock, entropy, retry): (&dyn Clock, &dyn Entropy, RetryPolicy),
    sink: &dyn EventSink,
) -> Result<Option<String>, AdapterError> {
    let (address, effect) = (intent.address.clone(), intent.effect.clone());
    sink.event(crate::event::Event::Resolving {
        address: address.clone(),
        effect: effect.clone(),
    });
    // In another account or cluster of the same name nothing would be found, and believed not to be.
    if let Some(identity) = verified(scope, registry, (clock, entropy, retry)).await {
        identity?;
    }
    let wait = left(adapter.timing(&intent.kind), intent.time_ms, clock.now_ms());
    let id = settle(adapter, scope, intent, wait, (clock, entropy, retry)).await?;
    sink.event(crate::event::Event::Resolved {
        address,
        effect,
        id: id.clone(),
    });
    Ok(id)
}
