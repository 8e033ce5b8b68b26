//! The part of a kubelet that kwok does not play: istiod's Pods run.
//!
//! kwok makes a Pod Ready without running anything. A Pod labelled `app: istiod` is held back from it: a real istiod is
//! started as a process of this machine from the Pod's own arguments and environment, with its volumes in its working
//! folder and as its own service account; when it answers `/ready`, the Pod gets its address and kwok does the rest.
//! It must never give istiod what the Pod does not say, except for ports and the way to the API server.

mod forward;
mod istiod;
mod pod;
mod volume;

use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use forward::Forward;
pub use forward::IstiodPorts;
use istiod::Istiod;
use serde_json::Value;

use crate::cloud::Addresses;
use crate::cluster::{Api, Cluster};
use crate::error::SandboxError;
use crate::process::ProcessRecord;

/// The Pods that are run.
const SELECTOR: &str = "app%3Distiod";

/// What the kubelet of one cluster needs.
pub(crate) struct Setting {
    pub(crate) cluster: Cluster,
    /// The folder of the cluster.
    pub(crate) folder: PathBuf,
    /// The program.
    pub(crate) istiod: PathBuf,
    pub(crate) addresses: Arc<Addresses>,
}

/// The kubelet of one cluster; dropping it ends its istiods.
pub(crate) struct Kubelet {
    setting: Setting,
    /// The cluster, reached as the kubelet's user.
    own: Cluster,
    api: Option<Api>,
    forward: Forward,
    running: Vec<Istiod>,
    /// Those whose Pods are gone; they may still give back their locks.
    ending: Vec<istiod::Ending>,
}

impl Kubelet {
    pub(crate) fn new(setting: Setting, own: Cluster, forward: Forward) -> Self {
        Self {
            setting,
            own,
            api: None,
            forward,
            running: Vec::new(),
            ending: Vec::new(),
        }
    }

    pub(crate) fn processes(&self) -> Vec<ProcessRecord> {
        self.running.iter().filter_map(Istiod::record).collect()
    }

    /// Looks at istiod's Pods and does what is due.
    pub(crate) async fn round(&mut self) -> Result<(), SandboxError> {
        // Clients and listeners belong to the runtime that they were made in.
        self.forward.serve()?;
        let api = match self.api.take() {
            Some(api) => api,
            None => self.own.api().await?,
        };
        let done = self.round_with(&api).await;
        self.api = Some(api);
        done
    }

    async fn round_with(&mut self, api: &Api) -> Result<(), SandboxError> {
        let list = format!("/api/v1/pods?resourceVersion=0&labelSelector={SELECTOR}");
        let pods = api.list(&list).await?;
        let due: Vec<&Value> = pods.iter().filter(|pod| is_due(pod)).collect();
        let is_there = |istiod: &Istiod| due.iter().any(|pod| pod["metadata"]["uid"] == istiod.uid());
        for gone in self.running.extract_if(.., |istiod| !is_there(istiod)) {
            self.setting.addresses.release(gone.address());
            self.ending.extend(gone.end());
        }
        self.ending.retain_mut(|ending| !ending.is_over());
        for pod in &due {
            if self
                .running
                .iter()
                .all(|istiod| pod["metadata"]["uid"] != istiod.uid())
            {
                self.running.push(Istiod::new(pod, &self.setting)?);
            }
        }
        let mut result = Ok(());
        for istiod in &mut self.running {
            result = result.and(istiod.round(&self.setting, api).await);
        }
        // Of several the newest answers, as a client that looks for one would take any.
        let newest = self.running.iter().rev().find(|istiod| istiod.is_ready());
        self.forward.point_to(newest.map(Istiod::listens));
        result
    }
}

fn is_due(pod: &Value) -> bool {
    let over = ["Succeeded", "Failed"]
        .iter()
        .any(|phase| pod["status"]["phase"] == *phase);
    pod["spec"]["nodeName"].is_string() && pod["metadata"]["deletionTimestamp"].is_null() && !over
}
