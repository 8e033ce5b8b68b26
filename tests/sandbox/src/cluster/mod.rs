//! One real Kubernetes cluster on loopback: etcd, API server, controller manager, scheduler, and a node that kwok plays.
//!
//! It must never be gentler than a real cluster: RBAC, admission, garbage collection and validation are on. Pods are
//! scheduled and become Ready, and nothing runs in them, istiod's aside (see `kubelet`).

mod api;
pub(crate) mod audit;
mod forward;
mod hand;
mod istiod;
mod keys;
pub(crate) mod kubeconfig;
mod nodes;
mod ready;
mod start;
mod workload;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::blocking::block;
use crate::error::SandboxError;
use crate::kubelet::IstiodPorts;
use crate::world::kube::{self as world, KubeObject};

pub(crate) use api::Api;
pub(crate) use start::{Programs, Running, Setting};
pub use workload::Workload;

/// A bearer token and whom it stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// The user's name.
    pub user: String,
    /// The secret.
    pub secret: String,
}

/// How to reach a control plane.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// `a`, `b`, `c`, …; also the name of its context.
    pub name: String,
    /// `https://127.0.0.1:PORT`.
    pub server: String,
    /// The authority of its certificate, as PEM.
    pub ca: String,
    /// A member of system:masters.
    pub admin: Token,
    /// A user without any rights of its own.
    pub stranger: Token,
    /// A kubeconfig of this cluster alone, with the contexts `NAME` (admin) and `NAME-stranger`.
    pub kubeconfig: PathBuf,
    /// The API server's audit log of mutating requests; see [`read_audit`](crate::read_audit).
    pub audit_log: PathBuf,
    /// Where its istiod is reached on this machine, in a sandbox that runs istiods.
    pub istiod: Option<IstiodPorts>,
}

impl Cluster {
    /// Lists all objects, Events and Leases aside.
    pub fn objects(&self) -> Result<BTreeSet<KubeObject>, SandboxError> {
        block(async || {
            let client = self.client().await?;
            world::list(&client)
                .await
                .map_err(|source| self.failed("list all objects", source))
        })
    }

    /// Returns the audited requests so far.
    pub fn audit(&self) -> Result<Vec<audit::AuditEntry>, SandboxError> {
        audit::read_audit(&self.audit_log)
    }

    /// Returns a client of the admin, for use inside the current runtime.
    pub(crate) async fn client(&self) -> Result<kube::Client, SandboxError> {
        let config = kubeconfig::admin_config(self).await?;
        kube::Client::try_from(config).map_err(|source| self.failed("make a client", source))
    }

    pub(crate) fn failed(&self, action: &str, source: kube::Error) -> SandboxError {
        SandboxError::Kube {
            action: action.to_owned(),
            cluster: self.name.clone(),
            source: Box::new(source),
        }
    }
}

/// Returns the names of the first clusters: a, b, c, …
pub(crate) fn names(count: usize) -> Result<Vec<String>, SandboxError> {
    let all: Vec<String> = ('a'..='z').take(count).map(String::from).collect();
    if all.len() == count {
        return Ok(all);
    }
    Err(SandboxError::Usage(format!(
        "at most 26 clusters have names (a to z); {count} were asked for"
    )))
}

pub(crate) fn folder(sandbox: &Path, name: &str) -> PathBuf {
    sandbox.join("clusters").join(name)
}
