//! What is in a cluster: the CA's certificates, the roots that workloads are given, remote secrets, gateways.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::{KubeConfigOptions, Kubeconfig};
use meshform_kinds::evidence::{AuthorityEvidence, GatewayEvidence, RemoteEvidence, Seen};
use serde_json::Value as Json;

use super::{Probe, in_time};
use crate::client::{Extent, Wire};
use crate::failure::Subject;

/// The ConfigMap in which istiod gives each namespace the root that its workloads trust.
const ROOTS: &str = "istio-ca-root-cert";

/// What marks remote secrets (Istio, `pkg/kube/multicluster`).
const REMOTE_LABEL: &str = "istio/multiCluster=true";

/// What marks the Services of gateways into a network.
const NETWORK_LABEL: &str = "topology.istio.io/network";

impl Probe<'_> {
    /// The certificates that istiod signs with.
    pub(super) async fn authority(&self) -> Seen<AuthorityEvidence> {
        let path = format!("/api/v1/namespaces/{}/secrets/cacerts", self.look.namespace);
        let secret = self.get(&path, "Secret `cacerts`").await?;
        let part = |name: &str| {
            let pointer = format!("/data/{}", name.replace('~', "~0").replace('/', "~1"));
            let text = secret.pointer(&pointer).and_then(Json::as_str);
            let bytes = STANDARD.decode(text?).ok()?;
            String::from_utf8(bytes).ok()
        };
        let missing = |name: &str| format!("Secret `cacerts` has no `{name}`");
        let certificate = part("ca-cert.pem").ok_or_else(|| missing("ca-cert.pem"))?;
        let key = part("ca-key.pem").ok_or_else(|| missing("ca-key.pem"))?;
        let key = zeroize::Zeroizing::new(key);
        Ok(AuthorityEvidence {
            key_fits: super::sign::fits(&key, &certificate),
            chain: part("cert-chain.pem").ok_or_else(|| missing("cert-chain.pem"))?,
            root: part("root-cert.pem").ok_or_else(|| missing("root-cert.pem"))?,
            certificate,
        })
    }

    /// The roots that workloads are given, by namespace.
    pub(super) async fn roots(&self) -> Seen<BTreeMap<String, String>> {
        let path = format!("/api/v1/configmaps?fieldSelector=metadata.name%3D{ROOTS}");
        let found = self.list(&path, "ConfigMaps").await?;
        let root = |map: &Json| {
            let namespace = map.pointer("/metadata/namespace")?.as_str()?;
            let root = map.pointer("/data/root-cert.pem")?.as_str()?;
            Some((namespace.to_owned(), root.to_owned()))
        };
        Ok(found.iter().filter_map(root).collect())
    }

    /// The remote secrets, each with what the API that it points to says of its token.
    pub(super) async fn remotes(&self) -> Seen<BTreeMap<String, RemoteEvidence>> {
        let label = crate::client::encode(REMOTE_LABEL);
        let path = format!(
            "/api/v1/namespaces/{}/secrets?labelSelector={label}",
            self.look.namespace
        );
        let secrets = self.list(&path, "remote secrets").await?;
        let mut seen = BTreeMap::new();
        for secret in &secrets {
            for (cluster, content) in secret
                .pointer("/data")
                .and_then(Json::as_object)
                .into_iter()
                .flatten()
            {
                let bytes = content.as_str().and_then(|text| STANDARD.decode(text).ok());
                let evidence = match bytes {
                    Some(bytes) => remote(&zeroize::Zeroizing::new(bytes)).await,
                    None => unreadable("its content is not in base64"),
                };
                seen.insert(cluster.clone(), evidence);
            }
        }
        Ok(seen)
    }

    /// The gateways into networks.
    pub(super) async fn gateways(&self) -> Seen<Vec<GatewayEvidence>> {
        let path = format!(
            "/api/v1/services?labelSelector={}",
            crate::client::encode(NETWORK_LABEL)
        );
        let services = self.list(&path, "Services").await?;
        let mut seen = Vec::new();
        for service in &services {
            let text = |pointer: &str| {
                service
                    .pointer(pointer)
                    .and_then(Json::as_str)
                    .unwrap_or_default()
            };
            let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
            seen.push(GatewayEvidence {
                service: format!("{namespace}/{name}"),
                network: text("/metadata/labels/topology.istio.io~1network").to_owned(),
                ports: ports(service),
                addresses: addresses(service),
                ready: self.ready(namespace, service).await?,
            });
        }
        Ok(seen)
    }

    /// How many pods of a Service are ready.
    async fn ready(&self, namespace: &str, service: &Json) -> Seen<usize> {
        let selector = service.pointer("/spec/selector").and_then(Json::as_object);
        let selector: Vec<String> = selector
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)))
            .collect();
        if selector.is_empty() {
            return Ok(0);
        }
        let selector = crate::client::encode(&selector.join(","));
        let path = format!("/api/v1/namespaces/{namespace}/pods?labelSelector={selector}");
        let pods = self.list(&path, "Pods").await?;
        Ok(pods.iter().filter(|pod| is_ready(pod)).count())
    }

    pub(super) async fn get(&self, path: &str, what: &str) -> Seen<Json> {
        let answer = self.cluster.wire.get(path).await;
        answer.map_err(|failure| failure.into_error(&self.subject(what)).to_string())
    }

    pub(super) async fn list(&self, path: &str, what: &str) -> Seen<Vec<Json>> {
        let answer = self.cluster.wire.list(path, Extent::Whole).await;
        answer.map_err(|failure| failure.into_error(&self.subject(what)).to_string())
    }

    pub(super) fn subject(&self, what: &str) -> Subject<'_> {
        self.cluster.subject("get", what.to_owned())
    }
}

