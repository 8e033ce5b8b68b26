//! `aws_subnet`.

use std::collections::BTreeMap;

use meshform_kinds::aws::{Subnet, Vpc};
use meshform_state::Value;

use crate::support::{World, id_of, tags};

#[tokio::test]
async fn a_subnet_is_made_changed_and_ended_with_nothing_left() {
    let world = World::new().await;
    let vpc = world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into())]);
    let subnet = |more: &[(&str, Value)]| {
        let mut attributes = vec![
            ("vpc_id", id_of("aws_vpc.a")),
            ("cidr_block", "10.0.1.0/24".into()),
        ];
        attributes.extend_from_slice(more);
        [vpc.clone(), world.resource::<Subnet>("a", &attributes)]
    };
    // The zone is AWS's choice, and stays it.
    let first = subnet(&[
        ("map_public_ip_on_launch", Value::Bool(true)),
        ("tags", tags(&[("Name", "a")])),
    ]);
    world.converges(&first).await;
    let zone = world.recorded("aws_subnet.a", "availability_zone");
    assert!(zone.as_str().is_some_and(|zone| zone.starts_with("eu-west-1")));
    assert!(
        world
            .recorded("aws_subnet.a", "availability_zone_id")
            .as_str()
            .is_some()
    );
    assert_eq!(
        world.recorded("aws_subnet.a", "vpc_id").as_str(),
        Some(&*world.ids()["aws_vpc.a"])
    );

    let id = world.ids()["aws_subnet.a"].clone();
    world
        .converges(&subnet(&[("tags", tags(&[("kubernetes.io/role/elb", "1")]))]))
        .await;
    assert_eq!(
        world.recorded("aws_subnet.a", "map_public_ip_on_launch"),
        Value::Bool(false)
    );
    assert_eq!(world.ids()["aws_subnet.a"], id);

    let other = if zone.as_str() == Some("eu-west-1b") {
        "eu-west-1c"
    } else {
        "eu-west-1b"
    };
    world
        .converges(&subnet(&[("availability_zone", other.into())]))
        .await;
    assert_ne!(world.ids()["aws_subnet.a"], id);

    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn a_conflict_with_somebody_elses_subnet_is_told_at_once() {
    let world = World::new().await;
    let vpc = world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into())]);
    world.converges(std::slice::from_ref(&vpc)).await;
    let id = world.ids()["aws_vpc.a"].clone();
    world
        .stranger()
        .await
        .create_subnet()
        .vpc_id(id)
        .cidr_block("10.0.1.0/24")
        .send()
        .await
        .unwrap();
    let ours = [
        ("vpc_id", id_of("aws_vpc.a")),
        ("cidr_block", "10.0.1.0/24".into()),
    ];
    let outcome = world.apply(&[vpc, world.resource::<Subnet>("a", &ours)]).await;
    assert_eq!(outcome.failed.len(), 1);
    assert!(
        outcome.failed[0].message.contains("InvalidSubnet.Conflict"),
        "{:?}",
        outcome.failed
    );
    assert_eq!(world.made()["subnet"], 1);
}
