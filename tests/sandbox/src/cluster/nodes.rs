//! The cluster's node: kwok plays its kubelet, and the sandbox registers it, labelled as a cloud labels nodes.
//!
//! It must never be needed that a Pod of a test really runs: kwok makes it Ready, and that is all.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::audit::KUBELET;
use super::start::{Setting, component};
use super::{Api, Cluster};
use crate::cache::STAGES;
use crate::error::SandboxError;
use crate::kubelet::IstiodPorts;
use crate::moto::free_port;
use crate::process::Process;
use crate::{files, wait};

const READY_WITHIN: Duration = Duration::from_secs(120);

/// Where STAGES has room for the Pods that kwok leaves to the sandbox.
const ROOM: &str = "    # left to the sandbox\n";
const LEFT_OUT: &str =
    "    - key: '.metadata.labels[\"app\"]'\n      operator: 'NotIn'\n      values:\n      - 'istiod'\n";

/// Starts kwok for all nodes; with `ports`, istiod's Pods are left to the sandbox and port-forwards to them come here.
pub(super) fn start_kwok(
    setting: &Setting<'_>,
    folder: &Path,
    ports: Option<IstiodPorts>,
) -> Result<Process, SandboxError> {
    let config = folder.join("kwok.yaml");
    files::write(&config, stages(ports))?;
    let port = free_port()?;
    let mut command = Command::new(&setting.programs.kwok);
    for (flag, file) in [
        ("--config", config.as_path()),
        ("--kubeconfig", &component(folder, KUBELET)),
        ("--tls-cert-file", &folder.join("server.crt")),
        ("--tls-private-key-file", &folder.join("server.key")),
    ] {
        command.arg(format!("{flag}={}", file.display()));
    }
    command
        .arg(format!("--node-port={port}"))
        .arg(format!("--server-address=127.0.0.1:{port}"))
        .arg(format!("--cidr={}", pod_range(setting.index)));
    command.args(["--manage-all-nodes=true", "--node-ip=127.0.0.1"]);
    Process::spawn(
        &format!("kwok of {}", setting.name),
        command,
        &folder.join("kwok.log"),
    )
}

fn stages(ports: Option<IstiodPorts>) -> String {
    let Some(ports) = ports else {
        return STAGES.to_owned();
    };
    let forwards = ports
        .pairs()
        .map(|(pod, here)| json!({ "ports": [pod], "target": { "address": "127.0.0.1", "port": here } }));
    let forward = json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterPortForward",
        "metadata": { "name": "istiod" },
        "spec": { "selector": { "matchNamespaces": ["istio-system"] }, "forwards": forwards },
    });
    format!("{}---\n{forward}\n", STAGES.replace(ROOM, LEFT_OUT))
}

/// Registers the node and waits until Pods may be scheduled to it.
pub(super) async fn register(
    setting: &Setting<'_>,
    cluster: &Cluster,
    kubelet: &Api,
    kwok: &mut Process,
) -> Result<(), SandboxError> {
    let node = node(setting);
    let path = format!(
        "/api/v1/nodes/{}",
        node["metadata"]["name"].as_str().unwrap_or("")
    );
    kubelet.create("/api/v1/nodes", &node).await?;
    let what = format!("the node of {}", cluster.name);
    wait::until_ready(&what, READY_WITHIN, kwok, async || {
        let node = kubelet
            .get(&path)
            .await
            .map_err(|error| error.to_string())?
            .unwrap_or_default();
        let conditions = node["status"]["conditions"].as_array();
        let ready = conditions
            .into_iter()
            .flatten()
            .any(|c| c["type"] == "Ready" && c["status"] == "True");
        match (ready, node["spec"]["taints"].as_array()) {
            (false, _) => Err("it is not Ready".to_owned()),
            (true, Some(taints)) => Err(format!("it has taints: {taints:?}")),
            (true, None) => Ok(()),
        }
    })
    .await
}

/// The labels are those of a node of EKS ("Well-Known Labels, Annotations and Taints" of the Kubernetes documentation).
fn node(setting: &Setting<'_>) -> Value {
    let zone = format!("{}{}", setting.region, ["a", "b", "c"][setting.index % 3]);
    let name = format!(
        "ip-10-{}-0-1.{}.compute.internal",
        second_byte(setting.index),
        setting.region
    );
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "m6i.large",
                "topology.kubernetes.io/region": setting.region,
                "topology.kubernetes.io/zone": zone,
            },
        },
        "spec": { "providerID": format!("aws:///{zone}/i-{:017x}", setting.index + 1), "podCIDR": pod_range(setting.index) },
    })
}

/// No two clusters of a sandbox share Pod addresses.
fn pod_range(index: usize) -> String {
    format!("10.{}.0.0/16", second_byte(index))
}

fn second_byte(index: usize) -> usize {
    100 + index
}
