//! What breaks promises on purpose: a matrix that stays green with one of these proves nothing.

use meshform_state::journal::{Event, Folded};
use meshform_state::{Session, Snapshot, StoreError};

/// A session that keeps intents back until their outcomes are known, as a program does that writes its journal
/// after the fact.
pub struct LateIntents {
    inner: Box<dyn Session>,
    held: Vec<Event>,
}

impl LateIntents {
    /// Sabotages `inner`.
    #[must_use]
    pub fn over(inner: Box<dyn Session>) -> Self {
        LateIntents {
            inner,
            held: Vec::new(),
        }
    }
}

impl Session for LateIntents {
    fn load(&self) -> Result<Folded, StoreError> {
        self.inner.load()
    }

    fn append(&mut self, events: &[Event]) -> Result<(), StoreError> {
        let mut written = Vec::new();
        for event in events {
            match event {
                Event::Intent(_) => self.held.push(event.clone()),
                Event::Outcome { .. } | Event::End { .. } => {
                    written.append(&mut self.held);
                    written.push(event.clone());
                }
                other => written.push(other.clone()),
            }
        }
        if written.is_empty() {
            Ok(())
        } else {
            self.inner.append(&written)
        }
    }

    fn commit(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.inner.commit(snapshot)
    }
}
