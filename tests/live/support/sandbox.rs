//! The sandbox of this process.
//!
//! A static is never dropped, so nothing here relies on that: the sandbox's processes end with the pipe that this
//! process holds, and its folder is swept by the next run.

use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use meshform_sandbox::{Cluster, Sandbox, scratch};
use tokio::runtime::Runtime;

/// Where the example puts its network.
pub(crate) const REGION: &str = "us-west-2";

/// The sandbox of all tests.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::builder()
            .clusters(2)
            .helm()
            .region(REGION)
            .dir(scratch(Path::new(env!("CARGO_TARGET_TMPDIR"))))
            .start()
            .unwrap()
    })
}

/// Lets the clusters serve Istio's Gateways without its charts, which are not for many meshes at once.
pub(super) fn serve_gateways() {
    static SERVED: OnceLock<()> = OnceLock::new();
    SERVED.get_or_init(|| {
        std::thread::scope(|scope| {
            for cluster in &sandbox().clusters {
                scope.spawn(|| serve_gateways_in(cluster));
            }
        });
    });
}

fn serve_gateways_in(cluster: &Cluster) {
    const GATEWAYS: &str = "/apis/networking.istio.io/v1/namespaces/default/gateways";
    let definition = r#"{ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gateways.networking.istio.io" },
        "spec": { "group": "networking.istio.io", "scope": "Namespaced",
            "names": { "plural": "gateways", "singular": "gateway", "kind": "Gateway", "listKind": "GatewayList" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }] } }"#;
    cluster
        .create(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            definition,
        )
        .unwrap();
    let by = Instant::now() + Duration::from_secs(120);
    let wait = |done: &dyn Fn() -> bool| {
        while !done() {
            assert!(Instant::now() < by, "Gateways are not served");
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    let first =
        r#"{ "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": { "name": "first" } }"#;
    wait(&|| cluster.create(GATEWAYS, first).is_ok());
    // The garbage collector learns of new kinds half a minute later; until then nothing of them goes.
    let first = format!("{GATEWAYS}/first");
    cluster
        .delete(&format!("{first}?propagationPolicy=Foreground"))
        .unwrap();
    wait(&|| cluster.get(&first).is_err());
}

/// The cluster of all tests.
pub(crate) fn cluster() -> &'static Cluster {
    &sandbox().clusters[0]
}

/// The runtime of all worlds: clients of one test outlive the killed run that made them, as a connection outlives a
/// killed process in the kernel.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .unwrap()
    })
}

/// A number that no other world of this process has.
pub(super) fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

/// Says something that is shown whether the test passes or not.
pub(crate) fn say(text: &str) {
    // Straight to the stream: the harness keeps what is printed by tests that pass.
    _ = writeln!(std::io::stderr(), "{text}");
}
