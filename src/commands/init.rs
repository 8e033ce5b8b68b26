//! `meshform init`: makes the state of a new mesh.

use meshform_state::{Store as _, StoreError};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::folder::OnDisk;
use crate::pipeline;
use crate::session::Session;

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    // Values of variables are not asked for: a folder is prepared before they are known.
    let loaded = pipeline::read(session, &OnDisk::new(&session.folder), |_, _| {
        Ok(std::collections::BTreeMap::new())
    })?;
    session.printer.diagnostics(&loaded.warnings, &loaded.sources);
    let store = session.store(&loaded.config, &loaded.sources)?;
    let created = match store.create(&session.entropy.uuid()) {
        Ok(()) => true,
        // What is there may be damaged: better told now than by the first plan.
        Err(StoreError::Exists { .. }) => {
            store.load()?;
            false
        }
        Err(error) => return Err(error.into()),
    };
    let place = store.describe();
    if !session.printer.is_text() {
        session
            .printer
            .document(&json!({ "state": place, "created": created }));
        return Ok(Exit::Done);
    }
    let what = if created {
        "made an empty state"
    } else {
        "found a state"
    };
    session.printer.data(&format!("Meshform {what} at {place}.\n"));
    if !session.environment.is_automation() {
        session
            .printer
            .data("\nThis folder is ready. `meshform plan` shows what apply would do.\n");
    }
    Ok(Exit::Done)
}
