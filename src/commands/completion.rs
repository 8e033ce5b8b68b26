//! `meshform completion`: what a shell needs to complete commands and flags.

use crate::cli::{CompletionArgs, command};
use crate::failure::{Exit, Failure, FailureKind};
use crate::session::Session;

pub(super) fn run(session: &Session, args: &CompletionArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "meshform", &mut script);
    let text = String::from_utf8(script).map_err(|error| {
        Failure::caused(
            FailureKind::Internal,
            "Completion script cannot be written",
            &error,
        )
    })?;
    session.printer.data(&text);
    Ok(Exit::Done)
}
