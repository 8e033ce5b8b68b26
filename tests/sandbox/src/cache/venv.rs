//! moto's venv. It must never install what has no hash in the requirements.

use std::path::Path;
use std::process::Command;

use super::command::{Tool, run};
use super::{Recipe, Workshop};
use crate::error::SandboxError;
use crate::files;

const PYTHON: Tool = Tool {
    program: "python3",
    install: "Python 3.10 or newer with its venv module (on Debian and Ubuntu: packages `python3` and `python3-venv`)",
};

/// moto from requirements in which every file has its hash.
pub(crate) struct MotoVenv {
    pub(super) requirements: &'static str,
}

impl Recipe for MotoVenv {
    fn name(&self) -> &'static str {
        "moto"
    }

    fn usual(&self) -> &'static str {
        "half a minute"
    }

    fn inputs(&self) -> Result<Vec<String>, SandboxError> {
        // The prefix counts because a venv holds links into the Python that made it; the two imports because a
        // distribution may ship Python without them.
        let about =
            "import sys, venv, ensurepip; print(sys.version, sys.base_prefix, sys.version_info >= (3, 10))";
        let python = PYTHON.ask(&["-c", about])?;
        if !python.ends_with("True") {
            return Err(PYTHON.missing(None));
        }
        Ok(vec![python, self.requirements.to_owned()])
    }

    fn build(&self, into: &Path, work: &Workshop<'_>) -> Result<(), SandboxError> {
        let requirements = work.scratch.join("requirements.txt");
        files::write(&requirements, self.requirements)?;
        let mut venv = Command::new(PYTHON.program);
        venv.args(["-m", "venv"]).arg(into);
        run(work, venv)?;
        let mut install = Command::new(into.join("bin/python"));
        install.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
        ]);
        install
            .args(["--require-hashes", "--requirement"])
            .arg(&requirements);
        run(work, install)
    }
}
