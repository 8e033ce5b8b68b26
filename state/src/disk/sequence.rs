//! The order of steps in which files are written, once for the real and the simulated disk.
//!
//! It must never depend on what a disk is: a step that only one of them takes would not be tested.

use std::io;
use std::path::{Path, PathBuf};

use super::Log;

/// Who may read a new file. A file that is replaced keeps its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Only the user.
    Private,
    /// Whoever the user's defaults let.
    Default,
}

/// The single steps of a disk: a crash can come between any two.
pub(super) trait Steps: Send + Sync {
    /// An open file.
    type File: Send;

    /// Makes an empty file beside `path`, to be renamed to it.
    fn temporary(&self, path: &Path, access: Access) -> io::Result<(PathBuf, Self::File)>;
    /// Opens a file for appending; makes it, private, if it is missing.
    fn open(&self, path: &Path) -> io::Result<Self::File>;
    /// The length of a file.
    fn len(&self, file: &Self::File) -> io::Result<u64>;
    /// Writes at the end; what of it survives a crash is unknown.
    fn write(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<()>;
    /// Cuts off what is behind `len`.
    fn truncate(&self, file: &Self::File, len: u64) -> io::Result<()>;
    /// Makes the content durable.
    fn sync(&self, file: &Self::File) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Gives a file another name, in place of whatever had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a name.
    fn unlink(&self, path: &Path) -> io::Result<()>;
}

/// The folder that `path` is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// [`super::Disk::replace`].
pub(super) fn replace<S: Steps>(steps: &S, path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let (temporary, mut file) = steps.temporary(path, access)?;
    let renamed = steps
        .write(&mut file, bytes)
        // Without this, a power cut after the rename leaves the new name on an empty file.
        .and_then(|()| steps.sync(&file))
        .and_then(|()| steps.rename(&temporary, path));
    if let Err(error) = renamed {
        // The first error is the one to tell; what is left over is swept by the next replacement.
        _ = steps.unlink(&temporary);
        return Err(error);
    }
    steps.sync_folder(folder_of(path))
}

/// [`super::Disk::open_log`].
pub(super) fn open_log<S: Steps + 'static>(steps: S, path: &Path, len: u64) -> io::Result<Box<dyn Log>> {
    let file = steps.open(path)?;
    let found = steps.len(&file)?;
    if found < len {
        let text = format!("the file has {found} bytes where {len} were read");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    if found > len {
        steps.truncate(&file, len)?;
    }
    // A killed process may have left bytes and names that only the page cache has: who relies on them syncs them.
    steps.sync(&file)?;
    steps.sync_folder(folder_of(path))?;
    Ok(Box::new(AppendLog {
        steps,
        file,
        broken: false,
    }))
}

/// [`super::Disk::remove`].
pub(super) fn remove<S: Steps>(steps: &S, path: &Path) -> io::Result<()> {
    match steps.unlink(path) {
        Ok(()) => steps.sync_folder(folder_of(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

struct AppendLog<S: Steps> {
    steps: S,
    file: S::File,
    broken: bool,
}

impl<S: Steps> Log for AppendLog<S> {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.broken {
            // After a failed sync the system may drop the pages and report success the next time.
            return Err(io::Error::other("an earlier append failed"));
        }
        self.broken = true;
        self.steps.write(&mut self.file, bytes)?;
        self.steps.sync(&self.file)?;
        self.broken = false;
        Ok(())
    }
}
