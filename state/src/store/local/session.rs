//! Writing into the folder, under the lock.

use std::cell::Cell;
use std::io;

use super::super::{Session, StoreError};
use super::beside;
use super::files::{Files, Loaded};
use crate::disk::{LockGuard, Log};
use crate::format;
use crate::journal::{self, Event, Folded, JournalError};
use crate::snapshot::{RunMark, Snapshot};

pub(super) struct LocalSession {
    files: Files,
    lineage: String,
    serial: u64,
    /// The run that the journal is of, once it has a first event.
    run: Option<RunMark>,
    /// Whether the snapshot says that it is open.
    is_marked: bool,
    /// The whole length of the journal.
    journal_len: u64,
    log: Option<Box<dyn Log>>,
    /// What locking read, for the first who asks.
    fresh: Cell<Option<Folded>>,
    broken: bool,
    _guard: Box<dyn LockGuard>,
}

impl LocalSession {
    pub(super) fn open(files: Files, guard: Box<dyn LockGuard>) -> Result<Self, StoreError> {
        let Loaded {
            mut folded,
            journal_len,
            is_marked,
        } = files.load()?;
        let mut session = LocalSession {
            lineage: folded.snapshot.lineage.clone(),
            serial: folded.snapshot.serial,
            run: None,
            is_marked,
            journal_len: 0,
            log: None,
            fresh: Cell::new(None),
            broken: false,
            _guard: guard,
            files,
        };
        if let Some(len) = journal_len {
            // Also where it is removed next: the snapshot that contains it must not be less durable than its removal.
            session.open_log(len)?;
            if folded.is_contained() {
                session.drop_journal()?;
                folded = Folded::new(folded.snapshot);
            } else if folded.open_run.is_some() || folded.has_ended() {
                session.run.clone_from(&folded.snapshot.last_run);
            } else {
                // It says nothing, and no run is open that it could be of.
                session.drop_journal()?;
            }
        }
        session.fresh.set(Some(folded));
        Ok(session)
    }

    fn open_log(&mut self, len: u64) -> Result<&mut Box<dyn Log>, StoreError> {
        let path = &self.files.journal;
        let log = self
            .files
            .disk
            .open_log(path, len)
            .map_err(self.files.io("open", path))?;
        self.journal_len = len;
        Ok(self.log.insert(log))
    }

    fn drop_journal(&mut self) -> Result<(), StoreError> {
        let path = &self.files.journal;
        self.files
            .disk
            .remove(path)
            .map_err(self.files.io("remove", path))?;
        self.log = None;
        self.journal_len = 0;
        self.run = None;
        Ok(())
    }

    fn unbroken(&self) -> Result<(), StoreError> {
        if self.broken {
            return Err(self.refused("write", io::Error::other("an earlier write failed")));
        }
        Ok(())
    }

    fn refused(&self, action: &'static str, source: io::Error) -> StoreError {
        self.files.io(action, &self.files.state)(source)
    }

    /// A journal that does not begin so could not be read again.
    fn check_first(&self, first: &Event) -> Result<(), StoreError> {
        let source = match (first, self.run.as_ref()) {
            (Event::Begin { lineage, .. }, None) if *lineage != self.lineage => JournalError::Lineage {
                journal: lineage.clone(),
                snapshot: self.lineage.clone(),
            },
            (Event::Begin { serial, .. }, None) if *serial != self.serial => JournalError::Serial {
                journal: *serial,
                snapshot: self.serial,
            },
            (Event::Begin { .. }, None) => return Ok(()),
            (Event::Begin { .. }, Some(run)) => JournalError::Illegal {
                index: 0,
                reason: format!("the journal is of {run} already"),
            },
            (_, Some(_)) => return Ok(()),
            (_, None) => JournalError::Illegal {
                index: 0,
                reason: "a journal starts with the beginning of a run".to_owned(),
            },
        };
        Err(StoreError::Journal {
            place: self.files.journal.display().to_string(),
            source,
            beside: String::new(),
        })
    }

