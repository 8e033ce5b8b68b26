//! `meshform show`: the state, or a saved plan as it was when it was made.

use meshform_engine::archive::Shown;
use meshform_state::Store as _;

use crate::cli::ShowArgs;
use crate::failure::{Exit, Failure};
use crate::render::outputs;
use crate::saved;
use crate::session::Session;

pub(super) fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Failure> {
    let printer = &session.printer;
    if let Some(path) = &args.plan {
        let pages = saved::open(session, path)?.pages;
        if printer.is_text() {
            pages.copy(Shown::Text, &mut printer.data_writer())?;
        } else {
            pages.copy(Shown::Document, &mut printer.data_writer())?;
            printer.data("\n");
        }
        return Ok(Exit::Done);
    }
    let snapshot = session.store().load()?.snapshot;
    let secrets = printer.secrets();
    if printer.is_text() {
        printer.data(&outputs::state(&session.kinds, &secrets, &snapshot));
    } else {
        printer.document(&outputs::state_document(&session.kinds, &secrets, &snapshot));
    }
    Ok(Exit::Done)
}
