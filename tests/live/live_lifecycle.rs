//! Plan, apply, change by hand, apply, destroy: in process and through the program.

use std::collections::BTreeSet;

use meshform_engine::{Action, Plan};
use meshform_sandbox::KubeObject;

use crate::support::{Binary, REGION, World, cluster, runtime};

/// What is to be done, as `update aws_vpc.a`.
fn actions(plan: &Plan) -> Vec<String> {
    let changes = plan.changes.iter().filter(|change| change.action != Action::NoOp);
    changes
        .map(|change| format!("{:?} {}", change.action, change.address).to_lowercase())
        .collect()
}

/// All objects of the cluster but those of other tests: in their namespaces, bound to accounts there, and what they need
/// of Istio's APIs.
fn objects(own: &str) -> BTreeSet<KubeObject> {
    let foreign = |object: &KubeObject| {
        let name = if object.resource == "namespaces" {
            &object.name
        } else {
            &object.namespace
        };
        let is_in = name.starts_with("live-") && name != own;
        let is_bound = object.resource == "clusterrolebindings" && object.name.contains(":live-");
        let is_of_istio = [&object.api, &object.name]
            .iter()
            .any(|text| text.contains("istio.io"));
        is_in || is_bound || is_of_istio
    };
    cluster()
        .objects()
        .unwrap()
        .into_iter()
        .filter(|object| !foreign(object))
        .collect()
}

fn applied() -> World {
    let mut world = World::new();
    let outcome = world.apply().outcome();
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    assert!(world.plan().unwrap().is_empty());
    world
}

#[test]
fn what_is_applied_is_there_and_destroy_leaves_what_was_there_before() {
    let mut world = World::new();
    let before = objects(&world.namespace);
    assert!(world.apply().is_complete());
    let plan = world.plan().unwrap();
    assert!(
        plan.is_empty() && plan.drift.is_empty(),
        "{:?} {:?}",
        actions(&plan),
        plan.drift
    );
    let ids = world.ids();
    assert_eq!(ids.len(), 1 + 3 * 3 + 3, "{ids:?}");
    let settings = world.kube_settings().unwrap();
    assert_eq!(settings["data"]["vpc"], ids["vpc.west.aws_vpc.this"].as_str());
    assert_eq!(
        settings["data"]["subnets"].as_str().unwrap().split(',').count(),
        3
    );

    let outcome = world.destroy().outcome();
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    assert!(world.ids().is_empty());
    assert!(world.made().is_empty(), "{:?}", world.made());
    assert_eq!(objects(&world.namespace), before);
}

#[test]
fn a_field_changed_by_hand_shows_with_its_owner_and_is_taken_back() {
    let mut world = applied();
    let path = format!("{}?fieldManager=somebody", world.settings_path());
    cluster()
        .patch(&path, r#"{"data":{"vpc":"vpc-by-hand","theirs":"kept"}}"#)
        .unwrap();
    let plan = world.plan().unwrap();
    assert_eq!(actions(&plan), ["update kubernetes_manifest.settings"]);
    let owners: Vec<&str> = plan
        .drift
        .iter()
        .flat_map(|drift| &drift.owners)
        .map(|owner| owner.manager.as_str())
        .collect();
    assert!(owners.contains(&"somebody"), "{:?}", plan.drift);
    assert!(world.apply().is_complete());
    let settings = world.kube_settings().unwrap();
    assert_eq!(
        settings["data"]["vpc"],
        world.ids()["vpc.west.aws_vpc.this"].as_str()
    );
    assert_eq!(
        settings["data"]["theirs"], "kept",
        "a field that was never ours is left alone"
    );
    assert!(world.plan().unwrap().is_empty());
}

#[test]
fn tags_changed_and_removed_by_hand_are_taken_back_and_foreign_ones_are_shown() {
    let mut world = applied();
    let (ids, stranger) = (world.ids(), world.stranger());
    let vpc = &ids["vpc.west.aws_vpc.this"];
    let subnet = ids
        .iter()
        .find(|(address, _)| address.contains("aws_subnet"))
        .unwrap()
        .1;
    let tag = aws_sdk_ec2::types::Tag::builder().key("Name");
    runtime().block_on(async {
        stranger
            .create_tags()
            .resources(vpc)
            .tags(tag.clone().value("theirs").build())
            .send()
            .await
            .unwrap();
        stranger
            .delete_tags()
            .resources(subnet)
            .tags(tag.build())
            .send()
            .await
            .unwrap();
    });
    let plan = world.plan().unwrap();
    let found = actions(&plan);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.iter().all(|action| action.starts_with("update ")),
        "{found:?}"
    );
    assert_eq!(plan.drift.len(), 2);
    assert!(world.apply().is_complete());
    assert!(world.plan().unwrap().is_empty());
    let bodies: String = world.made().into_iter().map(|object| object.body).collect();
    assert!(!bodies.contains("theirs"));
}

