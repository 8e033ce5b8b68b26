//! Kubeconfigs, written as JSON, which every reader of YAML reads. It must never touch the user's own kubeconfig.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use super::Cluster;
use crate::error::SandboxError;
use crate::files;

/// Writes one kubeconfig with the contexts `NAME` and `NAME-stranger` of each cluster; the first is current.
pub(crate) fn write(path: &Path, clusters: &[Cluster]) -> Result<(), SandboxError> {
    let entries = |entry: fn(&Cluster) -> Vec<Value>| clusters.iter().flat_map(entry).collect::<Vec<_>>();
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": clusters.first().map_or("", |cluster| cluster.name.as_str()),
        "clusters": entries(|cluster| vec![json!({
            "name": cluster.name,
            "cluster": { "server": cluster.server, "certificate-authority-data": STANDARD.encode(&cluster.ca) },
        })]),
        "users": entries(|cluster| {
            let user = |name: String, token: &str| json!({ "name": name, "user": { "token": token } });
            vec![
                user(cluster.name.clone(), &cluster.admin.secret),
                user(stranger(cluster), &cluster.stranger.secret),
            ]
        }),
        "contexts": entries(|cluster| {
            let context = |name: String| {
                json!({ "name": name, "context": { "cluster": cluster.name, "user": name } })
            };
            vec![context(cluster.name.clone()), context(stranger(cluster))]
        }),
    });
    files::write(path, format!("{config:#}\n"))
}

/// Returns the client configuration of a cluster's admin.
pub(crate) async fn admin_config(cluster: &Cluster) -> Result<kube::Config, SandboxError> {
    let text = files::read(&cluster.kubeconfig)?;
    let invalid = |source: kube::config::KubeconfigError| {
        SandboxError::Usage(format!(
            "the kubeconfig `{}` is not usable: {source}; start the sandbox again",
            cluster.kubeconfig.display()
        ))
    };
    let parsed = Kubeconfig::from_yaml(&text).map_err(invalid)?;
    let options = KubeConfigOptions {
        context: Some(cluster.name.clone()),
        ..KubeConfigOptions::default()
    };
    kube::Config::from_custom_kubeconfig(parsed, &options)
        .await
        .map_err(invalid)
}

fn stranger(cluster: &Cluster) -> String {
    format!("{}-stranger", cluster.name)
}
