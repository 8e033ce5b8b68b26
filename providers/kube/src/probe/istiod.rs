//! What each istiod of a cluster says.

use futures::stream::{self, StreamExt as _};
use meshform_kinds::evidence::{IstiodEvidence, Seen};
use serde_json::Value as Json;

use super::objects::is_ready;
use super::{Probe, debug, forward, in_time};

/// The port of the debug endpoints, which takes callers from the pod's own loopback without a token: port-forwards.
const DEBUG: u16 = 8080;

/// What marks pods of istiod, whatever their revision.
const ISTIOD: &str = "app=istiod";

/// How many istiods are asked at once.
const AT_ONCE: usize = 4;

impl Probe<'_> {
    /// What the ready istiods say. `trusted` are the roots that vouch for them when they are asked to sign.
    pub(super) async fn istiods(&self, trusted: &[String]) -> Seen<Vec<IstiodEvidence>> {
        let path = format!(
            "/api/v1/namespaces/{}/pods?labelSelector={}",
            self.look.namespace,
            crate::client::encode(ISTIOD)
        );
        let pods = in_time(self.list(&path, "Pods of istiod")).await?;
        let mut names: Vec<String> = pods
            .iter()
            .filter(|pod| is_ready(pod))
            .filter_map(|pod| pod.pointer("/metadata/name").and_then(Json::as_str))
            .map(str::to_owned)
            .collect();
        names.sort();
        let seen = stream::iter(names)
            .map(|pod| self.istiod(pod, trusted))
            .buffered(AT_ONCE);
        Ok(seen.collect().await)
    }

    async fn istiod(&self, pod: String, trusted: &[String]) -> IstiodEvidence {
        let (clusters, endpoints, networks, leaf) = futures::join!(
            in_time(self.asked(&pod, debug::CLUSTERS, debug::clusters)),
            in_time(self.asked(&pod, debug::SHARDS, debug::shards)),
            in_time(self.asked(&pod, debug::NETWORKS, debug::networks)),
            in_time(self.sign(&pod, trusted)),
        );
        IstiodEvidence {
            pod,
            clusters,
            endpoints,
            networks,
            leaf,
        }
    }

    async fn asked<T>(&self, pod: &str, path: &str, read: fn(&[u8]) -> Seen<T>) -> Seen<T> {
        let stream = self.forward(pod, DEBUG).await?;
        read(&forward::get(stream, path).await?)
    }
}
