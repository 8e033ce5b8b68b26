//! The three parts that a sandbox builds: moto's venv, etcd, the control plane. It must never name a registry host:
//! where packages come from is the user's configuration of pip and Go.

use std::path::Path;
use std::process::Command;

use super::command::{Tool, run};
use super::{Recipe, Workshop};
use crate::error::SandboxError;
use crate::files;

/// The program that runs moto inside its venv.
pub(crate) const MOTO_SERVE: &str = include_str!("../../moto/serve.py");
pub(crate) const MOTO_REPAIRS: &str = include_str!("../../moto/repairs.py");

const GO: Tool = Tool {
    program: "go",
    install: "Go 1.24 or newer (package `golang-go` or `golang`, or the download of the Go project)",
};
const PYTHON: Tool = Tool {
    program: "python3",
    install: "Python 3.10 or newer with its venv module (on Debian and Ubuntu: packages `python3` and `python3-venv`)",
};

/// moto in a venv of its own.
pub(crate) const MOTO: MotoVenv = MotoVenv {
    requirements: include_str!("../../moto/requirements.txt"),
};

/// etcd, as a program of ours around its embeddable server.
pub(crate) const ETCD: GoProgram = GoProgram {
    name: "etcd",
    usual: "1 to 2 minutes",
    sources: [
        ("main.go", include_str!("../../etcd/main.go")),
        ("go.mod", include_str!("../../etcd/go.mod")),
        ("go.sum", include_str!("../../etcd/go.sum")),
    ],
    ldflags: "-s -w",
};

/// The API server and the controller manager. Clients parse the version, so a build without one is useless to them.
pub(crate) const CONTROL_PLANE: GoProgram = GoProgram {
    name: "controlplane",
    usual: "4 to 7 minutes",
    sources: [
        ("main.go", include_str!("../../controlplane/main.go")),
        ("go.mod", include_str!("../../controlplane/go.mod")),
        ("go.sum", include_str!("../../controlplane/go.sum")),
    ],
    ldflags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4 \
              -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34 \
              -X k8s.io/component-base/version.gitTreeState=clean",
};

/// A Go program whose sources are compiled into the sandbox, so that its binary works from any folder.
pub(crate) struct GoProgram {
    name: &'static str,
    usual: &'static str,
    sources: [(&'static str, &'static str); 3],
    ldflags: &'static str,
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
        inputs.extend(
            self.sources
                .iter()
                .flat_map(|(name, text)| [(*name).to_owned(), (*text).to_owned()]),
        );
        Ok(inputs)
    }

    fn build(&self, into: &Path, work: &Workshop<'_>) -> Result<(), SandboxError> {
        let sources = work.scratch.join("sources");
        files::create_dir(&sources)?;
        for (name, text) in self.sources {
            files::write(&sources.join(name), text)?;
        }
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
        command.arg(into.join(self.name)).arg(".");
        run(work, command)
    }
}

/// moto from requirements in which every file has its hash.
pub(crate) struct MotoVenv {
    requirements: &'static str,
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
