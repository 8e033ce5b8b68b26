//! The file of a saved plan: where one may be, and writing it. What is in it is no concern of this module.

use std::path::Path;

use meshform_engine::archive::Archive;
use meshform_state::disk::Disk as _;

use crate::failure::{Failure, FailureKind};
use crate::session::Session;

/// Makes sure that a plan may be saved at `path`, relative to the folder: over an older one, or where nothing is.
///
/// # Errors
/// If it would take the place of something else, of the state or the configuration among them.
pub(crate) fn may_write(session: &Session, path: &str) -> Result<(), Failure> {
    let target = session.folder.join(path);
    let name = target
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let parent = target.parent().and_then(Path::file_name);
    // The state's own files need not be there yet.
    let ours = name.starts_with("meshform.state")
        || name.ends_with(".hcl")
        || parent.is_some_and(|parent| parent == ".meshform");
    let other = || std::fs::read(&target).is_ok_and(|bytes| Archive::from_bytes(&bytes).is_err());
    if !ours && !other() {
        return Ok(());
    }
    let detail = format!("`{path}` is not a saved plan, or is for something else; it is left as it is.");
    Err(
        Failure::new(FailureKind::Usage, "Plan cannot be saved there", detail)
            .hint("Name another file: `-out=plan.meshform`."),
    )
}

/// Writes a saved plan to `path`, relative to the folder.
///
/// # Errors
/// As the disk says.
pub(crate) fn write(session: &Session, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    meshform_state::disk::RealDisk
        .replace(&session.folder.join(path), bytes)
        .map_err(|error| {
            Failure::new(
                FailureKind::Output,
                "Plan cannot be saved",
                format!("Failed to write `{path}`: {error}."),
            )
            .hint("Nothing else was to be done. Name a file in a folder that may be written to and has room.")
        })
}