#[test]
fn an_attribute_changed_by_hand_is_taken_back() {
    let mut world = applied();
    let (ids, stranger) = (world.ids(), world.stranger());
    let (address, subnet) = ids
        .iter()
        .find(|(address, _)| address.contains("aws_subnet"))
        .unwrap();
    let on = aws_sdk_ec2::types::AttributeBooleanValue::builder()
        .value(true)
        .build();
    runtime().block_on(async {
        let request = stranger
            .modify_subnet_attribute()
            .subnet_id(subnet)
            .map_public_ip_on_launch(on);
        request.send().await.unwrap();
    });
    let plan = world.plan().unwrap();
    assert_eq!(actions(&plan), [format!("update {}", address.to_lowercase())]);
    assert!(world.apply().is_complete());
    assert!(world.plan().unwrap().is_empty());
}

#[test]
fn what_is_deleted_by_hand_is_made_again() {
    let mut world = applied();
    let expected = world.census();
    cluster().delete(&world.settings_path()).unwrap();
    let (ids, stranger) = (world.ids(), world.stranger());
    let association = ids
        .iter()
        .find(|(address, _)| address.contains("association"))
        .unwrap()
        .1;
    runtime().block_on(async {
        stranger
            .disassociate_route_table()
            .association_id(association)
            .send()
            .await
            .unwrap();
    });
    let plan = world.plan().unwrap();
    let found = actions(&plan);
    assert_eq!(
        found
            .iter()
            .filter(|action| action.starts_with("create "))
            .count(),
        2,
        "{found:?}"
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(world.apply().is_complete());
    assert_eq!(world.audit(&world.folded(), &expected), Vec::<String>::new());
    assert!(world.plan().unwrap().is_empty());
}

#[test]
fn the_program_does_the_same() {
    let world = World::new();
    let before = (
        objects(&world.namespace),
        world.door().objects(&[REGION]).unwrap(),
    );
    let binary = Binary::new(&world);
    binary
        .run(&["plan", "-detailed-exitcode"])
        .ended(2)
        .said(&["13 to add"]);
    binary.run(&["plan", "-out=first.plan"]).ended(0);
    binary
        .run(&["apply", "first.plan"])
        .ended(0)
        .said(&["13 added, 0 changed, 0 destroyed"]);
    binary
        .run(&["plan", "-detailed-exitcode"])
        .ended(0)
        .said(&["No changes"]);

    let path = format!("{}?fieldManager=somebody", world.settings_path());
    cluster()
        .patch(&path, r#"{"data":{"vpc":"vpc-by-hand"}}"#)
        .unwrap();
    binary
        .run(&["plan", "-detailed-exitcode"])
        .ended(2)
        .said(&["vpc-by-hand", "somebody"]);
    binary
        .run(&["apply", "-auto-approve"])
        .ended(0)
        .said(&["0 added, 1 changed, 0 destroyed"]);
    binary.run(&["plan", "-detailed-exitcode"]).ended(0);
    let vpc = world.kube_settings().unwrap()["data"]["vpc"]
        .as_str()
        .unwrap()
        .to_owned();
    binary.run(&["output", "-raw", "vpc"]).ended(0).said(&[&vpc]);

    binary
        .run(&["destroy", "-auto-approve"])
        .ended(0)
        .said(&["13 destroyed"]);
    assert_eq!(
        (
            objects(&world.namespace),
            world.door().objects(&[REGION]).unwrap()
        ),
        before
    );
}
