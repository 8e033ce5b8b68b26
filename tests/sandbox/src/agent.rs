//! What runs beside a control plane and acts on what its API says: the kubelet's part for istiod, and the cloud's.
//!
//! It looks, acts, and looks again, so nothing depends on an event that was missed. It must never do what a test's own
//! tool should do: only what a node or a cloud does by itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::cloud::{Cloud, LoadBalancer};
use crate::error::SandboxError;
use crate::files;
use crate::kubelet::Kubelet;
use crate::process::ProcessRecord;

const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What others may ask an agent.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    processes: Mutex<Vec<ProcessRecord>>,
    balancers: Mutex<Vec<LoadBalancer>>,
}

/// The agent of one cluster; dropping it ends all that it started.
pub(crate) struct Agent {
    seen: Arc<Seen>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    /// Starts it on a thread of its own; what it cannot do stands in `log`, once for each new reason.
    pub(crate) fn start(kubelet: Option<Kubelet>, cloud: Cloud, log: PathBuf) -> Result<Self, SandboxError> {
        let system = |source| SandboxError::System {
            action: "start the agent of a cluster",
            source,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(system)?;
        let seen = Arc::new(Seen::default());
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&seen);
        let thread = std::thread::Builder::new()
            .name("agent".to_owned())
            .spawn(move || runtime.block_on(run(kubelet, cloud, &shared, stopped, &log)))
            .map_err(system)?;
        Ok(Self {
            seen,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the processes that it holds now.
    pub(crate) fn processes(&self) -> Vec<ProcessRecord> {
        lock(&self.seen.processes).clone()
    }

    /// Returns the load balancers that there are now.
    pub(crate) fn balancers(&self) -> Vec<LoadBalancer> {
        lock(&self.seen.balancers).clone()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // The other end is gone only when the thread has ended, which is what is asked for.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(
    mut kubelet: Option<Kubelet>,
    mut cloud: Cloud,
    seen: &Seen,
    mut stopped: oneshot::Receiver<()>,
    log: &Path,
) {
    let mut last = String::new();
    loop {
        let round = async {
            let pods = match &mut kubelet {
                Some(kubelet) => kubelet.round().await,
                None => Ok(()),
            };
            pods.and(cloud.round().await)
        };
        let result = tokio::select! {
            _ = &mut stopped => return,
            result = round => result,
        };
        if let Some(kubelet) = &kubelet {
            *lock(&seen.processes) = kubelet.processes();
        }
        *lock(&seen.balancers) = cloud.balancers();
        let now = result.err().map_or(String::new(), |error| chain(&error));
        if now != last && !now.is_empty() {
            note(log, &now);
        }
        last = now;
        tokio::select! {
            _ = &mut stopped => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn chain(error: &SandboxError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn note(log: &Path, text: &str) {
    use std::io::Write as _;
    // A log that cannot be written must not end what keeps the cluster going.
    let _ = files::open_log(log).map(|mut file| writeln!(file, "{text}"));
}
