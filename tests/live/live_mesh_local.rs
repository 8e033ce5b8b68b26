//! A mesh without AWS: clusters that kubeconfigs reach, and a root whose key is in a Secret of one of them. On it, what the
//! accounts by which istiods read each other may do.

use meshform_sandbox::Cluster;
use serde_json::json;

use crate::support::Binary;
use crate::support::canary::Canary;
use crate::support::istio::{Wanted, root_is, signs_below};
use crate::support::pair::Pair;

/// The account by which the istiod of `api` reads `ml`.
const READER: &str = "system:serviceaccount:istio-system:istio-reader-api";

const MESH: &str = r#"
meshform {
  required_version = "~> 0.1"
}

variable "charts" { type = string }

mesh "acme" {
  trust_domain = "acme.example"
  istio { charts = var.charts }
}

trust {
  authority "local" {
    cluster       = cluster.api
    key_algorithm = "EC_secp384r1"
    validity      = "5y"
    subject { common_name = "Acme local root" }
  }
  intermediate { validity = "90d" }
}

cluster "api" {
  operator_api { context = "a" }
}

cluster "ml" {
  operator_api { context = "b" }
}

output "root" { value = trust.certificate }
"#;

/// Whether the API server of `cluster` lets the reader do it.
fn may(cluster: &Cluster, verb: &str, resource: &str) -> bool {
    let (group, resource) = resource.split_once('/').unwrap_or(("", resource));
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": { "user": READER, "groups": ["system:serviceaccounts", "system:authenticated"],
            "resourceAttributes": { "verb": verb, "group": group, "resource": resource } },
    });
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let answer = cluster.create(path, &review.to_string()).unwrap();
    answer["status"]["allowed"] == true
}

/// The reader may read all that istiod watches, every Secret with it, and change nothing of it.
fn reads_secrets_too(cluster: &Cluster) {
    let read = [
        "services",
        "pods",
        "nodes",
        "namespaces",
        "configmaps",
        "secrets",
        "discovery.k8s.io/endpointslices",
    ];
    for resource in read {
        assert!(
            may(cluster, "list", resource) && may(cluster, "watch", resource),
            "{resource}"
        );
        for verb in ["create", "update", "patch", "delete"] {
            assert!(!may(cluster, verb, resource), "{verb} {resource}");
        }
    }
    assert!(may(cluster, "get", "secrets"));
    assert!(!may(cluster, "create", "serviceaccounts/token") && !may(cluster, "impersonate", "users"));
}

#[test]
fn a_mesh_without_aws_and_what_its_readers_may_do() {
    let pair = Pair::take();
    let [api, ml] = &pair.sandbox().clusters[..] else {
        panic!("there are two clusters");
    };
    let mut mesh = Binary::of(pair.sandbox(), MESH);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"] {
        mesh.env.remove(name);
    }
    let before = pair.objects();
    mesh.run(&["init"]).ended(0);
    mesh.run(&["apply", "-auto-approve"]).ended(0);
    mesh.run(&["plan", "-detailed-exitcode"]).ended(0);
    mesh.works().said(&["The mesh works: 16 checks passed."]);

    let root = mesh.run(&["output", "-raw", "root"]).ended(0).out;
    let key = "id-ecPublicKey";
    root_is(&root, Wanted { key, days: 1826 });
    for (cluster, name) in [(api, "api"), (ml, "ml")] {
        signs_below(cluster, name, &root, Wanted { key, days: 90 });
    }
    let (mut canary, mut wrong) = (Canary::default(), Vec::new());
    // The intermediate's key, the token for the other's istiod, the remote secret; and where it is kept, the root's key.
    assert_eq!(canary.secrets_of(api, "istio-system"), 4);
    assert_eq!(canary.secrets_of(ml, "istio-system"), 3);
    canary.search(mesh.path(), &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");

    reads_secrets_too(ml);
    mesh.run(&["destroy", "-auto-approve"]).ended(0);
    let crds = ["customresourcedefinitions", "apiservices"];
    let after = pair.objects();
    let left: Vec<_> = after.difference(&before).collect();
    assert!(
        left.iter().all(|(_, object)| crds.contains(&&*object.resource)),
        "{left:#?}"
    );
}
