//! Starts the processes of a cluster: control plane, node, agent. It must never listen on anything but loopback.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use super::audit::{CLOUD, COMPONENTS, CONTROLLER_MANAGER, KUBELET, POLICY, SCHEDULER};
use super::{Cluster, folder, keys, kubeconfig, nodes, ready};
use crate::agent::Agent;
use crate::cloud::{Addresses, Cloud};
use crate::error::SandboxError;
use crate::kubelet::{self, Forward, Kubelet};
use crate::moto::free_port;
use crate::process::{Process, ProcessRecord};
use crate::{files, wait};

const ETCD_WITHIN: Duration = Duration::from_secs(60);

/// Where the built programs are.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) etcd: PathBuf,
    pub(crate) control_plane: PathBuf,
    pub(crate) kwok: PathBuf,
    /// Without it nothing runs in istiod's Pods.
    pub(crate) istiod: Option<PathBuf>,
}

/// What one cluster is to be.
pub(crate) struct Setting<'a> {
    pub(crate) name: &'a str,
    /// Its place among the clusters.
    pub(crate) index: usize,
    pub(crate) region: &'a str,
    /// The sandbox's folder.
    pub(crate) sandbox: &'a Path,
    pub(crate) programs: &'a Programs,
    pub(crate) addresses: &'a Arc<Addresses>,
    /// The file for `--authentication-token-webhook-config-file` of the API server at this URL.
    pub(crate) token_webhook: &'a (dyn Fn(&str) -> String + Sync),
}

/// A cluster that runs until this is dropped.
///
/// The fields are dropped in their order, so nothing loses what it talks to first.
pub(crate) struct Running {
    pub(crate) agent: Agent,
    kwok: Process,
    scheduler: Process,
    controller_manager: Process,
    api_server: Process,
    etcd: Process,
    pub(crate) cluster: Cluster,
}

impl Running {
    /// Starts a cluster and returns when it is whole and quiet.
    pub(crate) async fn start(setting: &Setting<'_>) -> Result<Self, SandboxError> {
        let (name, programs) = (setting.name, setting.programs);
        let folder = folder(setting.sandbox, name);
        files::create_dir(&folder)?;
        let forward = programs.istiod.as_ref().map(|_| Forward::bind()).transpose()?;
        let (mut cluster, port) = prepare(setting, &folder)?;
        cluster.istiod = forward.as_ref().map(Forward::ports);
        let (etcd, etcd_url) = start_etcd(name, &folder, programs).await?;
        let mut api_server = start_api_server(name, &folder, programs, &etcd_url, port)?;
        ready::api_server(&cluster, &mut api_server).await?;
        let mut controller_manager = start_controller_manager(name, &folder, programs)?;
        let scheduler = start_scheduler(name, &folder, programs)?;
        let mut kwok = nodes::start_kwok(setting, &folder, cluster.istiod)?;
        let kubelet = user(&cluster, &folder, KUBELET).api().await?;
        nodes::register(setting, &cluster, &kubelet, &mut kwok).await?;
        let agent = start_agent(setting, &cluster, &folder, forward).await?;
        ready::settled(&cluster, &mut controller_manager).await?;
        Ok(Self {
            agent,
            kwok,
            scheduler,
            controller_manager,
            api_server,
            etcd,
            cluster,
        })
    }

    pub(crate) fn records(&self) -> Vec<ProcessRecord> {
        let all = [
            &self.etcd,
            &self.api_server,
            &self.controller_manager,
            &self.scheduler,
            &self.kwok,
        ];
        let mut records: Vec<ProcessRecord> = all.map(Process::record).into();
        records.extend(self.agent.processes());
        records
    }

    pub(crate) fn processes(&mut self) -> [&mut Process; 5] {
        [
            &mut self.etcd,
            &mut self.api_server,
            &mut self.controller_manager,
            &mut self.scheduler,
            &mut self.kwok,
        ]
    }
}

/// Writes the files that the processes read, and chooses the API server's port.
fn prepare(setting: &Setting<'_>, folder: &Path) -> Result<(Cluster, u16), SandboxError> {
    let keys = keys::write(folder)?;
    files::write(&folder.join("audit-policy.json"), POLICY)?;
    let port = free_port()?;
    let cluster = Cluster {
        name: setting.name.to_owned(),
        server: format!("https://127.0.0.1:{port}"),
        ca: keys.ca,
        admin: keys.admin,
        stranger: keys.stranger,
        kubeconfig: folder.join("kubeconfig"),
        audit_log: folder.join("audit.log"),
        istiod: None,
    };
    files::write(
        &folder.join("token-webhook.json"),
        (setting.token_webhook)(&cluster.server),
    )?;
    // There from the start, so that a reader need not tell "no request yet" from "no log".
    files::write(&cluster.audit_log, "")?;
    kubeconfig::write(&cluster.kubeconfig, std::slice::from_ref(&cluster))?;
    // Users of their own, so that the audit log tells their requests from the admin's.
    for (token, (name, _)) in keys.components.into_iter().zip(COMPONENTS) {
        let own = Cluster {
            admin: token,
            ..user(&cluster, folder, name)
        };
        kubeconfig::write(&own.kubeconfig, std::slice::from_ref(&own))?;
    }
    Ok((cluster, port))
}

/// Returns the kubeconfig of one of the cluster's own users.
pub(super) fn component(folder: &Path, user: &str) -> PathBuf {
    folder.join(format!("{}.kubeconfig", user.replace(':', "-")))
}

