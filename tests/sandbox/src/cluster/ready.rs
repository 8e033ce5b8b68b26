//! When a control plane is whole: not when it answers, but when what it makes by itself is there. A test that lists
//! "all objects before" must never see the control plane's own late arrivals as the doing of the tool under test.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kube::Client;

use super::Cluster;
use crate::error::SandboxError;
use crate::process::Process;
use crate::wait;
use crate::world::kube::{self as world, KubeObject};

const READY_WITHIN: Duration = Duration::from_secs(120);

/// The controller manager makes one service account per controller as it starts them, and announces no last one; so
/// "all are there" is taken from the list that stays the same for this long.
const QUIET_FOR: Duration = Duration::from_secs(2);

/// Waits until the API server says that all its parts are ready.
pub(crate) async fn api_server(cluster: &Cluster, process: &mut Process) -> Result<(), SandboxError> {
    let client = cluster.client().await?;
    let what = format!("kube-apiserver of {}", cluster.name);
    wait::until_ready(&what, READY_WITHIN, process, async || {
        let probe = http::Request::get("/readyz")
            .body(Vec::new())
            .map_err(|error| error.to_string())?;
        client
            .request_text(probe)
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    })
    .await
}

/// Waits until what a control plane makes by itself is there and nothing more comes.
pub(crate) async fn settled(cluster: &Cluster, process: &mut Process) -> Result<(), SandboxError> {
    let client = cluster.client().await?;
    let what = format!("what the control plane of {} makes by itself", cluster.name);
    let mut last = (BTreeSet::new(), Instant::now());
    wait::until_ready(&what, READY_WITHIN, process, async || {
        let now = objects(&client).await?;
        if now != last.0 {
            last = (now, Instant::now());
        }
        let missing = missing(&last.0);
        match missing {
            None if last.1.elapsed() >= QUIET_FOR => Ok(()),
            None => Err("objects still come".to_owned()),
            Some(missing) => Err(format!("{missing} is missing")),
        }
    })
    .await
}

async fn objects(client: &Client) -> Result<BTreeSet<KubeObject>, String> {
    world::list(client).await.map_err(|error| error.to_string())
}

/// Returns the first object that every cluster has and this one has not yet.
fn missing(objects: &BTreeSet<KubeObject>) -> Option<String> {
    const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];
    let has = |resource: &str, namespace: &str, name: &str| {
        objects
            .iter()
            .any(|o| o.resource == resource && o.namespace == namespace && o.name == name)
    };
    NAMESPACES.iter().find_map(|namespace| {
        let expected = [
            ("namespaces", "", *namespace),
            ("configmaps", *namespace, "kube-root-ca.crt"),
            ("serviceaccounts", *namespace, "default"),
        ];
        expected
            .into_iter()
            .find(|(resource, within, name)| !has(resource, within, name))
            .map(|(resource, within, name)| format!("{resource} {within}/{name}"))
    })
}
