//! Programs and files from Go modules. It must never name a proxy: where modules come from is the user's configuration
//! of Go, and what they hold is said by the hashes in each `go.sum`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{Tool, run};
use super::{Recipe, Workshop};
use crate::error::SandboxError;
use crate::files;

const GO: Tool = Tool {
    program: "go",
    install: "Go 1.26 or newer, or an older one that may fetch it (package `golang-go` or `golang`, or the download \
              of the Go project)",
};

/// A Go program whose sources are compiled into the sandbox, so that its binary works from any folder.
pub(crate) struct GoProgram {
    pub(super) name: &'static str,
    pub(super) usual: &'static str,
    /// What is built: `.` for the sources themselves, or a package of a module that their go.mod requires.
    pub(super) package: &'static str,
    pub(super) sources: &'static [(&'static str, &'static str)],
    pub(super) ldflags: &'static str,
}

impl Recipe for GoProgram {
    fn name(&self) -> &'static str {
        self.name
    }

    fn usual(&self) -> &'static str {
        self.usual
    }

    fn inputs(&self) -> Result<Vec<String>, SandboxError> {
        let mut inputs = vec![GO.ask(&["version"])?, self.ldflags.to_owned()];
        if self.package != "." {
            inputs.push(self.package.to_owned());
        }
        inputs.extend(texts(self.sources));
        Ok(inputs)
    }

    fn build(&self, into: &Path, work: &Workshop<'_>) -> Result<(), SandboxError> {
        let sources = spread(self.sources, work)?;
        let mut command = Command::new(GO.program);
        command.current_dir(&sources).env("CGO_ENABLED", "0");
        command.args([
            "build",
            "-trimpath",
            "-buildvcs=false",
            "-ldflags",
            self.ldflags,
            "-o",
        ]);
        command.arg(into.join(self.name)).arg(self.package);
        run(work, command)
    }
}

/// Folders of a Go module, copied out of it.
pub(crate) struct GoFiles {
    pub(super) name: &'static str,
    pub(super) usual: &'static str,
    pub(super) module: &'static str,
    /// Each folder in the module, and its name here.
    pub(super) folders: &'static [(&'static str, &'static str)],
    pub(super) sources: &'static [(&'static str, &'static str)],
}

impl Recipe for GoFiles {
    fn name(&self) -> &'static str {
        self.name
    }

    fn usual(&self) -> &'static str {
        self.usual
    }

    fn inputs(&self) -> Result<Vec<String>, SandboxError> {
        GO.ask(&["version"])?;
        let mut inputs = vec![self.module.to_owned()];
        inputs.extend(texts(self.folders));
        inputs.extend(texts(self.sources));
        Ok(inputs)
    }

    fn build(&self, into: &Path, work: &Workshop<'_>) -> Result<(), SandboxError> {
        let sources = spread(self.sources, work)?;
        let mut download = Command::new(GO.program);
        download
            .current_dir(&sources)
            .args(["mod", "download", self.module]);
        run(work, download)?;
        let place = sources.display().to_string();
        let found = GO.ask(&["-C", &place, "list", "-m", "-f", "{{.Dir}}", self.module])?;
        for (from, to) in self.folders {
            files::copy_dir(&Path::new(&found).join(from), &into.join(to))?;
        }
        Ok(())
    }
}

fn texts(pairs: &[(&str, &str)]) -> impl Iterator<Item = String> {
    pairs
        .iter()
        .flat_map(|(name, text)| [(*name).to_owned(), (*text).to_owned()])
}

fn spread(sources: &[(&str, &str)], work: &Workshop<'_>) -> Result<PathBuf, SandboxError> {
    let folder = work.scratch.join("sources");
    files::create_dir(&folder)?;
    for (name, text) in sources {
        files::write(&folder.join(name), text)?;
    }
    Ok(folder)
}
