//! Charts: many objects as one resource, of which only what is ours is touched.

use meshform_engine::{Action, ErrorClass, Resource};
use serde_json::{Value as Json, json};

use crate::create::config_map;
use crate::stranger::Stranger;
use crate::support::World;

/// A custom kind that outlives its chart. Its group is that of the test, since definitions have no namespace.
pub(crate) fn definition(group: &str, keep: bool) -> Json {
    let annotations = if keep {
        json!({ "helm.sh/resource-policy": "keep" })
    } else {
        json!({})
    };
    json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("widgets.{group}"), "annotations": annotations },
        "spec": { "group": group, "scope": "Namespaced",
            "names": { "kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema":
                { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }] } })
}

fn widget(group: &str, namespace: &str, size: u32) -> Json {
    json!({ "apiVersion": format!("{group}/v1"), "kind": "Widget",
        "metadata": { "name": "small", "namespace": namespace }, "spec": { "size": size } })
}

/// A namespace of strangers, in which charts are put.
pub(crate) async fn home(namespace: &str) -> Stranger {
    let stranger = Stranger::new().await;
    let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
    stranger.create("/api/v1/namespaces", &body).await;
    stranger
}

fn chart(world: &World, namespace: &str, objects: &[Json]) -> Resource {
    world.chart(("mesh", "mesh", namespace), objects)
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_come_first_and_outlive_their_chart() {
    let (name, group) = ("chart-whole", "whole.chart.example");
    let (world, stranger) = (World::new(), home(name).await);
    let mut settings = config_map(name, "settings", &json!({ "a": "1" }));
    settings["metadata"]["labels"] = json!({ "app.kubernetes.io/instance": "mesh", "app": "mesh" });
    let objects = [settings, widget(group, name, 1), definition(group, true)];
    world.converges(&[chart(&world, name, &objects)]).await;
    assert_eq!(world.faults.effects(), 3);
    let live = stranger
        .get(&format!("/api/v1/namespaces/{name}/configmaps/settings"))
        .await
        .unwrap();
    assert_eq!(live["metadata"]["labels"], json!({ "app": "mesh" }));

    world.converges(&[]).await;
    assert!(world.addresses().is_empty());
    assert_eq!(
        stranger
            .get(&format!("/api/v1/namespaces/{name}/configmaps/settings"))
            .await,
        None
    );
    let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{group}");
    let kept = stranger.get(&path).await.unwrap();
    assert_eq!(kept["metadata"]["annotations"].get("meshform.io/uid"), None);

    // What outlived one chart is there for the next, of another state too.
    let next = World::new();
    next.converges(&[chart(&next, name, &objects)]).await;
    assert_eq!(
        stranger.get(&path).await.unwrap()["metadata"]["uid"],
        kept["metadata"]["uid"]
    );
    next.converges(&[]).await;
    stranger.delete(&path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_already_is_named_and_nothing_is_done() {
    let name = "chart-taken";
    let (world, stranger) = (World::new(), home(name).await);
    let maps = format!("/api/v1/namespaces/{name}/configmaps");
    stranger
        .create(&maps, &config_map(name, "first", &json!({ "b": "theirs" })))
        .await;
    let mut second = config_map(name, "second", &json!({}));
    second["metadata"]["annotations"] =
        json!({ "meta.helm.sh/release-name": "old", "meta.helm.sh/release-namespace": name });
    stranger.create(&maps, &second).await;
    let objects = ["first", "second", "third"].map(|map| config_map(name, map, &json!({ "a": "1" })));
    let outcome = world.apply(&[chart(&world, name, &objects)]).await;
    let failure = &outcome.failed[0];
    assert_eq!(failure.class, Some(ErrorClass::Conflict));
    for part in [
        "first exists already",
        "set by kubectl-create",
        "helm release `old`",
    ] {
        assert!(failure.message.contains(part), "{}", failure.message);
    }
    assert_eq!(world.faults.effects(), 0);
    assert!(world.addresses().is_empty());
    assert_eq!(stranger.get(&format!("{maps}/third")).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_outside_is_shown_with_its_author_and_taken_back() {
    let name = "chart-drift";
    let (world, stranger) = (World::new(), home(name).await);
    let maps = format!("/api/v1/namespaces/{name}/configmaps");
    let objects = [
        config_map(name, "settings", &json!({ "a": "1" })),
        config_map(name, "other", &json!({ "a": "1" })),
    ];
    let resources = [chart(&world, name, &objects)];
    world.converges(&resources).await;

    // What was never ours is no drift.
    let path = format!("{maps}/settings");
    stranger.edit(&path, &json!({ "data": { "theirs": "x" } })).await;
    assert!(world.plan(&resources).await.drift.is_empty());

    stranger.edit(&path, &json!({ "data": { "a": "2" } })).await;
    let plan = world.plan(&resources).await;
    assert_eq!(plan.drift[0].owners[0].manager, "kubectl-edit");
    assert_eq!(plan.changes[0].action, Action::Update);
    let effects = world.faults.effects();
    world.converges(&resources).await;
    assert_eq!(world.faults.effects(), effects + 1);
    let live = stranger.get(&path).await.unwrap();
    assert_eq!(live["data"], json!({ "a": "1", "theirs": "x" }));

    // An object that went comes back.
    stranger.delete(&format!("{maps}/other")).await;
    world.converges(&resources).await;
    assert!(stranger.get(&format!("{maps}/other")).await.is_some());
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_touches_what_differs_and_removes_what_is_gone() {
    let name = "chart-upgrade";
    let (world, stranger) = (World::new(), home(name).await);
    let maps = format!("/api/v1/namespaces/{name}/configmaps");
    let map = |name_of: &str, value: &str| config_map(name, name_of, &json!({ "a": value }));
    world
        .converges(&[chart(
            &world,
            name,
            &[map("same", "1"), map("other", "1"), map("old", "1")],
        )])
        .await;
    // A stranger sets a field that the next version brings: it was never ours.
    let path = format!("{maps}/other");
    stranger.edit(&path, &json!({ "data": { "b": "theirs" } })).await;
    let mut other = map("other", "2");
    other["data"]["b"] = json!("ours");
    let next = [chart(
        &world,
        name,
        &[map("same", "1"), other.clone(), map("new", "1")],
    )];
    let outcome = world.apply(&next).await;
    assert!(
        outcome.failed[0]
            .message
            .contains("`.data.b` (set by kubectl-edit)"),
        "{outcome:#?}"
    );
    assert_eq!(stranger.get(&path).await.unwrap()["data"]["b"], "theirs");

    stranger.edit(&path, &json!({ "data": { "b": null } })).await;
    let effects = world.faults.effects();
    world.converges(&next).await;
    let mut left: Vec<String> = ["same", "other", "old", "new"].map(str::to_owned).into();
    let mut there = Vec::new();
    for map in left.drain(..) {
        if stranger.get(&format!("{maps}/{map}")).await.is_some() {
            there.push(map);
        }
    }
    assert_eq!(there, ["same", "other", "new"]);
    assert!(world.faults.effects() - effects <= 3);
    world.converges(&[]).await;
}
