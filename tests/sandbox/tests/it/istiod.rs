//! Real istiods run in the clusters that install them: what the charts say is what runs.

use std::collections::BTreeSet;
use std::process::Command;

use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use meshform_sandbox::{Cluster, Sandbox, Workload};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::{Value, json};

use crate::clusters::client;
use crate::nodes::wait_for;

struct Authority {
    root: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let params = authority("it root", BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { root, issuer }
    }

    /// The four files of a `cacerts` Secret, with a new intermediate.
    fn cacerts(&self, name: &str) -> Value {
        let key = KeyPair::generate().unwrap();
        let params = authority(name, BasicConstraints::Constrained(0));
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        json!({
            "ca-cert.pem": certificate,
            "ca-key.pem": key.serialize_pem(),
            "cert-chain.pem": format!("{certificate}{}", self.root),
            "root-cert.pem": self.root,
        })
    }
}

fn authority(name: &str, constraints: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn helm(sandbox: &Sandbox, cluster: &Cluster, arguments: &[&str]) {
    let mut command = Command::new("helm");
    command.envs(sandbox.env()).args(arguments);
    command.args([
        "--namespace",
        "istio-system",
        "--kube-context",
        &cluster.name,
        "--wait",
    ]);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn chart(sandbox: &Sandbox, name: &str) -> String {
    sandbox.charts().unwrap().join(name).display().to_string()
}

/// Installs Istio as its documentation says for several primaries on several networks.
fn install(sandbox: &Sandbox, cluster: &Cluster, authority: &Authority) {
    let name = &cluster.name;
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "istio-system", "labels": { "topology.istio.io/network": format!("network-{name}") } },
    });
    cluster
        .create("/api/v1/namespaces", &namespace.to_string())
        .unwrap();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "cacerts" },
        "stringData": authority.cacerts(name),
    });
    cluster
        .create("/api/v1/namespaces/istio-system/secrets", &secret.to_string())
        .unwrap();
    helm(
        sandbox,
        cluster,
        &["install", "istio-base", &chart(sandbox, "base")],
    );
    let values = format!(
        "global.meshID=it,global.multiCluster.clusterName={name},global.network=network-{name},meshConfig.trustDomain=it.example"
    );
    // It returns when the Deployment has its Pods, and a Pod is Ready when its istiod says so.
    helm(
        sandbox,
        cluster,
        &["install", "istiod", &chart(sandbox, "istiod"), "--set", &values],
    );
}

/// Gives `reader` a remote secret for `read`, as `istioctl create-remote-secret` would.
fn introduce(read: &Cluster, reader: &Cluster) {
    let token = "/api/v1/namespaces/istio-system/serviceaccounts/istio-reader-service-account/token";
    let token = read.create(token, &json!({ "spec": {} }).to_string()).unwrap();
    let name = &read.name;
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": name,
        "clusters": [{ "name": name, "cluster": {
            "server": read.server,
            "certificate-authority-data": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &read.ca),
        } }],
        "users": [{ "name": name, "user": { "token": token["status"]["token"] } }],
        "contexts": [{ "name": name, "context": { "cluster": name, "user": name } }],
    });
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {
            "name": format!("istio-remote-secret-{name}"),
            "labels": { "istio/multiCluster": "true" }, "annotations": { "networking.istio.io/cluster": name },
        },
        "stringData": { name: kubeconfig.to_string() },
    });
    reader
        .create("/api/v1/namespaces/istio-system/secrets", &secret.to_string())
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_istiods_of_one_root() {
    let mut sandbox = Sandbox::builder().clusters(2).istiod().start().unwrap();
    let authority = Authority::new();
    let (a, b) = (sandbox.clusters[0].clone(), sandbox.clusters[1].clone());
    for cluster in [&a, &b] {
        install(&sandbox, cluster, &authority);
    }
    introduce(&a, &b);
    introduce(&b, &a);
    let far: BTreeSet<String> = b
        .deploy(&Workload::new("shop", "checkout", 2))
        .unwrap()
        .into_iter()
        .collect();
    a.deploy(&Workload::new("shop", "cart", 1)).unwrap();

    sees_the_other(&a, "b", &far);
    signs_for_the_root(&a, &authority);
    forwards(&a).await;
    if sandbox.reaches_webhooks() {
        injects(&a);
    }
    follows_the_secret(&sandbox, &a);
    let names: Vec<String> = sandbox
        .processes()
        .into_iter()
        .map(|process| process.name)
        .collect();
    assert!(
        names.contains(&"istiod of a".to_owned()) && names.contains(&"istiod of b".to_owned()),
        "{names:?}"
    );
    ends_with_its_pod(&sandbox, &b);
    sandbox.check().unwrap();
}

fn sees_the_other(cluster: &Cluster, other: &str, addresses: &BTreeSet<String>) {
    wait_for("the other cluster is synced", || {
        let seen = cluster
            .istiod_debug("/debug/clusterz")
            .map_err(|error| error.to_string())?;
        let synced = seen
            .as_array()
            .into_iter()
            .flatten()
            .any(|c| c["id"] == other && c["syncStatus"] == "synced");
        synced.then_some(()).ok_or_else(|| seen.to_string())
    });
    wait_for("the other's endpoints", || {
        let text = cluster
            .istiod_text("/debug/endpointShardz")
            .map_err(|error| error.to_string())?;
        addresses
            .iter()
            .all(|address| text.contains(address.as_str()))
            .then_some(())
            .ok_or(text)
    });
    assert!(
        cluster
            .istiod_text("/metrics")
            .unwrap()
            .contains("istiod_managed_clusters")
    );
}

