//! The gatekeeper of one step: asks the loop to write its intents, retries, and settles lost answers.

use std::sync::Arc;

use async_trait::async_trait;
use meshform_state::journal::{Intent, IntentId, Operation, Outcome};
use meshform_state::{Address, Record, Scope, ScopeKey};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};

use super::settle::settle;
use super::writer::Ack;
use crate::adapter::{Adapter, AdapterError, ErrorClass};
use crate::clock::{Clock, Entropy};
use crate::effects::{Effect, Ended, Gatekeeper};
use crate::retry::RetryPolicy;

/// What a step tells the loop.
pub(super) enum Message {
    /// Write this intent (its number is the loop's to give) and tell when it is on disk.
    Begin(Box<Intent>, oneshot::Sender<IntentId>, Ack),
    /// An effect ended.
    End(IntentId, Outcome),
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
    AdapterError::refused(ErrorClass::Other, "the journal cannot be written, so nothing more was begun")
        .hint("Mend the disk or the permissions and run again: everything that was done is known.")
}

#[async_trait]
impl Gatekeeper for Gate {
    async fn begin(&mut self, effect: &Effect) -> Result<Intent, AdapterError> {
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
            draft: if effect.creates { subject.draft.clone().map(Arc::new) } else { None },
        };
        let (number, numbered) = oneshot::channel();
        let (ack, acked) = oneshot::channel();
        self.sender.send(Message::Begin(Box::new(intent.clone()), number, ack)).map_err(|_| closed())?;
        intent.id = numbered.await.map_err(|_| closed())?;
        match acked.await {
            Ok(Ok(())) => Ok(intent),
            Ok(Err(())) | Err(_) => Err(closed()),
        }
    }

    async fn end(&mut self, intent: &Intent, _effect: &Effect, result: Ended<'_>) -> Result<(), AdapterError> {
        let outcome = match result {
            Ended::Done(id) => Outcome::Done { id: id.map(str::to_owned) },
            Ended::Failed(error) => Outcome::Failed { message: error.message.clone() },
            Ended::Settled(id) => Outcome::Resolved { id: id.map(str::to_owned) },
        };
        self.sender.send(Message::End(intent.id, outcome)).map_err(|_| closed())
    }

    async fn again(&mut self, error: &AdapterError, attempt: u32) -> bool {
        match self.retry.pause(error, attempt, &*self.entropy) {
            Some(pause) => {
                self.clock.sleep(pause).await;
                true
            }
            None => false,
        }
    }

    async fn settle(&mut self, intent: &Intent) -> Result<Option<String>, AdapterError> {
        let (address, effect) = (intent.address.clone(), intent.effect.clone());
        self.sink.event(crate::event::Event::Resolving { address: address.clone(), effect: effect.clone() });
        let means = (&*self.clock, &*self.entropy, self.retry);
        let id = settle(&*self.adapter, &self.subject.scope, intent, self.clock.now_ms(), means).await?;
        self.sink.event(crate::event::Event::Resolved { address, effect, id: id.clone() });
        Ok(id)
    }

    fn keep(&mut self, private: Box<RawValue>) {
        if let Some(draft) = &mut self.subject.draft {
            draft.private = Some(private);
        }
    }
}
