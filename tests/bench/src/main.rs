//! Measures Meshform beside Terraform and OpenTofu, as far as they are found, and writes `docs/performance.md`.
//!
//! Run it as `cargo perf`. All tools get the same shapes and run one after the other; what counts is the CPU time and
//! the memory of the process, not the wall clock of a machine that others use too. With `--small` it writes nothing, and
//! compares small shapes with larger ones instead. But for the mesh of many clusters, which no machine has, it knows
//! nothing of what it measures: it writes text, runs programs and reads what the system says of them.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for developers: it writes folders of its own and says what it does"
)]

mod big;
mod cases;
mod growth;
mod measure;
mod report;
mod run;
mod shapes;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use cases::CASES;
use measure::Limits;
use run::{found, measured};
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
    /// Writes no report: fails if a small shape and one four times as large are out of proportion, or if a peer that is
    /// found does with less.
    #[arg(long)]
    small: bool,
}

fn main() -> ExitCode {
    // A child of its own for each measurement, so that the system's sum over children is of one program.
    if let Some(code) = measure::as_child().or_else(big::as_child) {
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
    if arguments.small {
        return growth::compare(&meshform, &|told| println!("{told}"));
    }
    let mut tools = vec![(Tool::Meshform, meshform)];
    if !arguments.alone {
        tools.extend(
            [Tool::Terraform, Tool::Tofu]
                .into_iter()
                .filter_map(|tool| Some((tool, found(tool)?))),
        );
    }
    let mut all = Vec::new();
    for case in CASES.iter().filter(|case| case.name().contains(&arguments.only)) {
        for (tool, program) in &tools {
            if *tool != Tool::Meshform && !case.peers {
                continue;
            }
            let measured = measured(*case, (*tool, program), Limits::default())?;
            println!("{} {}: {}", case.name(), tool.name(), measured.series);
            all.push(measured);
        }
    }
    let mesh = if arguments.only.is_empty() || arguments.only.contains("mesh") {
        Some(big::measure()?)
    } else {
        None
    };
    let versions: Vec<String> = tools
        .iter()
        .map(|(tool, program)| measure::version(*tool, program))
        .collect();
    let text = report::report(&all, mesh.as_ref(), &versions, &arguments.build);
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
