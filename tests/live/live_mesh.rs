//! A whole mesh, as the second example describes it: an EKS cluster in a VPC that was there before, another cluster in a
//! VPC that is made, in two regions, below one root of AWS Private CA, with real istiods. Planned, applied, verified, broken
//! by hand, mended, and destroyed below running workloads, all through the shipped program.

use std::collections::BTreeSet;

use meshform_sandbox::KubeObject;

use crate::support::istio::{Services, Wanted, deploy, holds, root_is, signs_below, status, until};
use crate::support::pair::Pair;
use crate::support::{Binary, REGION, adopted};

const EXAMPLE: &str = include_str!("../../examples/two-clusters/mesh.hcl");
const REGIONS: [&str; 2] = [REGION, "us-east-1"];

/// The namespaces of the workloads, with sidecars.
const WORKLOADS: [&str; 2] = ["inference", "shop"];

type Objects = BTreeSet<(String, KubeObject)>;

/// The namespaces that users have before there is a mesh, already labelled for it.
fn namespaces(pair: &Pair) {
    for cluster in &pair.sandbox().clusters {
        for name in WORKLOADS {
            let namespace = format!(
                r#"{{ "apiVersion": "v1", "kind": "Namespace",
                    "metadata": {{ "name": "{name}", "labels": {{ "istio-injection": "enabled" }} }} }}"#
            );
            cluster.create("/api/v1/namespaces", &namespace).unwrap();
        }
    }
}

/// Whether something is of the workloads' namespaces, and none of what istiod writes into every namespace.
fn is_of_workloads((_, object): &&(String, KubeObject)) -> bool {
    let is_root = object.resource == "configmaps" && object.name.starts_with("istio-ca-");
    WORKLOADS.contains(&&*object.namespace) && !is_root
}

/// Istio's CRDs outlive it, and with them what the API server says of the APIs that they make.
fn is_of_crds((_, object): &&(String, KubeObject)) -> bool {
    ["customresourcedefinitions", "apiservices"].contains(&&*object.resource)
}

/// The addresses of the workloads' Services, which the API server writes down without a namespace.
fn addresses(pair: &Pair) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for cluster in &pair.sandbox().clusters {
        for namespace in WORKLOADS {
            let services = cluster
                .get(&format!("/api/v1/namespaces/{namespace}/services"))
                .unwrap();
            for service in services["items"].as_array().unwrap() {
                let address = service["spec"]["clusterIP"].as_str().unwrap();
                found.insert((cluster.name.clone(), address.to_owned()));
            }
        }
    }
    found
}

fn missing(from: &Objects, of: &Objects) -> Vec<String> {
    of.difference(from).map(|object| format!("{object:?}")).collect()
}

/// All Pods of the workloads have a sidecar.
fn are_injected(pair: &Pair) {
    for cluster in &pair.sandbox().clusters {
        for namespace in WORKLOADS {
            let pods = cluster
                .get(&format!("/api/v1/namespaces/{namespace}/pods"))
                .unwrap();
            let pods = pods["items"].as_array().unwrap();
            assert!(!pods.is_empty());
            for pod in pods {
                assert!(pod["spec"].to_string().contains("\"istio-proxy\""), "{pod}");
            }
        }
    }
}

/// The istiods say so themselves: each has read the other cluster, and holds all of its Pods.
fn find_each_other(pair: &Pair, api: &Services, ml: &Services) {
    let clusters = &pair.sandbox().clusters;
    for (cluster, other, services) in [(&clusters[0], "ml", ml), (&clusters[1], "api", api)] {
        until("the other cluster is read", || {
            match status(cluster, other)?.as_str() {
                "synced" => Ok(()),
                other => Err(other.to_owned()),
            }
        });
        until("the other's Pods are held", || holds(cluster, other, services));
    }
}

#[test]
fn a_whole_mesh_is_applied_verified_broken_mended_and_destroyed() {
    let pair = Pair::take();
    let (door, clusters) = (&pair.sandbox().door, &pair.sandbox().clusters);
    let account = door.credentials().account.clone();
    let vpc = adopted::network(door, REGION, "10.10");
    pair.register(0, ("api-prod", &account, REGION), &vpc, &["user/moto"]);
    namespaces(&pair);
    let (aws, kube) = (door.objects(&REGIONS).unwrap(), pair.objects());

    let root = "\noutput \"root\" {\n  value = trust.certificate\n}\n";
    let mut mesh = Binary::of(pair.sandbox(), &format!("{EXAMPLE}{root}"));
    mesh.env
        .insert("MESHFORM_VAR_west_vpc".to_owned(), vpc.vpc_id.clone());
    mesh.run(&["init"]).ended(0);
    // The roles of the readers are those of Istio's own chart.
    mesh.run(&["preflight"]).ended(0).said(&[
        "P36",
        "get, list, watch",
        "secrets",
        "whoever applies may do all that it takes",
        "Nothing is in the way",
    ]);
    mesh.run(&["apply", "-auto-approve"]).ended(0);
    // What is there now is ours, and in nobody's way.
    mesh.run(&["preflight"]).ended(0);
    let api = deploy(
        clusters.first().unwrap(),
        &[
            ("shop", "cart", 2),
            ("shop", "orders", 1),
            ("inference", "router", 2),
        ],
    );
    let ml = deploy(
        clusters.last().unwrap(),
        &[("shop", "checkout", 3), ("inference", "predictor", 2)],
    );
    are_injected(&pair);
    // With the istiods running: what they and the autoscalers patch is theirs.
    mesh.run(&["plan", "-detailed-exitcode"]).ended(0);
    mesh.works().said(&["The mesh works: 16 checks passed."]);

    find_each_other(&pair, &api, &ml);
    let root = mesh.run(&["output", "-raw", "root"]).ended(0).out;
    let key = "id-ecPublicKey";
    root_is(&root, Wanted { key, days: 3652 });
    for (cluster, name) in clusters.iter().zip(["api", "ml"]) {
        signs_below(cluster, name, &root, Wanted { key, days: 365 });
    }

    let secret = "/api/v1/namespaces/istio-system/secrets/istio-remote-secret-ml";
    clusters[0].delete(secret).unwrap();
    mesh.run(&["plan", "-detailed-exitcode"]).ended(2);
    let told = mesh.run(&["verify"]).ended(2).out;
    assert!(told.starts_with("FAILED   V14  api reads ml"), "{told}");
    mesh.run(&["apply", "-auto-approve"]).ended(0);
    mesh.works();

    let running = pair.objects();
    mesh.run(&["destroy", "-auto-approve"]).ended(0);
    assert_eq!(door.objects(&REGIONS).unwrap(), aws);
    let left = pair.objects();
    let workloads = running.iter().filter(is_of_workloads).cloned();
    let expected: Objects = kube.iter().cloned().chain(workloads).collect();
    assert_eq!(missing(&left, &expected), Vec::<String>::new(), "is gone");
    let addresses = addresses(&pair);
    let is_address = |(cluster, object): &&(String, KubeObject)| {
        object.resource == "ipaddresses" && addresses.contains(&(cluster.clone(), object.name.clone()))
    };
    let left: Objects = left
        .iter()
        .filter(|object| !is_of_crds(object) && !is_address(object))
        .cloned()
        .collect();
    assert_eq!(missing(&expected, &left), Vec::<String>::new(), "is left");
    pair.remove_namespaces(&WORKLOADS);
}
