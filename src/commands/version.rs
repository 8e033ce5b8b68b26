//! `meshform version`

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::session::Session;

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let platform = format!("{}_{}", std::env::consts::OS, std::env::consts::ARCH);
    if session.printer.is_text() {
        session
            .printer
            .data(&format!("Meshform v{version}\non {platform}\n"));
    } else {
        session
            .printer
            .document(&json!({ "meshform_version": version, "platform": platform }));
    }
    Ok(Exit::Done)
}
