//! The file seam: every write of this workspace goes through here.
//!
//! [`Disk`] says what survives what; [`RealDisk`] is the disk of this machine, and `SimDisk` (feature `testing`) one
//! that can lose power, fill up and fail between any two steps. Both run the same sequences of steps
//! (`sequence`), so that what a simulated power cut shows holds for the real one.
//!
//! Nothing here knows what the files mean.

mod real;
mod sequence;
#[cfg(any(test, feature = "testing"))]
mod sim;

use std::io;
use std::path::Path;

pub use real::{RealDisk, write_file};
#[cfg(any(test, feature = "testing"))]
pub use sim::{Cut, Moment, Op, OpEvent, SimDisk, Verdict};

/// A disk, real or simulated.
pub trait Disk: Send + Sync {
    /// The whole content of a file.
    ///
    /// # Errors
    /// As the system says; a missing file is `NotFound`.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether there is a file at `path`.
    ///
    /// # Errors
    /// As the system says; a missing file is none.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Replaces the content of `path` as one: after a crash at any moment it is the old or the new one. Writes a
    /// temporary file beside it, syncs it, renames it, syncs the folder. Once this has returned, the new content
    /// survives a power cut.
    ///
    /// # Errors
    /// As the system says; the content is then the old one or, if only syncing the folder failed, the new one.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Opens a file for appending, at `len` bytes: what is behind is cut off. A missing file is made. Once this has
    /// returned, the `len` bytes and the file's name survive a power cut, whoever wrote them.
    ///
    /// # Errors
    /// As the system says; `InvalidInput` if the file is shorter than `len`.
    fn open_log(&self, path: &Path, len: u64) -> io::Result<Box<dyn Log>>;

    /// Removes a file and syncs the folder; a missing one is no error.
    ///
    /// # Errors
    /// As the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Takes an exclusive lock that ends with the process, or tells that somebody has it. Makes the folder of `path`.
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
    /// As the system says; how much of `bytes` was written is then unknown, and every later append is refused.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A lock that ends when this is dropped.
pub trait LockGuard: Send {}
