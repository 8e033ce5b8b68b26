//! Going on without a journal that is lost.

use super::super::StoreError;
use super::files::Files;
use crate::format;

/// Takes the mark of `run` off the snapshot. What is left of its journal is moved aside first, so that a crash in between
/// leaves the journal lost and the mark in place.
pub(super) fn abandon(files: &Files, run: &str) -> Result<Option<String>, StoreError> {
    let refused = |reason: String| {
        Err(StoreError::NotLost {
            place: files.state.display().to_string(),
            run: run.to_owned(),
            reason,
        })
    };
    match files.load() {
        Ok(loaded) if loaded.is_marked => return refused("the journal is there".to_owned()),
        Ok(_) => return refused("no run is open".to_owned()),
        Err(error @ (StoreError::Missing { .. } | StoreError::Newer { .. } | StoreError::Io { .. })) => {
            return Err(error);
        }
        Err(_) => {}
    }
    let Some(bytes) = files.read(&files.state)? else {
        return Err(files.missing()?);
    };
    let heading = format::decode_heading(&bytes).map_err(|error| files.unreadable(error))?;
    match &heading.open_run {
        Some(open) if open.run == run => {}
        Some(open) => return refused(format!("the one that is open is {open}")),
        None => return refused("no run is open".to_owned()),
    }
    let cleared = format::with_open_run(&bytes, None).map_err(|error| files.unreadable(error))?;
    let mut kept = None;
    if let Some(left) = files.read(&files.journal)? {
        let name: String = run
            .chars()
            .filter(|char| char.is_ascii_alphanumeric() || *char == '-')
            .collect();
        let aside = files.journal.with_extension(format!("journal.{name}"));
        if !left.is_empty() {
            files
                .disk
                .replace(&aside, &left)
                .map_err(files.io("write", &aside))?;
            kept = Some(aside.display().to_string());
        }
        files
            .disk
            .remove(&files.journal)
            .map_err(files.io("remove", &files.journal))?;
    }
    files
        .disk
        .replace(&files.state, &cleared)
        .map_err(files.io("write", &files.state))?;
    Ok(kept)
}
