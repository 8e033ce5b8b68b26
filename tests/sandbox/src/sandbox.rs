//! A sandbox in this process: built, started, and gone when it is dropped. It must never leave a process behind; see
//! `process` for what holds even when this process is killed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blocking::block;
use crate::cache::{self, Cache};
use crate::cluster::{self, Cluster, Programs, Running};
use crate::door::upstream::Upstream;
use crate::door::{Credentials, Door, OpenDoor};
use crate::error::SandboxError;
use crate::files;
use crate::moto::Moto;
use crate::process::ProcessRecord;
use crate::progress::{Reporter, to_stderr};

/// How often a start is tried when another process takes a port between the choice and its use.
const TRIES: usize = 3;

/// What a sandbox is to hold; see [`Sandbox::builder`].
pub struct Builder {
    clusters: usize,
    dir: Option<PathBuf>,
    cache: Option<PathBuf>,
    region: String,
    credentials: Credentials,
    report: Reporter,
}

/// A running world. Dropping it ends all of its processes and removes its folder, unless the caller chose the folder.
pub struct Sandbox {
    /// The endpoint for AWS.
    pub door: Door,
    /// The control planes, in the order of their names.
    pub clusters: Vec<Cluster>,
    region: String,
    dir: PathBuf,
    running: Vec<Running>,
    upstream: Arc<Upstream>,
    _first: OpenDoor,
    moto: Moto,
    _scratch: Option<tempfile::TempDir>,
}

impl Builder {
    /// Sets the number of control planes; none by default, at most 26.
    #[must_use]
    pub fn clusters(mut self, count: usize) -> Self {
        self.clusters = count;
        self
    }

    /// Keeps everything in this folder, which must be empty or absent, instead of a temporary one.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Sets the folder of what was built, instead of [`default_root`](crate::default_root).
    #[must_use]
    pub fn cache(mut self, root: impl Into<PathBuf>) -> Self {
        self.cache = Some(root.into());
        self
    }

    /// Sets the region that [`Sandbox::env`] names; `eu-west-1` by default.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Sets the key pair that the door accepts.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sets where progress goes; standard error by default.
    #[must_use]
    pub fn report(mut self, report: Reporter) -> Self {
        self.report = report;
        self
    }

    /// Builds what is missing, starts everything, and returns when all of it is ready. Blocks; works in a test with
    /// and without a runtime.
    pub fn start(self) -> Result<Sandbox, SandboxError> {
        let root = self.cache.clone().map_or_else(cache::default_root, Ok)?;
        let cache = Cache::at(root, self.report.clone());
        let venv = cache.get(&cache::MOTO)?.path;
        let programs = match self.clusters {
            0 => None,
            _ => Some(Programs {
                etcd: cache.get(&cache::ETCD)?.path.join("etcd"),
                control_plane: cache.get(&cache::CONTROL_PLANE)?.path.join("controlplane"),
            }),
        };
        let mut left = TRIES;
        loop {
            left -= 1;
            match self.try_start(&venv, programs.as_ref()) {
                Err(error) if left > 0 && is_port_taken(&error) => {}
                result => return result,
            }
        }
    }

    fn try_start(&self, venv: &Path, programs: Option<&Programs>) -> Result<Sandbox, SandboxError> {
        let (dir, scratch) = match &self.dir {
            Some(dir) => (files::absolute(dir)?, None),
            None => {
                let made = tempfile::Builder::new().prefix("meshform-sandbox-").tempdir();
                let made = made.map_err(|source| SandboxError::System {
                    action: "make a folder",
                    source,
                })?;
                (made.path().to_owned(), Some(made))
            }
        };
        files::create_dir(&dir)?;
        for stale in ["clusters", "moto"] {
            files::remove_dir(&dir.join(stale))?;
        }
        let names = cluster::names(self.clusters)?;
        let (moto, running) = block(async || {
            let moto_dir = dir.join("moto");
            let moto = Moto::start(venv, &moto_dir);
            let control_planes = start_all(&names, &dir, programs);
            tokio::try_join!(moto, control_planes)
        })?;
        let clusters: Vec<Cluster> = running.iter().map(|running| running.cluster.clone()).collect();
        cluster::kubeconfig::write(&dir.join("kubeconfig"), &clusters)?;
        let upstream = Arc::new(Upstream::new(moto.authority.clone()));
        let first = OpenDoor::open(Arc::clone(&upstream), self.credentials.clone())?;
        Ok(Sandbox {
            door: first.door.clone(),
            clusters,
            region: self.region.clone(),
            dir,
            running,
            upstream,
            _first: first,
            moto,
            _scratch: scratch,
        })
    }
}

async fn start_all(
    names: &[String],
    dir: &Path,
    programs: Option<&Programs>,
) -> Result<Vec<Running>, SandboxError> {
    let Some(programs) = programs else {
        return Ok(Vec::new());
    };
    futures::future::try_join_all(names.iter().map(|name| Running::start(name, dir, programs))).await
}

fn is_port_taken(error: &SandboxError) -> bool {
    matches!(error, SandboxError::Died { tail, .. } if tail.to_lowercase().contains("address already in use"))
}

impl Sandbox {
    /// Describes a sandbox with moto and no control plane.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            clusters: 0,
            dir: None,
            cache: None,
            region: "eu-west-1".to_owned(),
            credentials: Credentials::default(),
            report: to_stderr(),
        }
    }

    /// Opens one more door, with requests and faults of its own, to an account of its own: an empty world for a test
    /// that runs beside others. Twelve digits name the account.
    pub fn open_door(&self, account: &str) -> Result<OpenDoor, SandboxError> {
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SandboxError::Usage(format!(
                "an account has twelve digits; `{account}` has not"
            )));
        }
        let credentials = Credentials {
            account: account.to_owned(),
            ..self.door.credentials().clone()
        };
        OpenDoor::open(Arc::clone(&self.upstream), credentials)
    }

    /// Returns what a client needs in its environment, as `AWS_ENDPOINT_URL` and `KUBECONFIG`.
    #[must_use]
    pub fn env(&self) -> Vec<(String, String)> {
        self.env_through(&self.door)
    }

    /// Returns the same for a client that goes through another door.
    #[must_use]
    pub fn env_through(&self, door: &Door) -> Vec<(String, String)> {
        let credentials = door.credentials();
        let kubeconfig = self.kubeconfig().display().to_string();
        [
            ("AWS_ENDPOINT_URL", door.endpoint()),
            ("AWS_ACCESS_KEY_ID", &credentials.access_key),
            ("AWS_SECRET_ACCESS_KEY", &credentials.secret_key),
            ("AWS_REGION", &self.region),
            // boto3 and tools built on it read this name only.
            ("AWS_DEFAULT_REGION", &self.region),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("KUBECONFIG", &kubeconfig),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Returns the kubeconfig with a context per cluster.
    #[must_use]
    pub fn kubeconfig(&self) -> PathBuf {
        self.dir.join("kubeconfig")
    }

    /// Returns the region that [`Self::env`] names.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the folder with all files and logs.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the processes, for one who must end them from outside.
    #[must_use]
    pub fn processes(&self) -> Vec<ProcessRecord> {
        let clusters = self.running.iter().flat_map(Running::records);
        std::iter::once(self.moto.process.record())
            .chain(clusters)
            .collect()
    }

    /// Fails when a process has ended, with the end of its log.
    pub fn check(&mut self) -> Result<(), SandboxError> {
        let clusters = self.running.iter_mut().flat_map(|running| running.processes());
        std::iter::once(&mut self.moto.process)
            .chain(clusters)
            .try_for_each(|process| process.check())
    }
}
