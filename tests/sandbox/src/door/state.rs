//! What the door remembers between requests. It must never be locked across an await: moto may be slow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::call::Call;
use super::clock::DoorClock;
use super::ec2::hidden::HiddenObjects;
use super::ec2::tokens::ClientTokens;
use super::eks::{EksCluster, Identity};
use super::fault::{FaultKind, Faults};
use super::pca::PcaWorld;
use super::record::{Outcome, Recorded};
use super::{Credentials, Upstream};
use crate::error::SandboxError;
use crate::world::aws::{self, AwsObject};

/// What all connections share.
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Woken whenever a request arrives or ends.
    pub(crate) changed: Condvar,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) credentials: Credentials,
}

/// The changing part.
pub(crate) struct State {
    pub(crate) faults: Faults,
    pub(crate) records: Vec<Recorded>,
    pub(crate) hidden: HiddenObjects,
    pub(crate) tokens: ClientTokens,
    pub(crate) pca: PcaWorld,
    pub(crate) clock: DoorClock,
    /// The accepted keys, with the account of each.
    pub(crate) accounts: BTreeMap<String, String>,
    next_seq: u64,
}

impl State {
    pub(crate) fn clear_faults(&mut self) {
        self.faults.clear();
        self.hidden.clear();
        self.pca.show_hidden();
    }
}

impl Shared {
    pub(crate) fn new(upstream: Arc<Upstream>, credentials: Credentials) -> Self {
        let accounts = BTreeMap::from([(credentials.access_key.clone(), credentials.account.clone())]);
        upstream.registry.learn(Identity {
            access_key: credentials.access_key.clone(),
            secret_key: credentials.secret_key.clone(),
            session_token: None,
            arn: user_arn(&credentials.account),
            account: credentials.account.clone(),
        });
        let state = State {
            faults: Faults::default(),
            records: Vec::new(),
            hidden: HiddenObjects::default(),
            tokens: ClientTokens::default(),
            pca: PcaWorld::default(),
            clock: DoorClock::default(),
            accounts,
            next_seq: 1,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            upstream,
            credentials,
        }
    }

    /// Makes an API server a cluster of EKS, of the door's own account unless another is named.
    pub(crate) fn register(&self, mut cluster: EksCluster) {
        if cluster.account.is_empty() {
            cluster.account.clone_from(&self.credentials.account);
        }
        let now = self.state().clock.now();
        self.upstream.registry.register(cluster, now);
    }

    /// Lists what an account has in regions: moto's objects and the door's own.
    pub(crate) async fn objects(
        &self,
        account: &str,
        regions: &[&str],
    ) -> Result<BTreeSet<AwsObject>, SandboxError> {
        let credentials = Credentials {
            account: account.to_owned(),
            ..self.credentials.clone()
        };
        let mut objects = aws::list(&self.upstream, &credentials, regions).await?;
        let state = self.state();
        let now = state.clock.now();
        for region in regions {
            let held = state.pca.held(account, region, now);
            objects.extend(held.map(|(id, body)| AwsObject {
                region: (*region).to_owned(),
                kind: "certificate-authority".to_owned(),
                id,
                body,
            }));
        }
        Ok(objects)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic of another test's thread leaves counters and lists, which are whole at every point.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an arrival and chooses its fault in one go, so that places and faults agree. A request whose key is
    /// not accepted meets no fault: it would never get as far.
    pub(crate) fn arrive(&self, call: &Call) -> (u64, Option<String>, Option<FaultKind>) {
        let mut state = self.state();
        let account = state.accounts.get(&call.access_key).cloned();
        let fault = account
            .as_ref()
            .and_then(|_| state.faults.choose(&call.service, &call.action, call.effect));
        let seq = state.next_seq;
        state.next_seq += 1;
        let agent = call.parts.headers.get(http::header::USER_AGENT);
        let record = Recorded {
            seq,
            at_millis: now_millis(),
            service: call.service.clone(),
            action: call.action.clone(),
            region: call.region.clone(),
            access_key: call.access_key.clone(),
            account: account.clone().unwrap_or_default(),
            user_agent: agent
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
                .to_owned(),
            parameters: call.parameters.clone(),
            effect: call.effect,
            fault: fault.clone(),
            outcome: Outcome::default(),
        };
        state.records.push(record);
        drop(state);
        self.changed.notify_all();
        (seq, account, fault)
    }

    /// Adds to the outcome of a request; a record that was cleared meanwhile stays cleared.
    pub(crate) fn note(&self, seq: u64, change: impl FnOnce(&mut Outcome)) {
        if let Some(record) = self
            .state()
            .records
            .iter_mut()
            .rev()
            .find(|record| record.seq == seq)
        {
            change(&mut record.outcome);
        }
        self.changed.notify_all();
    }
}

/// Returns who the door's own key is of, as GetCallerIdentity answers it.
pub(crate) fn user_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:user/moto")
}

fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
