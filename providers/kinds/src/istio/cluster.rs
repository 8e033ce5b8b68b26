//! `data "kubernetes_cluster"` and `data "istio_installation"`: what a cluster is, and the Istio that is in it.

use crate::spec::Rules;
use crate::{kind, nested};

kind! {
    /// The cluster of the scope.
    pub struct KubernetesCluster: data "kubernetes_cluster" in Cluster {
        /// The uid of its `kube-system` namespace, which no other cluster has.
        uid: Option<String> => computed,
        /// Its Kubernetes version, such as `1.34.4`.
        version: Option<String> => computed,
        /// The address of its API server, as we reach it.
        server: Option<String> => computed,
        /// The certificates that vouch for the API server: PEM in base64. Empty if those of the system do.
        certificate_authority_data: Option<String> => computed,
    }
}

impl Rules for KubernetesCluster {}

nested! {
    /// A control plane that runs in a cluster.
    pub struct Istiod {
        /// Its namespace.
        namespace: String,
        /// The name of its Deployment.
        name: String,
        /// Its revision, `default` if it has no name.
        revision: String,
        /// The version of its image, where that tells.
        version: Option<String>,
        /// The trust domain that its mesh configuration says, where that can be read.
        trust_domain: Option<String>,
        /// The lineage of the state that made it, if a state of ours did.
        lineage: Option<String>
    }
}

kind! {
    /// The Istio that is in the cluster of the scope, whoever put it there.
    pub struct Installation: data "istio_installation" in Cluster {
        /// The namespace of the control plane.
        namespace: String => required,
        /// Whether the namespace is there.
        namespace_exists: Option<bool> => computed,
        /// The lineage of the state that made the namespace, if a state of ours did.
        namespace_lineage: Option<String> => computed,
        /// The network that somebody else has labelled the namespace with.
        network: Option<String> => computed,
        /// The control planes in all namespaces, by namespace and name.
        istiods: Vec<Istiod> => computed,
        /// The root that the control plane gives to workloads, PEM.
        root_certificate: Option<String> => computed,
        /// Whether an intermediate is plugged in, as Secret `cacerts`; not known without the right to look.
        ca_exists: Option<bool> => computed,
        /// The lineage of the state that made the plugged intermediate, if a state of ours did.
        ca_lineage: Option<String> => computed,
    }
}

impl Rules for Installation {}