/// Returns the cluster as one of its own users reaches it.
fn user(cluster: &Cluster, folder: &Path, name: &str) -> Cluster {
    Cluster {
        kubeconfig: component(folder, name),
        ..cluster.clone()
    }
}

async fn start_agent(
    setting: &Setting<'_>,
    cluster: &Cluster,
    folder: &Path,
    forward: Option<Forward>,
) -> Result<Agent, SandboxError> {
    let kubelet = match (&setting.programs.istiod, forward) {
        (Some(istiod), Some(forward)) => {
            let api = user(cluster, folder, KUBELET);
            let setting = kubelet::Setting {
                cluster: cluster.clone(),
                folder: folder.to_owned(),
                istiod: istiod.clone(),
                addresses: Arc::clone(setting.addresses),
            };
            Some(Kubelet::new(setting, api, forward))
        }
        _ => None,
    };
    let cloud = Cloud::new(user(cluster, folder, CLOUD), Arc::clone(setting.addresses));
    Agent::start(kubelet, cloud, folder.join("agent.log"))
}

async fn start_etcd(
    name: &str,
    folder: &Path,
    programs: &Programs,
) -> Result<(Process, String), SandboxError> {
    let (client, peer) = (free_port()?, free_port()?);
    let url = format!("http://127.0.0.1:{client}");
    let mut command = Command::new(&programs.etcd);
    command.arg("--data-dir").arg(folder.join("etcd"));
    command
        .arg(format!("--client-url={url}"))
        .arg(format!("--peer-url=http://127.0.0.1:{peer}"));
    let mut process = Process::spawn(&format!("etcd of {name}"), command, &folder.join("etcd.log"))?;
    let what = format!("etcd of {name}");
    wait::until_ready(&what, ETCD_WITHIN, &mut process, async || {
        let connection = tokio::net::TcpStream::connect(("127.0.0.1", client)).await;
        connection.map(drop).map_err(|error| error.to_string())
    })
    .await?;
    Ok((process, url))
}

fn start_api_server(
    name: &str,
    folder: &Path,
    programs: &Programs,
    etcd_url: &str,
    port: u16,
) -> Result<Process, SandboxError> {
    let mut command = Command::new(&programs.control_plane);
    command.arg("kube-apiserver");
    for (flag, file) in [
        ("--tls-cert-file", "server.crt"),
        ("--tls-private-key-file", "server.key"),
        ("--service-account-key-file", "service-accounts.pub"),
        ("--service-account-signing-key-file", "service-accounts.key"),
        ("--token-auth-file", "tokens.csv"),
        ("--audit-policy-file", "audit-policy.json"),
        ("--audit-log-path", "audit.log"),
        ("--cert-dir", "apiserver"),
        ("--authentication-token-webhook-config-file", "token-webhook.json"),
    ] {
        command.arg(format!("{flag}={}", folder.join(file).display()));
    }
    command
        .arg(format!("--etcd-servers={etcd_url}"))
        .arg(format!("--secure-port={port}"));
    command.args([
        "--bind-address=127.0.0.1",
        // What the Service `kubernetes` points to. Loopback is refused there, and the default, the machine's own
        // address, does not exist on a machine without a network; nobody calls this one (RFC 5737).
        "--advertise-address=192.0.2.1",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--api-audiences=https://kubernetes.default.svc,istio-ca",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authentication-token-webhook-version=v1",
        // A token that was refused or has ended must not be remembered for longer than a test waits.
        "--authentication-token-webhook-cache-ttl=1s",
        "--allow-privileged=true",
        "--enable-aggregator-routing=true",
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=1000",
        // The readers wait for a process that ends at once, not for connections that drain.
        "--shutdown-delay-duration=0s",
    ]);
    Process::spawn(
        &format!("kube-apiserver of {name}"),
        command,
        &folder.join("kube-apiserver.log"),
    )
}

fn start_controller_manager(name: &str, folder: &Path, programs: &Programs) -> Result<Process, SandboxError> {
    let mut command = Command::new(&programs.control_plane);
    command.arg("kube-controller-manager");
    let kubeconfig = component(folder, CONTROLLER_MANAGER);
    command.arg(format!("--kubeconfig={}", kubeconfig.display()));
    command.arg(format!("--root-ca-file={}", folder.join("ca.crt").display()));
    let key = folder.join("service-accounts.key");
    command.arg(format!("--service-account-private-key-file={}", key.display()));
    command.args([
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        // Nobody asks it anything, and its port would be one more to keep free.
        "--secure-port=0",
        // kwok gives a sign of life every twenty to forty-five seconds, and on a busy machine later.
        "--node-monitor-grace-period=10m",
    ]);
    let log = folder.join("kube-controller-manager.log");
    Process::spawn(&format!("kube-controller-manager of {name}"), command, &log)
}

fn start_scheduler(name: &str, folder: &Path, programs: &Programs) -> Result<Process, SandboxError> {
    let mut command = Command::new(&programs.control_plane);
    command.arg("kube-scheduler");
    let kubeconfig = component(folder, SCHEDULER);
    command.arg(format!("--kubeconfig={}", kubeconfig.display()));
    command.args(["--leader-elect=false", "--secure-port=0"]);
    let log = folder.join("kube-scheduler.log");
    Process::spawn(&format!("kube-scheduler of {name}"), command, &log)
}
