//! The commands: settings in, stages called, results shown. Nothing here plans, applies or formats.

mod apply;
mod approve;
mod completion;
mod console;
mod destroy;
mod fmt;
mod init;
mod outcome;
mod output;
mod plan;
mod preflight;
mod schema;
mod show;
mod state;
mod unlock;
mod validate;
mod verify;
mod version;

use crate::cli::{Command, StateCommand, Talk};
use crate::failure::{Exit, Failure};
use crate::render::Form;
use crate::session::Session;

/// How `command` speaks.
pub(crate) fn talk(command: &Command) -> (Form, bool) {
    let document = |talk: &Talk| {
        (
            if talk.json { Form::Document } else { Form::Text },
            talk.colour.no_color,
        )
    };
    let stream = |talk: &Talk| {
        (
            if talk.json { Form::Stream } else { Form::Text },
            talk.colour.no_color,
        )
    };
    match command {
        Command::Plan(args) => stream(&args.talk),
        Command::Apply(args) => stream(&args.run.talk),
        Command::Destroy(args) => stream(&args.run.talk),
        Command::Init(args) => document(&args.talk),
        Command::Validate(args) => document(&args.talk),
        Command::Show(args) => document(&args.talk),
        Command::Output(args) => document(&args.talk),
        Command::Preflight(args) => document(&args.talk),
        Command::Verify(args) => document(&args.talk),
        Command::Version(args) => document(&args.talk),
        Command::Console(args) => document(&args.talk),
        Command::Fmt(args) => (Form::Text, args.colour.no_color),
        Command::Schema(_) | Command::Completion(_) => (Form::Text, true),
        Command::Unlock(args) => (Form::Text, args.colour.no_color),
        Command::State(args) => match &args.command {
            StateCommand::List { colour, .. } | StateCommand::Abandon { colour, .. } => {
                (Form::Text, colour.no_color)
            }
            StateCommand::Show { talk, .. } => document(talk),
        },
    }
}

/// Whether the answer to `command` is what is wrong: its document then holds the mistakes that else are told beside.
pub(crate) fn answers_with_mistakes(command: &Command) -> bool {
    matches!(command, Command::Validate(args) if args.talk.json)
}

/// Does what `command` asks for.
///
/// # Errors
/// Why it was not done, or not all of it.
pub(crate) async fn run(session: &Session, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(session, &args).await,
        Command::Validate(_) => validate::run(session),
        Command::Plan(args) => plan::run(session, &args).await,
        Command::Apply(args) => apply::run(session, &args).await,
        Command::Destroy(args) => destroy::run(session, &args).await,
        Command::Show(args) => show::run(session, &args),
        Command::Output(args) => output::run(session, &args),
        Command::State(args) => state::run(session, &args),
        Command::Unlock(_) => unlock::run(session),
        Command::Fmt(args) => fmt::run(session, &args),
        Command::Console(_) => console::run(session),
        Command::Schema(_) => schema::run(session),
        Command::Completion(args) => completion::run(session, &args),
        Command::Preflight(args) => preflight::run(session, &args).await,
        Command::Verify(args) => verify::run(session, &args).await,
        Command::Version(_) => version::run(session),
    }
}
