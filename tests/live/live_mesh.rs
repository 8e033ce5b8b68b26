//! A whole mesh: two clusters, two VPCs, one root of AWS Private CA, discovered by real istiods, through the shipped
//! program: planned, applied, verified, broken by hand, mended, destroyed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use meshform_sandbox::{KubeObject, Sandbox};

use crate::support::REGION;

const EXAMPLE: &str = include_str!("../../examples/two-clusters/mesh.hcl");
const REGIONS: [&str; 2] = [REGION, "us-east-1"];

/// How long istiods may take to find each other on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// The example with both VPCs created here, and both clusters reached by the sandbox's kubeconfig.
fn configuration() -> String {
    let text = EXAMPLE
        .replace(
            "id      = var.west_vpc # adopted: nothing of it is changed but routes to the peer",
            "cidr_block = \"10.10.0.0/16\"\n  zones      = 2",
        )
        .replace(
            "  eks = \"api-prod\"\n",
            "  operator_api {\n    context = \"a\"\n  }\n",
        );
    assert!(!text.contains("eks =") && !text.contains("id      = var"));
    text.replace(
        "variable \"west_vpc\" {",
        "variable \"west_vpc\" {\n  default = \"\"",
    )
}

struct Mesh<'a> {
    sandbox: &'a Sandbox,
    folder: &'a Path,
}

impl Mesh<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let charts = self.sandbox.charts().unwrap();
        Command::new(env!("CARGO_BIN_EXE_meshform"))
            .args(arguments)
            .current_dir(self.folder)
            .env_clear()
            .envs(self.sandbox.env())
            .env("MESHFORM_VAR_charts", charts)
            .output()
            .unwrap()
    }

    /// Runs the program, which must end with `code`; gives its output.
    #[track_caller]
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        let (out, err) = (
            String::from_utf8_lossy(&ran.stdout).into_owned(),
            String::from_utf8_lossy(&ran.stderr).into_owned(),
        );
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
        out
    }

    /// Waits until the mesh works: an istiod reads another cluster a moment after it was told to. What `verify` says.
    #[track_caller]
    fn works(&self) -> String {
        let by = Instant::now() + PATIENCE;
        while self.run(&["verify"]).status.code() != Some(0) && Instant::now() < by {}
        self.ends(0, &["verify"])
    }

    /// All objects of the clusters.
    fn objects(&self) -> BTreeSet<(String, KubeObject)> {
        let clusters = self.sandbox.clusters.iter();
        clusters
            .flat_map(|cluster| {
                let objects = cluster.objects().unwrap().into_iter();
                objects.map(|object| (cluster.name.clone(), object))
            })
            .collect()
    }
}

#[test]
fn a_whole_mesh_is_applied_verified_broken_mended_and_destroyed() {
    let sandbox = Sandbox::builder()
        .clusters(2)
        .istiod()
        .region(REGION)
        .start()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mesh.hcl"), configuration()).unwrap();
    let mesh = Mesh {
        sandbox: &sandbox,
        folder: folder.path(),
    };
    let aws = sandbox.door.objects(&REGIONS).unwrap();
    let kube = mesh.objects();

    mesh.ends(0, &["init"]);
    let told = mesh.ends(0, &["preflight"]);
    // The roles of the readers are those of Istio's own chart.
    for part in [
        "P36",
        "get, list, watch",
        "secrets",
        "whoever applies may do all that it takes",
        "Nothing is in the way",
    ] {
        assert!(told.contains(part), "{part}:\n{told}");
    }
    mesh.ends(0, &["apply", "-auto-approve"]);
    // What is there now is ours, and in nobody's way.
    mesh.ends(0, &["preflight"]);
    // With the istiods running: what they and the autoscalers patch is theirs.
    mesh.ends(0, &["plan", "-detailed-exitcode"]);
    let told = mesh.works();
    assert!(told.contains("The mesh works: 16 checks passed."), "{told}");

    let secret = "/api/v1/namespaces/istio-system/secrets/istio-remote-secret-ml";
    sandbox.clusters[0].delete(secret).unwrap();
    mesh.ends(2, &["plan", "-detailed-exitcode"]);
    let told = mesh.ends(2, &["verify"]);
    assert!(told.starts_with("FAILED   V14  api reads ml"), "{told}");
    mesh.ends(0, &["apply", "-auto-approve"]);
    mesh.works();

    mesh.ends(0, &["destroy", "-auto-approve"]);
    assert_eq!(sandbox.door.objects(&REGIONS).unwrap(), aws);
    let left: Vec<String> = mesh
        .objects()
        .difference(&kube)
        // Istio's CRDs outlive it, and with them what the API server says of the APIs that they make.
        .filter(|(_, object)| !["customresourcedefinitions", "apiservices"].contains(&&*object.resource))
        .map(|object| format!("{object:?}"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
