//! Reaching clusters: one client for each way to reach one, made on first use.

mod config;
mod discovery;
mod eks;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use meshform_engine::{AdapterError, ErrorClass};
use meshform_state::{EksReach, Scope};
use tokio::sync::OnceCell;

pub use eks::{EksAccess, EksEndpoint, EksToken};

pub(crate) use discovery::{Discovery, Listable, Resource};
pub(crate) use eks::{Eks, NoToken};
pub(crate) use wire::{APPLY, Extent, JSON_PATCH, Wire, encode};

/// Puts something between the adapter and the API server of a scope: a recorder, a limit, a fault.
pub type Wrap = Arc<dyn Fn(&Scope, kube::Client) -> kube::Client + Send + Sync>;

/// A cluster that can be asked.
pub(crate) struct Cluster {
    /// Its requests.
    pub(crate) wire: Wire,
    /// What it serves.
    pub(crate) discovery: Discovery,
    /// The address of its API server, `https://…`.
    pub(crate) address: String,
    /// The certificates that vouch for it, each as DER; empty if those of the system do.
    pub(crate) authorities: Vec<Vec<u8>>,
}

/// All clients of this process.
pub(crate) struct Clients {
    wrap: Option<Wrap>,
    eks: Option<Eks>,
    cells: Mutex<HashMap<Way, Arc<OnceCell<Arc<Cluster>>>>>,
}

/// How a cluster is reached. Two scopes that are reached alike share a client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// By a context of a kubeconfig.
    File(File),
    /// By what AWS says of it.
    Eks(EksReach),
}

/// A context of a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct File {
    pub(super) kubeconfig: Option<String>,
    pub(super) context: Option<String>,
}

impl Clients {
    pub(crate) fn new() -> Self {
        Clients {
            wrap: None,
            eks: None,
            cells: Mutex::new(HashMap::new()),
        }
    }

    /// Lets every client that is made from now on pass through `wrap`.
    pub(crate) fn wrap(&mut self, wrap: Wrap) {
        self.wrap = Some(wrap);
    }

    /// Reaches EKS clusters by `eks` from now on.
    pub(crate) fn eks(&mut self, eks: Eks) {
        self.eks = Some(eks);
    }

    /// The cluster of `scope`.
    pub(crate) async fn cluster(&self, scope: &Scope) -> Result<Arc<Cluster>, AdapterError> {
        let Scope::Cluster {
            kubeconfig,
            context,
            eks,
            ..
        } = scope
        else {
            let message = format!("scope `{}` is not a cluster", scope.key());
            return Err(AdapterError::refused(ErrorClass::Invalid, message)
                .hint("Kubernetes resources need `in = cluster.NAME`."));
        };
        let way = match eks {
            Some(reach) => Way::Eks(reach.clone()),
            None => Way::File(File {
                kubeconfig: kubeconfig.clone(),
                context: context.clone(),
            }),
        };
        let cell = {
            // A panic elsewhere cannot leave the map half changed.
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(way.clone()).or_default())
        };
        let made = cell.get_or_try_init(|| async {
            let connected = config::connect(&way, self.eks.as_ref()).await?;
            let client = match &self.wrap {
                Some(wrap) => wrap(scope, connected.client),
                None => connected.client,
            };
            Ok(Arc::new(Cluster {
                wire: Wire::new(client, connected.server),
                discovery: Discovery::default(),
                address: connected.address,
                authorities: connected.authorities,
            }))
        });
        made.await.cloned()
    }
}
