//! What lies beside a file that cannot be used, in sentences for the user: what it is, and what is missing from it.

use super::files::Files;
use crate::format::{self, Heading};

/// What there is instead of the snapshot.
pub(super) fn a_snapshot(files: &Files) -> String {
    let ask = "Bring back a good copy of the state";
    // Whatever keeps it from being read, it is of no use.
    let Ok(bytes) = files.disk.read(&files.backup) else {
        return format!("{ask} (there is no backup beside it). ");
    };
    let heading = format::decode_snapshot(&bytes).and_then(|_| format::decode_heading(&bytes));
    let place = files.backup.display();
    let Ok(heading) = heading else {
        return format!("{ask} (the backup beside it cannot be read either). ");
    };
    let after = match &heading.last_run {
        Some(run) => format!("after {run}"),
        None => "before any run".to_owned(),
    };
    let missing = match &heading.open_run {
        Some(run) => format!("what {run} did, and everything later"),
        None => format!("everything after serial {}", heading.serial),
    };
    format!(
        "{ask}. {place} is that of serial {}, {after}: {missing} is missing from it and would be planned again, so use it \
         only if there is no newer copy. ",
        heading.serial
    )
}

/// What is known without the journal.
pub(super) fn a_journal(files: &Files, heading: &Heading) -> String {
    let place = files.state.display();
    let known = format!("{place} knows everything up to serial {}", heading.serial);
    let Some(run) = &heading.open_run else {
        return format!(
            "{known}, and no run is open on it. Bring back the journal that belongs to it, or the state that the journal \
             belongs to. "
        );
    };
    format!(
        "{known}; what {run} did after that is in the journal alone. Bring back a good copy of it; if there is none, look \
         for what the run made (all of it bears the lineage {} in its tags or annotations), remove it, and go on without \
         the journal: `meshform state abandon {}`. ",
        heading.lineage, run.run
    )
}
