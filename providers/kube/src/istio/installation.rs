//! `data "istio_installation"`: the Istio that is in a cluster, whoever put it there.

use async_trait::async_trait;
use meshform_engine::{AdapterError, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{Installation, Istiod};
use serde_json::Value as Json;

use crate::LINEAGE_MARK;
use crate::client::{Cluster, Extent};
use crate::live::Live;
use crate::served::{Answering, At};

/// The kind.
pub(crate) struct Installations;

/// The label by which every control plane's Deployment is known, of whatever revision.
pub(super) const ISTIOD: &str = "app=istiod";

/// The ConfigMap in which istiod gives its root to the workloads of a namespace, and its key.
const ROOT: (&str, &str) = ("istio-ca-root-cert", "root-cert.pem");

/// The ConfigMap that says in public what the intermediate in the Secret `cacerts` is.
const INTERMEDIATE: &str = "cacerts-meshform";

/// The label of a namespace that names the network of its pods.
const NETWORK: &str = "topology.istio.io/network";

#[async_trait]
impl Answering for Installations {
    async fn query(&self, at: At<'_>, arguments: &Object) -> Result<Object, AdapterError> {
        let cluster = at.cluster;
        let name = arguments
            .get(Installation::schema(), "namespace")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let home = format!("/api/v1/namespaces/{name}");
        let namespace = object(cluster, &home, "Namespace").await?;
        let map = async |name: &str| object(cluster, &format!("{home}/configmaps/{name}"), "ConfigMap").await;
        let (mut root, mut intermediate) = (None, None);
        if namespace.is_some() {
            (root, intermediate) = (map(ROOT.0).await?, map(INTERMEDIATE).await?);
        }
        let lineage = |live: Option<&Live>| live?.annotation(LINEAGE_MARK).map(str::to_owned);
        let network = |live: &Live| {
            let labels = live.0.pointer("/metadata/labels")?;
            labels.get(NETWORK)?.as_str().map(str::to_owned)
        };
        let certificate = |live: &Live| live.0.get("data")?.get(ROOT.1)?.as_str().map(str::to_owned);
        let spec = Installation {
            namespace: name,
            namespace_exists: Some(namespace.is_some()),
            namespace_lineage: lineage(namespace.as_ref()),
            network: namespace.as_ref().and_then(network),
            istiods: istiods(cluster).await?,
            root_certificate: root.as_ref().and_then(certificate),
            ca_lineage: lineage(intermediate.as_ref()),
        };
        Ok(spec.to_object())
    }
}

async fn object(cluster: &Cluster, path: &str, kind: &str) -> Result<Option<Live>, AdapterError> {
    match cluster.wire.get(path).await {
        Ok(json) => Ok(Some(Live(json))),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => {
            let what = format!("{kind} `{}`", path.rsplit('/').next().unwrap_or_default());
            Err(failure.into_error(&cluster.subject("get", what)))
        }
    }
}

/// The control planes in all namespaces.
async fn istiods(cluster: &Cluster) -> Result<Vec<Istiod>, AdapterError> {
    let path = "/apis/apps/v1/deployments";
    let found = cluster.wire.select(path, ISTIOD, Extent::Whole).await;
    let found =
        found.map_err(|failure| failure.into_error(&cluster.subject("list", "deployments".to_owned())))?;
    let mut all: Vec<Istiod> = found
        .into_iter()
        .map(|deployment| istiod(&Live(deployment)))
        .collect();
    all.sort();
    Ok(all)
}

fn istiod(live: &Live) -> Istiod {
    let text = |pointer: &str| {
        let value = live.0.pointer(pointer).and_then(Json::as_str);
        value.map(str::to_owned)
    };
    Istiod {
        namespace: text("/metadata/namespace").unwrap_or_default(),
        name: live.name().to_owned(),
        revision: text("/metadata/labels/istio.io~1rev").unwrap_or_else(|| "default".to_owned()),
        version: text("/spec/template/spec/containers/0/image").and_then(|image| version(&image)),
        lineage: live.annotation(LINEAGE_MARK).map(str::to_owned),
    }
}

/// The version in an image's tag: `1.31.1` of `…/pilot:1.31.1-distroless`.
fn version(image: &str) -> Option<String> {
    let image = image.split('@').next()?;
    let tag = image.rsplit('/').next()?.split_once(':')?.1;
    let version = tag.split('-').next()?;
    let is_version = version.contains('.') && version.starts_with(|first: char| first.is_ascii_digit());
    is_version.then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_control_plane_is_known_by_its_deployment() {
        let live = Live(json!({
            "metadata": { "namespace": "istio-system", "name": "istiod-canary", "labels": { "istio.io/rev": "canary" },
                "annotations": { "meshform.io/lineage": "l" } },
            "spec": { "template": { "spec": { "containers": [{ "image": "registry.istio.io/release/pilot:1.31.1" }] } } },
        }));
        let found = istiod(&live);
        assert_eq!(found.revision, "canary");
        assert_eq!(found.version.as_deref(), Some("1.31.1"));
        assert_eq!(found.lineage.as_deref(), Some("l"));
        assert_eq!(istiod(&Live(json!({}))).revision, "default");
    }

    #[test]
    fn the_version_is_in_the_tag_or_nowhere() {
        let of = |image: &str| version(image);
        assert_eq!(
            of("localhost:5000/pilot:1.30.2-distroless").as_deref(),
            Some("1.30.2")
        );
        assert_eq!(of("pilot:1.31.1@sha256:abc").as_deref(), Some("1.31.1"));
        assert_eq!(of("localhost:5000/pilot"), None);
        assert_eq!(of("pilot:latest"), None);
    }
}
