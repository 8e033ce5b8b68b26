//! A sandbox that outlives the command that started it: `cargo sandbox up|down|status`.
//!
//! `up` starts this same binary again as a process in a session of its own, which holds a [`Sandbox`] until it is told
//! to end. What runs stands in `sandbox.json` in the sandbox's folder. It must never end or remove anything that this
//! file does not name.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Wanted, default_root};
use crate::cloud::LoadBalancer;
use crate::cluster::Cluster;
use crate::error::SandboxError;
use crate::files;
use crate::process::ProcessRecord;
use crate::progress::{Reporter, to_stderr};
use crate::sandbox::Sandbox;

const POLL: Duration = Duration::from_millis(50);
const UP_WITHIN: Duration = Duration::from_secs(300);
const DOWN_WITHIN: Duration = Duration::from_secs(20);

/// What a sandbox is to hold, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its folder; two sandboxes are two folders.
    pub dir: PathBuf,
    /// How many control planes; none means AWS only.
    pub clusters: usize,
    /// Whether an istiod runs in each cluster that installs one; see [`Builder::istiod`](crate::Builder::istiod).
    pub istiod: bool,
}

/// What stands in `sandbox.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// The process that holds the sandbox.
    pub daemon: ProcessRecord,
    /// Whether everything was ready once.
    pub ready: bool,
    /// The URL of the door; empty until it is ready.
    pub endpoint: String,
    /// The control planes; empty until they are ready.
    pub clusters: Vec<Cluster>,
    /// The children of the daemon; empty until they are ready. Those of istiods come and go, within about a second.
    pub processes: Vec<ProcessRecord>,
    /// The load balancers that the cloud holds, likewise.
    #[serde(default)]
    pub load_balancers: Vec<LoadBalancer>,
}

fn session_file(dir: &Path) -> PathBuf {
    dir.join("sandbox.json")
}

impl Session {
    /// Reads what runs in a folder; nothing when there is no sandbox.
    pub fn read(dir: &Path) -> Result<Option<Self>, SandboxError> {
        let path = session_file(dir);
        if !path.exists() {
            return Ok(None);
        }
        let what = path.display().to_string();
        serde_json::from_str(&files::read(&path)?)
            .map(Some)
            .map_err(|source| SandboxError::Json { what, source })
    }

    fn write(&self, dir: &Path) -> Result<(), SandboxError> {
        let what = "the session".to_owned();
        let text =
            serde_json::to_string_pretty(self).map_err(|source| SandboxError::Json { what, source })?;
        files::publish(&session_file(dir), text)
    }

    /// Returns every process of the sandbox, the daemon first.
    pub fn all(&self) -> impl Iterator<Item = &ProcessRecord> {
        std::iter::once(&self.daemon).chain(&self.processes)
    }
}

/// Starts a sandbox and returns when everything in it is ready; `program` is the binary that has [`serve`].
pub fn up(options: &Options, program: &Path, report: &Reporter) -> Result<Session, SandboxError> {
    let dir = files::absolute(&options.dir)?;
    if let Some(session) = Session::read(&dir)? {
        if session.daemon.is_running() {
            return already_up(session, options);
        }
        report("sandbox: an earlier one in this folder has ended; it is removed");
        down(&dir, report)?;
    }
    let filled = std::fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some());
    if filled {
        return Err(SandboxError::Usage(format!(
            "`{}` holds something that is not a sandbox; give an empty folder with --dir",
            dir.display()
        )));
    }
    Cache::at(default_root()?, report.clone()).prepare(Wanted {
        clusters: options.clusters > 0,
        helm: options.istiod,
        istiod: options.istiod,
    })?;
    files::create_dir(&dir)?;
    report("sandbox: starting");
    let start = Instant::now();
    let session = wait_for(start_daemon(&dir, options, program)?, &dir)?;
    report(&format!(
        "sandbox: ready after {:.1} s",
        start.elapsed().as_secs_f64()
    ));
    Ok(session)
}

fn already_up(session: Session, options: &Options) -> Result<Session, SandboxError> {
    let same_istiod = session
        .clusters
        .iter()
        .all(|c| c.istiod.is_some() == options.istiod);
    if session.ready && session.clusters.len() == options.clusters && same_istiod {
        return Ok(session);
    }
    let state = if session.ready { "runs" } else { "is starting" };
    Err(SandboxError::Usage(format!(
        "a sandbox with {} clusters {state} in this folder; take it down first, or give another --dir",
        session.clusters.len()
    )))
}

fn log_file(dir: &Path) -> PathBuf {
    dir.join("daemon.log")
}

