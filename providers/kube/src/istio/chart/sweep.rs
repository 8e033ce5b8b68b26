//! What a control plane made itself, and nobody else would take away.
//!
//! istiod writes its root into every namespace (`istio-ca-root-cert`, `istio-ca-crl`; istio
//! pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go) and elects its leaders by ConfigMaps and Leases of
//! its own namespace (pilot/pkg/leaderelection). Where the Gateway API is installed it makes a GatewayClass for each of
//! its controllers (pilot/pkg/config/kube/gateway/gatewayclass.go). While another control plane is in the cluster, they
//! are its.

use meshform_engine::{AdapterError, Effects};
use meshform_kinds::kubernetes::ObjectName;
use serde_json::{Value as Json, json};

use super::step::repeatable;
use crate::client::{Cluster, Extent};
use crate::istio::installation::ISTIOD;
use crate::live::Live;
use crate::managed::Step;
use crate::step::SERVER_TIMEOUT;

/// The label of the ConfigMaps that istiod writes into namespaces.
const CONFIG: &str = "istio.io/config=true";

/// Their names.
const ROOTS: &[&str] = &["istio-ca-root-cert", "istio-ca-crl"];

/// The annotation of a ConfigMap by which leaders are elected.
pub(crate) const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";

/// How the names of istiod's elections start.
const ELECTIONS: &[&str] = &[
    "istio-namespace-controller-election",
    "istio-clustertrustbundle-controller-election",
    "istio-serviceexport-controller-election",
    "istio-leader",
    "istio-gateway-",
    "istio-status-leader",
    "istio-analyze-leader",
    "istio-node-untaint",
    "istio-ip-autoallocate",
];

/// Where classes of gateways are, if the Gateway API is installed.
const CLASSES: &str = "/apis/gateway.networking.k8s.io/v1/gatewayclasses";

/// How the names of istiod's controllers of gateways start.
const CONTROLLERS: &str = "istio.io/";

/// As whom the API server knows istiod.
const ISTIOD_MANAGER: &str = "pilot-discovery";

/// Takes away what the control plane of `namespace` left, unless there is another one.
pub(super) async fn sweep(
    cluster: &Cluster,
    namespace: &str,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    if !list(cluster, "/apis/apps/v1/deployments", ISTIOD)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let mut leftovers = Vec::new();
    for live in list(cluster, "/api/v1/configmaps", CONFIG).await? {
        if ROOTS.contains(&live.name()) {
            leftovers.push((named("v1", "ConfigMap", &live), live));
        }
    }
    let home = format!("/api/v1/namespaces/{namespace}/configmaps");
    for live in list(cluster, &home, "").await? {
        if live.annotation(LEADER).is_some() && is_election(live.name()) {
            leftovers.push((named("v1", "ConfigMap", &live), live));
        }
    }
    let home = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases");
    for live in list(cluster, &home, "").await? {
        if is_election(live.name()) {
            leftovers.push((named("coordination.k8s.io/v1", "Lease", &live), live));
        }
    }
    for live in classes(cluster).await? {
        if is_class_of_istiod(&live) {
            leftovers.push((named("gateway.networking.k8s.io/v1", "GatewayClass", &live), live));
        }
    }
    for (name, live) in &leftovers {
        remove(cluster, name, live.uid(), effects).await?;
    }
    Ok(())
}

/// All classes of gateways.
async fn classes(cluster: &Cluster) -> Result<Vec<Live>, AdapterError> {
    match cluster.wire.list(CLASSES, Extent::Whole).await {
        Ok(found) => Ok(found.into_iter().map(Live).collect()),
        // Without the Gateway API there are none; who may not look may not delete either, and nothing waits for it.
        Err(failure) if failure.is_not_found() || failure.is_denied() => Ok(Vec::new()),
        Err(failure) => Err(failure.into_error(&cluster.subject("list", "gatewayclasses".to_owned()))),
    }
}

/// Whether istiod made this class of gateways: it is for one of its controllers, and istiod itself wrote that there. One
/// that somebody else wrote stays, whatever it is for.
fn is_class_of_istiod(live: &Live) -> bool {
    let controller = live.0.pointer("/spec/controllerName").and_then(Json::as_str);
    let place = ["spec", "controllerName"].map(|name| Step::Field(name.to_owned()));
    let mut writers = live.managers().into_iter();
    controller.is_some_and(|controller| controller.starts_with(CONTROLLERS))
        && writers
            .any(|manager| manager.name == ISTIOD_MANAGER && manager.fields.iter().any(|path| *path == place))
}

fn is_election(name: &str) -> bool {
    ELECTIONS.iter().any(|start| name.starts_with(start))
}

fn named(api_version: &str, kind: &str, live: &Live) -> ObjectName {
    let namespace = live.0.pointer("/metadata/namespace").and_then(Json::as_str);
    ObjectName {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: live.name().to_owned(),
    }
}

async fn list(cluster: &Cluster, path: &str, selector: &str) -> Result<Vec<Live>, AdapterError> {
    let found = cluster.wire.select(path, selector, Extent::Metadata).await;
    let what = path.rsplit('/').next().unwrap_or_default().to_owned();
    let found = found.map_err(|failure| failure.into_error(&cluster.subject("list", what)))?;
    Ok(found.into_iter().map(Live).collect())
}

async fn remove(
    cluster: &Cluster,
    name: &ObjectName,
    uid: &str,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    let options = json!({ "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": { "uid": uid } });
    let options = &options;
    effects
        .run(repeatable("kubernetes:delete", name), |permit| async move {
            let resource = crate::step::place(cluster, name).await?;
            let path = resource.path(name.namespace.as_deref(), Some(&name.name));
            let path = format!("{path}?timeout={SERVER_TIMEOUT}");
            match cluster.wire.delete(&permit, &path, options).await {
                Ok(_) => Ok(None),
                // It is gone, or somebody made another.
                Err(failure) if failure.is_not_found() || failure.conflict().is_some() => Ok(None),
                Err(failure) => Err(failure.into_error(&cluster.subject("delete", name.to_string()))),
            }
        })
        .await
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(controller: &str, manager: &str) -> Live {
        Live(json!({
            "metadata": { "name": "istio", "managedFields": [
                { "manager": manager, "operation": "Update",
                    "fieldsV1": { "f:spec": { "f:controllerName": {}, "f:description": {} } } },
                { "manager": "pilot-discovery", "operation": "Update", "subresource": "status",
                    "fieldsV1": { "f:status": { "f:conditions": {} } } },
            ] },
            "spec": { "controllerName": controller },
        }))
    }

    #[test]
    fn classes_are_istiods_that_it_wrote_itself() {
        assert!(is_class_of_istiod(&class(
            "istio.io/gateway-controller",
            "pilot-discovery"
        )));
        assert!(!is_class_of_istiod(&class(
            "istio.io/gateway-controller",
            "kubectl-client-side-apply"
        )));
        assert!(!is_class_of_istiod(&class(
            "example.com/gateway",
            "pilot-discovery"
        )));
    }

    #[test]
    fn elections_of_others_are_not_istiods() {
        assert!(is_election("istio-gateway-status-leader"));
        assert!(!is_election("my-leader"));
    }
}
