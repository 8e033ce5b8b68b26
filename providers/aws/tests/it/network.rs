//! Gateways, route tables, routes and associations.

use std::collections::BTreeMap;

use meshform_engine::Resource;
use meshform_kinds::aws::{InternetGateway, Route, RouteTable, RouteTableAssociation, Subnet, Vpc};
use meshform_state::Value;

use crate::support::{World, id_of, tags};

/// A VPC with everything that serves one subnet, which uses the route table `table`.
pub(crate) fn network(world: &World, table: &str) -> Vec<Resource> {
    let in_vpc = |more: &[(&'static str, Value)]| -> Vec<(&'static str, Value)> {
        let own = [("vpc_id", id_of("aws_vpc.a"))];
        own.into_iter().chain(more.iter().cloned()).collect()
    };
    let named = |name: &str| ("tags", tags(&[("Name", name)]));
    let public = [
        ("map_public_ip_on_launch", Value::Bool(true)),
        ("cidr_block", "10.0.1.0/24".into()),
    ];
    let dns = ("enable_dns_hostnames", Value::Bool(true));
    vec![
        world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into()), dns, named("a")]),
        world.resource::<Subnet>("a", &in_vpc(&public)),
        world.resource::<InternetGateway>("a", &in_vpc(&[named("a")])),
        world.resource::<RouteTable>("a", &in_vpc(&[named("a")])),
        world.resource::<RouteTable>("b", &in_vpc(&[named("b")])),
        world.resource::<Route>(
            "out",
            &[
                ("route_table_id", id_of("aws_route_table.a")),
                ("destination_cidr_block", "0.0.0.0/0".into()),
                ("gateway_id", id_of("aws_internet_gateway.a")),
            ],
        ),
        world.resource::<RouteTableAssociation>(
            "a",
            &[
                ("subnet_id", id_of("aws_subnet.a")),
                ("route_table_id", id_of(table)),
            ],
        ),
    ]
}

#[tokio::test]
async fn a_whole_network_is_made_and_ended_with_nothing_left() {
    let world = World::new().await;
    world.converges(&network(&world, "aws_route_table.a")).await;
    let ids = world.ids();
    assert_eq!(ids.len(), 7);
    assert_eq!(
        ids["aws_route.out"],
        format!("{}_0.0.0.0/0", ids["aws_route_table.a"])
    );
    assert_eq!(
        world.recorded("aws_internet_gateway.a", "vpc_id").as_str(),
        Some(&*ids["aws_vpc.a"])
    );
    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn an_association_changes_its_table_in_one_step() {
    let world = World::new().await;
    world.converges(&network(&world, "aws_route_table.a")).await;
    let old = world.ids()["aws_route_table_association.a"].clone();
    world.door().clear();
    let changed = network(&world, "aws_route_table.b");
    assert_eq!(
        world.actions(&changed).await,
        ["update aws_route_table_association.a"]
    );
    world.converges(&changed).await;
    let effects: Vec<String> = world
        .door()
        .effects()
        .into_iter()
        .map(|effect| effect.action)
        .collect();
    assert_eq!(effects, ["ReplaceRouteTableAssociation"]);
    let new = world.ids()["aws_route_table_association.a"].clone();
    assert_ne!(new, old);
    assert_eq!(
        world.recorded("aws_route_table_association.a", "id").as_str(),
        Some(&*new)
    );
    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn what_somebody_did_to_routes_and_associations_is_undone() {
    let world = World::new().await;
    let wanted = network(&world, "aws_route_table.a");
    world.converges(&wanted).await;
    let (ids, stranger) = (world.ids(), world.stranger().await);
    let (association, table) = (&ids["aws_route_table_association.a"], &ids["aws_route_table.b"]);
    let moved = stranger
        .replace_route_table_association()
        .association_id(association)
        .route_table_id(table);
    moved.send().await.unwrap();
    let deleted = stranger
        .delete_route()
        .route_table_id(&ids["aws_route_table.a"])
        .destination_cidr_block("0.0.0.0/0");
    deleted.send().await.unwrap();
    let expected = ["create aws_route.out", "update aws_route_table_association.a"];
    assert_eq!(world.actions(&wanted).await, expected);
    world.converges(&wanted).await;
    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn routes_and_associations_of_others_are_not_taken() {
    let world = World::new().await;
    let wanted = network(&world, "aws_route_table.a");
    let (base, taken): (Vec<Resource>, Vec<Resource>) = wanted.iter().cloned().partition(|resource| {
        !["aws_route", "aws_route_table_association"].contains(&resource.kind.schema().kind)
    });
    world.converges(&base).await;
    let (ids, stranger) = (world.ids(), world.stranger().await);
    let associated = stranger.associate_route_table().subnet_id(&ids["aws_subnet.a"]);
    associated
        .route_table_id(&ids["aws_route_table.a"])
        .send()
        .await
        .unwrap();
    let routed = stranger.create_route().route_table_id(&ids["aws_route_table.a"]);
    let routed = routed
        .destination_cidr_block("0.0.0.0/0")
        .gateway_id(&ids["aws_internet_gateway.a"]);
    routed.send().await.unwrap();
    world.door().clear();
    let outcome = world.apply(&wanted).await;
    assert_eq!(outcome.failed.len(), taken.len());
    assert!(
        outcome
            .failed
            .iter()
            .all(|failure| failure.message.contains("already")),
        "{:#?}",
        outcome.failed
    );
    assert!(world.door().effects().is_empty());
}
