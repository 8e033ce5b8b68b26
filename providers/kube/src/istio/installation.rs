//! `data "istio_installation"`: the Istio that is in a cluster, whoever put it there.

use async_trait::async_trait;
use meshform_engine::{AdapterError, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{Installation, Istiod};
use serde_json::Value as Json;

use crate::LINEAGE_MARK;
use crate::client::{Cluster, Extent};
use crate::live::Live;
use crate::managed::Step;
use crate::served::{Answering, At};

/// The kind.
pub(crate) struct Installations;

/// The label by which every control plane's Deployment is known, of whatever revision.
pub(super) const ISTIOD: &str = "app=istiod";

/// The ConfigMap in which istiod gives its root to the workloads of a namespace, and its key.
const ROOT: (&str, &str) = ("istio-ca-root-cert", "root-cert.pem");

/// The ConfigMap that says in public what the intermediate in the Secret `cacerts` is.
const INTERMEDIATE: &str = "cacerts-meshform";

/// The Secret in which istiod looks for an intermediate.
const CACERTS: &str = "cacerts";

/// The ConfigMap with the mesh configuration; with a revision behind it where the control plane has one.
const MESH_CONFIG: &str = "istio";

/// The trust domain of a mesh configuration that says none (istio.mesh.v1alpha1.MeshConfig, `trust_domain`).
const TRUST_DOMAIN: &str = "cluster.local";

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
        let (mut root, mut intermediate, mut secret) = (None, None, Some(None));
        if namespace.is_some() {
            (root, intermediate) = (map(ROOT.0).await?, map(INTERMEDIATE).await?);
            secret = authority(cluster, &home).await?;
        }
        let secret = secret.as_ref().map(Option::as_ref);
        let lineage = |live: Option<&Live>| live?.annotation(LINEAGE_MARK).map(str::to_owned);
        let certificate = |live: &Live| live.0.get("data")?.get(ROOT.1)?.as_str().map(str::to_owned);
        let spec = Installation {
            namespace: name,
            namespace_exists: Some(namespace.is_some()),
            namespace_lineage: lineage(namespace.as_ref()),
            network: namespace.as_ref().and_then(network),
            istiods: istiods(cluster).await?,
            root_certificate: root.as_ref().and_then(certificate),
            ca_exists: secret.map(|secret| secret.is_some()),
            ca_lineage: lineage(secret.flatten()).or_else(|| lineage(intermediate.as_ref())),
        };
        Ok(spec.to_object())
    }
}

/// The network that somebody else has labelled the namespace `live` with.
fn network(live: &Live) -> Option<String> {
    let label = ["metadata", "labels", NETWORK].map(|name| Step::Field(name.to_owned()));
    let mut ours = live.managers().into_iter().filter(crate::managed::Manager::is_us);
    if ours.any(|manager| manager.fields.iter().any(|field| *field == label)) {
        return None;
    }
    let labels = live.0.pointer("/metadata/labels")?;
    labels.get(NETWORK)?.as_str().map(str::to_owned)
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

/// The Secret in which an intermediate is plugged in; none where that may not be known. Only its metadata is asked for.
async fn authority(cluster: &Cluster, home: &str) -> Result<Option<Option<Live>>, AdapterError> {
    match cluster
        .wire
        .get_metadata(&format!("{home}/secrets/{CACERTS}"))
        .await
    {
        Ok(json) => Ok(Some(Some(Live(json)))),
        Err(failure) if failure.is_not_found() => Ok(Some(None)),
        // Whoever plans need not be let near Secrets; apply meets a stranger all the same.
        Err(failure) if failure.is_denied() => Ok(None),
        Err(failure) => {
            let what = format!("the metadata of Secret `{CACERTS}`");
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
    for one in &mut all {
        one.trust_domain = trust_domain(cluster, one).await?;
    }
    all.sort();
    Ok(all)
}

/// The trust domain that the mesh configuration of `istiod` says.
async fn trust_domain(cluster: &Cluster, istiod: &Istiod) -> Result<Option<String>, AdapterError> {
    let name = match istiod.revision.as_str() {
        "default" => MESH_CONFIG.to_owned(),
        revision => format!("{MESH_CONFIG}-{revision}"),
    };
    let path = format!("/api/v1/namespaces/{}/configmaps/{name}", istiod.namespace);
    let found = object(cluster, &path, "ConfigMap").await?;
    Ok(found.and_then(|map| said_domain(map.0.pointer("/data/mesh")?.as_str()?)))
}

/// The trust domain in a mesh configuration; that of Istio if it says none.
fn said_domain(config: &str) -> Option<String> {
    let config: Json = serde_saphyr::from_str(config).ok()?;
    let said = config.get("trustDomain").and_then(Json::as_str);
    Some(said.unwrap_or(TRUST_DOMAIN).to_owned())
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
        trust_domain: None,
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
    fn a_network_that_we_wrote_is_nobody_elses() {
        let labelled = |manager: &str| {
            Live(
                json!({ "metadata": { "labels": { "topology.istio.io/network": "west" }, "managedFields": [
                { "manager": manager, "operation": "Apply",
                    "fieldsV1": { "f:metadata": { "f:labels": { "f:topology.istio.io/network": {} } } } } ] } }),
            )
        };
        assert_eq!(network(&labelled("kubectl")).as_deref(), Some("west"));
        assert_eq!(network(&labelled("meshform")), None);
        assert_eq!(network(&Live(json!({}))), None);
    }

    #[test]
    fn the_trust_domain_is_in_the_mesh_configuration() {
        assert_eq!(
            said_domain("trustDomain: acme.example\nenableTracing: true").as_deref(),
            Some("acme.example")
        );
        assert_eq!(
            said_domain("enableTracing: true").as_deref(),
            Some("cluster.local")
        );
        assert_eq!(said_domain("a: ["), None);
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
