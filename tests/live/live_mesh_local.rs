//! A mesh without AWS: clusters that kubeconfigs reach, and a root whose key is in a Secret of one of them. On it, what the
//! accounts by which istiods read each other may do, and what an istiod does with one that may not read Secrets.

use meshform_sandbox::Cluster;
use serde_json::{Value as Json, json};

use crate::support::Binary;
use crate::support::canary::Canary;
use crate::support::istio::{Services, Wanted, deploy, holds, root_is, signs_below, status, until};
use crate::support::pair::Pair;

/// The account by which the istiod of `api` reads `ml`.
const READER: &str = "system:serviceaccount:istio-system:istio-reader-api";

/// What istiods may read of other clusters, as the chart says.
const ROLE: &str = "istio-reader-clusterrole-istio-system";

const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

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

/// Gives the reader the same role without the right to Secrets, by hand.
fn take_secrets_away(cluster: &Cluster) {
    let role = cluster.get(&format!("{ROLES}/{ROLE}")).unwrap();
    let mut rules = role["rules"].clone();
    let rules = rules.as_array_mut().unwrap();
    for rule in &mut *rules {
        let resources = rule["resources"].as_array_mut().unwrap();
        resources.retain(|resource| resource != "secrets");
    }
    rules.retain(|rule| rule["resources"] != json!([]));
    let api = "rbac.authorization.k8s.io/v1";
    let metadata = json!({ "name": "reads-no-secrets" });
    let role = json!({ "apiVersion": api, "kind": "ClusterRole", "metadata": metadata, "rules": rules });
    cluster.create(ROLES, &role.to_string()).unwrap();

    let bindings = cluster.get(BINDINGS).unwrap();
    let is_ours = |binding: &&Json| binding["subjects"][0]["name"] == "istio-reader-api";
    let bindings = bindings["items"].as_array().unwrap();
    let ours = bindings.iter().find(is_ours).unwrap();
    let name = ours["metadata"]["name"].as_str().unwrap();
    cluster.delete(&format!("{BINDINGS}/{name}")).unwrap();
    let reference =
        json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reads-no-secrets" });
    let binding = json!({ "apiVersion": api, "kind": "ClusterRoleBinding", "metadata": metadata,
        "roleRef": reference, "subjects": ours["subjects"] });
    cluster.create(BINDINGS, &binding.to_string()).unwrap();
    until("the API server knows of it", || {
        match may(cluster, "list", "services") && !may(cluster, "list", "secrets") {
            true => Ok(()),
            false => Err("not yet".to_owned()),
        }
    });
}

fn give_secrets_back(cluster: &Cluster) {
    for path in [BINDINGS, ROLES] {
        cluster.delete(&format!("{path}/reads-no-secrets")).unwrap();
    }
}

/// The process that is the istiod of `cluster`.
fn istiod_of(pair: &Pair, cluster: &Cluster) -> Option<u32> {
    let name = format!("istiod of {}", cluster.name);
    let processes = pair.sandbox().processes().into_iter();
    processes
        .filter(|process| process.name == name)
        .map(|process| process.pid)
        .next()
}

/// Takes the Pod of the istiod of `cluster` away, and waits until another one is ready: another process that answers where
/// the first one did.
fn restart_istiod(pair: &Pair, cluster: &Cluster) {
    const PODS: &str = "/api/v1/namespaces/istio-system/pods";
    let pods = || {
        let pods = cluster
            .get(&format!("{PODS}?labelSelector=app%3Distiod"))
            .unwrap();
        pods["items"].as_array().cloned().unwrap_or_default()
    };
    let (before, process) = (pods(), istiod_of(pair, cluster));
    assert!(before.len() == 1 && process.is_some(), "{before:?}");
    let name = before[0]["metadata"]["name"].as_str().unwrap();
    cluster.delete(&format!("{PODS}/{name}")).unwrap();
    until("another istiod is ready", || {
        let now = pods();
        let is_ready = |pod: &Json| {
            let conditions = pod["status"]["conditions"].as_array();
            let mut conditions = conditions.into_iter().flatten();
            conditions.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
        };
        let is_new = |pod: &Json| pod["metadata"]["uid"] != before[0]["metadata"]["uid"];
        match &now[..] {
            [pod] if is_new(pod) && is_ready(pod) => Ok(()),
            _ => Err(format!("{now:?}")),
        }
    });
    let other = istiod_of(pair, cluster);
    assert!(other.is_some() && other != process, "{process:?}, {other:?}");
}

/// Why `discovery { secrets = "deny" }` is not offered for the version under test: an istiod that starts with such a
/// reader waits in vain, and from then on counts the other cluster as one that it could not read, though it holds its
/// Pods. When an istiod comes to say otherwise, this fails, and the refusal may go.
fn an_istiod_does_not_work_without(pair: &Pair, mesh: &Binary, services: &Services) {
    let [api, ml] = &pair.sandbox().clusters[..] else {
        panic!("there are two clusters");
    };
    take_secrets_away(ml);
    restart_istiod(pair, api);
    assert_eq!(status(api, "ml").unwrap(), "timeout");
    until("the other's Pods are held", || holds(api, "ml", services));
    let told = mesh.run(&["verify"]).ended(2).out;
    assert!(told.starts_with("FAILED   V01  api reads ml"), "{told}");

    give_secrets_back(ml);
    mesh.run(&["apply", "-auto-approve"]).ended(0);
    restart_istiod(pair, api);
    assert_eq!(status(api, "ml").unwrap(), "synced");
    mesh.works();
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
    let services = deploy(ml, &[("shop", "checkout", 2)]);
    an_istiod_does_not_work_without(&pair, &mesh, &services);

    ml.delete("/api/v1/namespaces/shop").unwrap();
    until("the workloads are gone", || {
        match ml.get("/api/v1/namespaces/shop") {
            Ok(there) => Err(there.to_string()),
            Err(_) => Ok(()),
        }
    });
    mesh.run(&["destroy", "-auto-approve"]).ended(0);
    let crds = ["customresourcedefinitions", "apiservices"];
    let after = pair.objects();
    let left: Vec<_> = after.difference(&before).collect();
    assert!(
        left.iter().all(|(_, object)| crds.contains(&&*object.resource)),
        "{left:#?}"
    );
}
