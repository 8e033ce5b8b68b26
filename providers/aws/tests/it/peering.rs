//! Peering connections: within an account, and across accounts and regions.

use std::collections::BTreeMap;

use meshform_engine::{ErrorClass, Resource};
use meshform_kinds::aws::{
    Route, RouteTable, Vpc, VpcPeeringConnection, VpcPeeringConnectionAccepter, VpcPeeringConnectionOptions,
};
use meshform_state::{Scope, Value};

use crate::support::{World, id_of, tags};

const PEERING: &str = "aws_vpc_peering_connection.a";

fn allowed(on: bool) -> Value {
    Value::object([("allow_remote_vpc_dns_resolution".into(), Value::Bool(on))])
}

fn vpc(world: &World, name: &str, block: &str) -> Resource {
    world.resource::<Vpc>(name, &[("cidr_block", block.into())])
}

/// Two VPCs that are peered, the second one in `peer` if it is elsewhere, with a route over the connection.
pub(crate) fn peered(world: &World, peer: Option<&Scope>, dns: bool) -> Vec<Resource> {
    let id = || ("vpc_peering_connection_id", id_of(PEERING));
    let mut asked = vec![
        ("vpc_id", id_of("aws_vpc.a")),
        ("peer_vpc_id", id_of("aws_vpc.b")),
        ("tags", tags(&[("Name", "a-b")])),
    ];
    if let Some(Scope::Aws { account, region, .. }) = peer {
        asked.push(("peer_owner_id", account.as_deref().unwrap_or_default().into()));
        asked.push(("peer_region", region.as_str().into()));
    }
    let accepter = world.resource::<VpcPeeringConnectionAccepter>("b", &[id()]);
    // Options need an active connection: they wait for the consent of the other side.
    let options = |name: &str, side: &'static str| {
        let connection = (
            "vpc_peering_connection_id",
            id_of("aws_vpc_peering_connection_accepter.b"),
        );
        world.resource::<VpcPeeringConnectionOptions>(name, &[connection, (side, allowed(dns))])
    };
    let far = |mut resource: Resource| {
        if let Some(peer) = peer {
            resource.scope = peer.key();
        }
        resource
    };
    vec![
        vpc(world, "a", "10.0.0.0/16"),
        far(vpc(world, "b", "10.1.0.0/16")),
        world.resource::<VpcPeeringConnection>("a", &asked),
        far(accepter),
        options("a", "requester"),
        far(options("b", "accepter")),
        world.resource::<RouteTable>("a", &[("vpc_id", id_of("aws_vpc.a"))]),
        world.resource::<Route>(
            "b",
            &[
                ("route_table_id", id_of("aws_route_table.a")),
                ("destination_cidr_block", "10.1.0.0/16".into()),
                (
                    "vpc_peering_connection_id",
                    id_of("aws_vpc_peering_connection_accepter.b"),
                ),
            ],
        ),
    ]
}

