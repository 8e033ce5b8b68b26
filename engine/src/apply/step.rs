//! One step: calls the adapter, waits until the object is ready, and says what to record.

use std::sync::Arc;
use std::time::Duration;

use meshform_state::Record;
use meshform_state::journal::Operation;
use serde_json::value::RawValue;

use super::gate::Gate;
use super::records::{Facts, Template};
use crate::adapter::{AdapterError, Applied, ErrorClass, Observation, Readiness, Recorded, Request, Target};
use crate::effects::Effects;
use crate::event::Event;
use crate::kind::Kind;
use crate::object::Object;
use crate::plan::{Action, Seen};

/// The first pause between two looks at an object that is not ready; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Everything that one step needs, owned, so that it can run on its own.
pub(super) struct Work {
    pub(super) gate: Gate,
    pub(super) kind: Arc<dyn Kind>,
    pub(super) action: Action,
    pub(super) lineage: String,
    pub(super) id: String,
    pub(super) before: Option<Object>,
    pub(super) seen: Option<Arc<Seen>>,
    pub(super) recorded: Option<Object>,
    pub(super) planned: Option<Object>,
    pub(super) template: Template,
}

/// What a step left.
pub(super) enum Left {
    /// The object as it is now, and its record.
    Object(Object, Record),
    /// The answer of a data source, which nobody records.
    Answer(Object),
    /// Nothing.
    Gone,
}

/// Does the step.
///
/// # Errors
/// Why it could not be done. What it did before that is in the journal.
pub(super) async fn execute(mut work: Work) -> Result<Left, AdapterError> {
    let address = work.gate.subject.address.clone();
    let kind_name = work.gate.subject.kind.clone();
    let uid = work.gate.subject.uid.clone();
    let scope = work.gate.subject.scope.clone();
    let adapter = Arc::clone(&work.gate.adapter);
    let operation = work.gate.subject.operation;
    let private = work.seen.as_ref().and_then(|seen| seen.private.as_deref());
    let request = Request {
        address: &address,
        kind: &kind_name,
        operation,
        lineage: &work.lineage,
        uid: &uid,
        id: &work.id,
        before: work.before.as_ref(),
        private,
        version: work.seen.as_ref().and_then(|seen| seen.version.as_deref()),
        recorded: work.recorded.as_ref(),
        planned: work.planned.as_ref(),
    };
    let mut attempt = 0;
    let applied = loop {
        attempt += 1;
        let result = {
            let mut effects = Effects::new(&mut work.gate);
            adapter.apply(&scope, &request, &mut effects).await
        };
        match result {
            Ok(applied) => break applied,
            // A deletion that is under way, or waits for something that is: nothing is lost by asking again.
            Err(error) if error.class == ErrorClass::Busy && operation == Operation::Delete => {
                match work.gate.retry.pause(&error, attempt, &*work.gate.entropy) {
                    Some(pause) => {
                        waiting(&work, error.message.clone());
                        work.gate.clock.sleep(pause).await;
                    }
                    None => return Err(error),
                }
            }
            Err(error) => return Err(error),
        }
    };
    let Some(applied) = applied else {
        return Ok(Left::Gone);
    };
    let private = private.map(ToOwned::to_owned);
    left(&work, &applied, private).await
}

/// Waits for an object whose creation was interrupted after its last effect.
///
/// # Errors
/// Why it cannot be used.
pub(super) async fn finish(work: Work) -> Result<Left, AdapterError> {
    let applied = Applied {
        id: work.id.clone(),
        object: None,
        private: None,
    };
    let seen = work.seen.as_ref().and_then(|seen| seen.private.clone());
    left(&work, &applied, seen).await
}

/// Reads a data source whose arguments are known only now.
///
/// # Errors
/// Why it cannot be read.
pub(super) async fn read(work: Work) -> Result<Left, AdapterError> {
    let subject = &work.gate.subject;
    let arguments = work
        .planned
        .clone()
        .unwrap_or_else(|| Object::empty(work.kind.schema()));
    let query = || work.gate.adapter.query(&subject.scope, &subject.kind, &arguments);
    work.gate
        .retry
        .read(&*work.gate.clock, &*work.gate.entropy, query)
        .await
        .map(Left::Answer)
}

async fn left(work: &Work, applied: &Applied, private: Option<Box<RawValue>>) -> Result<Left, AdapterError> {
    let (object, private) = ready(work, applied, private).await?;
    let uid = &work.gate.subject.uid;
    let facts = Facts {
        id: &applied.id,
        uid,
        object: &object,
        private,
        incomplete: false,
    };
    let record = work.template.record(facts)?;
    Ok(Left::Object(object, record))
}

fn waiting(work: &Work, reason: String) {
    let address = work.gate.subject.address.clone();
    let elapsed = Duration::ZERO;
    work.gate.sink.event(Event::StepWaiting {
        address,
        action: work.action,
        reason,
        elapsed,
    });
}

/// The object once it can be used: from the answers if they gave it, else by looking until it is.
async fn ready(
    work: &Work,
    applied: &Applied,
    private_before: Option<Box<RawValue>>,
) -> Result<(Object, Option<Box<RawValue>>), AdapterError> {
    let private = applied.private.clone().or(private_before);
    if let Some(object) = &applied.object {
        return Ok((project(work, object), private));
    }
    let subject = &work.gate.subject;
    let target = Target {
        address: subject.address.clone(),
        id: applied.id.clone(),
        uid: subject.uid.clone(),
        private: private.clone(),
        recorded: Recorded::object(work.planned.clone()),
    };
    let clock = &*work.gate.clock;
    let started = clock.monotonic();
    let limit = work.gate.adapter.timing(&subject.kind).ready;
    let mut pause = FIRST_PAUSE;
    loop {
        let look = || {
            work.gate
                .adapter
                .read_many(&subject.scope, &subject.kind, std::slice::from_ref(&target))
        };
        let found = work.gate.retry.read(clock, &*work.gate.entropy, look).await?;
        let reason = match found.into_iter().next().flatten() {
            Some(Observation {
                object,
                private: now,
                readiness: Readiness::Ready,
                ..
            }) => {
                return Ok((project(work, &object), now.or(private)));
            }
            Some(Observation {
                readiness: Readiness::Failed(reason),
                ..
            }) => {
                return Err(AdapterError::refused(ErrorClass::Other, reason));
            }
            Some(Observation {
                readiness: Readiness::Pending(reason),
                ..
            }) => reason,
            None => "it is not visible yet".to_owned(),
        };
        if clock.monotonic().saturating_sub(started) >= limit {
            let message = format!("not ready after {} s: {reason}", limit.as_secs());
            return Err(AdapterError::refused(ErrorClass::Unavailable, message)
                .hint("The object is recorded: run apply again to go on waiting."));
        }
        waiting(work, reason);
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What of an observed object is recorded: of attributes that others may complete, the parts that we set.
fn project(work: &Work, object: &Object) -> Object {
    match &work.planned {
        Some(planned) => work.kind.project(object, planned, Some(planned)),
        None => object.clone(),
    }
}
