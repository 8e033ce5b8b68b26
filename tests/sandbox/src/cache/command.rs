//! Runs one command of a build: visible progress, output in a log, missing tools named. It must never be killed by a
//! time limit: a slow machine may take as long as it needs.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Workshop;
use crate::error::SandboxError;
use crate::files;

const REPORT_EVERY: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);

/// A tool that builds need, with what to install when it is not there.
pub(super) struct Tool {
    pub(super) program: &'static str,
    pub(super) install: &'static str,
}

impl Tool {
    /// Returns what the tool prints when asked, as for its version.
    pub(super) fn ask(&self, args: &[&str]) -> Result<String, SandboxError> {
        let output = Command::new(self.program)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .map_err(|source| self.missing(Some(source)))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        } else {
            Err(self.missing(None))
        }
    }

    pub(super) fn missing(&self, source: Option<std::io::Error>) -> SandboxError {
        SandboxError::MissingTool {
            tool: self.program.to_owned(),
            install: self.install.to_owned(),
            source,
        }
    }
}

/// Runs `command` to its end, and says from time to time that it still runs.
pub(super) fn run(work: &Workshop<'_>, mut command: Command) -> Result<(), SandboxError> {
    let system = |action| move |source| SandboxError::System { action, source };
    let log = files::open_log(work.log)?;
    let errors = log.try_clone().map_err(system("share a log"))?;
    let text = format!("{} {}", command.get_program().display(), words(&command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(system("start a build"))?;
    let start = Instant::now();
    let mut reported = start;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(system("ask for a build's state"))? {
            break status;
        }
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            let minutes = start.elapsed().as_secs_f64() / 60.0;
            (work.report)(&format!(
                "sandbox: {:<14} building, {minutes:.1} min so far",
                work.part
            ));
        }
        std::thread::sleep(POLL);
    };
    if status.success() {
        return Ok(());
    }
    Err(SandboxError::Build {
        part: work.part.to_owned(),
        command: text,
        status: status.to_string(),
        log: work.log.to_owned(),
        tail: files::tail(work.log),
    })
}

fn words(command: &Command) -> String {
    command
        .get_args()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
