//! The fold: snapshot and events to what is true now, and what is in doubt.
//!
//! [`Folded::apply`] is the one table of what an event means. It refuses what cannot be true, before changing
//! anything, so that no object can fall out of the records unseen: an address bears one object, and only
//! [`Event::Gone`], [`Event::Depose`] and [`Event::Moved`] take it away. It must never know why an event happened.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::event::{Event, Intent, IntentId, Outcome, RunId};
use crate::snapshot::{DeposedKey, Record, RunMark, Snapshot};
use crate::{Address, Scope, ScopeKey};

/// What snapshot and journal say together.
#[derive(Debug, Clone)]
pub struct Folded {
    /// What is known to be true.
    pub snapshot: Snapshot,
    /// Effects that began and of which nobody knows whether they happened, in the order of their intents.
    pub in_doubt: Vec<InDoubt>,
    /// The run that the journal is of, if it has not ended.
    pub open_run: Option<RunId>,
    /// The intents of this run whose effect brought an object into being that is not recorded whole, by its address: a
    /// request may have made two of it.
    pub unfinished: BTreeMap<Address, Intent>,
    /// The last intent number used.
    pub last_intent: u64,
    phase: Phase,
    events: usize,
    /// Who depends on what; only while nothing but moves happens, so that a thousand of them are not a thousand
    /// walks over all records.
    dependants: Option<HashMap<Address, Vec<Address>>>,
}

/// An effect whose outcome was lost.
#[derive(Debug, Clone)]
pub struct InDoubt {
    /// What was about to happen.
    pub intent: Intent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Empty,
    Open,
    Ended,
    /// The snapshot contains the journal: a crash came before its removal.
    Contained,
}

/// Why a journal cannot be folded: it is damaged, or belongs to another state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// It belongs to a state of another lineage.
    #[error("the journal belongs to lineage {journal}, the state is {snapshot}")]
    Lineage {
        /// The journal's.
        journal: String,
        /// The snapshot's.
        snapshot: String,
    },
    /// It stands on a snapshot that is not this one.
    #[error("the journal continues serial {journal}, the state has serial {snapshot}")]
    Serial {
        /// The journal's.
        journal: u64,
        /// The snapshot's.
        snapshot: u64,
    },
    /// An event that cannot happen after those before it.
    #[error("journal event {index} cannot be true: {reason}")]
    Illegal {
        /// Its number, from 0.
        index: usize,
        /// Why.
        reason: String,
    },
}

/// Folds `events` over `snapshot`. A journal that `snapshot` contains already adds nothing.
///
/// # Errors
/// [`JournalError`] if the events cannot have followed this snapshot.
pub fn fold(snapshot: Snapshot, events: &[Event]) -> Result<Folded, JournalError> {
    let mut folded = Folded::new(snapshot);
    for event in events {
        folded.apply(event)?;
    }
    folded.dependants = None;
    Ok(folded)
}

