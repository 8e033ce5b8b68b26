//! Folders for sandboxes that live in a static, which is never dropped: each belongs to a process, and the next one
//! that asks for a folder removes those of processes that have ended. It must never touch anything else.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const PREFIX: &str = "sandbox-";

/// A folder under `root` that nobody has, for [`Builder::dir`](crate::Builder::dir): `sandbox-<process>-<number>`. It is
/// not made. Those of processes that have ended are removed, so that of the runs of a test only the last leaves one.
#[must_use]
pub fn scratch(root: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    sweep(root);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    root.join(format!("{PREFIX}{}-{number}", std::process::id()))
}

fn sweep(root: &Path) {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| is_left(path)) {
        // Another process may sweep at the same moment; what is left is swept the next time.
        _ = std::fs::remove_dir_all(path);
    }
}

fn is_left(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let process = name.and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse::<u32>().ok());
    process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_ended_processes_are_removed_and_no_others() {
        let root = tempfile::tempdir().unwrap();
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let left = root.path().join(format!("{PREFIX}{}-1", ended.id()));
        let mine = root.path().join(format!("{PREFIX}{}-0", std::process::id()));
        let foreign = root.path().join("sandbox-of-mine");
        for dir in [&left, &mine, &foreign] {
            std::fs::create_dir(dir).unwrap();
        }
        let first = scratch(root.path());
        assert!(!left.exists());
        assert!(mine.exists() && foreign.exists());
        assert_ne!(first, scratch(root.path()));
    }
}
