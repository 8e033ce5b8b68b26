//! Looking: in few requests, and only at what is ours to look at.

use meshform_engine::Action;
use meshform_kube::testing::Fault;
use serde_json::json;

use crate::create::config_map;
use crate::stranger::Stranger;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn many_objects_take_one_list() {
    let world = World::new();
    let mut resources = vec![world.namespace("read-many", &[])];
    for number in 0..20 {
        let map = config_map(
            "read-many",
            &format!("map-{number}"),
            &json!({ "n": format!("{number}") }),
        );
        resources.push(world.manifest(
            &format!("map-{number}"),
            &map,
            &["kubernetes_namespace.read-many"],
        ));
    }
    world.converges(&resources).await;
    let before = world.faults.requests().len();
    world.plan(&resources).await;
    let asked: Vec<String> = world.faults.requests()[before..]
        .iter()
        .map(|request| request.path.clone())
        .collect();
    let expected = [
        "/api/v1/namespaces/kube-system",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        "/api/v1/namespaces/read-many",
        "/api/v1/namespaces/read-many/configmaps",
    ];
    assert_eq!(asked.len(), expected.len(), "{asked:?}");
    assert!(
        expected
            .iter()
            .all(|path| asked.iter().any(|asked| asked == path)),
        "{asked:?}"
    );
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_made_again() {
    let (world, stranger) = (World::new(), Stranger::new().await);
    let resources = [world.manifest(
        "settings",
        &config_map("default", "read-gone", &json!({ "a": "1" })),
        &[],
    )];
    world.converges(&resources).await;
    stranger
        .delete("/api/v1/namespaces/default/configmaps/read-gone")
        .await;
    let plan = world.plan(&resources).await;
    assert_eq!(plan.changes[0].action, Action::Create);
    assert!(plan.drift[0].after.is_none());
    world.converges(&resources).await;
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_finds_what_it_made() {
    let world = World::new();
    let map = config_map("default", "read-killed", &json!({ "a": "1" }));
    // The answer is lost, and so is the look after it: the run ends in doubt.
    world.faults.at(1, Fault::AnswerLost);
    for _ in 0..6 {
        world
            .faults
            .next(&http::Method::GET, "configmaps/read-killed", Fault::FailBefore);
    }
    let outcome = world.apply(&[world.manifest("settings", &map, &[])]).await;
    assert_eq!(outcome.in_doubt.len(), 1, "{outcome:#?}");
    let next = world.killed();
    next.converges(&[next.manifest("settings", &map, &[])]).await;
    assert_eq!(world.faults.effects() + next.faults.effects(), 1);
    next.converges(&[]).await;
}
