//! A state in a folder.
//!
//! | file | what |
//! | --- | --- |
//! | `meshform.state.json` | the snapshot, and which run is open on it |
//! | `meshform.state.json.backup` | the snapshot before it, with the run that ended it open on it |
//! | `meshform.state.journal` | what happened since the snapshot, while a run is open |
//! | `.meshform/lock` | who works on it; held by the operating system, so that it ends with the process |
//!
//! A run opens in this order: its first events go to the journal; the snapshot is written again with the run's mark; only
//! then may an effect begin. A snapshot without a mark thus lies beside no journal of an effect, and one with a mark is
//! never read without that run's journal: a journal that was emptied, removed or exchanged is missed. It costs one more
//! write of the snapshot for a run, and nothing for a step.
//!
//! This module must never write a file other than through [`Disk`].

mod abandon;
mod beside;
mod files;
mod session;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Holder, Session, Store, StoreError};
use crate::disk::{Disk, LockGuard};
use crate::format;
use crate::journal::Folded;
use crate::snapshot::Snapshot;
use files::Files;
use session::LocalSession;

/// A state in a folder.
///
/// A reader sees a state that was true at one moment of its reading, whatever a run beside it does. A writer that dies
/// anywhere, even with the machine, leaves all that it acknowledged.
#[derive(Clone)]
pub struct LocalStore {
    files: Files,
}

impl LocalStore {
    /// The state in `folder`, whether there is one or not.
    #[must_use]
    pub fn new(folder: PathBuf, disk: Arc<dyn Disk>) -> Self {
        LocalStore {
            files: Files::new(&folder, disk),
        }
    }

    /// Takes the lock.
    fn guard(&self, holder: &Holder) -> Result<Box<dyn LockGuard>, StoreError> {
        let files = &self.files;
        // Locking makes a folder; where there is no state, nothing is to be left behind.
        if !files.exists(&files.state)? {
            return Err(files.missing()?);
        }
        let content =
            serde_json::to_vec(holder).map_err(|error| files.io("lock", &files.lock)(error.into()))?;
        files
            .disk
            .lock(&files.lock, &content)
            .map_err(|error| match error.kind() {
                io::ErrorKind::WouldBlock => {
                    let holder = self.holder().ok().flatten().filter(|holder| holder.process != 0);
                    StoreError::Locked {
                        place: self.describe(),
                        holder,
                    }
                }
                _ => files.io("lock", &files.lock)(error),
            })
    }
}

impl Store for LocalStore {
    fn load(&self) -> Result<Folded, StoreError> {
        Ok(self.files.load()?.folded)
    }

    fn abandon(&self, holder: &Holder, run: &str) -> Result<Option<String>, StoreError> {
        let _guard = self.guard(holder)?;
        abandon::abandon(&self.files, run)
    }

    fn create(&self, lineage: &str) -> Result<(), StoreError> {
        let files = &self.files;
        if files.exists(&files.state)? {
            return Err(StoreError::Exists {
                place: self.describe(),
            });
        }
        if let Some(error) = files.lost()? {
            return Err(error);
        }
        let bytes =
            format::encode_snapshot(&Snapshot::new(lineage)).map_err(files.io("write", &files.state))?;
        files
            .disk
            .replace(&files.state, &bytes)
            .map_err(files.io("write", &files.state))
    }

    fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError> {
        let guard = self.guard(holder)?;
        Ok(Box::new(LocalSession::open(self.files.clone(), guard)?))
    }

    fn holder(&self) -> Result<Option<Holder>, StoreError> {
        let files = &self.files;
        let content = files
            .disk
            .locked(&files.lock)
            .map_err(files.io("read", &files.lock))?;
        Ok(content.map(|content| {
            // Between taking the lock and writing this, there is nothing to read: held, and by nobody known.
            serde_json::from_slice(&content).unwrap_or_else(|_| Holder {
                who: "unknown".to_owned(),
                process: 0,
                command: "unknown".to_owned(),
                since: "unknown".to_owned(),
            })
        }))
    }

    fn describe(&self) -> String {
        self.files.state.display().to_string()
    }
}

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod lost_tests;
#[cfg(test)]
mod tests;
