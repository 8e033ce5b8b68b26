//! `meshform validate`: all mistakes that can be found without state and without asking anything outside.

use crate::failure::{Exit, Failure};
use crate::pipeline;
use crate::render::{Role, report};
use crate::session::Session;

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let result = pipeline::read_folder(session).and_then(|loaded| pipeline::validate(session, loaded));
    let printer = &session.printer;
    if !printer.is_text() {
        let (found, sources, exit) = match &result {
            Ok(loaded) => (&loaded.warnings, &loaded.sources, Exit::Done),
            Err(failure) => (&failure.diagnostics, &*failure.sources, failure.exit()),
        };
        printer.document(&report(found, sources, &printer.secrets()));
        return Ok(exit);
    }
    let loaded = result?;
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
