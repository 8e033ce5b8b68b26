//! istiod's debug endpoints (Istio, `pilot/pkg/xds/debug.go`): pure readers of their JSON.

use std::collections::BTreeMap;

use meshform_kinds::evidence::Seen;
use serde_json::Value as Json;

pub(super) const CLUSTERS: &str = "/debug/clusterz";
pub(super) const SHARDS: &str = "/debug/endpointShardz";
pub(super) const NETWORKS: &str = "/debug/networkz";

/// The clusters that istiod reads, with how far it is.
pub(super) fn clusters(text: &[u8]) -> Seen<BTreeMap<String, String>> {
    let all = parse(CLUSTERS, text)?;
    let one = |cluster: &Json| {
        let id = cluster.get("id")?.as_str()?;
        let status = cluster.get("syncStatus")?.as_str()?;
        Some((id.to_owned(), status.to_owned()))
    };
    Ok(all.as_array().into_iter().flatten().filter_map(one).collect())
}

/// How many endpoints istiod holds of each cluster. The answer is service, then namespace, then `Shards`, by
/// `provider/cluster`.
pub(super) fn shards(text: &[u8]) -> Seen<BTreeMap<String, usize>> {
    let all = parse(SHARDS, text)?;
    let mut counts = BTreeMap::new();
    let services = all.as_object().into_iter().flat_map(serde_json::Map::values);
    let namespaces = services
        .filter_map(Json::as_object)
        .flat_map(serde_json::Map::values);
    for service in namespaces {
        let shards = service.get("Shards").and_then(Json::as_object);
        for (key, endpoints) in shards.into_iter().flatten() {
            let cluster = key.split_once('/').map_or(key.as_str(), |(_, cluster)| cluster);
            *counts.entry(cluster.to_owned()).or_default() += endpoints.as_array().map_or(0, Vec::len);
        }
    }
    Ok(counts)
}

/// The addresses of gateways that istiod knows, by network.
pub(super) fn networks(text: &[u8]) -> Seen<BTreeMap<String, Vec<String>>> {
    let all = parse(NETWORKS, text)?;
    let mut networks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for gateway in all.as_array().into_iter().flatten() {
        let text = |name: &str| gateway.get(name).and_then(Json::as_str).unwrap_or_default();
        let port = gateway.get("Port").and_then(Json::as_u64).unwrap_or_default();
        let known = networks.entry(text("Network").to_owned()).or_default();
        known.push(format!("{}:{port}", text("Addr")));
    }
    Ok(networks)
}

fn parse(path: &str, text: &[u8]) -> Seen<Json> {
    serde_json::from_slice(text).map_err(|_| format!("{path} answered what is not JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_an_istiod_are_read() {
        let clusters = clusters(
            br#"[{"id":"a","secretName":"","syncStatus":"synced"},{"id":"b","secretName":"istio-system/istio-remote-secret-b","syncStatus":"timeout"}]"#,
        )
        .unwrap();
        assert_eq!(clusters["a"], "synced");
        assert_eq!(clusters["b"], "timeout");
        let shards = shards(
            br#"{"x.shop.svc.cluster.local":{"shop":{"Shards":{"Kubernetes/a":[{},{}],"Kubernetes/b":[{}]},"ServiceAccounts":{}}},"y":{"shop":{"Shards":{"Kubernetes/b":[{}]}}}}"#,
        )
        .unwrap();
        assert_eq!((shards["a"], shards["b"]), (2, 2));
        let networks = networks(
            br#"[{"Network":"east","Cluster":"b","Addr":"192.0.2.7","Port":15443,"HBONEPort":0,"ServiceAccount":{}}]"#,
        )
        .unwrap();
        assert_eq!(networks["east"], ["192.0.2.7:15443"]);
    }

    #[test]
    fn rubbish_is_told_of() {
        assert!(clusters(b"401").unwrap().is_empty());
        assert!(clusters(b"not JSON").is_err());
        assert!(shards(b"null").unwrap().is_empty());
        assert!(networks(b"").is_err());
    }
}
