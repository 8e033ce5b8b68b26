//! Creation: only where nothing is, and found again when the answer is lost.

use http::Method;
use meshform_engine::ErrorClass;
use meshform_kube::testing::Fault;
use serde_json::{Value as Json, json};

use crate::stranger::Stranger;
use crate::support::World;

pub(crate) fn config_map(namespace: &str, name: &str, data: &Json) -> Json {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": namespace },
        "data": data })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_and_what_is_in_it() {
    let world = World::new();
    let resources = [
        world.namespace("create-all", &[("team", "a")]),
        world.manifest(
            "settings",
            &config_map("create-all", "settings", &json!({ "a": "1" })),
            &["kubernetes_namespace.create-all"],
        ),
    ];
    world.converges(&resources).await;
    assert_eq!(world.faults.effects(), 2);
    let live = Stranger::new()
        .await
        .get("/api/v1/namespaces/create-all/configmaps/settings")
        .await
        .unwrap();
    assert_eq!(live["data"], json!({ "a": "1" }));
    assert!(live["metadata"]["annotations"]["meshform.io/uid"].is_string());
    world.converges(&[]).await;
    assert_eq!(
        Stranger::new().await.get("/api/v1/namespaces/create-all").await,
        None
    );
    assert!(world.addresses().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_made_is_not_taken() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let namespace =
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "create-taken" } });
    stranger.create("/api/v1/namespaces", &namespace).await;
    let theirs = config_map("create-taken", "settings", &json!({ "b": "theirs" }));
    stranger
        .create("/api/v1/namespaces/create-taken/configmaps", &theirs)
        .await;

    let ours = config_map("create-taken", "settings", &json!({ "a": "1" }));
    let resources = [
        world.namespace("create-taken", &[]),
        world.manifest("settings", &ours, &[]),
    ];
    let outcome = world.apply(&resources).await;
    let [map, namespace] = &outcome.failed[..] else {
        panic!("{outcome:#?}")
    };
    for failure in [map, namespace] {
        assert_eq!(failure.class, Some(ErrorClass::Conflict));
        assert!(
            failure
                .message
                .contains("belongs to somebody else (set by kubectl-create"),
            "{}",
            failure.message
        );
    }
    let live = stranger
        .get("/api/v1/namespaces/create-taken/configmaps/settings")
        .await
        .unwrap();
    assert_eq!(live["data"], json!({ "b": "theirs" }));
    assert!(world.addresses().is_empty() && world.faults.effects() == 0);
}

