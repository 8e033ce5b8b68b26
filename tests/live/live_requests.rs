//! Reads are batched: how many requests a plan of the example makes, as the door and the client saw them.

use std::collections::BTreeMap;

use crate::support::{World, say};

/// How many objects a page of EC2 holds at least (`MaxResults` of the describe calls).
const PAGE: usize = 5;

#[test]
fn a_refresh_makes_few_requests() {
    let mut world = World::new();
    assert!(world.apply().is_complete());
    world.door().clear();
    let asked = world.kube.requests().len();
    assert!(world.plan().unwrap().is_empty());

    let mut by_action: BTreeMap<String, usize> = BTreeMap::new();
    for request in world.door().requests() {
        assert!(!request.effect, "a plan changes nothing: {request:?}");
        *by_action.entry(request.action).or_default() += 1;
    }
    say(&format!("requests of a plan: {by_action:?}"));
    // What is no read of an object: who we are, and the zones that the vpc block asks for.
    assert_eq!(by_action.remove("GetCallerIdentity"), Some(1));
    assert_eq!(by_action.remove("DescribeAvailabilityZones"), Some(1));
    let bound = |n: usize| n.div_ceil(PAGE) + 1;
    // Associations are read with their tables, but as a kind of their own.
    let allowed = bound(1) + bound(3) + bound(3) + bound(3);
    let reads: usize = by_action.values().sum();
    assert!(reads <= allowed, "{reads} reads, at most {allowed} are allowed: {by_action:?}");

    let kube = &world.kube.requests()[asked..];
    let reads = kube.iter().filter(|request| request.method == "GET" && request.path.contains(&world.namespace));
    assert!(reads.count() <= bound(1) + bound(1), "{kube:#?}");
    assert!(kube.iter().all(|request| !request.is_change()), "{kube:#?}");
}
