//! A cluster has a node that takes Pods, and a cloud that gives Services their load balancers.

use std::time::{Duration, Instant};

use meshform_sandbox::{Cluster, Sandbox, Workload};
use serde_json::{Value, json};

/// Asks until the answer is what is waited for.
pub(crate) fn wait_for<T: std::fmt::Debug>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(value) => return value,
            Err(last) if start.elapsed() > Duration::from_secs(90) => panic!("{what}: {last}"),
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

#[test]
fn a_node_and_a_cloud() {
    let mut sandbox = Sandbox::builder().clusters(1).start().unwrap();
    let cluster = sandbox.clusters[0].clone();
    let before = cluster.objects().unwrap();

    let nodes = cluster.get("/api/v1/nodes").unwrap();
    let labels = &nodes["items"][0]["metadata"]["labels"];
    assert_eq!(labels["topology.kubernetes.io/region"], "eu-west-1");
    assert_eq!(labels["topology.kubernetes.io/zone"], "eu-west-1a");

    let pods = cluster
        .deploy(&Workload::new("shop", "checkout", 3).label("tier", "front"))
        .unwrap();
    assert_eq!(pods.len(), 3);
    assert!(
        pods.iter().all(|address| address.starts_with("10.100.")),
        "{pods:?}"
    );

    balanced(&sandbox, &cluster);
    known_to_eks(&sandbox);

    cluster.delete("/api/v1/namespaces/shop").unwrap();
    wait_for("all that was made is gone", || match cluster.objects() {
        Ok(now) if now == before => Ok(()),
        Ok(now) => Err(format!("{:?}", now.difference(&before))),
        Err(error) => Err(error.to_string()),
    });
    let entries = cluster.audit().unwrap();
    let strange = entries
        .iter()
        .find(|e| !e.is_of_control_plane() && e.user != cluster.admin.user);
    assert_eq!(strange, None);
    sandbox.check().unwrap();
}

/// A Service gets an address of its own, and goes only when its load balancer is gone.
fn balanced(sandbox: &Sandbox, cluster: &Cluster) {
    let service = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "gateway", "finalizers": ["it.example/hold"] },
        "spec": { "type": "LoadBalancer", "ports": [{ "port": 15443 }] },
    });
    let path = "/api/v1/namespaces/shop/services/gateway";
    cluster
        .create("/api/v1/namespaces/shop/services", &service.to_string())
        .unwrap();
    let address = wait_for("an address", || {
        let service = cluster.get(path).map_err(|error| error.to_string())?;
        let shown = &service["status"]["loadBalancer"]["ingress"][0]["ip"];
        shown
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| service.to_string())
    });
    let held = sandbox.load_balancers();
    assert_eq!(held.len(), 1, "{held:?}");
    assert_eq!(
        (
            held[0].address.to_string(),
            held[0].name.as_str(),
            held[0].cluster.as_str()
        ),
        (address, "gateway", "a")
    );

    cluster.delete(path).unwrap();
    wait_for("the load balancer's end", || {
        match sandbox.load_balancers().as_slice() {
            [] => Ok(()),
            held => Err(format!("{held:?}")),
        }
    });
    let left = wait_for("the finalizer's end", || {
        let service = cluster.get(path).map_err(|error| error.to_string())?;
        let finalizers = service["metadata"]["finalizers"].clone();
        (finalizers.as_array().map(Vec::len) == Some(1))
            .then_some(finalizers)
            .ok_or_else(|| service.to_string())
    });
    assert_eq!(left, json!(["it.example/hold"]));
    cluster
        .patch(
            path,
            &json!({ "metadata": { "finalizers": Value::Null } }).to_string(),
        )
        .unwrap();
}

/// The door knows the cluster as one of EKS.
fn known_to_eks(sandbox: &Sandbox) {
    let (account, region) = (&sandbox.door.credentials().account, sandbox.region());
    assert!(sandbox.door.unregister_cluster(account, region, "a"));
    assert!(!sandbox.door.unregister_cluster(account, region, "a"));
}
