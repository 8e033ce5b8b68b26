//! Changes: what we set is retaken, what was never ours is not.

use http::Method;
use meshform_engine::{Action, ErrorClass};
use meshform_kube::testing::Fault;
use serde_json::{Value as Json, json};

use crate::create::config_map;
use crate::stranger::Stranger;
use crate::support::World;

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

fn deployment(space: &str, replicas: Option<u32>, env: &Json) -> Json {
    let mut object = json!({ "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "web", "namespace": space }, "spec": {
            "selector": { "matchLabels": { "app": "web" } }, "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "web", "image": "web:1", "env": env }] } } } });
    if let Some(replicas) = replicas {
        object["spec"]["replicas"] = Json::from(replicas);
    }
    object
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_lists_are_retaken_and_leave_one_by_one() {
    let (world, stranger, space) = (World::new(), Stranger::new().await, "update-lists");
    let namespace = world.namespace(space, &[]);
    let web = |env: Json| world.manifest("web", &deployment(space, Some(0), &env), &[]);
    let env = json!([{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }]);
    world.converges(std::slice::from_ref(&namespace)).await;
    world.converges(&[namespace.clone(), web(env.clone())]).await;

    let path = "/apis/apps/v1/namespaces/update-lists/deployments/web";
    let by_hand = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "web", "image": "web:evil",
        "env": [{ "name": "B", "value": "9" }, { "name": "A", "value": "9" }, { "name": "C", "value": "theirs" }] },
        { "name": "sidecar", "image": "sidecar:1" }] } } } });
    let strategic = "application/strategic-merge-patch+json";
    let edit = async || {
        let path = format!("{path}?fieldManager=kubectl-edit");
        let (status, answer) = stranger.send(Method::PATCH, &path, strategic, &by_hand).await;
        assert_eq!(status, 200, "{answer}");
    };
    edit().await;
    world.converges(&[namespace.clone(), web(env.clone())]).await;
    let containers = async || {
        stranger.get(path).await.unwrap()["spec"]["template"]["spec"]["containers"]
            .as_array()
            .unwrap()
            .clone()
    };
    let live = containers().await;
    assert_eq!(live.len(), 2, "the sidecar of somebody else stays: {live:?}");
    let ours = live.iter().find(|container| container["name"] == "web").unwrap();
    assert_eq!(ours["image"], "web:1");
    let value = |container: &Json, name: &str| {
        let all = container["env"].as_array().unwrap().clone();
        all.iter()
            .find(|entry| entry["name"] == name)
            .map(|entry| entry["value"].clone())
    };
    assert_eq!(
        [value(ours, "A"), value(ours, "B"), value(ours, "C")],
        ["1", "2", "theirs"].map(|v| Some(v.into()))
    );

    // Taken over by hand, and then no longer wanted: the whole entry goes, not just its value.
    edit().await;
    world
        .converges(&[namespace.clone(), web(json!([{ "name": "A", "value": "1" }]))])
        .await;
    let live = containers().await;
    let ours = live.iter().find(|container| container["name"] == "web").unwrap();
    assert_eq!(
        [value(ours, "A"), value(ours, "B"), value(ours, "C")],
        [Some("1".into()), None, Some("theirs".into())]
    );
    stranger.delete(path).await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_retaken_while_wanted_and_handed_over_when_not() {
    let (world, stranger, space) = (World::new(), Stranger::new().await, "update-scale");
    let namespace = world.namespace(space, &[]);
    let web = |replicas| world.manifest("web", &deployment(space, replicas, &json!([])), &[]);
    world.converges(std::slice::from_ref(&namespace)).await;
    world.converges(&[namespace.clone(), web(Some(2))]).await;
    let path = "/apis/apps/v1/namespaces/update-scale/deployments/web";
    let scale = async |replicas: u32| {
        stranger
            .edit(
                &format!("{path}/scale"),
                &json!({ "spec": { "replicas": replicas } }),
            )
            .await;
    };
    let replicas = async || stranger.get(path).await.unwrap()["spec"]["replicas"].clone();
    scale(5).await;
    world.converges(&[namespace.clone(), web(Some(2))]).await;
    assert_eq!(replicas().await, 2);
    scale(5).await;
    world.converges(&[namespace.clone(), web(None)]).await;
    assert_eq!(replicas().await, 5, "an autoscaler's replicas stay");
    world.converges(std::slice::from_ref(&namespace)).await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_of_its_group_is_the_same_object() {
    let (world, space) = (World::new(), "update-version");
    let target = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" });
    let scaler = |version: &str, cpu: (&str, Json)| {
        let mut spec = json!({ "scaleTargetRef": target, "maxReplicas": 3 });
        spec[cpu.0] = cpu.1;
        json!({ "apiVersion": version, "kind": "HorizontalPodAutoscaler",
            "metadata": { "name": "web", "namespace": space }, "spec": spec })
    };
    let metrics = json!([{ "type": "Resource", "resource": { "name": "cpu",
        "target": { "type": "Utilization", "averageUtilization": 50 } } }]);
    let old = scaler("autoscaling/v1", ("targetCPUUtilizationPercentage", json!(50)));
    let new = scaler("autoscaling/v2", ("metrics", metrics));
    let namespace = world.namespace(space, &[]);
    world.converges(std::slice::from_ref(&namespace)).await;
    world
        .converges(&[namespace.clone(), world.manifest("web", &old, &[])])
        .await;
    let plan = world
        .plan(&[namespace.clone(), world.manifest("web", &new, &[])])
        .await;
    assert!(
        plan.changes.iter().any(|change| change.action == Action::Update),
        "{plan:#?}"
    );
    world
        .converges(&[namespace.clone(), world.manifest("web", &new, &[])])
        .await;
    world.converges(std::slice::from_ref(&namespace)).await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_moves_while_other_steps_run_is_left_alone() {
    let scene = Scene::new("update-meanwhile", &json!({ "a": "1" })).await;
    let (world, stranger) = (&scene.world, &scene.stranger);
    // A step that comes first and waits, until after the engine has compared what the plan stands on.
    let first = config_map("update-meanwhile", "first", &json!({ "a": "1" }));
    let held = json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "first", "finalizers": ["example.com/hold"] } });
    let maps = "/api/v1/namespaces/update-meanwhile/configmaps";
    stranger.create(maps, &held).await;
    stranger.delete(&format!("{maps}/first")).await;
    let changed = config_map("update-meanwhile", "settings", &json!({ "a": "2" }));
    let resources = [
        world.manifest("first", &first, &[]),
        world.manifest("settings", &changed, &["kubernetes_manifest.first"]),
    ];
    let meanwhile = async {
        world.has_asked_for("update-meanwhile/configmaps/first", 1).await;
        stranger.edit(&scene.path, &json!({ "data": { "a": "9" } })).await;
        stranger
            .edit(
                &format!("{maps}/first"),
                &json!({ "metadata": { "finalizers": null } }),
            )
            .await;
    };
    let (outcome, ()) = tokio::join!(world.apply(&resources), meanwhile);
    assert!(
        outcome.failed[0]
            .message
            .contains("has changed since it was planned"),
        "{outcome:#?}"
    );
    assert_eq!(scene.data().await, json!({ "a": "9" }));
}
