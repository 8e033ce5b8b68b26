//! Scopes: where a resource lives and as whom it is reached.
//!
//! A scope is recorded in the state so that a resource whose account or cluster has left the configuration can still
//! be found and deleted. It must never hold a secret.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The name of a scope within one state: `local`, `aws:ACCOUNT-OR-DEFAULT:REGION` or `cluster:NAME`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeKey(pub Arc<str>);

impl fmt::Display for ScopeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ScopeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where resources live: this process, an AWS account and region, or a Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// Nothing outside the state itself.
    Local,
    /// One region of one AWS account.
    Aws {
        /// The twelve digits that the credentials must belong to; `None` takes whatever account they are of.
        account: Option<String>,
        /// The region, such as `us-west-2`.
        region: String,
        /// The role that plan assumes in the account.
        plan_role: Option<String>,
        /// The role that apply assumes in the account.
        apply_role: Option<String>,
    },
    /// One Kubernetes cluster.
    Cluster {
        /// The name that the configuration gives it.
        name: String,
        /// The uid of its `kube-system` namespace, once seen: the cluster's identity, which a new one of the same
        /// name does not share.
        uid: Option<String>,
        /// The kubeconfig file that reaches it; `None` takes the one that the environment names.
        kubeconfig: Option<String>,
        /// The context in that file; `None` takes its current one.
        context: Option<String>,
    },
}

impl Scope {
    /// The key that this scope is known by.
    #[must_use]
    pub fn key(&self) -> ScopeKey {
        ScopeKey(match self {
            Scope::Local => "local".into(),
            Scope::Aws { account, region, .. } => {
                format!("aws:{}:{region}", account.as_deref().unwrap_or("default")).into()
            }
            Scope::Cluster { name, .. } => format!("cluster:{name}").into(),
        })
    }
}
