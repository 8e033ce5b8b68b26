//! `meshform preflight`, and the same checks at the beginning of every plan.

use serde_json::{Value as Json, json};

use super::environment::{TestEnvironment, session};
use super::server::{Answer, Server};

const MESH: &str = r#"mesh "acme" {
  trust_domain = "acme.example"
  istio { charts = "charts" }
}
trust {
  authority "local" { cluster = cluster.api }
}
cluster "api" {
  operator_api { kubeconfig = "api.yaml" }
}
cluster "ml" {
  operator_api { kubeconfig = "ml.yaml" }
}
"#;

/// A cluster with the Istio of somebody else, as far as anybody asks.
fn with_istio(path: &str) -> Answer {
    let system = |name: &str| json!({ "metadata": { "name": name, "uid": format!("uid of {name}") } });
    let istiod = json!({ "metadata": { "name": "istiod", "namespace": "istio-system" }, "spec": { "template": { "spec": {
        "containers": [{ "image": "docker.io/istio/pilot:1.29.2" }] } } } });
    let found: Json = match path {
        "/version" => json!({ "gitVersion": "v1.34.4" }),
        "/api/v1/namespaces/kube-system" => system("kube-system"),
        "/api/v1/namespaces/istio-system" => system("istio-system"),
        "/apis/apps/v1/deployments" => json!({ "items": [istiod] }),
        "/api/v1/namespaces/istio-system/configmaps/istio" => {
            json!({ "data": { "mesh": "trustDomain: old.example" } })
        }
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => {
            json!({ "status": { "userInfo": { "username": "somebody" } } })
        }
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => json!({ "status": { "allowed": false } }),
        _ => {
            return (
                404,
                json!({ "kind": "Status", "code": 404, "reason": "NotFound" }).to_string(),
            );
        }
    };
    (200, found.to_string())
}

/// The mesh with charts in a folder; `api` is not there, `ml` has the Istio of somebody else.
fn environment() -> (TestEnvironment, Server) {
    let environment = TestEnvironment::new(MESH);
    for chart in ["base", "istiod", "gateway"] {
        let text = format!("apiVersion: v2\nname: {chart}\nversion: 1.31.1\n");
        environment.write(&format!("charts/{chart}/Chart.yaml"), &text);
    }
    let server = Server::start(with_istio);
    environment.write("ml.yaml", &server.kubeconfig("ml"));
    // Nobody listens there: ports below 1024 are not given out.
    let nobody = server
        .kubeconfig("api")
        .replace(&server.address, "http://127.0.0.1:1");
    environment.write("api.yaml", &nobody);
    (environment, server)
}

#[test]
fn everything_that_is_in_the_way_is_told_at_once() {
    let (environment, server) = environment();
    insta::assert_snapshot!(session(&environment, &[&["init"], &["preflight"], &["plan"]]));
    let changes = ["PUT", "PATCH", "DELETE"];
    let asked = server.asked();
    assert!(!asked.is_empty());
    assert!(
        !asked
            .iter()
            .any(|one| changes.iter().any(|change| one.starts_with(change))),
        "{asked:?}"
    );
}

#[test]
fn machines_get_each_check() {
    let (environment, _server) = environment();
    let ran = environment.run(&["preflight", "-json"]);
    assert_eq!(ran.code, 2, "{ran}");
    let told: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["holds"], false);
    let findings = told["findings"].as_array().unwrap();
    let of = |check: &str| findings.iter().filter(|one| one["check"] == check).count();
    // Without `init` three charts are not locked.
    assert_eq!((of("P35"), of("P21"), of("P03")), (3, 1, 1), "{told:#}");
    assert!(
        findings
            .iter()
            .all(|one| one["place"].is_string() && one["detail"].is_string())
    );
    let plan = environment.run(&["plan", "-json"]);
    assert_eq!(plan.code, 1, "{plan}");
}

#[test]
fn mistakes_in_the_text_are_told_as_everywhere_and_nothing_is_asked() {
    let (environment, server) = environment();
    environment.write(
        "mesh.hcl",
        &MESH.replace("authority \"local\"", "authority \"loacl\""),
    );
    insta::assert_snapshot!(session(&environment, &[&["preflight"]]));
    assert_eq!(server.asked(), [] as [&str; 0]);
}

#[test]
fn without_a_mesh_there_is_nothing_to_check() {
    let environment = TestEnvironment::new("resource \"meshform_data\" \"a\" {\n  input = 1\n}\n");
    insta::assert_snapshot!(session(&environment, &[&["preflight"]]));
}