    /// Refuses what is not the one next snapshot; returns the bytes of the present one.
    fn check_next(&self, snapshot: &Snapshot) -> Result<Vec<u8>, StoreError> {
        let invalid =
            |text: String| Err(self.refused("replace", io::Error::new(io::ErrorKind::InvalidInput, text)));
        if snapshot.lineage != self.lineage || snapshot.serial != self.serial + 1 {
            return invalid(format!(
                "serial {} does not follow serial {}",
                snapshot.serial, self.serial
            ));
        }
        if let Some(run) = &self.run
            && snapshot.last_run.as_ref() != Some(run)
        {
            return invalid(format!("it does not contain {run}, which the journal is of"));
        }
        self.present()
    }

    /// The bytes of the snapshot that was locked.
    fn present(&self) -> Result<Vec<u8>, StoreError> {
        let Some(old) = self.files.read(&self.files.state)? else {
            return Err(self.files.missing()?);
        };
        let heading = format::decode_heading(&old).map_err(|error| self.files.unreadable(error))?;
        if heading.lineage != self.lineage || heading.serial != self.serial {
            // A lock stops neither `git checkout` nor a copy.
            let reason = format!(
                "it was replaced while it was locked: it has serial {}, and had {}",
                heading.serial, self.serial
            );
            return Err(StoreError::Damaged {
                place: self.files.state.display().to_string(),
                reason,
                beside: beside::a_snapshot(&self.files),
            });
        }
        Ok(old)
    }
}

impl LocalSession {
    /// Lets the snapshot say that the run is open: what the journal holds is from here on missed if it gets lost.
    fn mark(&mut self) -> Result<(), StoreError> {
        let files = &self.files;
        let bytes = format::with_open_run(&self.present()?, self.run.as_ref())
            .map_err(|error| files.unreadable(error))?;
        files
            .disk
            .replace(&files.state, &bytes)
            .map_err(files.io("write", &files.state))?;
        self.is_marked = true;
        Ok(())
    }
}

impl Session for LocalSession {
    fn load(&self) -> Result<Folded, StoreError> {
        match self.fresh.take() {
            Some(folded) => Ok(folded),
            None => Ok(self.files.load()?.folded),
        }
    }

    fn append(&mut self, events: &[Event]) -> Result<(), StoreError> {
        self.unbroken()?;
        let Some(first) = events.first() else {
            return Ok(());
        };
        self.check_first(first)?;
        let mut bytes = if self.journal_len == 0 {
            journal::encode_header()
        } else {
            Vec::new()
        };
        let frames = journal::encode_frames(events)
            .map_err(|error| self.files.io("write", &self.files.journal)(error.into()))?;
        bytes.extend_from_slice(&frames);
        self.fresh.set(None);
        self.broken = true;
        if self.log.is_none() {
            self.open_log(self.journal_len)?;
        }
        if let Some(log) = &mut self.log {
            log.append(&bytes)
                .map_err(self.files.io("write", &self.files.journal))?;
        }
        self.journal_len += bytes.len() as u64;
        if let Event::Begin { run, time, .. } = first {
            self.run = Some(RunMark {
                run: run.clone(),
                began: time.clone(),
            });
        }
        if !self.is_marked {
            self.mark()?;
        }
        self.broken = false;
        Ok(())
    }

    fn commit(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.unbroken()?;
        let old = self.check_next(snapshot)?;
        let files = &self.files;
        let bytes = format::encode_snapshot(snapshot).map_err(files.io("write", &files.state))?;
        self.fresh.set(None);
        self.broken = true;
        files
            .disk
            .replace(&files.backup, &old)
            .map_err(files.io("write", &files.backup))?;
        files
            .disk
            .replace(&files.state, &bytes)
            .map_err(files.io("write", &files.state))?;
        // From here on the journal is contained: whoever finds it ignores it.
        self.drop_journal()?;
        self.serial = snapshot.serial;
        self.is_marked = false;
        self.broken = false;
        Ok(())
    }
}
