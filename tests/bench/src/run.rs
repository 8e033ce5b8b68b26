//! Measuring a case with a tool, in a folder of its own.

use std::path::{Path, PathBuf};

use crate::cases::{Case, Work};
use crate::measure::{self, Limits, Series};
use crate::shapes::{self, Tool};

/// What became of one case with one tool.
pub(crate) struct Measured {
    pub(crate) case: Case,
    pub(crate) tool: Tool,
    pub(crate) series: Series,
    /// Bytes of the state afterwards.
    pub(crate) state: u64,
}

/// The program of `tool`, if there is one on the path.
pub(crate) fn found(tool: Tool) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(tool.name()))
        .find(|program| program.is_file())
}

/// Measures `case` with the program `program` of `tool`.
///
/// # Errors
/// The first failure.
pub(crate) fn measured(
    case: Case,
    (tool, program): (Tool, &Path),
    limits: Limits,
) -> Result<Measured, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    shapes::write(tool, case.shape, folder).map_err(|error| error.to_string())?;
    let command = |arguments: &[&str]| measure::once(program, arguments, folder);
    command(&["init"])?.succeeded(&case, tool)?;
    if !case.work.is_first() {
        match tool {
            Tool::Meshform => command(&["apply", "-auto-approve"])?.succeeded(&case, tool)?,
            // To make 10,000 objects takes them hours; a state is written as they would have left it.
            Tool::Terraform | Tool::Tofu => {
                shapes::write_state(case.shape, folder).map_err(|error| error.to_string())?;
            }
        }
    }
    let arguments: &[&str] = match case.work {
        Work::NoOp => &["plan", "-detailed-exitcode"],
        Work::Saved => &["plan", "-detailed-exitcode", "-out=plan"],
        Work::Create => &["plan"],
        Work::Destroy => &["plan", "-destroy"],
        Work::Apply => &["apply", "-auto-approve"],
    };
    let state = folder.join(tool.state_file());
    let again = || -> Result<(), String> {
        // Each apply begins with nothing.
        if case.work == Work::Apply && state.exists() {
            for file in [
                tool.state_file().to_owned(),
                format!("{}.backup", tool.state_file()),
            ] {
                let file = folder.join(file);
                if file.exists() {
                    std::fs::remove_file(&file).map_err(|error| error.to_string())?;
                }
            }
            measure::once(program, &["init"], folder)?.succeeded(&case, tool)?;
        }
        Ok(())
    };
    let series = measure::series(&limits, || {
        again()?;
        let ran = measure::once(program, arguments, folder)?;
        ran.succeeded(&case, tool)?;
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