/// The root that istiod hands to each namespace is that of the Secret, so it signs with what it was given.
fn signs_for_the_root(cluster: &Cluster, authority: &Authority) {
    let path = "/api/v1/namespaces/shop/configmaps/istio-ca-root-cert";
    wait_for("the root", || {
        let map = cluster.get(path).map_err(|error| error.to_string())?;
        let root = map["data"]["root-cert.pem"].as_str().unwrap_or("");
        (root.trim() == authority.root.trim())
            .then_some(())
            .ok_or_else(|| map.to_string())
    });
}

/// A port-forward to istiod's Pod, through the API server, is answered by istiod.
async fn forwards(cluster: &Cluster) {
    let pods: kube::Api<Pod> = kube::Api::namespaced(client(cluster, &cluster.name).await, "istio-system");
    let list = pods
        .list(&kube::api::ListParams::default().labels("app=istiod"))
        .await
        .unwrap();
    let name = list.items[0].metadata.name.clone().unwrap();
    for port in [8080_u16, 15014] {
        let mut forward = pods.portforward(&name, &[port]).await.unwrap();
        let stream = TokioIo::new(forward.take_stream(port).unwrap());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        let driven = tokio::spawn(connection);
        let request = http::Request::get("/debug/clusterz")
            .header("host", "localhost")
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let seen: Value = serde_json::from_slice(&body).unwrap();
        assert!(seen.as_array().unwrap().len() == 2, "{seen}");
        driven.abort();
    }
}

fn injects(cluster: &Cluster) {
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "injected", "labels": { "istio-injection": "enabled" } } });
    cluster
        .create("/api/v1/namespaces", &namespace.to_string())
        .unwrap();
    wait_for("an injected Pod", || {
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "generateName": "main-" },
            "spec": { "containers": [{ "name": "main", "image": "none.invalid/main" }] } });
        let made = cluster.create("/api/v1/namespaces/injected/pods", &pod.to_string());
        let made = made.map_err(|error| format!("{error:?}"))?;
        let text = made["spec"].to_string();
        text.contains("istio-proxy").then_some(()).ok_or(text)
    });
    let path = "/apis/networking.istio.io/v1/namespaces/injected/virtualservices";
    let refused = cluster.create(path, &wrong().to_string()).unwrap_err();
    assert!(
        format!("{refused:?}").contains("admission webhook"),
        "{refused:?}"
    );
}

/// A VirtualService that validation refuses and the CRD's schema does not.
fn wrong() -> Value {
    json!({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": { "name": "wrong" },
        "spec": { "hosts": ["x"], "http": [{ "route": [] }] },
    })
}

/// The files that istiod reads its authority from change with the Secret.
fn follows_the_secret(sandbox: &Sandbox, cluster: &Cluster) {
    let file = || {
        let pods =
            std::fs::read_dir(sandbox.dir().join("clusters").join(&cluster.name).join("pods")).unwrap();
        let pod = pods.flatten().next().unwrap().path();
        std::fs::read_to_string(pod.join("etc/cacerts/note"))
    };
    assert!(file().is_err());
    let path = "/api/v1/namespaces/istio-system/secrets/cacerts";
    cluster
        .patch(path, &json!({ "stringData": { "note": "changed" } }).to_string())
        .unwrap();
    wait_for("the file", || match file() {
        Ok(text) if text == "changed" => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

fn ends_with_its_pod(sandbox: &Sandbox, cluster: &Cluster) {
    let path = "/apis/apps/v1/namespaces/istio-system/deployments/istiod";
    cluster.delete(path).unwrap();
    let name = format!("istiod of {}", cluster.name);
    wait_for("its end", || {
        let runs = sandbox
            .processes()
            .into_iter()
            .any(|process| process.name == name);
        (!runs).then_some(()).ok_or_else(|| "it runs".to_owned())
    });
    assert!(cluster.istiod_text("/debug/clusterz").is_err());
}

/// Where no address outside loopback may be had, istiod runs all the same. Its validation is skipped, as its
/// failurePolicy says, and that costs no time; its injection is refused, for that one's failurePolicy is Fail.
#[test]
fn an_istiod_out_of_reach() {
    let mut sandbox = Sandbox::builder()
        .clusters(1)
        .istiod()
        .without_webhooks()
        .start()
        .unwrap();
    let cluster = sandbox.clusters[0].clone();
    install(&sandbox, &cluster, &Authority::new());
    assert!(!sandbox.reaches_webhooks());
    let start = std::time::Instant::now();
    cluster.deploy(&Workload::new("shop", "cart", 1)).unwrap();
    let path = "/apis/networking.istio.io/v1/namespaces/shop/virtualservices";
    cluster.create(path, &wrong().to_string()).unwrap();
    let injected = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "main", "labels": { "sidecar.istio.io/inject": "true" } },
        "spec": { "containers": [{ "name": "main", "image": "none.invalid/main" }] },
    });
    let refused = cluster.create("/api/v1/namespaces/shop/pods", &injected.to_string());
    assert!(
        format!("{refused:?}").contains("network is unreachable"),
        "{refused:?}"
    );
    assert!(
        start.elapsed() < std::time::Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    sandbox.check().unwrap();
}
