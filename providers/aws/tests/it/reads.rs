//! How many requests reading costs, and what it makes of what is gone.

use meshform_engine::{Recorded, Target};
use meshform_kinds::aws::{Subnet, Vpc};
use meshform_state::{Address, Value};

use crate::network::network;
use crate::peering::peered;
use crate::security_groups::guarded;
use crate::support::{World, id_of};

fn target(kind: &str, index: usize, id: &str) -> Target {
    Target {
        address: Address::parse(&format!("{kind}.x[{index}]")).unwrap(),
        id: id.to_owned(),
        uid: format!("uid-{index}"),
        private: None,
        recorded: Recorded::default(),
    }
}

#[tokio::test]
async fn pages_hold_two_hundred_and_one_that_is_gone_fails_no_other() {
    let world = World::new().await;
    let vpc = world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into())]);
    let subnet = [
        ("vpc_id", id_of("aws_vpc.a")),
        ("cidr_block", Value::from("10.0.1.0/24")),
    ];
    world
        .converges(&[vpc, world.resource::<Subnet>("a", &subnet)])
        .await;
    let mut targets: Vec<Target> = (0..449)
        .map(|index| target("aws_subnet", index, &format!("subnet-{index:017}")))
        .collect();
    targets.insert(300, target("aws_subnet", 449, &world.ids()["aws_subnet.a"]));
    world.door().clear();
    let found = world
        .adapter
        .read_many(&world.scope, "aws_subnet", &targets)
        .await
        .unwrap();
    assert_eq!(found.len(), 450);
    assert!(
        found
            .iter()
            .enumerate()
            .all(|(index, found)| found.is_some() == (index == 300))
    );
    assert_eq!(
        world.requests().into_iter().collect::<Vec<_>>(),
        [("DescribeSubnets".to_owned(), 3)]
    );
}

#[tokio::test]
async fn a_refresh_reads_in_batches() {
    let world = World::new().await;
    let mut resources = Vec::new();
    for index in 0..6 {
        let block = format!("10.{index}.0.0/16");
        resources.push(world.resource::<Vpc>(&format!("v{index}"), &[("cidr_block", block.into())]));
        let block = format!("10.{index}.1.0/24");
        let subnet = [
            ("vpc_id", id_of(&format!("aws_vpc.v{index}"))),
            ("cidr_block", block.into()),
        ];
        resources.push(world.resource::<Subnet>(&format!("s{index}"), &subnet));
    }
    resources.extend(network(&world, "aws_route_table.a"));
    world.converges(&resources).await;
    world.door().clear();
    assert_eq!(world.actions(&resources).await, Vec::<String>::new());
    let requests: Vec<(String, usize)> = world.requests().into_iter().collect();
    let expected = [
        ("DescribeInternetGateways", 1),
        ("DescribeNetworkAcls", 1),
        // Of tables, routes, associations, and the VPCs' main tables.
        ("DescribeRouteTables", 4),
        ("DescribeSecurityGroups", 1),
        ("DescribeSubnets", 1),
        // EC2 tells one attribute of one VPC at a time.
        ("DescribeVpcAttribute", 14),
        ("DescribeVpcs", 1),
        // Who the credentials are was asked when all this was made.
    ];
    assert_eq!(
        requests,
        expected.map(|(action, count)| (action.to_owned(), count))
    );
}

#[tokio::test]
async fn groups_rules_and_peerings_are_read_in_batches() {
    let world = World::new().await;
    let mut resources = peered(&world, None, true);
    resources.extend(guarded(&world, 443).into_iter().skip(1));
    world.converges(&resources).await;
    world.door().clear();
    assert_eq!(world.actions(&resources).await, Vec::<String>::new());
    let requests = world.requests();
    // One for each kind: groups, and what came with the VPCs.
    assert_eq!(requests["DescribeSecurityGroups"], 2);
    // One for each direction, and one for the default rules of groups.
    assert_eq!(requests["DescribeSecurityGroupRules"], 3);
    // The side that asks, the side that consents, options.
    assert_eq!(requests["DescribeVpcPeeringConnections"], 3);
}

#[tokio::test]
async fn nothing_is_asked_for_nothing() {
    let world = World::new().await;
    for kind in meshform_aws::KINDS {
        assert!(
            world
                .adapter
                .read_many(&world.scope, kind, &[])
                .await
                .unwrap()
                .is_empty()
        );
    }
    assert!(world.door().requests().is_empty());
}
