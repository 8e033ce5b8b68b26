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
    let allowed = [
        ("DescribeVpcs", bound(1)),
        // EC2 tells the attributes of a VPC only one VPC and one attribute at a time: two are ours.
        ("DescribeVpcAttribute", 2),
        ("DescribeNetworkAcls", bound(1)),
        ("DescribeSecurityGroups", bound(1)),
        ("DescribeSubnets", bound(3)),
        // Read for three kinds: the main table of each VPC, tables, associations.
        ("DescribeRouteTables", bound(1) + bound(3) + bound(3)),
    ];
    for (action, most) in allowed {
        let asked = by_action.remove(action).unwrap_or_default();
        assert!(
            asked <= most,
            "{asked} times {action}, at most {most} are allowed"
        );
    }
    assert!(by_action.is_empty(), "not known to this test: {by_action:?}");

    let kube = &world.kube.requests()[asked..];
    let reads = kube
        .iter()
        .filter(|request| request.method == "GET" && request.path.contains(&world.namespace));
    assert!(reads.count() <= bound(1) + bound(1), "{kube:#?}");
    assert!(kube.iter().all(|request| !request.is_change()), "{kube:#?}");
}
