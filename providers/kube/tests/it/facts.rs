//! Facts of a cluster and of the Istio in it.

use http::Method;
use meshform_engine::Object;
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{CLUSTER, INSTALLATION, Installation, KubernetesCluster};
use serde_json::json;

use crate::stranger::Stranger;
use crate::support::{World, cluster};

async fn installation(world: &World, namespace: &str) -> Installation {
    let schema = Installation::schema();
    let mut arguments = Object::empty(schema);
    arguments.set(schema, "namespace", namespace.into());
    Installation::from_object(&world.query(INSTALLATION, &arguments).await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_says_who_it_is_and_how_it_is_reached() {
    let world = World::new();
    let arguments = Object::empty(KubernetesCluster::schema());
    let found = KubernetesCluster::from_object(&world.query(CLUSTER, &arguments).await).unwrap();
    let system = Stranger::new()
        .await
        .get("/api/v1/namespaces/kube-system")
        .await
        .unwrap();
    assert_eq!(found.uid.as_deref(), system["metadata"]["uid"].as_str());
    let version = found.version.unwrap();
    assert!(
        version.split('.').all(|part| part.parse::<u32>().is_ok()),
        "{version}"
    );
    let kubeconfig = std::fs::read_to_string(&cluster().kubeconfig).unwrap();
    assert!(kubeconfig.contains(&found.server.unwrap()));
    assert!(!found.certificate_authority_data.unwrap().is_empty());
}

/// Part of a test of control planes.
pub(crate) async fn what_is_there_of_istio_is_told_whoever_put_it_there() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let name = "facts-istio";
    let before = installation(&world, name).await;
    assert_eq!(
        (before.namespace_exists, before.root_certificate),
        (Some(false), None)
    );

    let namespace = world.namespace(name, &[("topology.istio.io/network", "west")]);
    world.converges(std::slice::from_ref(&namespace)).await;
    let root = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "istio-ca-root-cert" },
        "data": { "root-cert.pem": "PEM" } });
    let maps = format!("/api/v1/namespaces/{name}/configmaps");
    stranger.create(&maps, &root).await;
    let istiod = json!({ "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "istiod-canary", "labels": { "app": "istiod", "istio.io/rev": "canary" } },
        "spec": { "replicas": 0, "selector": { "matchLabels": { "app": "istiod-of-facts" } },
            "template": { "metadata": { "labels": { "app": "istiod-of-facts" } },
                "spec": { "containers": [{ "name": "discovery", "image": "istio/pilot:1.30.2" }] } } } });
    let deployments = format!("/apis/apps/v1/namespaces/{name}/deployments");
    stranger.create(&deployments, &istiod).await;
    let mesh = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "istio-canary" },
        "data": { "mesh": "trustDomain: old.example\n" } });
    stranger.create(&maps, &mesh).await;
    let found = installation(&world, name).await;
    assert_eq!(found.ca_exists, Some(false));
    assert_eq!(found.network, None, "it is our own");
    let secrets = format!("/api/v1/namespaces/{name}/secrets");
    let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "cacerts" } });
    stranger.create(&secrets, &secret).await;
    let label = json!({ "metadata": { "labels": { "topology.istio.io/network": "east" } } });
    stranger.edit(&format!("/api/v1/namespaces/{name}"), &label).await;

    let found = installation(&world, name).await;
    assert_eq!(found.namespace_exists, Some(true));
    assert!(found.namespace_lineage.is_some());
    assert_eq!(found.network.as_deref(), Some("east"));
    assert_eq!((found.ca_exists, &found.ca_lineage), (Some(true), &None));
    assert_eq!(found.root_certificate.as_deref(), Some("PEM"));
    let ours = found
        .istiods
        .iter()
        .find(|istiod| istiod.namespace == name)
        .unwrap();
    assert_eq!(
        (ours.name.as_str(), ours.revision.as_str()),
        ("istiod-canary", "canary")
    );
    assert_eq!((ours.version.as_deref(), &ours.lineage), (Some("1.30.2"), &None));
    assert_eq!(ours.trust_domain.as_deref(), Some("old.example"));
    for path in [
        format!("{deployments}/istiod-canary"),
        format!("{maps}/istio-ca-root-cert"),
        format!("{maps}/istio-canary"),
        format!("{secrets}/cacerts"),
    ] {
        let (status, answer) = stranger
            .send(Method::DELETE, &path, "application/json", &json!({}))
            .await;
        assert!(status < 300, "{answer}");
    }
    world.converges(&[]).await;
}
