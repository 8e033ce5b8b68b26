//! Running a program and asking the system what it took.

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::cases::Case;
use crate::shapes::Tool;

/// The first argument that makes this program run another one and tell what that took.
const CHILD: &str = "--measure-one";

/// What a process took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usage {
    /// User and system time, in seconds.
    pub(crate) cpu: f64,
    /// The most memory that was resident, in megabytes.
    pub(crate) memory: u64,
}

/// How a process ended and what it took.
pub(crate) struct Ran {
    pub(crate) usage: Usage,
    code: i64,
    told: String,
}

impl Ran {
    /// # Errors
    /// If it did not end well, with what it said.
    pub(crate) fn succeeded(&self, case: &Case, tool: Tool) -> Result<(), String> {
        if self.code == 0 {
            return Ok(());
        }
        Err(format!(
            "{}, {}: exit code {}: {}",
            case.name(),
            tool.name(),
            self.code,
            self.told
        ))
    }
}

/// If this process is to run another one: does that, and tells on the last line what it took.
pub(crate) fn as_child() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == CHILD).then_some(())?;
    let program = arguments.next()?;
    let output = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .output();
    let (code, told) = match output {
        Ok(output) => (
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ),
        Err(error) => (-1, error.to_string()),
    };
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let told: String = told.chars().take(2_000).collect();
    println!(
        "{}",
        serde_json::json!({ "code": code, "micros": micros, "kilobytes": usage.max_rss(), "told": told })
    );
    Some(ExitCode::SUCCESS)
}

/// Runs `program` once in `folder`.
///
/// # Errors
/// If it cannot be run.
pub(crate) fn once(program: &Path, arguments: &[&str], folder: &Path) -> Result<Ran, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(own)
        .arg(CHILD)
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let found: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let number = |name: &str| found[name].as_i64().unwrap_or(-1);
    Ok(Ran {
        usage: Usage {
            cpu: number("micros") as f64 / 1e6,
            memory: u64::try_from(number("kilobytes")).unwrap_or(0) / 1024,
        },
        code: number("code"),
        told: found["told"].as_str().unwrap_or_default().to_owned(),
    })
}

/// How often something is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) most: usize,
    /// CPU seconds after which one more run is not worth it.
    pub(crate) enough: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            most: 7,
            enough: 60.0,
        }
    }
}

/// The samples of one row.
#[derive(Debug, Clone)]
pub(crate) struct Series(pub(crate) Vec<Usage>);

/// Measures up to seven times, fewer if it takes long.
///
/// # Errors
/// The first failure.
pub(crate) fn series(
    limits: &Limits,
    mut run: impl FnMut() -> Result<Usage, String>,
) -> Result<Series, String> {
    let mut samples = Vec::new();
    let mut spent = 0.0;
    while samples.len() < limits.most && (samples.is_empty() || spent < limits.enough) {
        let usage = run()?;
        spent += usage.cpu;
        samples.push(usage);
    }
    Ok(Series(samples))
}

impl Series {
    /// The median of the CPU times, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        let mut all: Vec<f64> = self.0.iter().map(|usage| usage.cpu).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    }

    /// The least CPU time, in seconds: what others did on the machine is least in it.
    pub(crate) fn least(&self) -> f64 {
        let all = self.0.iter().map(|usage| usage.cpu);
        all.fold(f64::INFINITY, f64::min)
    }

    /// The median of the memory, in megabytes.
    pub(crate) fn memory(&self) -> u64 {
        let mut all: Vec<u64> = self.0.iter().map(|usage| usage.memory).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or(0)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.3} s, {} MB ({} runs)",
            self.cpu(),
            self.memory(),
            self.0.len()
        )
    }
}

/// The first line of what `program version` says.
pub(crate) fn version(tool: Tool, program: &Path) -> String {
    let output = Command::new(program)
        .arg("version")
        .env("CHECKPOINT_DISABLE", "1")
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let first = text.ok().and_then(|text| text.lines().next().map(str::to_owned));
    first.unwrap_or_else(|| tool.name().to_owned())
}
