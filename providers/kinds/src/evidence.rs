//! What probes saw of a running mesh: the facts that `verify` judges. Plain data: those who probe and those who judge
//! share nothing else. No secret is in here; of a Secret's content only certificates are.

use std::collections::BTreeMap;

use meshform_state::ScopeKey;

/// What a probe came to: what it saw, or why it saw nothing.
pub type Seen<T> = Result<T, String>;

/// What was seen of one member of the mesh.
#[derive(Debug, Clone)]
pub struct ClusterEvidence {
    /// The cluster.
    pub scope: ScopeKey,
    /// The certificates of the Secret that its istiod signs with.
    pub authority: Seen<AuthorityEvidence>,
    /// The root that workloads are given, by namespace: PEM of ConfigMap `istio-ca-root-cert`.
    pub roots: Seen<BTreeMap<String, String>>,
    /// Its istiods, by pod.
    pub istiods: Seen<Vec<IstiodEvidence>>,
    /// The remote secrets in it, by the name of the cluster that each points to.
    pub remotes: Seen<BTreeMap<String, RemoteEvidence>>,
    /// Its east-west gateways: Services that say which network they lead into.
    pub gateways: Seen<Vec<GatewayEvidence>>,
}

/// The certificates of the Secret `cacerts`, each in PEM.
#[derive(Debug, Clone)]
pub struct AuthorityEvidence {
    /// `ca-cert.pem`.
    pub certificate: String,
    /// `cert-chain.pem`.
    pub chain: String,
    /// `root-cert.pem`.
    pub root: String,
    /// Whether the key in it is that of the certificate.
    pub key_fits: bool,
}

/// What one istiod said.
#[derive(Debug, Clone)]
pub struct IstiodEvidence {
    /// Its pod.
    pub pod: String,
    /// The clusters that it reads and how far it is with each, as `/debug/clusterz` says: `synced`, `syncing`,
    /// `timeout`, `closed`.
    pub clusters: Seen<BTreeMap<String, String>>,
    /// How many endpoints it holds of each cluster, as `/debug/endpointShardz` says.
    pub endpoints: Seen<BTreeMap<String, usize>>,
    /// The networks that it knows a gateway of, each with addresses, as `/debug/networkz` says.
    pub networks: Seen<BTreeMap<String, Vec<String>>>,
    /// A certificate for a workload that it signed just now, and its chain, in PEM.
    pub leaf: Seen<Vec<String>>,
}

/// What a remote secret is worth.
#[derive(Debug, Clone)]
pub struct RemoteEvidence {
    /// The API that it points to.
    pub server: String,
    /// As whom that API takes its token.
    pub accepted: Seen<String>,
}

/// A gateway into a network.
#[derive(Debug, Clone)]
pub struct GatewayEvidence {
    /// Its Service, as `namespace/name`.
    pub service: String,
    /// The network that it leads into.
    pub network: String,
    /// The ports of the Service.
    pub ports: Vec<u16>,
    /// Its addresses, as the load balancer gave them.
    pub addresses: Vec<String>,
    /// How many of its pods are ready.
    pub ready: usize,
}
