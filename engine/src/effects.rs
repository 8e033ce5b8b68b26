//! Effects: the only way to change anything outside, and the reason why none escapes the journal.
//!
//! An adapter keeps its clients where only a [`Permit`] unlocks the calls that change things, and a permit exists only
//! inside [`Effects::run`], which has synced the intent before and keeps the outcome after.

use std::future::Future;

use async_trait::async_trait;
use meshform_state::journal::{Intent, Locator};
use serde_json::value::RawValue;

use crate::adapter::{AdapterError, Certainty, ErrorClass};

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
    async fn end(&mut self, intent: &Intent, result: Ended<'_>) -> Result<(), AdapterError>;
    /// Whether to try again after `error`, having waited. `doubtful`: the effect may have happened, and having it
    /// again does no harm.
    async fn again(&mut self, error: &AdapterError, doubtful: bool, attempt: u32) -> bool;
    /// Settles an effect of which nobody knows whether it happened: its id if it had.
    async fn settle(&mut self, intent: &Intent, since: Since) -> Result<Option<String>, AdapterError>;
    /// Keeps what the adapter wants to find again, before the object exists.
    fn keep(&mut self, private: Box<RawValue>);
}

/// What an effect that cannot be seen may still wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// It may still be under way.
    Sent,
    /// It is over: it was answered. What it made may not be visible yet.
    Answered,
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

    /// Has one effect: syncs the intent, calls `call`, keeps the outcome. `call` gives the id that the API gave; one
    /// that creates and gives none is looked up. Throttled and unavailable answers are tried again, each time under an
    /// intent of its own, since lookups count from its time; a lost answer is looked up, or, if the effect is
    /// repeatable, the call is made again.
    ///
    /// Returns the id: from the answer, or found again.
    ///
    /// # Errors
    /// The error of the last attempt. If it cannot be told whether it happened, the effect stays in doubt for the next
    /// run.
    pub async fn run<F, Fut>(&mut self, effect: Effect, mut call: F) -> Result<Option<String>, AdapterError>
    where
        F: FnMut(Permit) -> Fut + Send,
        Fut: Future<Output = Result<Option<String>, AdapterError>> + Send,
    {
        let mut attempt = 0;
        let mut intent = self.gatekeeper.begin(&effect).await?;
        loop {
            attempt += 1;
            let error = match call(Permit(())).await {
                Ok(None) if effect.creates => {
                    AdapterError::lost(ErrorClass::Other, "the answer did not say what was made")
                }
                Ok(id) => {
                    self.gatekeeper.end(&intent, Ended::Done(id.as_deref())).await?;
                    return Ok(id);
                }
                Err(error) => error,
            };
            let doubt = Doubt::of(&effect, &error);
            if let Doubt::LookUp(since) = doubt
                && let Some(id) = self.look_up(&intent, since).await?
            {
                return Ok(Some(id));
            }
            let ended = match doubt {
                Doubt::None => Ended::Failed(&error),
                Doubt::LookUp(_) | Doubt::Repeat => Ended::Settled(None),
            };
            if !self
                .gatekeeper
                .again(&error, doubt == Doubt::Repeat, attempt)
                .await
            {
                return self
                    .give_up(&effect, &intent, doubt, ended)
                    .await
                    .and_then(|id| id.ok_or(error).map(Some));
            }
            if doubt == Doubt::Repeat {
                // Not a moment without an intent: what this one may have made is found by the next one's locator.
                let next = self.gatekeeper.begin(&effect).await?;
                self.gatekeeper.end(&intent, ended).await?;
                intent = next;
            } else {
                self.gatekeeper.end(&intent, ended).await?;
                intent = self.gatekeeper.begin(&effect).await?;
            }
        }
    }

    async fn look_up(&mut self, intent: &Intent, since: Since) -> Result<Option<String>, AdapterError> {
        let found = self.gatekeeper.settle(intent, since).await?;
        if let Some(id) = &found {
            self.gatekeeper.end(intent, Ended::Settled(Some(id))).await?;
        }
        Ok(found)
    }

    /// The end of an effect that is not tried again: the id if it turns out to have happened.
    async fn give_up(
        &mut self,
        effect: &Effect,
        intent: &Intent,
        doubt: Doubt,
        ended: Ended<'_>,
    ) -> Result<Option<String>, AdapterError> {
        // A creation must be known; all else that may have happened shows at the next look at the object.
        if doubt == Doubt::Repeat
            && effect.creates
            && let Some(id) = self.look_up(intent, Since::Sent).await?
        {
            return Ok(Some(id));
        }
        self.gatekeeper.end(intent, ended).await?;
        Ok(None)
    }
}

/// What is to be done about a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// It had no effect.
    None,
    /// It may have had one, and a second one would be another: it must be looked up.
    LookUp(Since),
    /// It may have had one, and a second one would be the same.
    Repeat,
}

impl Doubt {
    fn of(effect: &Effect, error: &AdapterError) -> Self {
        match error.certainty {
            // "It exists already" may be the answer to the second delivery of this very call.
            _ if effect.creates && error.class == ErrorClass::Conflict => Doubt::LookUp(Since::Answered),
            Certainty::NothingHappened => Doubt::None,
            Certainty::Unknown if effect.repeatable => Doubt::Repeat,
            Certainty::Unknown => Doubt::LookUp(Since::Sent),
        }
    }
}
