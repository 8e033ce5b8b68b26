//! File operations whose errors name the path. It must never hold anything that outlives a sandbox: nothing is synced.

use std::path::{Path, PathBuf};

use crate::error::SandboxError;

fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> SandboxError {
    move |source| SandboxError::File {
        action,
        path: path.to_owned(),
        source,
    }
}

pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), SandboxError> {
    std::fs::write(path, content).map_err(failed("write", path))
}

/// Writes a file that readers see whole or not at all, because its presence means "ready".
pub(crate) fn publish(path: &Path, content: impl AsRef<[u8]>) -> Result<(), SandboxError> {
    let beside = path.with_extension("partial");
    write(&beside, content)?;
    rename(&beside, path)
}

pub(crate) fn read(path: &Path) -> Result<String, SandboxError> {
    std::fs::read_to_string(path).map_err(failed("read", path))
}

pub(crate) fn create_dir(path: &Path) -> Result<(), SandboxError> {
    std::fs::create_dir_all(path).map_err(failed("create the folder", path))
}

pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), SandboxError> {
    std::fs::rename(from, to).map_err(failed("move into place", to))
}

pub(crate) fn remove_dir(path: &Path) -> Result<(), SandboxError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Copies a folder with all below it. Modes are not kept: what is copied may be read-only, the copy is not.
pub(crate) fn copy_dir(from: &Path, to: &Path) -> Result<(), SandboxError> {
    create_dir(to)?;
    for entry in std::fs::read_dir(from).map_err(failed("read the folder", from))? {
        let path = entry.map_err(failed("read the folder", from))?.path();
        let Some(name) = path.file_name() else { continue };
        let target = to.join(name);
        if path.is_dir() {
            copy_dir(&path, &target)?;
        } else {
            let content = std::fs::read(&path).map_err(failed("read", &path))?;
            write(&target, content)?;
        }
    }
    Ok(())
}

pub(crate) fn open_log(path: &Path) -> Result<std::fs::File, SandboxError> {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(failed("open", path))
}

/// Returns the last lines of a log, for an error message; empty when there is none.
pub(crate) fn tail(path: &Path) -> String {
    const LINES: usize = 20;
    const WIDTH: usize = 600;
    let Ok(bytes) = std::fs::read(path) else {
        return String::new();
    };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES)..];
    shown
        .iter()
        .map(|line| line.chars().take(WIDTH).collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Makes a path absolute, so that a process started elsewhere reads the same one.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, SandboxError> {
    std::path::absolute(path).map_err(failed("resolve", path))
}
