//! A sandbox in this process: built, started, and gone when it is dropped. It must never leave a process behind; see
//! `process` for what holds even when this process is killed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blocking::block;
use crate::cache::{self, Cache, IstioTools, Parts, Wanted};
use crate::cloud::{Addresses, LoadBalancer};
use crate::cluster::{self, Cluster, Programs, Running, Setting};
use crate::door::eks::EksCluster;
use crate::door::upstream::Upstream;
use crate::door::{Credentials, Door, OpenDoor};
use crate::error::SandboxError;
use crate::files;
use crate::moto::{BareMoto, Moto};
use crate::process::ProcessRecord;
use crate::progress::{Reporter, to_stderr};

/// Returns this process's PATH with a folder before it.
fn with_first(folder: &Path) -> String {
    let mut path = folder.display().to_string();
    if let Some(rest) = std::env::var_os("PATH") {
        path = format!("{path}:{}", rest.to_string_lossy());
    }
    path
}

/// How often a start is tried when another process takes a port between the choice and its use.
const TRIES: usize = 3;

/// What a sandbox is to hold; see [`Sandbox::builder`].
pub struct Builder {
    clusters: usize,
    istiod: bool,
    helm: bool,
    webhooks: bool,
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
    istio: Option<IstioTools>,
    running: Vec<Running>,
    addresses: Arc<Addresses>,
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

    /// Runs a real istiod in each cluster whenever a Pod labelled `app: istiod` is there, as the chart's Deployment makes
    /// one; includes [`Self::helm`].
    #[must_use]
    pub fn istiod(mut self) -> Self {
        self.istiod = true;
        self
    }

    /// Adds helm and Istio's charts to what [`Sandbox::env`] names.
    #[must_use]
    pub fn helm(mut self) -> Self {
        self.helm = true;
        self
    }

    /// Leaves istiod's webhooks out of the API servers' reach, as they are where this process may not add a route.
    #[must_use]
    pub fn without_webhooks(mut self) -> Self {
        self.webhooks = false;
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
        let parts = cache.prepare(Wanted {
            clusters: self.clusters > 0,
            helm: self.helm,
            istiod: self.istiod,
        })?;
        let mut left = TRIES;
        loop {
            left -= 1;
            match self.try_start(&parts) {
                Err(error) if left > 0 && is_port_taken(&error) => {}
                result => return result,
            }
        }
    }

    fn try_start(&self, parts: &Parts) -> Result<Sandbox, SandboxError> {
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
        let addresses = Arc::new(self.claim_addresses());
        let mut moto = Moto::start(&parts.venv, &dir.join("moto"))?;
        let upstream = Arc::new(Upstream::new(moto.authority.clone()));
        // Before moto answers, since the API servers are told where it is; they ask it when somebody asks them.
        let first = OpenDoor::open(Arc::clone(&upstream), self.credentials.clone())?;
        let running = block(async || {
            let clusters = self.start_clusters(&dir, parts.cluster.as_ref(), &addresses, &first.door);
            let ((), running) = tokio::try_join!(moto.ready(), clusters)?;
            Ok(running)
        })?;
        let clusters: Vec<Cluster> = running.iter().map(|running| running.cluster.clone()).collect();
        cluster::kubeconfig::write(&dir.join("kubeconfig"), &clusters)?;
        for cluster in &clusters {
            first.door.register_cluster(self.as_eks(cluster));
        }
        Ok(Sandbox {
            door: first.door.clone(),
            clusters,
            region: self.region.clone(),
            dir,
            istio: parts.istio.clone(),
            running,
            addresses,
            upstream,
            _first: first,
            moto,
            _scratch: scratch,
        })
    }

    fn claim_addresses(&self) -> Addresses {
        let (addresses, why) = Addresses::claim(self.istiod && self.webhooks);
        if let Some(why) = why.filter(|_| self.istiod) {
            (self.report)(&format!(
                "sandbox: the webhooks of istiod are out of reach ({why}): no Istio object is validated, and Pods that \
                 ask for injection, gateways too, are refused; as root they are in reach"
            ));
        }
        addresses
    }

    async fn start_clusters(
        &self,
        dir: &Path,
        programs: Option<&Programs>,
        addresses: &Arc<Addresses>,
        door: &Door,
    ) -> Result<Vec<Running>, SandboxError> {
        let Some(programs) = programs else {
            return Ok(Vec::new());
        };
        let names = cluster::names(self.clusters)?;
        let token_webhook = |server: &str| door.token_webhook_kubeconfig(server);
        let settings: Vec<Setting<'_>> = names
            .iter()
            .enumerate()
            .map(|(index, name)| Setting {
                name,
                index,
                region: &self.region,
                sandbox: dir,
                programs,
                addresses,
                token_webhook: &token_webhook,
            })
            .collect();
        futures::future::try_join_all(settings.iter().map(Running::start)).await
    }

    /// Describes a cluster as one of EKS in the sandbox's region and account, with the sandbox's user as administrator.
    fn as_eks(&self, cluster: &Cluster) -> EksCluster {
        let account = &self.credentials.account;
        EksCluster::new(&cluster.name, &self.region, &cluster.server, &cluster.ca)
            .account(account)
            .admin(&format!("arn:aws:iam::{account}:user/moto"))
    }
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
            istiod: false,
            helm: false,
            webhooks: true,
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

    /// Starts this sandbox's moto once more, bare: no repairs, no door, a world of its own.
    pub fn bare_moto(&self) -> Result<BareMoto, SandboxError> {
        self.moto.bare(&self.dir.join("moto"))
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
        let mut env = [
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
        .to_vec();
        if let Some(istio) = &self.istio {
            let charts = istio.charts.display().to_string();
            env.push(("MESHFORM_SANDBOX_CHARTS".to_owned(), charts));
            env.push(("PATH".to_owned(), with_first(&istio.helm)));
        }
        env
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

    /// Returns the load balancers that the cloud holds now, of all clusters.
    #[must_use]
    pub fn load_balancers(&self) -> Vec<LoadBalancer> {
        self.running
            .iter()
            .flat_map(|running| running.agent.balancers())
            .collect()
    }

    /// Tells whether the API servers reach istiod's webhooks.
    #[must_use]
    pub fn reaches_webhooks(&self) -> bool {
        self.addresses.is_local()
    }

    /// Returns the folder of Istio's charts `base`, `istiod` and `gateway`, in a sandbox that has them.
    #[must_use]
    pub fn charts(&self) -> Option<&Path> {
        self.istio.as_ref().map(|istio| istio.charts.as_path())
    }

    /// Returns the processes, for one who must end them from outside.
    #[must_use]
    pub fn processes(&self) -> Vec<ProcessRecord> {
        let clusters = self.running.iter().flat_map(Running::records);
        std::iter::once(self.moto.process.record())
            .chain(self.addresses.record())
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
