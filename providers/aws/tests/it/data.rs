//! Data sources, and who a scope is.

use meshform_engine::{ErrorClass, Object};
use meshform_kinds::Spec;
use meshform_kinds::aws::{AvailabilityZones, CallerIdentity, RouteTables, Subnets, VpcData};
use meshform_state::{Scope, Type, Value};

use crate::network::network;
use crate::support::{REGION, World};

#[tokio::test]
async fn zones_are_told_in_order() {
    let world = World::new().await;
    let mut arguments = Object::empty(AvailabilityZones::schema());
    arguments.set(AvailabilityZones::schema(), "state", Value::from("available"));
    let answer = world
        .adapter
        .query(&world.scope, "aws_availability_zones", &arguments)
        .await
        .unwrap();
    let zones = AvailabilityZones::from_object(&answer).unwrap();
    assert_eq!(zones.names, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    assert_eq!(zones.zone_ids.len(), 3);
    assert_eq!(zones.id.as_deref(), Some(REGION));
}

#[tokio::test]
async fn we_know_who_we_are() {
    let world = World::new().await;
    let Scope::Aws { account, .. } = &world.scope else {
        unreachable!()
    };
    let identity = world.adapter.identify(&world.scope).await.unwrap();
    assert_eq!(Some(&identity.id), account.as_ref());
    let arguments = Object::empty(CallerIdentity::schema());
    let answer = world
        .adapter
        .query(&world.scope, "aws_caller_identity", &arguments)
        .await
        .unwrap();
    let caller = CallerIdentity::from_object(&answer).unwrap();
    assert_eq!(
        (caller.account_id.as_ref(), caller.arn),
        (account.as_ref(), Some(identity.caller))
    );
}

#[tokio::test]
async fn a_role_leads_to_its_account() {
    let world = World::new().await;
    let scope = Scope::Aws {
        account: Some("222222222222".to_owned()),
        region: REGION.to_owned(),
        plan_role: None,
        apply_role: Some("meshform-apply".to_owned()),
    };
    let identity = world.adapter.identify(&scope).await.unwrap();
    assert_eq!(identity.id, "222222222222");
    assert!(
        identity.caller.contains("assumed-role/meshform-apply/meshform"),
        "{}",
        identity.caller
    );
    assert_eq!(world.requests()["AssumeRole"], 1);
    world.adapter.identify(&scope).await.unwrap();
    assert_eq!(world.requests()["AssumeRole"], 1, "credentials are kept");
}

/// The answer to the data source that `S` describes, with these arguments.
async fn asked<S: Spec>(world: &World, arguments: &[(&str, Value)]) -> S {
    let mut object = Object::empty(S::schema());
    for (name, value) in arguments {
        object.set(S::schema(), name, value.clone());
    }
    let answer = world.adapter.query(&world.scope, S::schema().kind, &object).await;
    S::from_object(&answer.unwrap()).unwrap()
}

#[tokio::test]
async fn a_network_that_is_there_is_told_of() {
    let world = World::new().await;
    world.converges(&network(&world, "aws_route_table.a")).await;
    let ids = world.ids();
    let vpc_id = Value::from(ids["aws_vpc.a"].as_str());

    let vpc: VpcData = asked(&world, &[("id", vpc_id.clone())]).await;
    assert_eq!(vpc.cidr_blocks, ["10.0.0.0/16"]);
    assert_eq!(
        (vpc.enable_dns_support, vpc.enable_dns_hostnames),
        (Some(true), Some(true))
    );
    assert_eq!(vpc.tags["Name"], "a");
    let main = vpc.main_route_table_id.unwrap();

    let subnets: Subnets = asked(&world, &[("vpc_id", vpc_id.clone())]).await;
    assert_eq!(subnets.ids, [ids["aws_subnet.a"].as_str()]);
    assert_eq!(subnets.subnets[0].cidr_block, "10.0.1.0/24");
    assert!(subnets.subnets[0].availability_zone.starts_with(REGION));
    let block = Value::list(Type::String, vec![Value::from("10.9.0.0/24")]);
    let filters = Value::map(Type::list(Type::String), [("cidr-block".into(), block)].into());
    let none: Subnets = asked(&world, &[("vpc_id", vpc_id.clone()), ("filters", filters)]).await;
    assert!(none.ids.is_empty());

    let tables: RouteTables = asked(&world, &[("vpc_id", vpc_id)]).await;
    assert_eq!(tables.route_tables.len(), 3);
    let table = |id: &str| tables.route_tables.iter().find(|table| table.id == id).unwrap();
    assert!(table(&main).main);
    let used = table(&ids["aws_route_table.a"]);
    assert_eq!(used.subnet_ids, [ids["aws_subnet.a"].as_str()]);
    let out = used
        .routes
        .iter()
        .find(|route| route.destination == "0.0.0.0/0")
        .unwrap();
    assert_eq!(
        (out.target.as_str(), out.active),
        (ids["aws_internet_gateway.a"].as_str(), true)
    );
    assert!(used.routes.iter().any(|route| route.target == "local"));
}

#[tokio::test]
async fn a_vpc_that_is_not_there_is_an_error() {
    let world = World::new().await;
    let mut arguments = Object::empty(VpcData::schema());
    arguments.set(VpcData::schema(), "id", Value::from("vpc-00000000000000001"));
    let error = world
        .adapter
        .query(&world.scope, "aws_vpc", &arguments)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    assert!(error.message.contains("vpc-00000000000000001"), "{error}");
}