/// Creates one object with a fault at its creation.
async fn with(namespace: &str, fault: Fault) -> World {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
    stranger.create("/api/v1/namespaces", &body).await;
    world.faults.at(1, fault);
    let map = config_map(namespace, "settings", &json!({ "a": "1" }));
    world.converges(&[world.manifest("settings", &map, &[])]).await;
    assert!(
        world
            .faults
            .requests()
            .iter()
            .any(|request| request.fault == Some(fault))
    );
    assert_eq!(world.faults.effects(), 1, "{fault:?}");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_comes_of_it_whatever_goes_wrong() {
    with("create-refused", Fault::Refused).await;
    with("create-before", Fault::FailBefore).await;
    with("create-after", Fault::FailAfter).await;
    with("create-lost", Fault::AnswerLost).await;
    with("create-throttled", Fault::Throttled).await;
    with("create-hidden", Fault::Hidden(3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_arrives_twice_is_one() {
    let world = {
        let (world, stranger) = (World::new(), Stranger::new().await);
        let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "create-twice" } });
        stranger.create("/api/v1/namespaces", &body).await;
        world
    };
    world.faults.at(1, Fault::Twice);
    let map = config_map("create-twice", "settings", &json!({ "a": "1" }));
    world.converges(&[world.manifest("settings", &map, &[])]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_is_still_going_is_waited_for() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "create-going" } });
    stranger.create("/api/v1/namespaces", &body).await;
    let held = json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "held", "finalizers": ["example.com/hold"] } });
    stranger
        .create("/api/v1/namespaces/create-going/configmaps", &held)
        .await;
    stranger.delete("/api/v1/namespaces/create-going").await;
    let resources = [world.namespace("create-going", &[])];
    let release = async {
        world.has_asked_for("namespaces/create-going", 1).await;
        let patch = json!({ "metadata": { "finalizers": null } });
        stranger
            .edit("/api/v1/namespaces/create-going/configmaps/held", &patch)
            .await;
    };
    let (outcome, ()) = tokio::join!(world.apply(&resources), release);
    assert!(outcome.is_complete(), "{outcome:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_between_two_looks_is_no_failure() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let maps = "/api/v1/namespaces/default/configmaps";
    let held = json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "create-between", "finalizers": ["example.com/hold"] } });
    stranger.create(maps, &held).await;
    let path = format!("{maps}/create-between");
    stranger.delete(&path).await;
    let resources = [world.manifest(
        "settings",
        &config_map("default", "create-between", &json!({ "a": "1" })),
        &[],
    )];
    let release = async {
        // Waited for longer than other failures are put up with.
        world.has_asked_for("create-between", 10).await;
        world.faults.next(&Method::GET, "create-between", Fault::NotFound);
        world.has_asked_for("create-between", 13).await;
        stranger
            .edit(&path, &json!({ "metadata": { "finalizers": null } }))
            .await;
    };
    let (outcome, ()) = tokio::join!(world.apply(&resources), release);
    assert!(outcome.is_complete(), "{outcome:#?}");
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_arrives_twice_and_is_not_seen_stays_in_doubt() {
    let world = World::new();
    let map = config_map("default", "create-unseen", &json!({ "a": "1" }));
    world.faults.at(1, Fault::Twice);
    for _ in 0..40 {
        world
            .faults
            .next(&Method::GET, "create-unseen", Fault::FailBefore);
    }
    let outcome = world.apply(&[world.manifest("settings", &map, &[])]).await;
    assert_eq!(outcome.in_doubt.len(), 1, "{outcome:#?}");
    let next = world.killed();
    next.converges(&[next.manifest("settings", &map, &[])]).await;
    next.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_object_comes_right_after_its_definition() {
    let world = World::new();
    let definition = json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.create.example.com" },
        "spec": { "group": "create.example.com", "scope": "Cluster",
            "names": { "plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "properties": { "spec": { "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true } } } } }] } });
    let thing = json!({ "apiVersion": "create.example.com/v1", "kind": "Thing", "metadata": { "name": "one" },
        "spec": { "enabled": false, "list": [] } });
    let resources = [
        world.manifest("definition", &definition, &[]),
        world.manifest("thing", &thing, &["kubernetes_manifest.definition"]),
    ];
    world.converges(&resources).await;

    // A definition takes its objects along, so those of others keep it.
    let stranger = Stranger::new().await;
    let theirs =
        json!({ "apiVersion": "create.example.com/v1", "kind": "Thing", "metadata": { "name": "theirs" } });
    stranger
        .create("/apis/create.example.com/v1/things", &theirs)
        .await;
    let outcome = world.apply(&[]).await;
    assert!(outcome.failed[0].message.contains("Thing theirs"), "{outcome:#?}");
    stranger.delete("/apis/create.example.com/v1/things/theirs").await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_objects_come_back_as_they_were_given() {
    let world = World::new();
    let space = "create-typed";
    let metadata = |name: &str| json!({ "name": name, "namespace": space, "labels": {} });
    let objects = [
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata("web"), "spec": {
            "replicas": 0, "selector": { "matchLabels": { "app": "web" } }, "template": {
                "metadata": { "labels": { "app": "web" } }, "spec": { "hostNetwork": false, "containers": [
                    { "name": "web", "image": "web:1", "ports": [{ "containerPort": 80 }],
                      "env": [{ "name": "A", "value": "" }],
                      "resources": { "requests": { "cpu": "1000m", "memory": "1024Mi" } },
                      "securityContext": { "privileged": false } }] } } } }),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata("web"), "spec": {
            "selector": { "app": "web" }, "ports": [{ "port": 53, "protocol": "UDP", "name": "dns" },
                { "port": 53, "name": "dns-tcp" }] } }),
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("web"),
            "automountServiceAccountToken": false }),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata("web"), "rules": [
            { "apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"] }] }),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata("web"),
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web" },
            "subjects": [{ "kind": "ServiceAccount", "name": "web", "namespace": space }] }),
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata("web"), "spec": {
            "podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{ "ports": [{ "port": 80 }] }] } }),
        json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata("web"), "spec": {
            "hard": { "requests.cpu": "4000m", "pods": "10" } } }),
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata("web"), "type": "Opaque" }),
    ];
    let mut resources = vec![world.namespace(space, &[])];
    for object in &objects {
        let kind = object["kind"].as_str().unwrap().to_lowercase();
        resources.push(world.manifest(&kind, object, &["kubernetes_namespace.create-typed"]));
    }
    world.converges(&resources).await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_namespace_gets_what_is_ours_and_outlives_it() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let path = "/api/v1/namespaces/create-adopted";
    let theirs = json!({ "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "create-adopted", "labels": { "team": "a" } } });
    let before = stranger.create("/api/v1/namespaces", &theirs).await;
    let ours = |labels: &[(&str, &str)]| [world.adopted("create-adopted", labels)];
    let outcome = world.apply(&ours(&[("team", "b")])).await;
    assert!(
        outcome.failed[0].message.contains("set by kubectl-create"),
        "{outcome:#?}"
    );
    assert!(world.addresses().is_empty());

    world
        .converges(&ours(&[("topology.istio.io/network", "west")]))
        .await;
    world
        .converges(&ours(&[("topology.istio.io/network", "east")]))
        .await;
    let live = stranger.get(path).await.unwrap();
    assert_eq!(live["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(live["metadata"]["labels"]["topology.istio.io/network"], "east");
    assert_eq!(live["metadata"]["annotations"].get("meshform.io/lineage"), None);

    // Another state of ours does not get it beside us.
    let other = World::new();
    let outcome = other
        .apply(&[other.adopted("create-adopted", &[("x", "y")])])
        .await;
    assert!(
        outcome.failed[0].message.contains("exists already"),
        "{outcome:#?}"
    );

    // Even without our mark it stays when we go.
    let unmark = json!({ "metadata": { "annotations": { "meshform.io/adopted": null } } });
    stranger.edit(path, &unmark).await;
    world.converges(&[]).await;
    let live = stranger.get(path).await.unwrap();
    assert_eq!(live["metadata"]["labels"], before["metadata"]["labels"]);
    assert_eq!(live["metadata"].get("annotations"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_is_one_whatever_goes_wrong() {
    let stranger = Stranger::new().await;
    for (index, fault) in [
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::AnswerLost,
        Fault::Twice,
    ]
    .into_iter()
    .enumerate()
    {
        let (world, name) = (World::new(), format!("create-adopted-{index}"));
        let theirs = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        stranger.create("/api/v1/namespaces", &theirs).await;
        // The first change is the creation, which is refused; the second the adoption.
        world.faults.at(2, fault);
        world.converges(&[world.adopted(&name, &[("x", "y")])]).await;
        let changes = world
            .faults
            .requests()
            .iter()
            .filter(|request| request.is_change())
            .count();
        world.faults.at(changes + 1, fault);
        world.converges(&[]).await;
        let live = stranger.get(&format!("/api/v1/namespaces/{name}")).await.unwrap();
        assert_eq!(live["metadata"]["labels"].get("x"), None, "{fault:?}");
        assert_eq!(live["status"]["phase"], "Active", "{fault:?}");
    }
}
