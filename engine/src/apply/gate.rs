//! The gatekeeper of one step: asks the loop to write its intents, retries, and settles lost answers.

use std::sync::Arc;

use async_trait::async_trait;
use meshform_state::journal::{Intent, IntentId, Operation, Outcome};
use meshform_state::{Address, Record, Scope, ScopeKey};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};

use super::settle::{LATEST_CALL, Lost};
use super::writer::Ack;
use crate::adapter::{Adapter, AdapterError, ErrorClass};
use crate::clock::{Clock, Entropy};
use crate::effects::{Effect, Ended, Gatekeeper, Since};
use crate::retry::RetryPolicy;

/// What a step tells the loop.
pub(super) enum Message {
    /// Write this intent (its number is the loop's to give) and tell when it is on disk.
    Begin(Box<Intent>, oneshot::Sender<IntentId>, Ack),
    /// An effect ended.
    End(IntentId, Outcome),
    /// A call for the step at this address was refused as one too many.
    Throttled(Address),
}

/// Names one step to the gate.
pub(super) struct Subject {
    pub(super) address: Address,
    pub(super) kind: String,
    pub(super) scope_key: ScopeKey,
    pub(super) scope: Scope,
    pub(super) uid: String,
    pub(super) operation: Operation,
    pub(super) draft: Option<Record>,
}

/// The gatekeeper of one step.
pub(super) struct Gate {
    pub(super) subject: Subject,
    pub(super) adapter: Arc<dyn Adapter>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) retry: RetryPolicy,
    pub(super) sink: Arc<dyn crate::event::EventSink>,
    pub(super) sender: mpsc::UnboundedSender<Message>,
}

fn closed() -> AdapterError {
    AdapterError::refused(
        ErrorClass::Other,
        "the journal cannot be written, so nothing more was begun",
    )
    .hint("Mend the disk or the permissions and run again: everything that was done is known.")
}

impl Gate {
    /// Writes an intent; it is on disk once this has returned.
    async fn write(&self, effect: &Effect) -> Result<Intent, AdapterError> {
        let subject = &self.subject;
        let mut intent = Intent {
            id: IntentId(0),
            address: subject.address.clone(),
            kind: subject.kind.clone(),
            scope: subject.scope_key.clone(),
            uid: subject.uid.clone(),
            operation: subject.operation,
            effect: effect.name.to_owned(),
            locator: effect.locator.clone(),
            time_ms: self.clock.now_ms(),
            draft: if effect.creates {
                subject.draft.clone().map(Arc::new)
            } else {
                None
            },
        };
        let (number, numbered) = oneshot::channel();
        let (ack, acked) = oneshot::channel();
        self.sender
            .send(Message::Begin(Box::new(intent.clone()), number, ack))
            .map_err(|_| closed())?;
        intent.id = numbered.await.map_err(|_| closed())?;
        match acked.await {
            Ok(Ok(())) => Ok(intent),
            Ok(Err(())) | Err(_) => Err(closed()),
        }
    }
}

#[async_trait]
impl Gatekeeper for Gate {
    async fn begin(&mut self, effect: &Effect) -> Result<Intent, AdapterError> {
        loop {
            let started = self.clock.monotonic();
            let intent = self.write(effect).await?;
            if self.clock.monotonic().saturating_sub(started) <= LATEST_CALL {
                return Ok(intent);
            }
            // A disk that hung, a process that was stopped: by its time, this intent would be given up too early.
            self.end(&intent, Ended::Settled(None)).await?;
        }
    }

    async fn end(&mut self, intent: &Intent, result: Ended<'_>) -> Result<(), AdapterError> {
        let outcome = match result {
            Ended::Done(id) => Outcome::Done {
                id: id.map(str::to_owned),
            },
            Ended::Failed(error) => Outcome::Failed {
                message: error.message.clone(),
            },
            Ended::Settled(id) => Outcome::Resolved {
                id: id.map(str::to_owned),
            },
        };
        self.sender
            .send(Message::End(intent.id, outcome))
            .map_err(|_| closed())
    }

    async fn again(&mut self, error: &AdapterError, doubtful: bool, attempt: u32) -> bool {
        if error.class == ErrorClass::Throttled {
            // A loop that is gone has no limits to adapt.
            _ = self.sender.send(Message::Throttled(self.subject.address.clone()));
        }
        // What a deletion waits for, its step waits for as a whole.
        if error.class == ErrorClass::Busy && self.subject.operation == Operation::Delete {
            return false;
        }
        let pause = self.retry.pause(error, attempt, &*self.entropy).or_else(|| {
            let lost = AdapterError::lost(ErrorClass::Unavailable, "the answer was lost");
            doubtful
                .then(|| self.retry.pause(&lost, attempt, &*self.entropy))
                .flatten()
        });
        match pause {
            Some(pause) => {
                self.clock.sleep(pause).await;
                true
            }
            None => false,
        }
    }

    async fn settle(&mut self, intent: &Intent, since: Since) -> Result<Option<String>, AdapterError> {
        let timing = self.adapter.timing(&intent.kind);
        let wait = match since {
            Since::Sent => timing.call + timing.settle,
            Since::Answered => timing.settle,
        };
        let lost = Lost {
            adapter: &*self.adapter,
            scope: &self.subject.scope,
            intent,
            wait,
            means: (&*self.clock, &*self.entropy, self.retry),
        };
        let made = lost.settle(&*self.sink).await?;
        // Doubles are the adapter's to end, who goes on with the step; if it cannot, recovery does.
        Ok(made.map(|made| made.id))
    }

    fn keep(&mut self, private: Box<RawValue>) {
        if let Some(draft) = &mut self.subject.draft {
            draft.private = Some(private);
        }
    }
}
