//! The disk of this machine: single system calls, whose order is `sequence`'s. It must never decide what to sync.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::sequence::{self, Access, Steps, folder_of};
use super::{Disk, LockGuard, Log};

/// The disk of this machine. State files that it makes are readable by their user only.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

/// Writes `bytes` to `path` as [`Disk::replace`] does, for files that are not state: a saved plan, a lock file. A new
/// file gets the user's default permissions.
///
/// # Errors
/// As the system says.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    sequence::replace(&RealDisk, &meant(path)?, bytes, Access::Default)
}

/// The file that `path` means: where it is a symbolic link, what that points to is replaced and not the link, behind which
/// an old text would stay.
fn meant(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => fs::canonicalize(path),
        _ => Ok(path.to_owned()),
    }
}

impl Disk for RealDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        sequence::replace(self, &meant(path)?, bytes, Access::Private)
    }

    fn open_log(&self, path: &Path, len: u64) -> io::Result<Box<dyn Log>> {
        sequence::open_log(*self, path, len)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        sequence::remove(self, path)
    }

    fn lock(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn LockGuard>> {
        fs::create_dir_all(folder_of(path))?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        take_lock(&file)?;
        file.set_len(0)?;
        file.write_all(content)?;
        Ok(Box::new(RealLock { _file: file }))
    }

    fn locked(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let mut content = Vec::new();
                file.read_to_end(&mut content)?;
                Ok(Some(content))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The lock ends when the file is closed, by whatever ends the process.
struct RealLock {
    _file: File,
}

impl LockGuard for RealLock {}

fn take_lock(file: &File) -> io::Result<()> {
    // Whoever asks `locked` holds the lock for a moment: one refusal is not yet a holder.
    for _ in 0..5 {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

impl Steps for RealDisk {
    type File = File;

    fn temporary(&self, path: &Path, access: Access) -> io::Result<(PathBuf, File)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let folder = folder_of(path);
        // A device or a pipe of that name would be gone for everybody, where the writer may do that.
        if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let text = "something of that name is there that is no file, and is left as it is";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        sweep(folder, name);
        for _ in 0..64 {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let mut hidden = temporary_prefix(name);
            hidden.push(format!("{}-{number}.tmp", std::process::id()));
            let temporary = folder.join(hidden);
            match options(access).create_new(true).open(&temporary) {
                Ok(file) => {
                    // Held for as long as the file is open: `sweep` of another process then leaves it alone.
                    _ = file.try_lock();
                    if let Ok(old) = fs::metadata(path) {
                        file.set_permissions(old.permissions())?;
                    }
                    return Ok((temporary, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        options(Access::Private).append(true).create(true).open(path)
    }

    fn len(&self, file: &File) -> io::Result<u64> {
        Ok(file.metadata()?.len())
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn truncate(&self, file: &File, len: u64) -> io::Result<()> {
        file.set_len(len)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match File::open(folder)?.sync_all() {
            // Some network and shared folders know no such thing; there is nothing better to do on them.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            synced => synced,
        }
    }

    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that the lint sends others to"
    )]
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

fn options(access: Access) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    if access == Access::Private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = access;
    options
}

fn temporary_prefix(name: &std::ffi::OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// Removes temporary files of writers that died. Failing to is no harm: they are only in the way of the eye.
fn sweep(folder: &Path, name: &std::ffi::OsStr) {
    let prefix = temporary_prefix(name);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let middle = found
            .as_encoded_bytes()
            .strip_prefix(prefix.as_encoded_bytes())
            .and_then(|rest| rest.strip_suffix(b".tmp"));
        let ours = middle.is_some_and(|middle| {
            !middle.is_empty() && middle.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
        });
        if ours
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_and_leaves_nothing_else_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        RealDisk.replace(&path, b"one").unwrap();
        RealDisk.replace(&path, b"two").unwrap();
        assert_eq!(RealDisk.read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["state"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_points_to_is_replaced_and_the_link_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("state"), folder.path().join("link"));
        RealDisk.replace(&path, b"one").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        RealDisk.replace(&link, b"two").unwrap();
        assert_eq!(RealDisk.read(&path).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(folder.path()), ["link", "state"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let error = RealDisk.replace(&path, b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(!fs::metadata(&path).unwrap().is_file());
        assert_eq!(names(folder.path()), ["state"]);
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "plants what a killed process would have left"
    )]
    fn sweeps_what_dead_writers_left_and_nothing_of_living_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        fs::write(folder.path().join(".state.17-0.tmp"), b"dead").unwrap();
        fs::write(folder.path().join(".state.mine.tmp"), b"the user's").unwrap();
        let living = File::create(folder.path().join(".state.18-0.tmp")).unwrap();
        living.lock().unwrap();
        RealDisk.replace(&path, b"new").unwrap();
        assert_eq!(
            names(folder.path()),
            [".state.18-0.tmp", ".state.mine.tmp", "state"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn state_is_private_and_chosen_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (state, log) = (folder.path().join("state"), folder.path().join("log"));
        RealDisk.replace(&state, b"one").unwrap();
        drop(RealDisk.open_log(&log, 0).unwrap());
        assert_eq!((mode(&state), mode(&log)), (0o600, 0o600));
        fs::set_permissions(&state, fs::Permissions::from_mode(0o640)).unwrap();
        RealDisk.replace(&state, b"two").unwrap();
        assert_eq!(mode(&state), 0o640);
    }

    #[test]
    fn a_log_is_cut_and_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        RealDisk
            .open_log(&path, 0)
            .unwrap()
            .append(b"whole torn")
            .unwrap();
        RealDisk.open_log(&path, 6).unwrap().append(b"next").unwrap();
        assert_eq!(RealDisk.read(&path).unwrap(), b"whole next");
        let error = RealDisk.open_log(&path, 99).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn one_holds_the_lock_and_others_are_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".meshform").join("lock");
        assert_eq!(RealDisk.locked(&path).unwrap(), None);
        let guard = RealDisk.lock(&path, b"a long first holder").unwrap();
        assert_eq!(
            RealDisk.lock(&path, b"me").err().unwrap().kind(),
            io::ErrorKind::WouldBlock
        );
        assert_eq!(RealDisk.locked(&path).unwrap().unwrap(), b"a long first holder");
        drop(guard);
        assert_eq!(RealDisk.locked(&path).unwrap(), None);
        let guard = RealDisk.lock(&path, b"me").unwrap();
        assert_eq!(RealDisk.locked(&path).unwrap().unwrap(), b"me");
        drop(guard);
    }

    #[test]
    fn removing_what_is_not_there_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        RealDisk.remove(&folder.path().join("nothing")).unwrap();
    }
}
