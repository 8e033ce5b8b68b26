//! `meshform init`: makes the state of a new mesh, and writes down which charts it means.

use meshform_state::{Store as _, StoreError};
use serde_json::json;

use crate::cli::InitArgs;
use crate::failure::{Exit, Failure, FailureKind};
use crate::locks::{self, Brought, Locks};
use crate::pipeline;
use crate::session::Session;
use crate::survey;

pub(super) async fn run(session: &Session, args: &InitArgs) -> Result<Exit, Failure> {
    // Variables without a value are no mistake yet: a folder is prepared before they are known.
    let loaded = pipeline::read_folder(session)?;
    session.printer.diagnostics(&loaded.warnings, &loaded.sources);
    let store = session.store();
    let created = match store.create(&session.entropy.uuid()) {
        Ok(()) => true,
        // What is there may be damaged: better told now than by the first plan.
        Err(StoreError::Exists { .. }) => {
            store.load()?;
            false
        }
        Err(error) => return Err(error.into()),
    };
    let brought = lock(session, &loaded, args.upgrade).await?;
    let place = store.describe();
    if !session.printer.is_text() {
        let names = |charts: &[locks::Chart]| -> Vec<String> {
            charts
                .iter()
                .map(|chart| format!("{} {}", chart.name, chart.version))
                .collect()
        };
        session
            .printer
            .document(&json!({ "state": place, "created": created,
            "charts_added": names(&brought.added), "charts_changed": names(&brought.changed) }));
        return Ok(Exit::Done);
    }
    let what = if created {
        "made an empty state"
    } else {
        "found a state"
    };
    session.printer.data(&format!("Meshform {what} at {place}.\n"));
    for (verb, charts) in [
        ("Locked", &brought.added),
        ("Changed the lock of", &brought.changed),
    ] {
        for locks::Chart { name, version, .. } in charts {
            session
                .printer
                .data(&format!("{verb} chart {name} {version} in {}.\n", locks::FILE));
        }
    }
    if !session.environment.is_automation() {
        session
            .printer
            .data("\nThis folder is ready. `meshform plan` shows what apply would do.\n");
    }
    Ok(Exit::Done)
}

/// Brings the lock file to what the configuration means.
async fn lock(session: &Session, loaded: &pipeline::Loaded, upgrade: bool) -> Result<Brought, Failure> {
    let charts = survey::charts(session, loaded).await?;
    let mut locks = Locks::read(&session.folder)?;
    let brought = locks.bring(&charts, upgrade);
    let wrong = locks.check(&charts);
    if wrong.has_errors() {
        return Err(Failure::told(
            FailureKind::Configuration,
            wrong,
            loaded.sources.clone(),
        ));
    }
    if brought != Brought::default() {
        locks.write(&session.folder)?;
    }
    Ok(brought)
}