fn start_daemon(dir: &Path, options: &Options, program: &Path) -> Result<Child, SandboxError> {
    let log = files::open_log(&log_file(dir))?;
    let errors = log.try_clone().map_err(|source| SandboxError::System {
        action: "share a log",
        source,
    })?;
    let mut command = Command::new(program);
    command.arg("serve").arg("--dir").arg(dir);
    command.arg("--clusters").arg(options.clusters.to_string());
    if options.istiod {
        command.arg("--istiod");
    }
    command
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(|source| SandboxError::System {
            action: "start the sandbox's own process",
            source,
        })
}

fn wait_for(mut child: Child, dir: &Path) -> Result<Session, SandboxError> {
    let start = Instant::now();
    let log = log_file(dir);
    loop {
        if let Some(session) = Session::read(dir)?.filter(|session| session.ready) {
            return Ok(session);
        }
        let ended = child.try_wait();
        if let Some(status) = ended.map_err(|source| SandboxError::System {
            action: "watch it",
            source,
        })? {
            let (name, tail) = ("the sandbox".to_owned(), files::tail(&log));
            return Err(SandboxError::Died {
                name,
                status: status.to_string(),
                log,
                tail,
            });
        }
        if start.elapsed() > UP_WITHIN {
            let tail = files::tail(&log);
            let last = "it still starts; `cargo sandbox down` ends it".to_owned();
            let (what, seconds) = ("the sandbox".to_owned(), UP_WITHIN.as_secs());
            return Err(SandboxError::NotReady {
                what,
                seconds,
                last,
                log,
                tail,
            });
        }
        std::thread::sleep(POLL);
    }
}

/// Holds a sandbox until this process is told to end; what `up` starts.
pub fn serve(options: &Options) -> Result<(), SandboxError> {
    // Without a session of its own it would end with the terminal. It fails when there is one already.
    let _ = rustix::process::setsid();
    let dir = files::absolute(&options.dir)?;
    let mut session = Session {
        daemon: ProcessRecord::of("sandbox", std::process::id()),
        ready: false,
        endpoint: String::new(),
        clusters: Vec::new(),
        processes: Vec::new(),
        load_balancers: Vec::new(),
    };
    session.write(&dir)?;
    let mut builder = Sandbox::builder()
        .clusters(options.clusters)
        .dir(&dir)
        .report(to_stderr());
    if options.istiod {
        builder = builder.istiod();
    }
    let mut sandbox = builder.start()?;
    let lines: String = sandbox
        .env()
        .iter()
        .map(|(name, value)| export(name, value))
        .collect();
    files::publish(&dir.join("env"), lines)?;
    sandbox.door.endpoint().clone_into(&mut session.endpoint);
    session.clusters.clone_from(&sandbox.clusters);
    session.processes = sandbox.processes();
    session.ready = true;
    session.write(&dir)?;
    wait_for_end(&mut sandbox, session, &dir)
}

fn export(name: &str, value: &str) -> String {
    format!("export {name}='{}'\n", value.replace('\'', r"'\''"))
}

/// Returns when this process is told to end; a child that dies meanwhile is named in the log, once, and the session is
/// kept true.
fn wait_for_end(sandbox: &mut Sandbox, mut session: Session, dir: &Path) -> Result<(), SandboxError> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |source| SandboxError::System {
        action: "wait for a signal",
        source,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut reported = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
            let now = (sandbox.processes(), sandbox.load_balancers());
            if now != (session.processes.clone(), session.load_balancers.clone()) {
                (session.processes, session.load_balancers) = now;
                session.write(dir)?;
            }
            match sandbox.check() {
                Err(error) if !reported => {
                    reported = true;
                    to_stderr()(&format!("sandbox: {error}"));
                }
                _ => {}
            }
        }
    })
}

/// Ends a sandbox and removes its folder; fine when there is none.
pub fn down(dir: &Path, report: &Reporter) -> Result<(), SandboxError> {
    let dir = files::absolute(dir)?;
    let Some(session) = Session::read(&dir)? else {
        report("sandbox: nothing runs in this folder");
        return Ok(());
    };
    session.daemon.terminate();
    let start = Instant::now();
    while session.all().any(ProcessRecord::is_running) {
        if start.elapsed() > DOWN_WITHIN {
            session.all().for_each(ProcessRecord::kill);
        }
        if start.elapsed() > 2 * DOWN_WITHIN {
            let left: Vec<&str> = session
                .all()
                .filter(|p| p.is_running())
                .map(|p| p.name.as_str())
                .collect();
            return Err(SandboxError::Usage(format!(
                "cannot be ended: {}",
                left.join(", ")
            )));
        }
        std::thread::sleep(POLL);
    }
    files::remove_dir(&dir)?;
    report("sandbox: down, and its folder is removed");
    Ok(())
}
