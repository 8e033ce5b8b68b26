//! Charts whose making and unmaking goes wrong at every place: nothing is lost, nothing is made twice.

use meshform_kube::testing::{Fault, Recorded};
use serde_json::{Value as Json, json};

use crate::chart::{definition, home};
use crate::create::config_map;
use crate::support::World;

const FAULTS: [Fault; 7] = [
    Fault::Refused,
    Fault::FailBefore,
    Fault::FailAfter,
    Fault::AnswerLost,
    Fault::Twice,
    Fault::Throttled,
    Fault::Hidden(2),
];

fn objects(namespace: &str, group: &str) -> [Json; 4] {
    [
        definition(group, false),
        config_map(namespace, "first", &json!({ "a": "1" })),
        config_map(namespace, "second", &json!({ "a": "1" })),
        json!({ "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": { "name": "reader", "namespace": namespace } }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_at_whichever_object_one_of_each_comes_of_it_and_all_go() {
    let (name, group) = ("chart-faults", "faults.chart.example");
    let stranger = home(name).await;
    let objects = objects(name, group);
    for fault in FAULTS {
        for nth in 1..=objects.len() {
            let world = World::new();
            let chart = || world.chart(("mesh", "mesh", name), &objects);
            world.faults.at(nth, fault);
            world.converges(&[chart()]).await;
            assert_eq!(world.faults.effects(), objects.len(), "{fault:?} at {nth}");
            let made = world
                .faults
                .requests()
                .iter()
                .filter(|request| request.is_change())
                .count();
            world.faults.at(made + nth, fault);
            world.converges(&[]).await;
            assert!(world.addresses().is_empty(), "{fault:?} at {nth}");
            let maps = format!("/api/v1/namespaces/{name}/configmaps");
            for map in ["first", "second"] {
                assert_eq!(
                    stranger.get(&format!("{maps}/{map}")).await,
                    None,
                    "{fault:?} at {nth}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_was_killed_in_its_middle_is_finished_by_the_next_apply() {
    let (name, group) = ("chart-killed", "killed.chart.example");
    let stranger = home(name).await;
    let objects = objects(name, group);
    let paths = [
        "customresourcedefinitions",
        "configmaps/first",
        "configmaps/second",
        "serviceaccounts",
    ];
    for path in paths {
        let world = World::new();
        let chart = [world.chart(("mesh", "mesh", name), &objects)];
        tokio::select! {
            // At the last of its objects it may have ended in time.
            outcome = world.apply(&chart) => assert!(outcome.is_complete(), "{outcome:#?}"),
            () = world.has_asked_for(path, 1) => {}
        }
        let next = world.killed();
        let chart = [next.chart(("mesh", "mesh", name), &objects)];
        next.converges(&chart).await;
        let maps = format!("/api/v1/namespaces/{name}/configmaps");
        let first = stranger.get(&format!("{maps}/first")).await.unwrap();
        assert_eq!(first["data"], json!({ "a": "1" }), "killed at {path}");

        // The same while it goes.
        let is_one = |request: &&Recorded| request.is_change() && request.path.contains(path);
        let asked = next.faults.requests().iter().filter(is_one).count();
        tokio::select! {
            outcome = next.apply(&[]) => assert!(outcome.is_complete(), "{outcome:#?}"),
            () = next.has_asked_for(path, asked + 1) => {}
        }
        let last = next.killed();
        // What was asked to go may go between a plan and its apply, which then refuses the plan.
        let mut stale = 0;
        while !last.apply(&[]).await.is_complete() {
            stale += 1;
            assert!(stale < 5, "killed at {path}");
        }
        last.converges(&[]).await;
        assert!(last.addresses().is_empty());
        assert_eq!(
            stranger.get(&format!("{maps}/first")).await,
            None,
            "killed at {path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_fails_in_its_middle_says_so_and_goes_on_later() {
    let name = "chart-middle";
    home(name).await;
    let world = World::new();
    let maps = ["first", "second", "third"].map(|map| config_map(name, map, &json!({ "a": "1" })));
    let chart = [world.chart(("mesh", "mesh", name), &maps)];
    for _ in 0..6 {
        world
            .faults
            .next(&http::Method::PATCH, "configmaps/second", Fault::FailBefore);
    }
    let outcome = world.apply(&chart).await;
    assert!(
        outcome.failed[0].message.contains("configmaps") || outcome.failed[0].message.contains("second"),
        "{outcome:#?}"
    );
    assert_eq!(world.addresses(), ["istio_chart.mesh"]);
    assert_eq!(world.faults.effects(), 1);
    world.converges(&chart).await;
    // What was made is not made again.
    assert_eq!(world.faults.effects(), 3);
    world.converges(&[]).await;
}
