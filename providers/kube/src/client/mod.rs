//! Reaching clusters: one client for each way to reach one, made on first use.

mod config;
mod discovery;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use meshform_engine::{AdapterError, ErrorClass};
use meshform_state::Scope;
use tokio::sync::OnceCell;

pub(crate) use discovery::{Discovery, Listable, Resource};
pub(crate) use wire::{APPLY, Extent, JSON_PATCH, Wire};

/// Puts something between the adapter and the API server of a scope: a recorder, a limit, a fault.
pub type Wrap = Arc<dyn Fn(&Scope, kube::Client) -> kube::Client + Send + Sync>;

/// A cluster that can be asked.
pub(crate) struct Cluster {
    /// Its requests.
    pub(crate) wire: Wire,
    /// What it serves.
    pub(crate) discovery: Discovery,
}

/// All clients of this process.
pub(crate) struct Clients {
    wrap: Option<Wrap>,
    cells: Mutex<HashMap<Way, Arc<OnceCell<Arc<Cluster>>>>>,
}

/// How a cluster is reached. Two scopes that are reached alike share a client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) kubeconfig: Option<String>,
    pub(super) context: Option<String>,
}

impl Clients {
    pub(crate) fn new() -> Self {
        Clients {
            wrap: None,
            cells: Mutex::new(HashMap::new()),
        }
    }

    /// Lets every client that is made from now on pass through `wrap`.
    pub(crate) fn wrap(&mut self, wrap: Wrap) {
        self.wrap = Some(wrap);
    }

    /// The cluster of `scope`.
    pub(crate) async fn cluster(&self, scope: &Scope) -> Result<Arc<Cluster>, AdapterError> {
        let Scope::Cluster {
            kubeconfig, context, ..
        } = scope
        else {
            let message = format!("scope `{}` is not a cluster", scope.key());
            return Err(AdapterError::refused(ErrorClass::Invalid, message)
                .hint("Kubernetes resources need `in = cluster.NAME`."));
        };
        let way = Way {
            kubeconfig: kubeconfig.clone(),
            context: context.clone(),
        };
        let cell = {
            // A panic elsewhere cannot leave the map half changed.
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(way.clone()).or_default())
        };
        let made = cell.get_or_try_init(|| async {
            let (client, server) = config::connect(&way).await?;
            let client = self
                .wrap
                .as_ref()
                .map_or(client.clone(), |wrap| wrap(scope, client));
            Ok(Arc::new(Cluster {
                wire: Wire::new(client, server),
                discovery: Discovery::default(),
            }))
        });
        made.await.cloned()
    }
}
