//! Effects: the only way to change anything outside, and the reason why none escapes the journal.
//!
//! An adapter keeps its clients where only a [`Permit`] unlocks the calls that change things, and a permit exists only
//! inside [`Effects::run`], which has synced the intent before and keeps the outcome after.

use std::future::Future;

use async_trait::async_trait;
use meshform_state::journal::{Intent, Locator};
use serde_json::value::RawValue;

use crate::adapter::{AdapterError, Certainty};

/// Proof that an intent is on disk. Only this module can make one.
#[derive(Debug)]
pub struct Permit(());

/// One effect that a step wants to have.
#[derive(Debug, Clone)]
pub struct Effect {
    /// What it calls, as `service:Action`.
    pub name: &'static str,
    /// How its result can be found when the answer is lost.
    pub locator: Locator,
    /// Whether doing it twice is the same as doing it once (changes to a named object, deletions, calls with a token):
    /// a lost answer is then answered by doing it again.
    pub repeatable: bool,
    /// Whether it brings the step's object into being: its id is then recorded at once.
    pub creates: bool,
}

/// What the engine does for [`Effects`]: journal, clock, lookup. A seam inside the engine, not for adapters.
#[async_trait]
pub(crate) trait Gatekeeper: Send {
    /// Syncs the intent.
    async fn begin(&mut self, effect: &Effect) -> Result<Intent, AdapterError>;
    /// Keeps how it ended.
    async fn end(&mut self, intent: &Intent, effect: &Effect, result: Ended<'_>) -> Result<(), AdapterError>;
    /// Whether to try again after `error`, having waited.
    async fn again(&mut self, error: &AdapterError, attempt: u32) -> bool;
    /// Settles an effect whose answer was lost: its id if it had happened.
    async fn settle(&mut self, intent: &Intent) -> Result<Option<String>, AdapterError>;
    /// Keeps what the adapter wants to find again, before the object exists.
    fn keep(&mut self, private: Box<RawValue>);
}

/// How an effect ended, for the journal.
pub(crate) enum Ended<'a> {
    Done(Option<&'a str>),
    Failed(&'a AdapterError),
    Settled(Option<&'a str>),
}

/// The effects of one step.
pub struct Effects<'a> {
    gatekeeper: &'a mut dyn Gatekeeper,
}

impl<'a> Effects<'a> {
    pub(crate) fn new(gatekeeper: &'a mut dyn Gatekeeper) -> Self {
        Effects { gatekeeper }
    }

    /// Keeps `private` with the object from its creation on, for adapters that need it to find or finish the object.
    pub fn keep(&mut self, private: Box<RawValue>) {
        self.gatekeeper.keep(private);
    }

    /// Has one effect: syncs the intent, calls `call`, keeps the outcome. `call` gives the id that the API gave, if it
    /// gave one. Throttled and unavailable answers are tried again; a lost answer is looked up, or, if the effect is
    /// repeatable, the call is made again.
    ///
    /// Returns the id: from the answer, or found again.
    ///
    /// # Errors
    /// The error of the last attempt. With [`Certainty::Unknown`] the effect stays in doubt for the next run.
    pub async fn run<F, Fut>(&mut self, effect: Effect, mut call: F) -> Result<Option<String>, AdapterError>
    where
        F: FnMut(Permit) -> Fut + Send,
        Fut: Future<Output = Result<Option<String>, AdapterError>> + Send,
    {
        let mut attempt = 0;
        // A retry of a call that nothing came of stays under its intent; one after a lookup said "absent" too.
        let intent = self.gatekeeper.begin(&effect).await?;
        loop {
            attempt += 1;
            let error = match call(Permit(())).await {
                Ok(id) => {
                    self.gatekeeper.end(&intent, &effect, Ended::Done(id.as_deref())).await?;
                    return Ok(id);
                }
                Err(error) => error,
            };
            if error.certainty == Certainty::Unknown && !effect.repeatable {
                let found = self.gatekeeper.settle(&intent).await?;
                if let Some(id) = found {
                    self.gatekeeper.end(&intent, &effect, Ended::Settled(Some(&id))).await?;
                    return Ok(Some(id));
                }
            }
            if self.gatekeeper.again(&error, attempt).await {
                continue;
            }
            if error.certainty == Certainty::NothingHappened {
                self.gatekeeper.end(&intent, &effect, Ended::Failed(&error)).await?;
            } else if !effect.repeatable {
                self.gatekeeper.end(&intent, &effect, Ended::Settled(None)).await?;
            }
            return Err(error);
        }
    }
}
