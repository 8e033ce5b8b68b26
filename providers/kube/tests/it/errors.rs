//! Clusters that cannot be used, each with its own message.

use std::io::Write as _;

use meshform_engine::ErrorClass;
use serde_json::json;

use crate::create::config_map;
use crate::stranger::Stranger;
use crate::support::{World, cluster};

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_are_missing_are_named() {
    let kubeconfig = cluster().kubeconfig.to_string_lossy().into_owned();
    let world = World::through(&kubeconfig, &format!("{}-stranger", cluster().name));
    let error = world.plan_error(&[]).await.source;
    assert_eq!(error.class, ErrorClass::Denied, "{error}");
    assert!(error.hint.unwrap().contains("`get`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_and_unreachable_servers_are_told_apart() {
    let good = tokio::fs::read_to_string(&cluster().kubeconfig).await.unwrap();
    let file = |text: &str| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    };
    let wrong = file(&good.replace(&cluster().admin.secret, "not-a-token"));
    let world = World::through(&wrong.path().to_string_lossy(), &cluster().name);
    let error = world.plan_error(&[]).await.source;
    assert_eq!(error.class, ErrorClass::Unauthenticated, "{error}");

    let nobody = file(&good.replace(&cluster().server, "https://127.0.0.1:1"));
    let world = World::through(&nobody.path().to_string_lossy(), &cluster().name);
    let error = world.plan_error(&[]).await.source;
    assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
    assert!(error.message.contains("127.0.0.1:1"), "{error}");

    let world = World::through(&cluster().kubeconfig.to_string_lossy(), "nowhere");
    let error = world.plan_error(&[]).await.source;
    assert!(error.message.contains("no context `nowhere`"), "{error}");

    let broken = file("users: [{ token: hunter2");
    let world = World::through(&broken.path().to_string_lossy(), "a");
    let error = world.plan_error(&[]).await.source;
    assert!(
        error.message.contains("not a valid kubeconfig") && !error.message.contains("hunter2"),
        "{error}"
    );

    let world = World::through("/nowhere/kubeconfig", "a");
    let error = world.plan_error(&[]).await.source;
    assert!(error.message.contains("/nowhere/kubeconfig"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_the_api_refuses_say_why() {
    let world = World::new();
    let unknown = json!({ "apiVersion": "v1", "kind": "ConfigMap", "dta": {},
        "metadata": { "name": "errors-unknown", "namespace": "default" } });
    let homeless =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "errors-homeless" } });
    let nowhere = config_map("errors-nowhere", "settings", &json!({}));
    let alien = json!({ "apiVersion": "example.com/v1", "kind": "Alien", "metadata": { "name": "a" } });
    let secret = json!({ "apiVersion": "v1", "kind": "Secret",
        "metadata": { "name": "errors-secret", "namespace": "default" } });
    let stored = json!({ "apiVersion": "v1", "kind": "Secret", "data": { "key": "aHVudGVyMg==" },
        "metadata": { "name": "errors-stored", "namespace": "default" } });
    let resources = [
        world.manifest("unknown", &unknown, &[]),
        world.manifest("homeless", &homeless, &[]),
        world.manifest("nowhere", &nowhere, &[]),
        world.manifest("alien", &alien, &[]),
        world.secret("secret", &secret, &[("no key", "hunter2")], 1),
        world.manifest("stored", &stored, &[]),
    ];
    let outcome = world.apply(&resources).await;
    let failure = |name: &str| {
        let address = format!("kubernetes_manifest.{name}");
        outcome
            .failed
            .iter()
            .find(|failure| failure.address.as_str() == address)
            .unwrap()
    };
    assert!(
        failure("unknown").message.contains("dta"),
        "{:?}",
        failure("unknown")
    );
    assert!(failure("homeless").message.contains("metadata.namespace"));
    assert_eq!(failure("nowhere").class, Some(ErrorClass::NotFound));
    assert!(
        failure("nowhere")
            .hint
            .as_ref()
            .unwrap()
            .contains("errors-nowhere")
    );
    assert!(failure("alien").message.contains("does not serve Alien"));
    let told = &failure("secret").message;
    // What the API server says of a Secret may hold what is in it.
    assert!(told.ends_with("Invalid (422)"), "{told}");
    let told = &failure("stored").message;
    assert!(
        told.contains("would keep in clear") && !told.contains("aHVu"),
        "{told}"
    );
    assert_eq!(world.faults.effects(), 0);
    assert!(world.addresses().is_empty());
    assert!(
        Stranger::new()
            .await
            .get("/api/v1/namespaces/default/configmaps/errors-unknown")
            .await
            .is_none()
    );
}
