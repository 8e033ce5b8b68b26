//! What istiods and openssl say of a mesh, asked without Meshform's own checks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_kube::KubeAdapter;
use meshform_kube::probe::Look;
use meshform_sandbox::{Cluster, Workload, openssl};
use meshform_state::Scope;
use serde_json::Value as Json;

use super::clock::PacedClock;
use super::sandbox::runtime;

/// How long an istiod may take to say what it is asked to.
const PATIENCE: Duration = Duration::from_secs(120);

/// The addresses of Pods, by the host name of their Service.
pub(crate) type Services = BTreeMap<String, Vec<String>>;

/// Asks until the answer is what is waited for.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let by = Instant::now() + PATIENCE;
    loop {
        match ask() {
            Ok(found) => return found,
            Err(last) => assert!(Instant::now() < by, "{what}: {last}"),
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// Makes Services with Pods behind them, each `namespace/name` with so many.
pub(crate) fn deploy(cluster: &Cluster, services: &[(&str, &str, usize)]) -> Services {
    let made = services.iter().map(|(namespace, name, pods)| {
        let addresses = cluster.deploy(&Workload::new(namespace, name, *pods)).unwrap();
        (format!("{name}.{namespace}.svc.cluster.local"), addresses)
    });
    made.collect()
}

/// A debug page of the istiod of `cluster`, by a port-forward through its API server.
fn debug(cluster: &Cluster, path: &str) -> Result<Json, String> {
    cluster
        .istiod_forwarded(path)
        .map_err(|error| format!("{error:?}"))
}

/// How the istiod of `cluster` stands with the cluster that it calls `other`.
pub(crate) fn status(cluster: &Cluster, other: &str) -> Result<String, String> {
    let all = debug(cluster, "/debug/clusterz")?;
    let found = all
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["id"] == other);
    found
        .and_then(|one| one["syncStatus"].as_str())
        .map(str::to_owned)
        .ok_or_else(|| all.to_string())
}

/// The istiod of `cluster` holds exactly these Pods of `services` in the cluster that it calls `other`.
pub(crate) fn holds(cluster: &Cluster, other: &str, services: &Services) -> Result<(), String> {
    let shards = debug(cluster, "/debug/endpointShardz")?;
    let shard = format!("Kubernetes/{other}");
    for (host, expected) in services {
        let namespace = host.split('.').nth(1).unwrap();
        let held = &shards[host][namespace]["Shards"][&shard];
        let mut held: Vec<&str> = held
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|endpoint| endpoint["Addresses"][0].as_str())
            .collect();
        let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        held.sort_unstable();
        expected.sort_unstable();
        if held != expected {
            return Err(format!(
                "{host} in {other}: {held:?}, expected {expected:?}: {shards}"
            ));
        }
    }
    Ok(())
}

/// Lets openssl follow the chain from `certificate` by way of `between` to `root`.
#[track_caller]
fn leads(certificate: &str, between: &str, root: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (certificate, between, root) = (
        file("certificate.pem", certificate),
        file("between.pem", between),
        file("root.pem", root),
    );
    let verify = [
        "verify",
        "-x509_strict",
        "-CAfile",
        &root,
        "-untrusted",
        &between,
        &certificate,
    ];
    openssl(&verify, "").unwrap();
}

/// What a certificate is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The key, as openssl calls it.
    pub(crate) key: &'a str,
    /// How many days it is valid, a day more or less.
    pub(crate) days: u32,
}

impl Wanted<'_> {
    /// `certificate` is of that key and that long valid; gives what openssl says of it.
    #[track_caller]
    fn is(self, certificate: &str) -> String {
        let text = openssl(&["x509", "-noout", "-text"], certificate).unwrap();
        assert!(
            text.contains(&format!("Public Key Algorithm: {}", self.key)),
            "{text}"
        );
        let lasts = |days: u32| {
            let seconds = (days * 24 * 3600).to_string();
            openssl(&["x509", "-noout", "-checkend", &seconds], certificate).is_ok()
        };
        assert!(
            lasts(self.days - 2) && !lasts(self.days + 1),
            "{} days: {text}",
            self.days
        );
        text
    }
}

/// The root is an authority that signed itself.
#[track_caller]
pub(crate) fn root_is(root: &str, wanted: Wanted<'_>) {
    let text = wanted.is(root);
    assert!(text.contains("CA:TRUE"), "{text}");
    leads(root, root, root);
}

/// What the istiod of `cluster`, which the mesh calls `name`, signs with is a chain from an authority with none below it to `root`, with its key; and
/// what it signs right now, for a client that asks by port-forward, leads to `root` through that authority.
#[track_caller]
pub(crate) fn signs_below(cluster: &Cluster, name: &str, root: &str, wanted: Wanted<'_>) {
    let secret = cluster
        .get("/api/v1/namespaces/istio-system/secrets/cacerts")
        .unwrap();
    let file = |name: &str| {
        let bytes = STANDARD.decode(secret["data"][name].as_str().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let [own, key, chain, given] = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"].map(file);
    assert_eq!(given.trim(), root.trim());
    assert!(
        chain.starts_with(own.trim()) && chain.trim().ends_with(root.trim()),
        "{chain}"
    );
    leads(&own, &chain, root);
    let text = wanted.is(&own);
    assert!(text.contains("CA:TRUE, pathlen:0"), "{text}");
    let of_key = openssl(&["pkey", "-pubout"], &key);
    assert_eq!(openssl(&["x509", "-pubkey", "-noout"], &own), of_key);

    let leaf = leaf(cluster, name);
    leads(&leaf[0], &own, root);
    let text = openssl(&["x509", "-noout", "-text"], &leaf[0]).unwrap();
    assert!(
        text.contains("URI:spiffe://acme.example/ns/istio-system/sa/"),
        "{text}"
    );
}

/// A certificate that the istiod of `cluster` signs now, and what comes with it.
fn leaf(cluster: &Cluster, name: &str) -> Vec<String> {
    let look = Look {
        scope: Scope::Cluster {
            name: cluster.name.clone(),
            uid: None,
            kubeconfig: Some(cluster.kubeconfig.display().to_string()),
            context: Some(cluster.name.clone()),
            eks: None,
        },
        cluster: name.to_owned(),
        namespace: "istio-system".to_owned(),
        root: None,
    };
    let kube = KubeAdapter::new(Arc::<PacedClock>::default());
    let seen = runtime().block_on(kube.probe(&look));
    let istiod = seen.istiods.unwrap().into_iter().next().unwrap();
    istiod.leaf.unwrap()
}