/// Whether a pod is ready.
pub(super) fn is_ready(pod: &Json) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Json::as_array);
    conditions.into_iter().flatten().any(|condition| {
        condition.get("type").and_then(Json::as_str) == Some("Ready")
            && condition.get("status").and_then(Json::as_str) == Some("True")
    })
}

fn ports(service: &Json) -> Vec<u16> {
    let ports = service.pointer("/spec/ports").and_then(Json::as_array);
    ports
        .into_iter()
        .flatten()
        .filter_map(|port| u16::try_from(port.get("port")?.as_u64()?).ok())
        .collect()
}

fn addresses(service: &Json) -> Vec<String> {
    let ingress = service
        .pointer("/status/loadBalancer/ingress")
        .and_then(Json::as_array);
    ingress
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("hostname").or_else(|| one.get("ip"))?.as_str())
        .map(str::to_owned)
        .collect()
}

fn unreadable(why: &str) -> RemoteEvidence {
    RemoteEvidence {
        server: "the API".to_owned(),
        accepted: Err(why.to_owned()),
    }
}

/// What the API that a kubeconfig points to says of its token.
async fn remote(kubeconfig: &[u8]) -> RemoteEvidence {
    // The parser's own message would quote the file.
    let Some(kubeconfig) = std::str::from_utf8(kubeconfig)
        .ok()
        .and_then(|text| Kubeconfig::from_yaml(text).ok())
    else {
        return unreadable("its content is no kubeconfig");
    };
    let Ok(mut config) =
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await
    else {
        return unreadable("its kubeconfig cannot be used");
    };
    config.default_retry = false;
    let server = config.cluster_url.to_string();
    let server = server.trim_end_matches('/').to_owned();
    let accepted = in_time(async {
        let client = kube::Client::try_from(config).map_err(|error| error.to_string())?;
        let subject = Subject::connection(&server);
        let review = Wire::new(client, server.clone()).review_self().await;
        let review = review.map_err(|failure| failure.into_error(&subject).to_string())?;
        let user = review.pointer("/status/userInfo/username").and_then(Json::as_str);
        Ok(user.unwrap_or("somebody").to_owned())
    });
    RemoteEvidence {
        accepted: accepted.await,
        server,
    }
}
