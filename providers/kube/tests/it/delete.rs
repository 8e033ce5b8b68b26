//! Deletion: of what is ours, wholly, and of nothing else.

use http::Method;
use meshform_engine::ErrorClass;
use meshform_kube::testing::Fault;
use serde_json::json;

use crate::create::config_map;
use crate::stranger::Stranger;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_with_something_of_others_in_it_stays() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    world.converges(&[world.namespace("delete-foreign", &[])]).await;
    let theirs = config_map("delete-foreign", "theirs", &json!({}));
    stranger
        .create("/api/v1/namespaces/delete-foreign/configmaps", &theirs)
        .await;
    let outcome = world.apply(&[]).await;
    let failure = &outcome.failed[0];
    assert_eq!(failure.class, Some(ErrorClass::Conflict));
    assert!(
        failure.message.contains("ConfigMap delete-foreign/theirs"),
        "{}",
        failure.message
    );
    let live = stranger.get("/api/v1/namespaces/delete-foreign").await.unwrap();
    assert_eq!(live["status"]["phase"], "Active");
    assert_eq!(world.addresses(), ["kubernetes_namespace.delete-foreign"]);

    stranger
        .delete("/api/v1/namespaces/delete-foreign/configmaps/theirs")
        .await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_object_is_of_others_too() {
    let (platform, tenant) = (World::new(), World::new());
    platform
        .converges(&[platform.namespace("delete-tenant", &[])])
        .await;
    let map = config_map("delete-tenant", "settings", &json!({ "a": "1" }));
    tenant.converges(&[tenant.manifest("settings", &map, &[])]).await;
    let outcome = platform.apply(&[]).await;
    assert!(
        outcome.failed[0]
            .message
            .contains("ConfigMap delete-tenant/settings"),
        "{outcome:#?}"
    );
    tenant.converges(&[]).await;
    platform.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_object_of_the_same_name_survives() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let map = config_map("default", "delete-other", &json!({ "a": "1" }));
    world.converges(&[world.manifest("settings", &map, &[])]).await;
    let path = "/api/v1/namespaces/default/configmaps/delete-other";
    let replace = async || {
        stranger.delete(path).await;
        stranger
            .create("/api/v1/namespaces/default/configmaps", &map)
            .await;
    };
    world.apply_after(&[], replace).await;
    assert!(stranger.get(path).await.is_some());
    world.converges(&[]).await;
    assert!(stranger.get(path).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_object_that_appears_while_other_steps_run_survives() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let map = |name: &str| config_map("default", name, &json!({ "a": "1" }));
    let (ours, first) = (map("delete-meanwhile"), map("delete-first"));
    let resources = [
        world.manifest("ours", &ours, &[]),
        world.manifest("first", &first, &["kubernetes_manifest.ours"]),
    ];
    world.converges(&resources).await;
    let maps = "/api/v1/namespaces/default/configmaps";
    let held = format!("{maps}/delete-first");
    stranger
        .edit(
            &held,
            &json!({ "metadata": { "finalizers": ["example.com/hold"] } }),
        )
        .await;
    let meanwhile = async {
        // Its creation and its deletion: the engine has compared what the plan stands on by then.
        world.has_asked_for("delete-first", 2).await;
        stranger.delete(&format!("{maps}/delete-meanwhile")).await;
        stranger.create(maps, &ours).await;
        stranger
            .edit(&held, &json!({ "metadata": { "finalizers": null } }))
            .await;
    };
    let (outcome, ()) = tokio::join!(world.apply(&[]), meanwhile);
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert!(stranger.get(&format!("{maps}/delete-meanwhile")).await.is_some());
    assert!(world.addresses().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_ends_when_nothing_is_left() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let map = config_map("default", "delete-held", &json!({ "a": "1" }));
    world.converges(&[world.manifest("settings", &map, &[])]).await;
    let path = "/api/v1/namespaces/default/configmaps/delete-held";
    stranger
        .edit(
            path,
            &json!({ "metadata": { "finalizers": ["example.com/hold"] } }),
        )
        .await;
    let release = async {
        let going = async || stranger.get(path).await.unwrap()["metadata"]["deletionTimestamp"].is_string();
        while !going().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        stranger
            .edit(path, &json!({ "metadata": { "finalizers": null } }))
            .await;
    };
    let (outcome, ()) = tokio::join!(world.apply(&[]), release);
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert_eq!(stranger.get(path).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_gone_whatever_goes_wrong() {
    let faults = [
        Fault::Refused,
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::AnswerLost,
        Fault::Twice,
        Fault::Throttled,
    ];
    let stranger = Stranger::new().await;
    for fault in faults {
        let world = World::new();
        let map = config_map("default", "delete-faults", &json!({ "a": "1" }));
        world.converges(&[world.manifest("settings", &map, &[])]).await;
        world.faults.next(&Method::DELETE, "delete-faults", fault);
        world.converges(&[]).await;
        assert_eq!(
            stranger
                .get("/api/v1/namespaces/default/configmaps/delete-faults")
                .await,
            None,
            "{fault:?}"
        );
        assert!(world.addresses().is_empty(), "{fault:?}");
    }
}
