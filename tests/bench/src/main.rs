//! Measures Meshform beside Terraform and OpenTofu, as far as they are found, and writes `docs/performance.md`.
//!
//! Run it as `cargo perf`. All tools get the same shapes and run one after the other; what counts is the CPU time and
//! the memory of the process, not the wall clock of a machine that others use too. It must never know the insides of
//! what it measures: it writes text, runs programs and reads what the system says of them.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for developers: it writes folders of its own and says what it does"
)]

mod cases;
mod measure;
mod report;
mod shapes;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use cases::{CASES, Case, Work};
use measure::{Limits, Series};
use shapes::Tool;

/// Measures Meshform beside Terraform and OpenTofu, and writes a report.
#[derive(Debug, Parser)]
struct Arguments {
    /// The binary to measure; without it the release build of this tree.
    #[arg(long, value_name = "FILE")]
    meshform: Option<PathBuf>,
    /// How that binary was built, for the report.
    #[arg(long, value_name = "TEXT", default_value = "release build")]
    build: String,
    /// Where the report goes.
    #[arg(long, value_name = "FILE", default_value = "docs/performance.md")]
    out: PathBuf,
    /// Measures only cases whose name contains this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Measures only Meshform.
    #[arg(long)]
    alone: bool,
}

/// What became of one case with one tool.
pub(crate) struct Measured {
    pub(crate) case: &'static Case,
    pub(crate) tool: Tool,
    pub(crate) series: Series,
    /// Bytes of the state afterwards.
    pub(crate) state: u64,
}

fn main() -> ExitCode {
    // A child of its own for each measurement, so that the system's sum over children is of one program.
    if let Some(code) = measure::as_child() {
        return code;
    }
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let meshform = match &arguments.meshform {
        Some(path) => std::fs::canonicalize(path).map_err(|error| format!("{}: {error}", path.display()))?,
        None => built()?,
    };
    let mut tools = vec![(Tool::Meshform, meshform)];
    if !arguments.alone {
        tools.extend(
            [Tool::Terraform, Tool::Tofu]
                .into_iter()
                .filter_map(|tool| Some((tool, found(tool)?))),
        );
    }
    let mut all = Vec::new();
    for case in CASES.iter().filter(|case| case.name.contains(&arguments.only)) {
        for (tool, program) in &tools {
            if *tool != Tool::Meshform && !case.peers {
                continue;
            }
            let measured = measured(case, *tool, program)?;
            println!("{} {}: {}", case.name, tool.name(), measured.series);
            all.push(measured);
        }
    }
    let versions: Vec<String> = tools
        .iter()
        .map(|(tool, program)| measure::version(*tool, program))
        .collect();
    let text = report::report(&all, &versions, &arguments.build);
    std::fs::write(&arguments.out, text).map_err(|error| format!("{}: {error}", arguments.out.display()))
}

/// The release build of this tree.
fn built() -> Result<PathBuf, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = std::process::Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "meshform"])
        .status();
    match status {
        Ok(status) if status.success() => {}
        other => return Err(format!("cannot build meshform: {other:?}")),
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    Ok(own.with_file_name("meshform"))
}

fn found(tool: Tool) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(tool.name()))
        .find(|program| program.is_file())
}

fn measured(case: &'static Case, tool: Tool, program: &Path) -> Result<Measured, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    shapes::write(tool, case.shape, folder).map_err(|error| error.to_string())?;
    let command = |arguments: &[&str]| measure::once(program, arguments, folder);
    command(&["init"])?.succeeded(case, tool)?;
    if case.work != Work::Apply {
        match tool {
            Tool::Meshform => command(&["apply", "-auto-approve"])?.succeeded(case, tool)?,
            // To make 10,000 objects takes them hours; a state is written as they would have left it.
            Tool::Terraform | Tool::Tofu => {
                shapes::write_state(case.shape, folder).map_err(|error| error.to_string())?;
            }
        }
    }
    let arguments: &[&str] = match case.work {
        Work::NoOp => &["plan", "-detailed-exitcode"],
        Work::Destroy => &["plan", "-destroy"],
        Work::Apply => &["apply", "-auto-approve"],
    };
    let state = folder.join(tool.state_file());
    let again = || -> Result<(), String> {
        // Each apply begins with nothing.
        if case.work == Work::Apply && state.exists() {
            std::fs::remove_file(&state).map_err(|error| error.to_string())?;
            measure::once(program, &["init"], folder)?.succeeded(case, tool)?;
        }
        Ok(())
    };
    let series = measure::series(&Limits::default(), || {
        again()?;
        let ran = measure::once(program, arguments, folder)?;
        ran.succeeded(case, tool)?;
        Ok(ran.usage)
    })?;
    let state = std::fs::metadata(&state).map_or(0, |found| found.len());
    Ok(Measured {
        case,
        tool,
        series,
        state,
    })
}
