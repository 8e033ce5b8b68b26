//! `meshform schema`: what may stand in a configuration, for editors.

use crate::failure::{Exit, Failure};
use crate::render::json_schema;
use crate::session::Session;

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let schema = json_schema::document(session.vocabulary().words(), &session.kinds);
    session.printer.data(&format!("{schema:#}\n"));
    Ok(Exit::Done)
}
