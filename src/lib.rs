//! The command `meshform`: flags to settings, settings to stages, results to text or JSON.
//!
//! 1. [`run`] is the whole program; `main` only hands it what the process was given.
//! 2. `cli` reads flags, `settings` the environment and files of values, `session` builds what commands work with.
//! 3. `commands` call the stages of `pipeline` and `survey` and hand what comes out to `render`, which alone prints.
//! 4. `failure` says why something was not done, and with which exit code that ends.
//!
//! Nothing here decides what is planned or applied.

mod args;
mod cli;
mod clock;
mod commands;
mod failure;
mod fingerprint;
mod folder;
mod interrupt;
mod keyboard;
mod locks;
mod log;
mod pipeline;
mod plan_file;
mod render;
mod saved;
mod session;
mod settings;
mod survey;
pub mod wiring;

use std::ffi::OsString;
use std::io::{BufReader, IsTerminal as _};
use std::sync::Arc;

use clap::error::ErrorKind;

use crate::clock::SystemClock;
pub use crate::failure::Exit;
use crate::failure::{Failure, FailureKind};
pub use crate::render::Stream;
use crate::render::{Form, Printer, report};
pub use crate::session::Input;
use crate::session::Session;
pub use crate::settings::Environment;

/// Where a command writes and reads.
pub struct Streams {
    /// For what was asked for.
    pub out: Stream,
    /// For what is said beside.
    pub err: Stream,
    /// For answers.
    pub input: Input,
}

impl Streams {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let (out, err, input) = (std::io::stdout(), std::io::stderr(), std::io::stdin());
        Streams {
            out: Stream {
                terminal: out.is_terminal(),
                writer: Box::new(out),
            },
            err: Stream {
                terminal: err.is_terminal(),
                writer: Box::new(err),
            },
            input: Input {
                terminal: input.is_terminal(),
                editable: input.is_terminal() && std::io::stdout().is_terminal(),
                reader: Box::new(BufReader::new(input)),
            },
        }
    }
}

/// Does what `arguments` (the name of the program first) ask for, and says how the process ends.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
    streams: Streams,
) -> Exit {
    let clock: Arc<dyn meshform_engine::Clock> = Arc::new(SystemClock::new());
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, environment, streams, clock),
    };
    let (form, plain) = commands::talk(&cli.command);
    let printer = Printer::new(
        streams.out,
        streams.err,
        form,
        environment.colour() && !plain,
        clock,
    );
    if form == Form::Stream {
        printer.version();
    }
    let reports = commands::answers_with_mistakes(&cli.command);
    let exit = in_folder(cli, environment, &printer, streams.input).unwrap_or_else(|failure| {
        if reports {
            let report = report(&failure.diagnostics, &failure.sources, &printer.secrets());
            printer.document(&report);
        } else {
            printer.diagnostics(&failure.diagnostics, &failure.sources);
        }
        failure.exit()
    });
    // An answer that could not be written was not given, whatever was done.
    match printer.failed() {
        Some(error) if exit == Exit::Done || exit == Exit::Differs => {
            let failure = Failure::new(
                FailureKind::Output,
                "Output cannot be written",
                format!("{error}."),
            );
            printer.diagnostics(&failure.diagnostics, &failure.sources);
            failure.exit()
        }
        _ => exit,
    }
}

/// Help and versions that were asked for go to stdout, mistakes to stderr.
fn usage(
    error: &clap::Error,
    environment: &Environment,
    streams: Streams,
    clock: Arc<dyn meshform_engine::Clock>,
) -> Exit {
    let printer = Printer::new(streams.out, streams.err, Form::Text, environment.colour(), clock);
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        printer.data(&error.render().to_string());
        return Exit::Done;
    }
    printer.talk(&error.render().to_string());
    Exit::Error
}

fn in_folder(
    cli: cli::Cli,
    environment: &Environment,
    printer: &Printer,
    input: Input,
) -> Result<Exit, Failure> {
    let folder = match &cli.chdir {
        Some(folder) => environment.folder.join(folder),
        None => environment.folder.clone(),
    };
    if !folder.is_dir() {
        let detail = format!("There is no folder `{}`.", folder.display());
        return Err(Failure::new(FailureKind::Usage, "Folder not found", detail));
    }
    log::start(environment)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::caused(FailureKind::Internal, "Threads cannot be started", &error))?;
    let session = Session::new(folder, environment.clone(), cli.variables, printer.clone(), input);
    let result = runtime.block_on(commands::run(&session, cli.command));
    // A thread may still wait for a line that the user will never type.
    runtime.shutdown_background();
    result
}
