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
        /// The EKS cluster that it is, if it is reached by what AWS says of it; there is no kubeconfig and no context
        /// then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        eks: Option<EksReach>,
    },
}

/// How an EKS cluster is reached: by the endpoint that AWS names, with tokens that AWS signs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EksReach {
    /// The twelve digits of its account; `None` takes whatever account the credentials are of.
    pub account: Option<String>,
    /// Its region, such as `us-west-2`.
    pub region: String,
    /// Its name in EKS.
    pub cluster: String,
    /// The role that plan assumes in the account.
    pub plan_role: Option<String>,
    /// The role that apply assumes in the account.
    pub apply_role: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_that_is_reached_by_kubeconfig_is_written_as_before() {
        let text = r#"{"type":"cluster","name":"a","uid":null,"kubeconfig":"k","context":null}"#;
        let scope: Scope = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&scope).unwrap(), text);
    }

    #[test]
    fn an_eks_cluster_comes_back_as_it_was() {
        let eks = EksReach {
            account: Some("111111111111".to_owned()),
            region: "us-west-2".to_owned(),
            cluster: "api-prod".to_owned(),
            plan_role: None,
            apply_role: Some("meshform-apply".to_owned()),
        };
        let scope = Scope::Cluster {
            name: "api".to_owned(),
            uid: None,
            kubeconfig: None,
            context: None,
            eks: Some(eks),
        };
        let text = serde_json::to_string(&scope).unwrap();
        assert_eq!(serde_json::from_str::<Scope>(&text).unwrap(), scope);
    }
}
