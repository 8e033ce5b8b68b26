//! Changes: what we set is retaken, what was never ours is not.

use http::Method;
use meshform_engine::{Action, ErrorClass};
use meshform_kube::testing::Fault;
use serde_json::{Value as Json, json};

use crate::create::config_map;
use crate::support::{Stranger, World};

/// A namespace of its own with a config map of ours in it.
struct Scene {
    world: World,
    stranger: Stranger,
    space: &'static str,
    path: String,
}

impl Scene {
    async fn new(space: &'static str, data: &Json) -> Self {
        let scene = Scene {
            world: World::new(),
            stranger: Stranger::new().await,
            space,
            path: format!("/api/v1/namespaces/{space}/configmaps/settings"),
        };
        let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": space } });
        scene.stranger.create("/api/v1/namespaces", &body).await;
        scene.world.converges(&[scene.map(data)]).await;
        scene
    }

    fn map(&self, data: &Json) -> meshform_engine::Resource {
        self.world
            .manifest("settings", &config_map(self.space, "settings", data), &[])
    }

    async fn data(&self) -> Json {
        self.stranger.get(&self.path).await.unwrap()["data"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_hand_is_found_with_its_author_and_reverted() {
    let scene = Scene::new("update-drift", &json!({ "a": "1", "b": "2" })).await;
    scene
        .stranger
        .edit(&scene.path, &json!({ "data": { "a": "9", "c": "theirs" } }))
        .await;
    let resources = [scene.map(&json!({ "a": "1", "b": "2" }))];
    let plan = scene.world.plan(&resources).await;
    assert_eq!(plan.drift.len(), 1);
    let owners = &plan.drift[0].owners;
    let author = owners
        .iter()
        .find(|owner| owner.path == ".manifest.data.a")
        .unwrap();
    assert_eq!(author.manager, "kubectl-edit");
    assert!(author.time.is_some());
    scene.world.converges(&resources).await;
    assert_eq!(scene.data().await, json!({ "a": "1", "b": "2", "c": "theirs" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_somebody_else_is_never_forced() {
    let scene = Scene::new("update-foreign", &json!({ "a": "1" })).await;
    scene
        .stranger
        .edit(&scene.path, &json!({ "data": { "c": "theirs" } }))
        .await;
    let outcome = scene
        .world
        .apply(&[scene.map(&json!({ "a": "2", "c": "ours" }))])
        .await;
    let failure = &outcome.failed[0];
    assert_eq!(failure.class, Some(ErrorClass::Conflict));
    assert!(
        failure.message.contains("`.data.c` (set by kubectl-edit)"),
        "{}",
        failure.message
    );
    assert_eq!(scene.data().await, json!({ "a": "1", "c": "theirs" }));
    // What they have set to the same value is shared.
    scene
        .world
        .converges(&[scene.map(&json!({ "a": "2", "c": "theirs" }))])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_the_configuration_leaves_the_object() {
    let scene = Scene::new("update-leave", &json!({ "a": "1", "b": "2", "c": "3" })).await;
    // One of the two that leave was taken over by hand.
    scene
        .stranger
        .edit(&scene.path, &json!({ "data": { "b": "9", "x": "theirs" } }))
        .await;
    scene.world.converges(&[scene.map(&json!({ "a": "1" }))]).await;
    assert_eq!(scene.data().await, json!({ "a": "1", "x": "theirs" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_field_stays_with_the_other() {
    let scene = Scene::new("update-shared", &json!({ "a": "1", "b": "2" })).await;
    let shared = config_map("update-shared", "settings", &json!({ "b": "2" }));
    let path = format!("{}?fieldManager=helm", scene.path);
    let (status, _) = scene
        .stranger
        .send(Method::PATCH, &path, "application/apply-patch+yaml", &shared)
        .await;
    assert_eq!(status, 200);
    let outcome = scene.world.apply(&[scene.map(&json!({ "a": "1" }))]).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert_eq!(scene.data().await, json!({ "a": "1", "b": "2" }));
    let plan = scene.world.plan(&[scene.map(&json!({ "a": "1" }))]).await;
    assert!(
        plan.changes.iter().all(|change| change.action == Action::NoOp),
        "{plan:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_happens_once_whatever_goes_wrong() {
    let scene = Scene::new("update-faults", &json!({ "a": "0" })).await;
    let faults = [
        Fault::Refused,
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::AnswerLost,
        Fault::Twice,
        Fault::Throttled,
        Fault::Hidden(0),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        scene
            .world
            .faults
            .next(&Method::PATCH, "configmaps/settings", fault);
        let data = json!({ "a": format!("{}", number + 1) });
        scene.world.converges(&[scene.map(&data)]).await;
        assert_eq!(scene.data().await, data, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_moved_after_the_plan_is_left_alone() {
    let scene = Scene::new("update-moved", &json!({ "a": "1" })).await;
    let resources = [scene.map(&json!({ "a": "2" }))];
    let edit = async || {
        scene
            .stranger
            .edit(&scene.path, &json!({ "data": { "a": "9" } }))
            .await
    };
    let outcome = scene.world.apply_after(&resources, edit).await;
    assert!(!outcome.is_complete());
    assert_eq!(scene.data().await, json!({ "a": "9" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_object_of_the_same_name_is_a_stranger() {
    let scene = Scene::new("update-other", &json!({ "a": "1" })).await;
    scene.stranger.delete(&scene.path).await;
    let theirs = config_map("update-other", "settings", &json!({ "a": "theirs" }));
    scene
        .stranger
        .create("/api/v1/namespaces/update-other/configmaps", &theirs)
        .await;
    let resources = [scene.map(&json!({ "a": "1" }))];
    let plan = scene.world.plan(&resources).await;
    assert_eq!(plan.changes[0].action, Action::Create);
    let outcome = scene.world.apply(&resources).await;
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Conflict));
    assert_eq!(scene.data().await, json!({ "a": "theirs" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_of_a_namespace_change_in_place_and_its_name_does_not() {
    let world = World::new();
    world
        .converges(&[world.namespace("update-labels", &[("a", "1"), ("b", "2")])])
        .await;
    let stranger = Stranger::new().await;
    let uid = stranger.get("/api/v1/namespaces/update-labels").await.unwrap()["metadata"]["uid"].clone();
    world
        .converges(&[world.namespace("update-labels", &[("a", "2")])])
        .await;
    let live = stranger.get("/api/v1/namespaces/update-labels").await.unwrap();
    assert_eq!(live["metadata"]["uid"], uid);
    assert_eq!(live["metadata"]["labels"]["a"], "2");
    assert_eq!(live["metadata"]["labels"]["b"], Json::Null);
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_makes_another_object() {
    let scene = Scene::new("update-name", &json!({ "a": "1" })).await;
    let renamed = config_map("update-name", "other", &json!({ "a": "1" }));
    let resources = [scene.world.manifest("settings", &renamed, &[])];
    let plan = scene.world.plan(&resources).await;
    assert!(matches!(plan.changes[0].action, Action::Replace(_)));
    scene.world.converges(&resources).await;
    assert_eq!(scene.stranger.get(&scene.path).await, None);
}
