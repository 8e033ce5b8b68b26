//! Starts the three processes of a control plane. It must never listen on anything but loopback.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::audit::POLICY;
use super::{Cluster, folder, keys, kubeconfig, ready};
use crate::error::SandboxError;
use crate::moto::free_port;
use crate::process::{Process, ProcessRecord};
use crate::{files, wait};

const CONTROLLER_KUBECONFIG: &str = "controller-manager.kubeconfig";
const ETCD_WITHIN: Duration = Duration::from_secs(60);

/// Where the built programs are.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) etcd: PathBuf,
    pub(crate) control_plane: PathBuf,
}

/// A control plane that runs until this is dropped.
///
/// The fields are dropped in their order, so the API server never loses its etcd first.
pub(crate) struct Running {
    pub(crate) controller_manager: Process,
    pub(crate) api_server: Process,
    pub(crate) etcd: Process,
    pub(crate) cluster: Cluster,
}

impl Running {
    /// Starts a control plane below `sandbox` and returns when it is whole and quiet.
    pub(crate) async fn start(name: &str, sandbox: &Path, programs: &Programs) -> Result<Self, SandboxError> {
        let folder = folder(sandbox, name);
        files::create_dir(&folder)?;
        let keys = keys::write(&folder)?;
        files::write(&folder.join("audit-policy.json"), POLICY)?;
        let port = free_port()?;
        let cluster = Cluster {
            name: name.to_owned(),
            server: format!("https://127.0.0.1:{port}"),
            ca: keys.ca,
            admin: keys.admin,
            stranger: keys.stranger,
            kubeconfig: folder.join("kubeconfig"),
            audit_log: folder.join("audit.log"),
        };
        // There from the start, so that a reader need not tell "no request yet" from "no log".
        files::write(&cluster.audit_log, "")?;
        kubeconfig::write(&cluster.kubeconfig, std::slice::from_ref(&cluster))?;
        // A user of its own, so that the audit log tells its requests from the admin's.
        let own = Cluster {
            admin: keys.controller_manager,
            ..cluster.clone()
        };
        kubeconfig::write(&folder.join(CONTROLLER_KUBECONFIG), &[own])?;

        let (etcd, etcd_url) = start_etcd(name, &folder, programs).await?;
        let mut api_server = start_api_server(name, &folder, programs, &etcd_url, port)?;
        ready::api_server(&cluster, &mut api_server).await?;
        let mut controller_manager = start_controller_manager(name, &folder, programs)?;
        ready::settled(&cluster, &mut controller_manager).await?;
        Ok(Self {
            controller_manager,
            api_server,
            etcd,
            cluster,
        })
    }

    pub(crate) fn records(&self) -> [ProcessRecord; 3] {
        [&self.etcd, &self.api_server, &self.controller_manager].map(Process::record)
    }

    pub(crate) fn processes(&mut self) -> [&mut Process; 3] {
        [&mut self.etcd, &mut self.api_server, &mut self.controller_manager]
    }
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
        // Pods need no token where no kubelet runs them.
        "--disable-admission-plugins=ServiceAccount",
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
    command.arg(format!(
        "--kubeconfig={}",
        folder.join(CONTROLLER_KUBECONFIG).display()
    ));
    command.arg(format!("--root-ca-file={}", folder.join("ca.crt").display()));
    let key = folder.join("service-accounts.key");
    command.arg(format!("--service-account-private-key-file={}", key.display()));
    command.args([
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        // Nobody asks it anything, and its port would be one more to keep free.
        "--secure-port=0",
        // Without kubelets these three take every node for dead and remove its Pods.
        "--controllers=*,-node-lifecycle-controller,-pod-garbage-collector-controller,-taint-eviction-controller",
    ]);
    let log = folder.join("kube-controller-manager.log");
    Process::spawn(&format!("kube-controller-manager of {name}"), command, &log)
}
