//! One istiod as a process of this machine. It must never be started before its volumes are there, and a Pod must never
//! be Ready before its istiod says so.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Setting;
use super::forward::{Listens, TLS, WEBHOOK, XDS};
use super::pod::PodSpec;
use super::volume::token;
use crate::cluster::{Api, Cluster, kubeconfig};
use crate::error::SandboxError;
use crate::files;
use crate::http_client::{HttpClient, request};
use crate::moto::free_port;
use crate::process::{Process, ProcessRecord};

/// How long one may take to give back its locks; without them the next would wait for their end.
const END_WITHIN: Duration = Duration::from_secs(10);
/// A kubelet waits longer each time; here a process that dies again and again is a finding, not a load.
const RESTART_AFTER: Duration = Duration::from_secs(2);
/// The annotation that gives a Pod its address; the stages of kwok know it.
const ADDRESS: &str = "sandbox.meshform.dev/address";

/// An istiod and its Pod.
pub(super) struct Istiod {
    pod: PodSpec,
    folder: PathBuf,
    address: Ipv4Addr,
    listens: Listens,
    process: Option<Process>,
    not_before: Instant,
    ready: bool,
}

/// An istiod whose Pod is gone.
pub(super) struct Ending {
    process: Process,
    since: Instant,
}

impl Istiod {
    pub(super) fn new(pod: &Value, setting: &Setting) -> Result<Self, SandboxError> {
        let address = setting.addresses.take_for_pod()?;
        let pod = PodSpec::read(pod, address).inspect_err(|_| setting.addresses.release(address))?;
        let folder = setting.folder.join("pods").join(&pod.name);
        files::create_dir(&folder)?;
        let here = || Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
        let outside = |port: u16| match setting.addresses.is_local() {
            true => Ok(SocketAddr::from((address, port))),
            false => here(),
        };
        // What a real istiod answers to its own machine only, debugging without a token, is on loopback; what others
        // must reach is on the Pod's address, where there is one.
        let listens = Listens {
            debug: here()?,
            monitoring: here()?,
            xds: outside(XDS)?,
            tls: outside(TLS)?,
            webhook: outside(WEBHOOK)?,
        };
        Ok(Self {
            pod,
            folder,
            address,
            listens,
            process: None,
            not_before: Instant::now(),
            ready: false,
        })
    }

    pub(super) fn uid(&self) -> &str {
        &self.pod.uid
    }

    pub(super) fn address(&self) -> Ipv4Addr {
        self.address
    }

    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    pub(super) fn listens(&self) -> Listens {
        self.listens
    }

    pub(super) fn record(&self) -> Option<ProcessRecord> {
        self.process.as_ref().map(Process::record)
    }

    /// Asks the process to end.
    pub(super) fn end(self) -> Option<Ending> {
        let process = self.process?;
        process.record().terminate();
        let since = Instant::now();
        Some(Ending { process, since })
    }

    /// Brings volumes in step, starts what does not run, and tells the cluster when it is ready.
    pub(super) async fn round(&mut self, setting: &Setting, api: &Api) -> Result<(), SandboxError> {
        for volume in &mut self.pod.volumes {
            let (namespace, account) = (&self.pod.namespace, &self.pod.service_account);
            volume.sync(&self.folder, api, namespace, account).await?;
        }
        if let Some(Err(died)) = self.process.as_mut().map(Process::check) {
            self.process = None;
            self.ready = false;
            self.not_before = Instant::now() + RESTART_AFTER;
            return Err(died);
        }
        if self.process.is_none() {
            if self.not_before > Instant::now() {
                return Ok(());
            }
            self.process = Some(self.start(setting, api).await?);
        }
        if !self.ready && answers_ready(self.listens.debug).await {
            let path = format!("/api/v1/namespaces/{}/pods/{}", self.pod.namespace, self.pod.name);
            let patch = json!({ "metadata": { "annotations": { ADDRESS: self.address } } });
            api.merge(&path, &patch).await?;
            self.ready = true;
        }
        Ok(())
    }

    async fn start(&self, setting: &Setting, api: &Api) -> Result<Process, SandboxError> {
        let kubeconfig = self.folder.join("kubeconfig");
        let (namespace, account) = (&self.pod.namespace, &self.pod.service_account);
        let mut own = Cluster {
            kubeconfig: kubeconfig.clone(),
            ..setting.cluster.clone()
        };
        own.admin.secret = token(api, namespace, account, "").await?;
        kubeconfig::write(&kubeconfig, &[own])?;
        let name = format!("istiod of {}", setting.cluster.name);
        let log = setting.folder.join(format!("{}.log", self.pod.name));
        Process::spawn(&name, self.command(&setting.istiod, &kubeconfig), &log)
    }

    fn command(&self, program: &Path, kubeconfig: &Path) -> Command {
        let mut command = Command::new(program);
        // A container starts in `/`, and istiod's own paths are relative to that: its volumes are below this folder.
        command.current_dir(&self.folder);
        command.args(&self.pod.args);
        // Of a flag given twice the last one counts.
        command.arg(format!("--kubeconfig={}", kubeconfig.display()));
        for (flag, address) in [
            ("--httpAddr", self.listens.debug),
            ("--monitoringAddr", self.listens.monitoring),
            ("--grpcAddr", self.listens.xds),
            ("--secureGRPCAddr", self.listens.tls),
            ("--httpsAddr", self.listens.webhook),
        ] {
            command.arg(format!("{flag}={address}"));
        }
        // Its port is the same for every process, and it serves people only.
        command.arg("--ctrlz_port=0");
        // A path of the Pod that holds nothing unless istiod manages another cluster.
        let env = self.pod.env.iter().filter(|(name, _)| name != "KUBECONFIG");
        command.envs(env.map(|(name, value)| (name, value)));
        command
    }
}

impl Ending {
    /// Tells whether it has ended; one that takes too long is killed when this is dropped.
    pub(super) fn is_over(&mut self) -> bool {
        self.process.check().is_err() || self.since.elapsed() > END_WITHIN
    }
}

async fn answers_ready(address: SocketAddr) -> bool {
    let url = format!("http://{address}/ready");
    let Ok(probe) = request(http::Method::GET, &url, &[], "") else {
        return false;
    };
    let answer = HttpClient::new().send(probe).await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
