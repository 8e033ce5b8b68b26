//! A state in memory, for tests of other crates: the local store on a simulated disk, so that what is read has been
//! through the real formats.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Holder, LocalStore, Session, Store, StoreError};
use crate::disk::SimDisk;
use crate::journal::Folded;

const FOLDER: &str = "/state";

/// A state in memory. A clone is the same state, seen by the same process.
#[derive(Clone)]
pub struct MemoryStore {
    disk: SimDisk,
    local: LocalStore,
}

impl MemoryStore {
    /// An empty state of `lineage`.
    ///
    /// # Errors
    /// None that a new simulated disk gives.
    pub fn create_new(lineage: &str) -> Result<Self, StoreError> {
        let store = MemoryStore::on(SimDisk::new());
        store.create(lineage)?;
        Ok(store)
    }

    /// The state on `disk`, seen by the process whose handle that is.
    #[must_use]
    pub fn on(disk: SimDisk) -> Self {
        let local = LocalStore::new(PathBuf::from(FOLDER), Arc::new(disk.clone()));
        MemoryStore { disk, local }
    }

    /// The disk, to make it fail.
    #[must_use]
    pub fn disk(&self) -> &SimDisk {
        &self.disk
    }

    /// The same state after the process died, seen by the next one.
    #[must_use]
    pub fn after_death(&self) -> Self {
        MemoryStore::on(self.disk.die())
    }

    /// The same state after the machine lost power and all that was not synced, seen by the next process.
    #[must_use]
    pub fn after_power_cut(&self) -> Self {
        MemoryStore::on(self.disk.power_cut())
    }

    /// Where the files are on its disk.
    #[must_use]
    pub fn folder() -> &'static Path {
        Path::new(FOLDER)
    }
}

impl Store for MemoryStore {
    fn load(&self) -> Result<Folded, StoreError> {
        self.local.load()
    }

    fn abandon(&self, holder: &Holder, run: &str) -> Result<Option<String>, StoreError> {
        self.local.abandon(holder, run)
    }

    fn create(&self, lineage: &str) -> Result<(), StoreError> {
        self.local.create(lineage)
    }

    fn lock(&self, holder: &Holder) -> Result<Box<dyn Session>, StoreError> {
        self.local.lock(holder)
    }

    fn holder(&self) -> Result<Option<Holder>, StoreError> {
        self.local.holder()
    }

    fn describe(&self) -> String {
        self.local.describe()
    }
}
