//! A control plane is real and whole: it validates, authorises, audits, and its list of objects stands still.

use std::time::{Duration, Instant};

use kube::config::{KubeConfigOptions, Kubeconfig};
use meshform_sandbox::{Cluster, Sandbox};
use serde_json::json;

pub(crate) async fn client(cluster: &Cluster, context: &str) -> kube::Client {
    let kubeconfig = Kubeconfig::read_from(&cluster.kubeconfig).unwrap();
    let options = KubeConfigOptions {
        context: Some(context.to_owned()),
        ..KubeConfigOptions::default()
    };
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .unwrap();
    kube::Client::try_from(config).unwrap()
}

fn post(path: &str, body: &serde_json::Value) -> http::Request<Vec<u8>> {
    http::Request::post(path)
        .header("content-type", "application/json")
        .header("user-agent", "it/1")
        .body(body.to_string().into_bytes())
        .unwrap()
}

#[tokio::test]
async fn a_control_plane() {
    let mut sandbox = Sandbox::builder().clusters(1).start().unwrap();
    let cluster = sandbox.clusters[0].clone();
    let before = cluster.objects().unwrap();
    let (admin, stranger) = (client(&cluster, "a").await, client(&cluster, "a-stranger").await);

    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } });
    let refused = stranger
        .request::<serde_json::Value>(post("/api/v1/namespaces", &namespace))
        .await;
    assert!(matches!(refused, Err(kube::Error::Api(status)) if status.code == 403));
    admin
        .request::<serde_json::Value>(post("/api/v1/namespaces", &namespace))
        .await
        .unwrap();
    assert!(
        cluster
            .objects()
            .unwrap()
            .iter()
            .any(|object| object.name == "shop")
    );

    let entries = cluster.audit().unwrap();
    let ours: Vec<_> = entries
        .iter()
        .filter(|entry| entry.user_agent == "it/1")
        .collect();
    assert_eq!(ours.len(), 2, "{ours:?}");
    assert_eq!(
        (ours[0].user.as_str(), ours[0].status),
        (cluster.stranger.user.as_str(), 403)
    );
    assert_eq!(
        (ours[1].user.as_str(), ours[1].status),
        (cluster.admin.user.as_str(), 201)
    );
    assert!(ours[1].took_effect() && ours[1].name == "shop");
    let strange: Vec<_> = entries
        .iter()
        .filter(|entry| !entry.is_of_control_plane())
        .collect();
    assert_eq!(strange, ours);

    let delete = http::Request::delete("/api/v1/namespaces/shop")
        .body(Vec::new())
        .unwrap();
    admin.request::<serde_json::Value>(delete).await.unwrap();
    let start = Instant::now();
    while cluster.objects().unwrap() != before {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{:?}",
            cluster.objects().unwrap().difference(&before)
        );
    }
    sandbox.check().unwrap();
}
