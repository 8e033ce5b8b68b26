//! `meshform validate`: all mistakes that can be found without state and without asking anything outside.

use crate::failure::{Exit, Failure};
use crate::pipeline;
use crate::render::{Role, report};
use crate::session::Session;

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let loaded = pipeline::read_folder(session).and_then(|loaded| pipeline::validate(session, loaded))?;
    let printer = &session.printer;
    if !printer.is_text() {
        printer.document(&report(&loaded.warnings, &loaded.sources, &printer.secrets()));
        return Ok(Exit::Done);
    }
    printer.diagnostics(&loaded.warnings, &loaded.sources);
    let but = if loaded.warnings.is_empty() {
        "."
    } else {
        ", but there were some validation warnings as shown above."
    };
    let success = printer.palette().paint(Role::Success, "Success!");
    printer.data(&format!("{success} The configuration is valid{but}\n"));
    Ok(Exit::Done)
}
