//! The recorder: one run's writing hand.
//!
//! Numbers intents, checks every event against the fold before it is written, and keeps what is known in step with
//! what is on disk. It must never decide what to record.

use super::event::{Event, IntentId, RunId};
use super::fold::Folded;
use crate::store::{Session, StoreError};

/// A session with what its state folds to.
///
/// After any error it takes nothing more: the caller starts no effect and lets the next run find out what is true.
pub struct Recorder {
    session: Box<dyn Session>,
    folded: Folded,
    place: String,
    next: u64,
    broken: bool,
}

impl Recorder {
    /// Reads the state. A run that a crash left open goes on in its journal: settle what is in doubt, record that, and
    /// [`Recorder::finish`]. `place` is the store's, for messages.
    ///
    /// # Errors
    /// As [`Session::load`].
    pub fn open(session: Box<dyn Session>, place: impl Into<String>) -> Result<Self, StoreError> {
        let folded = session.load()?;
        let next = folded.last_intent + 1;
        Ok(Recorder {
            session,
            folded,
            place: place.into(),
            next,
            broken: false,
        })
    }

    /// What is known and what is in doubt, with everything recorded so far. After an error it may be ahead of what is
    /// on disk.
    #[must_use]
    pub fn folded(&self) -> &Folded {
        &self.folded
    }

    /// Begins a run on the present snapshot.
    ///
    /// # Errors
    /// As [`Recorder::record`], also if a run is open, or has ended ([`Folded::has_ended`]) and is not in the snapshot
    /// yet: [`Recorder::finish`] puts it there.
    pub fn begin(&mut self, run: &RunId, plan: &str, time: &str) -> Result<(), StoreError> {
        self.record(&[Event::Begin {
            run: run.clone(),
            lineage: self.folded.snapshot.lineage.clone(),
            serial: self.folded.snapshot.serial,
            plan: plan.to_owned(),
            time: time.to_owned(),
        }])
    }

    /// A number for the next intent. Intents are to be recorded in the order of their numbers; one may be left out.
    pub fn number(&mut self) -> IntentId {
        let id = IntentId(self.next);
        self.next += 1;
        id
    }

    /// Records `events` as [`Session::append`] does: all or, after a crash, a prefix; durable once this has returned.
    ///
    /// # Errors
    /// [`StoreError::Journal`] if one of them cannot be true after those before it; then none of them is written.
    /// Else as [`Session::append`].
    pub fn record(&mut self, events: &[Event]) -> Result<(), StoreError> {
        self.unbroken()?;
        self.broken = true;
        for event in events {
            self.folded.apply(event).map_err(|source| StoreError::Journal {
                place: self.place.clone(),
                source,
                beside: String::new(),
            })?;
        }
        self.session.append(events)?;
        self.broken = false;
        Ok(())
    }

    /// Ends the open run, writes the snapshot and drops the journal, as [`Session::commit`] does. A new run may begin
    /// afterwards.
    ///
    /// # Errors
    /// As [`Recorder::record`] (an effect that is in doubt is one) and [`Session::commit`].
    pub fn finish(&mut self) -> Result<(), StoreError> {
        if let Some(run) = self.folded.open_run.clone() {
            self.record(&[Event::End { run }])?;
        }
        self.unbroken()?;
        self.broken = true;
        let mut snapshot = std::mem::take(&mut self.folded.snapshot);
        snapshot.serial += 1;
        let committed = self.session.commit(&snapshot);
        self.folded = Folded::new(snapshot);
        committed?;
        self.next = 1;
        self.broken = false;
        Ok(())
    }

    fn unbroken(&self) -> Result<(), StoreError> {
        if !self.broken {
            return Ok(());
        }
        let source = std::io::Error::other("an earlier record failed");
        Err(StoreError::Io {
            action: "append to the journal of",
            place: self.place.clone(),
            source,
        })
    }
}
