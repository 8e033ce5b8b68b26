//! Child processes that cannot outlive their sandbox, and the identity by which another process finds them again.
//!
//! It must never kill by name or by a number alone: a process is its pid and the time it started.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::error::SandboxError;
use crate::files;

/// A running child; dropping it kills it.
///
/// The child reads from a pipe that only we hold, and ends when that pipe does: so even `kill -9` of the sandbox
/// leaves nothing behind.
pub(crate) struct Process {
    name: String,
    log: PathBuf,
    child: Child,
    _leash: Option<ChildStdin>,
}

/// A process that may belong to a sandbox of another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRecord {
    /// What it is, as `etcd of a`.
    pub name: String,
    /// Its number.
    pub pid: u32,
    /// When it started, in the operating system's own words; tells it from a later process of the same number.
    pub started: String,
}

impl Process {
    /// Starts `command` with its output in `log` and an environment of its own.
    pub(crate) fn spawn(name: &str, mut command: Command, log: &Path) -> Result<Self, SandboxError> {
        let output = files::open_log(log)?;
        let errors = output.try_clone().map_err(|source| SandboxError::System {
            action: "share a log",
            source,
        })?;
        let kept = ["PATH", "HOME", "TMPDIR"].map(|key| (key, std::env::var_os(key)));
        let given: Vec<_> = command
            .get_envs()
            .map(|(key, value)| (key.to_owned(), value.map(|v| v.to_owned())))
            .collect();
        command.env_clear();
        command.envs(kept.into_iter().filter_map(|(key, value)| Some((key, value?))));
        command.envs(given.into_iter().filter_map(|(key, value)| Some((key, value?))));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|source| SandboxError::System {
                action: "start a process of the sandbox",
                source,
            })?;
        let leash = child.stdin.take();
        Ok(Self {
            name: name.to_owned(),
            log: log.to_owned(),
            child,
            _leash: leash,
        })
    }

    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    pub(crate) fn record(&self) -> ProcessRecord {
        ProcessRecord::of(&self.name, self.child.id())
    }

    /// Fails when the process has ended.
    pub(crate) fn check(&mut self) -> Result<(), SandboxError> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(SandboxError::Died {
                name: self.name.clone(),
                status: status.to_string(),
                log: self.log.clone(),
                tail: files::tail(&self.log),
            }),
            Err(source) => Err(SandboxError::System {
                action: "ask for a child's state",
                source,
            }),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It holds nothing worth a graceful end, and either call fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl ProcessRecord {
    /// Returns the identity of the process that has this number now.
    #[must_use]
    pub fn of(name: &str, pid: u32) -> Self {
        Self {
            name: name.to_owned(),
            pid,
            started: start_of(pid).unwrap_or_default(),
        }
    }

    /// Tells whether this very process still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        start_of(self.pid).is_some_and(|started| started == self.started)
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends it.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| self.is_running()) {
            // The only failure that matters, that it is gone, is what the caller wants.
            let _ = kill_process(pid, signal);
        }
    }
}

/// Returns when a process started, or nothing when it does not run; a zombie does not run.
fn start_of(pid: u32) -> Option<String> {
    if let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The command stands in parentheses and may hold spaces, so fields are counted from its end: the state is
        // the first after it and the start time the twentieth (proc_pid_stat(5)).
        let after: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        return (after.first() != Some(&"Z")).then(|| after.get(19).map(|ticks| (*ticks).to_owned()))?;
    }
    if Path::new("/proc/self/stat").exists() {
        return None;
    }
    let output = Command::new("ps")
        .args(["-o", "state=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let (state, started) = text.split_once(char::is_whitespace)?;
    (!state.starts_with('Z')).then(|| started.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let me = ProcessRecord::of("me", std::process::id());
        assert!(me.is_running());
        let other = ProcessRecord {
            started: "another time".to_owned(),
            ..me
        };
        assert!(!other.is_running());
    }

    #[test]
    fn a_dropped_process_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sleep");
        command.arg("600");
        let process = Process::spawn("sleeper", command, &folder.path().join("log")).unwrap();
        let record = process.record();
        assert!(record.is_running());
        drop(process);
        assert!(!record.is_running());
    }

    #[test]
    fn an_early_end_shows_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo why it failed; exit 3"]);
        let mut process = Process::spawn("failing", command, &folder.path().join("log")).unwrap();
        let error = loop {
            if let Err(error) = process.check() {
                break error.to_string();
            }
            std::thread::yield_now();
        };
        assert!(
            error.contains("exit status: 3") && error.contains("why it failed"),
            "{error}"
        );
    }
}
