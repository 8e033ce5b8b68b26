//! The door: the one endpoint that clients of a sandbox take for AWS. Behind it is moto.
//!
//! It routes by the service in the signature's credential scope, records every request, injects the faults that tests
//! ask for, and adds what moto lacks. It states AWS's documented behaviour, with the page in a comment, and must never
//! bend to what our adapters expect.
//!
//! `call` reads a request, `pipeline` decides what becomes of it, `ec2` holds what moto lacks, `pca` and `eks` are
//! services that the door answers itself, `control` is the second way to drive the door (`/_door/…`), for tests in another process.

pub(crate) mod call;
mod clock;
pub(crate) mod control;
pub(crate) mod ec2;
pub(crate) mod eks;
pub(crate) mod fault;
pub(crate) mod pca;
mod pipeline;
pub(crate) mod record;
mod refusal;
pub(crate) mod remote;
pub(crate) mod reply;
mod serve;
mod state;
pub(crate) mod upstream;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eks::{EksCluster, Place};
use fault::{Fault, FaultId, FaultStatus};
use record::Recorded;
use state::Shared;
use upstream::Upstream;

use crate::blocking::block;
use crate::error::SandboxError;
use crate::world::aws::AwsObject;

pub use pca::IssuedCertificate;
pub use serve::OpenDoor;

/// The key pair that the door accepts.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The id.
    pub access_key: String,
    /// The secret. The door checks the signatures of tokens for clusters with it, and no others.
    pub secret_key: String,
    /// The account it is for; in moto each account is a world of its own.
    pub account: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            access_key: "AKIASANDBOXGOOD00000".to_owned(),
            secret_key: "sandbox-secret-of-no-account".to_owned(),
            account: "123456789012".to_owned(),
        }
    }
}

/// A handle on a door of this process. Clones drive the same door.
#[derive(Clone)]
pub struct Door {
    shared: Arc<Shared>,
    endpoint: String,
}

impl Door {
    /// Returns the URL for `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the key pair that is accepted.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.shared.credentials
    }

    /// Returns every request since the last clear, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.state().records.clone()
    }

    /// Returns the requests that changed the world, whatever their clients were told.
    #[must_use]
    pub fn effects(&self) -> Vec<Recorded> {
        self.requests()
            .into_iter()
            .filter(Recorded::took_effect)
            .collect()
    }

    /// Forgets the requests so far; faults stand.
    pub fn clear(&self) {
        self.shared.state().records.clear();
    }

    /// Lets a fault stand from now on.
    pub fn inject(&self, fault: Fault) -> FaultId {
        self.shared.state().faults.add(fault)
    }

    /// Returns the faults that stand, with how often each was met.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultStatus> {
        self.shared.state().faults.statuses()
    }

    /// Takes all faults away; objects that were not visible yet become visible.
    pub fn clear_faults(&self) {
        self.shared.state().clear_faults();
    }

    /// Waits until the requests so far fulfil a condition; false when the limit passes first.
    #[must_use]
    pub fn wait_until(&self, limit: Duration, condition: impl Fn(&[Recorded]) -> bool) -> bool {
        let end = Instant::now() + limit;
        let mut state = self.shared.state();
        loop {
            if condition(&state.records) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = match self.shared.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Puts the clock of the services that the door answers itself forward: authorities and certificates expire,
    /// tokens end. moto keeps the machine's time.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.state().clock.advance(by);
    }

    /// Makes an API server of the sandbox a cluster of EKS: DescribeCluster finds it, and its tokens are accepted by the
    /// API servers that were started with [`Self::token_webhook_kubeconfig`]. The same name again replaces it.
    pub fn register_cluster(&self, cluster: EksCluster) {
        self.shared.register(cluster);
    }

    /// Takes a cluster away; false when there is none.
    #[must_use]
    pub fn unregister_cluster(&self, account: &str, region: &str, name: &str) -> bool {
        let place = Place {
            account: account.to_owned(),
            region: region.to_owned(),
            name: name.to_owned(),
        };
        self.shared.upstream.registry.unregister(&place)
    }

    /// Returns the file for `--authentication-token-webhook-config-file` of the API server at this URL. Any door of a
    /// sandbox will do: all know the same clusters and keys.
    #[must_use]
    pub fn token_webhook_kubeconfig(&self, endpoint: &str) -> String {
        eks::webhook_kubeconfig(&self.endpoint, control::PREFIX, endpoint)
    }

    /// Returns every secret that went through the doors of this sandbox, for tests that look for them where they must
    /// not be: secret keys, the session tokens of STS, the tokens that clusters were shown.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        self.shared.upstream.registry.secrets()
    }

    /// Lists all EC2 objects and certificate authorities of the door's own account in these regions, as they are: no
    /// fault, no record.
    pub fn objects(&self, regions: &[&str]) -> Result<BTreeSet<AwsObject>, SandboxError> {
        self.objects_of(&self.shared.credentials.account, regions)
    }

    /// Lists the same of another account.
    pub fn objects_of(&self, account: &str, regions: &[&str]) -> Result<BTreeSet<AwsObject>, SandboxError> {
        block(async || self.shared.objects(account, regions).await)
    }

    /// Lists the certificates that the private CAs of the door's own account have issued, those of deleted CAs too until
    /// their restoration period is over.
    #[must_use]
    pub fn certificates(&self) -> Vec<IssuedCertificate> {
        self.shared.state().pca.issued(&self.shared.credentials.account)
    }

    /// Empties the world behind the door, all accounts of it; faults and requests stay.
    pub fn reset_world(&self) -> Result<(), SandboxError> {
        block(async || control::reset_world(&self.shared).await)
    }
}
