//! The values of Istio's charts for one member. Canonical JSON: equal members get equal text.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::mesh::Mesh;

/// The name of the gateway that other networks come in by: Istio's own samples call it so.
pub(super) const GATEWAY: &str = "istio-eastwestgateway";

/// For the CRDs, the reader's account and the default validator.
pub(super) fn base() -> Json {
    json!({})
}

/// For a primary istiod.
///
/// `ISTIO_MULTIROOT_MESH` and `PROXY_CONFIG_XDS_AGENT` must be there before a root can be rotated, and adding them
/// later restarts every workload; so every mesh has them from its first day.
pub(super) fn istiod(mesh: &Mesh, cluster: &str, network: &str) -> Json {
    json!({
        "global": {
            "meshID": mesh.id,
            "multiCluster": { "clusterName": cluster },
            "network": network,
        },
        "env": { "ISTIO_MULTIROOT_MESH": "true" },
        "meshConfig": {
            "trustDomain": mesh.trust_domain,
            "defaultConfig": { "proxyMetadata": { "PROXY_CONFIG_XDS_AGENT": "true" } },
        },
    })
}

/// For the east-west gateway.
pub(super) fn gateway(network: &str, annotations: &BTreeMap<String, String>) -> Json {
    json!({
        "name": GATEWAY,
        "networkGateway": network,
        "service": { "annotations": annotations },
    })
}

/// What the AWS Load Balancer Controller is told of the gateway's Service (its guide, "Service annotations"): an
/// internal network load balancer straight to the pods, across zones, whose health is the gateway's own.
pub(super) fn eks_annotations() -> BTreeMap<String, String> {
    let prefix = "service.beta.kubernetes.io/aws-load-balancer";
    [
        ("type", "external"),
        ("nlb-target-type", "ip"),
        ("scheme", "internal"),
        ("attributes", "load_balancing.cross_zone.enabled=true"),
        ("healthcheck-protocol", "http"),
        ("healthcheck-port", "15021"),
        ("healthcheck-path", "/healthz/ready"),
    ]
    .into_iter()
    .map(|(name, value)| (format!("{prefix}-{name}"), value.to_owned()))
    .collect()
}
