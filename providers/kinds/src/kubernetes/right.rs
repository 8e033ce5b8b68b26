//! Rights in a cluster, as its authorisation knows them.

use std::fmt;

/// What somebody may be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Right {
    /// The API group; empty for the core group.
    pub group: String,
    /// The resource in the plural, `secrets`; `*` for all.
    pub resource: String,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// What is done with it: `get`, `patch`; `*` for everything.
    pub verb: String,
}

impl Right {
    /// Everything, everywhere.
    #[must_use]
    pub fn all() -> Self {
        Right {
            group: "*".to_owned(),
            resource: "*".to_owned(),
            namespace: None,
            verb: "*".to_owned(),
        }
    }

    /// The resource of `kind`: the plural that Kubernetes and Istio give to all their kinds.
    #[must_use]
    pub fn resource_of(kind: &str) -> String {
        let lower = kind.to_ascii_lowercase();
        match lower.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
            _ if lower.ends_with('s') => format!("{lower}es"),
            _ => format!("{lower}s"),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in {namespace}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_plurals() {
        for (kind, resource) in [
            ("ConfigMap", "configmaps"),
            ("NetworkPolicy", "networkpolicies"),
            ("Gateway", "gateways"),
            ("Ingress", "ingresses"),
            ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
        ] {
            assert_eq!(Right::resource_of(kind), resource);
        }
    }
}
