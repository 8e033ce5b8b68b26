//! The shipped program in a folder of its own, with the environment that a user of the sandbox has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use meshform_sandbox::Sandbox;
use meshform_state::disk::RealDisk;
use meshform_state::journal::Folded;
use meshform_state::{LocalStore, Store as _};
use tempfile::TempDir;

use super::config::example;
use super::sandbox::sandbox;
use super::world::World;

/// How long istiods may take to find each other on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// A folder with a configuration, and how the program is started in it.
pub(crate) struct Binary {
    folder: TempDir,
    /// The environment beside `PATH`.
    pub(crate) env: BTreeMap<String, String>,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    /// The exit code; `None` if it was killed.
    pub(crate) code: Option<i32>,
    /// What was asked for.
    pub(crate) out: String,
    /// What was said beside.
    pub(crate) err: String,
}

impl Binary {
    /// The example in the account and namespace of `world`, with a new state.
    pub(crate) fn new(world: &World) -> Self {
        let binary = Binary::bare(world);
        binary.run(&["init"]).ended(0);
        binary
    }

    /// As [`Binary::new`], with another configuration.
    pub(crate) fn with(world: &World, config: &str) -> Self {
        let binary = Binary::bare(world);
        binary.write(config);
        binary.run(&["init"]).ended(0);
        binary
    }

    /// As [`Binary::new`], without a state.
    pub(crate) fn bare(world: &World) -> Self {
        let env = sandbox().env_through(world.door()).into_iter().collect();
        let binary = Binary {
            folder: tempfile::tempdir().unwrap(),
            env,
        };
        binary.write(&example(&world.account, &world.namespace, None));
        binary
    }

    /// `config` for the clusters of `sandbox`, without a state. What else the program and its helpers write goes below its
    /// folder too.
    pub(crate) fn of(sandbox: &Sandbox, config: &str) -> Self {
        let mut binary = Binary {
            folder: tempfile::tempdir().unwrap(),
            env: sandbox.env().into_iter().collect(),
        };
        if let Some(charts) = sandbox.charts() {
            let charts = charts.display().to_string();
            binary.env.insert("MESHFORM_VAR_charts".to_owned(), charts);
        }
        for name in ["HOME", "TMPDIR"] {
            let folder = binary.path().join(name.to_lowercase());
            std::fs::create_dir(&folder).unwrap();
            binary.env.insert(name.to_owned(), folder.display().to_string());
        }
        binary.write(config);
        binary
    }

    /// Replaces the configuration.
    pub(crate) fn write(&self, config: &str) {
        std::fs::write(self.path().join("mesh.hcl"), config).unwrap();
    }

    /// The configuration.
    pub(crate) fn read(&self) -> String {
        std::fs::read_to_string(self.path().join("mesh.hcl")).unwrap()
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The journal of a run that is open.
    pub(crate) fn journal(&self) -> PathBuf {
        self.path().join("meshform.state.journal")
    }

    /// What the state says.
    pub(crate) fn state(&self) -> Folded {
        LocalStore::new(self.path().to_owned(), std::sync::Arc::new(RealDisk))
            .load()
            .unwrap()
    }

    /// The bytes of the state file.
    pub(crate) fn state_bytes(&self) -> Vec<u8> {
        std::fs::read(self.path().join("meshform.state.json")).unwrap()
    }

    /// A command, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshform"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(&self.env);
        command.env("MESHFORM_IN_AUTOMATION", "1").env("NO_COLOR", "1");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    /// Waits until the mesh works, since an istiod reads another cluster a moment after it was told to; gives what
    /// `verify` says.
    #[track_caller]
    pub(crate) fn works(&self) -> Said {
        let by = Instant::now() + PATIENCE;
        loop {
            let said = self.run(&["verify"]);
            if said.code == Some(0) || Instant::now() > by {
                return said.ended(0);
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// Starts a command whose output nobody reads.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

impl Said {
    /// What `output` says.
    pub(crate) fn of(output: &Output) -> Self {
        Said {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It ended with `code`.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.out, self.err);
        self
    }

    /// It said all of `parts`.
    #[track_caller]
    pub(crate) fn said(self, parts: &[&str]) -> Self {
        let all = format!("{}{}", self.out, self.err);
        // Messages are wrapped; what they say does not depend on where.
        let flat = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(flat.contains(part), "`{part}` is not said in:\n{all}");
        }
        self
    }
}
