//! Probes: what a running mesh says of itself, as [evidence](meshform_kinds::evidence). They change nothing and keep
//! nothing secret: keys and tokens that they meet end where they were met.
//!
//! `objects` reads what is in a cluster; `istiod` asks an istiod by port-forward to its pod, as one would by hand:
//! `forward` is that way in, `debug` reads its debug endpoints, `sign` has it sign a certificate. Every probe ends after
//! a while, and says why it saw nothing.

mod debug;
mod forward;
mod istiod;
mod objects;
mod sign;

use std::collections::BTreeMap;
use std::time::Duration;

use meshform_kinds::evidence::{ClusterEvidence, Seen};
use meshform_state::Scope;

use crate::KubeAdapter;
use crate::client::Cluster;

/// How long one probe may take. istiod itself gives a cluster 30 s to be read.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to look for in a cluster.
#[derive(Debug, Clone)]
pub struct Look {
    /// The cluster.
    pub scope: Scope,
    /// Its name in the mesh.
    pub cluster: String,
    /// The namespace of its istiod.
    pub namespace: String,
    /// The roots that are trusted when istiod is asked to sign, in PEM, beside what the cluster itself says.
    pub root: Option<String>,
}

impl KubeAdapter {
    /// Looks at a member of a mesh.
    pub async fn probe(&self, look: &Look) -> ClusterEvidence {
        let scope = look.scope.key();
        match self.means.clients.cluster(&look.scope).await {
            Ok(cluster) => {
                let probe = Probe {
                    cluster: &cluster,
                    look,
                };
                probe.all().await
            }
            Err(error) => {
                let why = error.to_string();
                ClusterEvidence {
                    scope,
                    authority: Err(why.clone()),
                    roots: Err(why.clone()),
                    istiods: Err(why.clone()),
                    remotes: Err(why.clone()),
                    gateways: Err(why),
                }
            }
        }
    }
}

/// A cluster that is looked at.
struct Probe<'a> {
    cluster: &'a Cluster,
    look: &'a Look,
}

impl Probe<'_> {
    async fn all(&self) -> ClusterEvidence {
        let (authority, roots, gateways, remotes) = futures::join!(
            in_time(self.authority()),
            in_time(self.roots()),
            in_time(self.gateways()),
            in_time(self.remotes()),
        );
        let given = roots.as_ref().ok().map(BTreeMap::values);
        let mut trusted: Vec<String> = given.into_iter().flatten().cloned().collect();
        trusted.extend(self.look.root.clone());
        let istiods = self.istiods(&trusted).await;
        ClusterEvidence {
            scope: self.look.scope.key(),
            authority,
            roots,
            istiods,
            remotes,
            gateways,
        }
    }
}

/// What `probe` saw, if it ended in time.
async fn in_time<T>(probe: impl Future<Output = Seen<T>>) -> Seen<T> {
    match tokio::time::timeout(PATIENCE, probe).await {
        Ok(seen) => seen,
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}