impl Folded {
    /// What `snapshot` says with no journal beside it.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Folded {
            snapshot,
            in_doubt: Vec::new(),
            open_run: None,
            unfinished: BTreeMap::new(),
            last_intent: 0,
            phase: Phase::Empty,
            events: 0,
            dependants: None,
        }
    }

    /// Whether the journal is one that the snapshot contains: it can be removed, and nothing may be appended to it.
    #[must_use]
    pub fn is_contained(&self) -> bool {
        self.phase == Phase::Contained
    }

    /// Whether the journal's run has ended, so that the snapshot can be written.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot have happened; nothing is changed then.
    pub fn apply(&mut self, event: &Event) -> Result<(), JournalError> {
        match (self.phase, event) {
            (Phase::Contained, _) => {}
            (
                Phase::Empty,
                Event::Begin {
                    run,
                    lineage,
                    serial,
                    time,
                    ..
                },
            ) => self.begin((run, time), lineage, *serial)?,
            (Phase::Empty, _) => return Err(self.illegal("a journal starts with the beginning of a run")),
            (Phase::Ended, _) => return Err(self.illegal("the run has ended before")),
            (Phase::Open, event) => {
                if !matches!(event, Event::Moved { .. }) {
                    self.dependants = None;
                }
                self.step(event).map_err(|reason| self.illegal(reason))?;
            }
        }
        self.events += 1;
        Ok(())
    }

    fn illegal(&self, reason: impl Into<String>) -> JournalError {
        JournalError::Illegal {
            index: self.events,
            reason: reason.into(),
        }
    }

    fn begin(&mut self, (run, time): (&RunId, &str), lineage: &str, serial: u64) -> Result<(), JournalError> {
        let snapshot = &mut self.snapshot;
        if lineage != snapshot.lineage {
            return Err(JournalError::Lineage {
                journal: lineage.to_owned(),
                snapshot: snapshot.lineage.clone(),
            });
        }
        if serial < snapshot.serial && snapshot.last_run.as_ref().is_some_and(|last| last.run == *run) {
            self.phase = Phase::Contained;
            return Ok(());
        }
        if serial != snapshot.serial {
            return Err(JournalError::Serial {
                journal: serial,
                snapshot: snapshot.serial,
            });
        }
        snapshot.last_run = Some(RunMark {
            run: run.clone(),
            began: time.to_owned(),
        });
        self.open_run = Some(run.clone());
        self.phase = Phase::Open;
        Ok(())
    }

    fn step(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Begin { .. } => Err("a run is open already".to_owned()),
            Event::Scope(scope) => {
                self.snapshot.scopes.insert(scope.key(), scope.clone());
                Ok(())
            }
            Event::Intent(intent) => self.intent(intent),
            Event::Outcome { intent, outcome } => self.outcome(*intent, outcome),
            Event::Put(record) => self.put(record),
            Event::Gone(address) => self.take(address, "is gone").map(drop),
            Event::Depose(key) => self.depose(key),
            Event::DeposedGone(key) => match self.snapshot.deposed.remove(key) {
                Some(_) => Ok(()),
                None => Err(format!(
                    "no deposed object {} is recorded at `{}`",
                    key.uid, key.address
                )),
            },
            Event::Double(record) => self.double(record),
            Event::Restore(key) => self.restore(key),
            Event::Moved { from, to } => self.moved(from, to),
            Event::Output { name, value } => {
                match value {
                    Some(value) => _ = self.snapshot.outputs.insert(name.clone(), value.clone()),
                    None => _ = self.snapshot.outputs.remove(name),
                }
                Ok(())
            }
            Event::End { run } => self.end(run),
        }
    }

    fn intent(&mut self, intent: &Intent) -> Result<(), String> {
        if intent.id.0 <= self.last_intent {
            return Err(format!(
                "intent {} comes after intent {}",
                intent.id.0, self.last_intent
            ));
        }
        self.known_scope(&intent.scope)?;
        if let Some(draft) = &intent.draft {
            if (&draft.address, &draft.uid) != (&intent.address, &intent.uid) {
                return Err(format!(
                    "the draft of intent {} is of another object",
                    intent.id.0
                ));
            }
            self.known_scope(&draft.scope)?;
            self.free_for(&intent.address, &intent.uid)?;
        }
        self.last_intent = intent.id.0;
        self.in_doubt.push(InDoubt {
            intent: intent.clone(),
        });
        Ok(())
    }

    fn outcome(&mut self, id: IntentId, outcome: &Outcome) -> Result<(), String> {
        let index = self
            .in_doubt
            .binary_search_by_key(&id, |doubt| doubt.intent.id)
            .map_err(|_| format!("intent {} is not open", id.0))?;
        let intent = self.in_doubt.remove(index).intent;
        let object = match outcome {
            Outcome::Failed { .. } | Outcome::Resolved { id: None } => return Ok(()),
            Outcome::Done { id } | Outcome::Resolved { id } => id.as_ref(),
        };
        if let Some(draft) = &intent.draft {
            self.created(Arc::clone(draft), object);
            self.unfinished.insert(intent.address.clone(), intent);
        }
        Ok(())
    }

    /// Keeps an object that came to be, until a `Put` says what it is. [`Folded::free_for`] held when the intent was
    /// taken in and has been kept true since.
    fn created(&mut self, mut draft: Arc<Record>, id: Option<&String>) {
        let old = self.snapshot.records.get(&draft.address);
        let id = id.or_else(|| old.map(|old| &old.id).filter(|id| !id.is_empty()));
        if let Some(old) = old.filter(|old| !old.incomplete) {
            // Told whole before its outcome: only the id can be news.
            if !old.id.is_empty() {
                return;
            }
            draft = Arc::clone(old);
        } else if !draft.incomplete {
            Arc::make_mut(&mut draft).incomplete = true;
        }
        if let Some(id) = id.filter(|id| **id != draft.id) {
            Arc::make_mut(&mut draft).id.clone_from(id);
        }
        self.snapshot.records.insert(draft.address.clone(), draft);
    }

    fn put(&mut self, record: &Arc<Record>) -> Result<(), String> {
        self.known_scope(&record.scope)?;
        self.free_for(&record.address, &record.uid)?;
        if !record.incomplete {
            self.unfinished.remove(&record.address);
        }
        self.snapshot
            .records
            .insert(record.address.clone(), Arc::clone(record));
        Ok(())
    }

    /// Takes the record off its address.
    fn take(&mut self, address: &Address, what: &str) -> Result<Arc<Record>, String> {
        if let Some(doubt) = self.creation_at(address) {
            return Err(format!(
                "the object at `{address}` {what}, but intent {} is open",
                doubt.id.0
            ));
        }
        let missing = || format!("the object at `{address}` {what}, but none is recorded there");
        let record = self.snapshot.records.remove(address).ok_or_else(missing)?;
        self.unfinished.remove(address);
        Ok(record)
    }

    fn double(&mut self, record: &Arc<Record>) -> Result<(), String> {
        self.known_scope(&record.scope)?;
        let kept = self.snapshot.records.get(&record.address);
        let is_kept = kept.is_some_and(|kept| kept.id == record.id || kept.uid == record.uid);
        if record.id.is_empty() || is_kept {
            return Err(format!(
                "{} is called a double of what `{}` bears, and is it",
                record.id, record.address
            ));
        }
        let key = DeposedKey::of(record);
        self.snapshot.deposed.insert(key, Arc::clone(record));
        Ok(())
    }

    fn depose(&mut self, key: &DeposedKey) -> Result<(), String> {
        if self
            .snapshot
            .records
            .get(&key.address)
            .is_some_and(|record| record.uid != key.uid)
        {
            return Err(format!("the object at `{}` is not {}", key.address, key.uid));
        }
        let record = self.take(&key.address, "is deposed")?;
        self.snapshot.deposed.insert(key.clone(), record);
        Ok(())
    }

    fn restore(&mut self, key: &DeposedKey) -> Result<(), String> {
        if self.snapshot.records.contains_key(&key.address) || self.creation_at(&key.address).is_some() {
            return Err(format!("`{}` bears another object", key.address));
        }
        let missing = || format!("no deposed object {} is recorded at `{}`", key.uid, key.address);
        let record = self.snapshot.deposed.remove(key).ok_or_else(missing)?;
        self.snapshot.records.insert(key.address.clone(), record);
        Ok(())
    }

    fn moved(&mut self, from: &Address, to: &Address) -> Result<(), String> {
        if !self.in_doubt.is_empty() {
            return Err("an object moves while effects are open".to_owned());
        }
        if self.snapshot.records.contains_key(to) {
            return Err(format!("`{to}` bears another object"));
        }
        let mut record = self.take(from, "moves")?;
        Arc::make_mut(&mut record).address = to.clone();
        let records = &mut self.snapshot.records;
        let dependants = self
            .dependants
            .get_or_insert_with(|| dependants(records.values()));
        for dependency in &record.dependencies {
            for name in dependants
                .get_mut(dependency)
                .into_iter()
                .flatten()
                .filter(|name| *name == from)
            {
                *name = to.clone();
            }
        }
        records.insert(to.clone(), record);
        let named = dependants.remove(from).unwrap_or_default();
        for name in &named {
            let Some(record) = records.get_mut(name) else {
                continue;
            };
            for dependency in Arc::make_mut(record)
                .dependencies
                .iter_mut()
                .filter(|name| *name == from)
            {
                *dependency = to.clone();
            }
        }
        dependants.entry(to.clone()).or_default().extend(named);
        for record in self
            .snapshot
            .deposed
            .values_mut()
            .filter(|record| record.dependencies.contains(from))
        {
            for dependency in Arc::make_mut(record)
                .dependencies
                .iter_mut()
                .filter(|name| *name == from)
            {
                *dependency = to.clone();
            }
        }
        Ok(())
    }

    fn end(&mut self, run: &RunId) -> Result<(), String> {
        if self.open_run.as_ref() != Some(run) {
            return Err(format!("run {run} ends, and is not open"));
        }
        if let Some(doubt) = self.in_doubt.first() {
            return Err(format!("the run ends while intent {} is open", doubt.intent.id.0));
        }
        self.open_run = None;
        self.phase = Phase::Ended;
        Ok(())
    }

    /// A record in a scope that nobody knows could never be found again.
    fn known_scope(&self, key: &ScopeKey) -> Result<(), String> {
        if self.snapshot.scopes.contains_key(key) || *key == Scope::Local.key() {
            return Ok(());
        }
        Err(format!("its scope `{key}` is not recorded"))
    }

    /// Whether nothing but the object `uid` is, or is about to be, at `address`.
    fn free_for(&self, address: &Address, uid: &str) -> Result<(), String> {
        let there = self
            .snapshot
            .records
            .get(address)
            .map(|record| record.uid.as_str());
        let coming = self.creation_at(address).map(|intent| intent.uid.as_str());
        if let Some(other) = there.into_iter().chain(coming).find(|other| *other != uid) {
            return Err(format!(
                "`{address}` bears the object {other}, which {uid} would displace"
            ));
        }
        let key = || DeposedKey {
            address: address.clone(),
            uid: uid.to_owned(),
        };
        if !self.snapshot.deposed.is_empty() && self.snapshot.deposed.contains_key(&key()) {
            return Err(format!("the object {uid} of `{address}` is deposed"));
        }
        Ok(())
    }

    /// The open effect that brings an object into being at `address`. As many are looked at as run at once.
    fn creation_at(&self, address: &Address) -> Option<&Intent> {
        self.in_doubt
            .iter()
            .map(|doubt| &doubt.intent)
            .find(|intent| intent.draft.is_some() && intent.address == *address)
    }
}

fn dependants<'a>(records: impl Iterator<Item = &'a Arc<Record>>) -> HashMap<Address, Vec<Address>> {
    let mut dependants: HashMap<Address, Vec<Address>> = HashMap::new();
    for record in records {
        for dependency in &record.dependencies {
            dependants
                .entry(dependency.clone())
                .or_default()
                .push(record.address.clone());
        }
    }
    dependants
}

#[cfg(test)]
mod tests;
