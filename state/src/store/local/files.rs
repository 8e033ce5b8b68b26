//! Reading what lies in the folder: snapshot and journal as one, and what is wrong with them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{LostJournal, StoreError};
use super::beside;
use crate::disk::Disk;
use crate::format::{self, FormatError, Heading, SNAPSHOT_FORMAT};
use crate::journal::{self, Event, Folded, JOURNAL_FORMAT};

/// How often a reader that finds a run writing tries again: each try needs a whole run to end within it to fail.
const TRIES: usize = 8;

#[derive(Clone)]
pub(super) struct Files {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) state: PathBuf,
    pub(super) backup: PathBuf,
    pub(super) journal: PathBuf,
    pub(super) lock: PathBuf,
}

/// Snapshot and journal, read as one.
pub(super) struct Loaded {
    pub(super) folded: Folded,
    /// How many bytes of the journal are whole; `None` if there is no journal.
    pub(super) journal_len: Option<u64>,
    /// Whether the snapshot says that the journal's run is open.
    pub(super) is_marked: bool,
}

impl Files {
    pub(super) fn new(folder: &Path, disk: Arc<dyn Disk>) -> Self {
        Files {
            disk,
            state: folder.join("meshform.state.json"),
            backup: folder.join("meshform.state.json.backup"),
            journal: folder.join("meshform.state.journal"),
            lock: folder.join(".meshform").join("lock"),
        }
    }

    pub(super) fn io<'a>(
        &self,
        action: &'static str,
        path: &'a Path,
    ) -> impl Fn(io::Error) -> StoreError + 'a {
        move |source| StoreError::Io {
            action,
            place: path.display().to_string(),
            source,
        }
    }

    pub(super) fn exists(&self, path: &Path) -> Result<bool, StoreError> {
        self.disk.exists(path).map_err(self.io("read", path))
    }

    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        match self.disk.read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.io("read", path)(error)),
        }
    }

    /// Reads both files, first the journal: a snapshot read later can only be newer, and then contains the journal or
    /// does not fit it. Only a run that ends, with another one that begins, between the two reads makes them misfit;
    /// reading again tells that from damage, which stays.
    pub(super) fn load(&self) -> Result<Loaded, StoreError> {
        let mut seen = None;
        for _ in 1..TRIES {
            let found = (self.read(&self.journal)?, self.read(&self.state)?);
            match self.interpret(found.0.as_deref(), found.1.as_deref()) {
                Err(_) if seen.as_ref() != Some(&found) => seen = Some(found),
                settled => return settled,
            }
        }
        let (journal, state) = (self.read(&self.journal)?, self.read(&self.state)?);
        self.interpret(journal.as_deref(), state.as_deref())
    }

    fn interpret(&self, journal: Option<&[u8]>, state: Option<&[u8]>) -> Result<Loaded, StoreError> {
        let Some(state) = state else {
            return Err(self.missing()?);
        };
        let heading = format::decode_heading(state).map_err(|error| self.unreadable(error))?;
        let snapshot = format::decode_snapshot(state).map_err(|error| self.unreadable(error))?;
        let (events, journal_len) = match journal {
            Some(bytes) => {
                let (events, len) = self.events(bytes, &heading)?;
                (events, Some(len))
            }
            None => (Vec::new(), None),
        };
        if let Some(error) = self.lost_journal(&heading, journal_len, &events) {
            return Err(error);
        }
        let folded = journal::fold(snapshot, &events).map_err(|source| StoreError::Journal {
            place: self.journal.display().to_string(),
            source,
            beside: beside::a_journal(self, &heading),
        })?;
        Ok(Loaded {
            folded,
            journal_len,
            is_marked: heading.open_run.is_some(),
        })
    }

    /// The error to give where a run is open and its journal is not there.
    fn lost_journal(&self, heading: &Heading, len: Option<u64>, events: &[Event]) -> Option<StoreError> {
        let run = heading.open_run.clone()?;
        let what = match (len, events.first()) {
            (_, Some(Event::Begin { run: found, .. })) if *found == run.run => return None,
            (_, Some(Event::Begin { run: found, .. })) => format!("is that of another run, {found}"),
            (None, _) => "is missing".to_owned(),
            (Some(_), None) => "is empty".to_owned(),
            (Some(_), Some(_)) => "does not begin with it".to_owned(),
        };
        Some(StoreError::JournalLost(Box::new(LostJournal {
            place: self.journal.display().to_string(),
            what,
            run,
            serial: heading.serial,
            lineage: heading.lineage.clone(),
        })))
    }

    pub(super) fn unreadable(&self, error: FormatError) -> StoreError {
        let place = self.state.display().to_string();
        match error {
            FormatError::Damaged { line, column, reason } => StoreError::Damaged {
                place: format!("{place}:{line}:{column}"),
                reason,
                beside: beside::a_snapshot(self),
            },
            FormatError::Newer { found, writer } => newer(place, found, writer, SNAPSHOT_FORMAT),
        }
    }

    fn events(&self, bytes: &[u8], heading: &Heading) -> Result<(Vec<Event>, u64), StoreError> {
        let place = self.journal.display().to_string();
        match journal::journal_format(bytes) {
            Some((found, writer)) if found > JOURNAL_FORMAT => {
                return Err(newer(place, found, writer, JOURNAL_FORMAT));
            }
            _ => {}
        }
        let frames = journal::decode_frames(bytes).map_err(|damage| StoreError::Damaged {
            place: format!("{place} (byte {})", damage.offset),
            reason: damage.reason,
            beside: beside::a_journal(self, heading),
        })?;
        Ok((frames.events, frames.valid_len))
    }

    /// Why there is no snapshot.
    pub(super) fn missing(&self) -> Result<StoreError, StoreError> {
        Ok(self.lost()?.unwrap_or_else(|| StoreError::Missing {
            place: self.state.display().to_string(),
        }))
    }

    /// The error to give where a state is missing that was there once.
    pub(super) fn lost(&self) -> Result<Option<StoreError>, StoreError> {
        for (path, what) in [(&self.journal, "its journal"), (&self.backup, "its backup")] {
            if self.exists(path)? {
                let reason = format!("the file is missing, but {what} is there ({})", path.display());
                return Ok(Some(StoreError::Damaged {
                    place: self.state.display().to_string(),
                    reason,
                    beside: beside::a_snapshot(self),
                }));
            }
        }
        Ok(None)
    }
}

fn newer(place: String, found: u64, writer: String, known: u64) -> StoreError {
    let writer = if writer.is_empty() {
        "unknown".to_owned()
    } else {
        writer
    };
    StoreError::Newer {
        place,
        found,
        writer,
        known,
    }
}
