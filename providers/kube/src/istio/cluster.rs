//! `data "kubernetes_cluster"`: what the cluster of a scope is.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_engine::{AdapterError, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::KubernetesCluster;
use serde_json::Value as Json;

use crate::live::Live;
use crate::served::{Answering, At};

/// The kind.
pub(crate) struct KubernetesClusters;

/// Characters on one line of PEM.
const LINE: usize = 64;

#[async_trait]
impl Answering for KubernetesClusters {
    async fn query(&self, at: At<'_>, _arguments: &Object) -> Result<Object, AdapterError> {
        let cluster = at.cluster;
        let get = async |path: &str, what: &str| {
            let subject = cluster.subject("get", what.to_owned());
            let answer = cluster.wire.get(path).await;
            answer.map_err(|failure| failure.into_error(&subject))
        };
        let system = get("/api/v1/namespaces/kube-system", "namespace `kube-system`").await?;
        let version = get("/version", "the version").await?;
        let version = version
            .get("gitVersion")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let spec = KubernetesCluster {
            uid: Some(Live(system).uid().to_owned()),
            version: Some(plain(version)),
            server: Some(cluster.address.clone()),
            certificate_authority_data: Some(bundle(&cluster.authorities)),
        };
        Ok(spec.to_object())
    }
}

/// The version without what distributions append: `1.34.4` for `v1.34.4-eks-3025e55`.
fn plain(version: &str) -> String {
    let version = version.strip_prefix('v').unwrap_or(version);
    let end = version.find(['-', '+']).unwrap_or(version.len());
    version[..end].to_owned()
}

/// Certificates as a kubeconfig has them; empty if there are none.
fn bundle(certificates: &[Vec<u8>]) -> String {
    let mut pem = String::new();
    for certificate in certificates {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let text = STANDARD.encode(certificate);
        for line in text.as_bytes().chunks(LINE) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    if pem.is_empty() { pem } else { STANDARD.encode(pem) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_plain() {
        assert_eq!(plain("v1.34.4"), "1.34.4");
        assert_eq!(plain("v1.33.1-eks-3025e55"), "1.33.1");
        assert_eq!(plain("v1.32.0+k3s1"), "1.32.0");
    }

    #[test]
    fn certificates_are_pem_in_base64() {
        let pem = String::from_utf8(STANDARD.decode(bundle(&[vec![7; 60]])).unwrap()).unwrap();
        let lines: Vec<&str> = pem.lines().collect();
        assert_eq!((lines.len(), lines[1].len(), lines[2].len()), (4, 64, 16));
        assert_eq!(bundle(&[]), "");
    }
}