#[tokio::test]
async fn vpcs_are_peered_changed_and_parted_with_nothing_left() {
    let world = World::new().await;
    world.converges(&peered(&world, None, true)).await;
    let ids = world.ids();
    assert_eq!(ids["aws_vpc_peering_connection_accepter.b"], ids[PEERING]);
    assert_eq!(
        world.recorded("aws_vpc_peering_connection_options.a", "requester"),
        allowed(true)
    );
    assert!(
        world
            .recorded("aws_vpc_peering_connection_options.a", "accepter")
            .is_null(),
        "the other side is another resource's"
    );
    let changed = peered(&world, None, false);
    assert_eq!(
        world.actions(&changed).await,
        [
            "update aws_vpc_peering_connection_options.a",
            "update aws_vpc_peering_connection_options.b"
        ]
    );
    world.converges(&changed).await;
    assert_eq!(world.ids()[PEERING], ids[PEERING]);
    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn vpcs_of_two_accounts_and_regions_are_peered() {
    let world = World::new().await;
    let far = world.far();
    let wanted = peered(&world, Some(&far), true);
    world.converges(&wanted).await;
    let Scope::Aws { account, region, .. } = &far else {
        unreachable!()
    };
    assert_eq!(
        world.recorded(PEERING, "peer_owner_id").as_str(),
        account.as_deref()
    );
    assert_eq!(
        world.recorded(PEERING, "peer_region").as_str(),
        Some(region.as_str())
    );
    let Scope::Aws { account, .. } = &world.scope else {
        unreachable!()
    };
    let accepter = world.recorded("aws_vpc_peering_connection_accepter.b", "peer_owner_id");
    assert_eq!(accepter.as_str(), account.as_deref());
    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn a_connection_that_somebody_deleted_is_asked_for_and_accepted_again() {
    let world = World::new().await;
    let wanted = peered(&world, None, true);
    world.converges(&wanted).await;
    let old = world.ids()[PEERING].clone();
    let stranger = world.stranger().await;
    let deleted = stranger
        .delete_vpc_peering_connection()
        .vpc_peering_connection_id(&old);
    deleted.send().await.unwrap();
    world.converges(&wanted).await;
    let new = world.ids()[PEERING].clone();
    assert_ne!(new, old);
    assert_eq!(world.ids()["aws_vpc_peering_connection_accepter.b"], new);
    assert_eq!(world.made()["vpc-peering-connection"], 1);
}

#[tokio::test]
async fn what_somebody_allows_is_taken_back() {
    let world = World::new().await;
    let wanted = peered(&world, None, false);
    world.converges(&wanted).await;
    let options = aws_sdk_ec2::types::PeeringConnectionOptionsRequest::builder()
        .allow_dns_resolution_from_remote_vpc(true)
        .build();
    let request = world.stranger().await.modify_vpc_peering_connection_options();
    let request = request.vpc_peering_connection_id(&world.ids()[PEERING]);
    let request = request.requester_peering_connection_options(options);
    request.send().await.unwrap();
    let expected = ["update aws_vpc_peering_connection_options.a"];
    assert_eq!(world.actions(&wanted).await, expected);
    world.converges(&wanted).await;
}

#[tokio::test]
async fn overlapping_blocks_are_named_and_mended_by_other_blocks() {
    let world = World::new().await;
    let asked = [
        ("vpc_id", id_of("aws_vpc.a")),
        ("peer_vpc_id", id_of("aws_vpc.b")),
    ];
    let wanted = |block: &str| {
        [
            vpc(&world, "a", "10.0.0.0/16"),
            vpc(&world, "b", block),
            world.resource::<VpcPeeringConnection>("a", &asked),
        ]
    };
    let outcome = world.apply(&wanted("10.0.0.0/20")).await;
    assert_eq!(outcome.failed.len(), 1, "{:?}", outcome.failed);
    let message = &outcome.failed[0].message;
    assert!(message.contains("overlap"), "{message}");
    world.converges(&wanted("10.1.0.0/16")).await;
}

#[tokio::test]
async fn a_rejected_connection_is_asked_for_again() {
    let world = World::new().await;
    let wanted = peered(&world, None, true);
    world.converges(&wanted[..3]).await;
    let id = world.ids()[PEERING].clone();
    let stranger = world.stranger().await;
    let rejected = stranger
        .reject_vpc_peering_connection()
        .vpc_peering_connection_id(&id);
    rejected.send().await.unwrap();
    let actions = world.actions(&wanted[..3]).await;
    assert_eq!(actions, ["replace(deletefirst) aws_vpc_peering_connection.a"]);
    world.converges(&wanted).await;
    assert_ne!(world.ids()[PEERING], id);
}

#[tokio::test]
async fn an_accepter_on_the_wrong_side_says_where_it_belongs() {
    let world = World::new().await;
    let id = ("vpc_peering_connection_id", Value::from("pcx-00000000000000001"));
    let accepter = world.resource::<VpcPeeringConnectionAccepter>("b", &[id]);
    let outcome = world.apply(&[accepter]).await;
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Busy));
    let hint = outcome.failed[0].hint.as_deref();
    assert!(
        hint.is_some_and(|hint| hint.contains("the VPC that is asked")),
        "{hint:?}"
    );
    assert!(world.door().effects().is_empty());
}
