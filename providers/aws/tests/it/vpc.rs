//! `aws_vpc`.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Tag;
use meshform_engine::Resource;
use meshform_kinds::aws::Vpc;
use meshform_state::Value;

use crate::support::{World, tags};

fn vpc(world: &World, name: &str, block: &str, more: &[(&str, Value)]) -> Resource {
    let mut attributes = vec![("cidr_block", Value::from(block))];
    attributes.extend_from_slice(more);
    world.resource::<Vpc>(name, &attributes)
}

#[tokio::test]
async fn a_vpc_is_made_changed_and_ended_with_nothing_left() {
    let world = World::new().await;
    let first = [vpc(
        &world,
        "a",
        "10.0.0.0/16",
        &[("tags", tags(&[("Name", "a"), ("team", "x")]))],
    )];
    world.converges(&first).await;
    let id = world.ids()["aws_vpc.a"].clone();
    assert!(id.starts_with("vpc-"));
    for (attribute, prefix) in [
        ("main_route_table_id", "rtb-"),
        ("default_route_table_id", "rtb-"),
        ("default_security_group_id", "sg-"),
        ("default_network_acl_id", "acl-"),
        ("arn", "arn:aws:ec2:eu-west-1:5"),
        ("owner_id", "5"),
    ] {
        let value = world.recorded("aws_vpc.a", attribute);
        assert!(
            value.as_str().is_some_and(|text| text.starts_with(prefix)),
            "{attribute} = {value:?}"
        );
    }
    assert_eq!(
        world.recorded("aws_vpc.a", "tags"),
        tags(&[("Name", "a"), ("team", "x")])
    );

    world.door().clear();
    let more = [
        ("tags", tags(&[("Name", "b")])),
        ("enable_dns_hostnames", Value::Bool(true)),
    ];
    let second = [vpc(&world, "a", "10.0.0.0/16", &more)];
    world.converges(&second).await;
    assert_eq!(world.ids()["aws_vpc.a"], id);
    let effects: Vec<String> = world
        .door()
        .effects()
        .into_iter()
        .map(|effect| effect.action)
        .collect();
    assert_eq!(effects, ["ModifyVpcAttribute", "DeleteTags", "CreateTags"]);

    let third = [vpc(&world, "a", "10.1.0.0/16", &[])];
    world.converges(&third).await;
    assert_ne!(world.ids()["aws_vpc.a"], id);
    assert_eq!(world.made()["vpc"], 1);

    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn dns_is_switched_in_the_order_that_ec2_takes() {
    let world = World::new().await;
    let dns = |support, hostnames| {
        let more = [
            ("enable_dns_support", Value::Bool(support)),
            ("enable_dns_hostnames", Value::Bool(hostnames)),
        ];
        [vpc(&world, "a", "10.0.0.0/16", &more)]
    };
    for (support, hostnames) in [
        (true, true),
        (false, false),
        (true, true),
        (true, false),
        (false, false),
    ] {
        world.converges(&dns(support, hostnames)).await;
        assert_eq!(
            world.recorded("aws_vpc.a", "enable_dns_support"),
            Value::Bool(support)
        );
    }
}

#[tokio::test]
async fn changes_by_hand_are_seen_and_undone_and_our_own_tags_are_not_shown() {
    let world = World::new().await;
    let wanted = [vpc(
        &world,
        "a",
        "10.0.0.0/16",
        &[("tags", tags(&[("Name", "a")]))],
    )];
    world.converges(&wanted).await;
    let id = world.ids()["aws_vpc.a"].clone();
    let tag = Tag::builder().key("Name").value("by hand").build();
    world
        .stranger()
        .await
        .create_tags()
        .resources(&id)
        .tags(tag)
        .send()
        .await
        .unwrap();
    assert_eq!(world.actions(&wanted).await, ["update aws_vpc.a"]);
    world.converges(&wanted).await;

    world
        .stranger()
        .await
        .delete_vpc()
        .vpc_id(&id)
        .send()
        .await
        .unwrap();
    assert_eq!(world.actions(&wanted).await, ["create aws_vpc.a"]);
    world.converges(&wanted).await;
    assert_eq!(world.made()["vpc"], 1);
}
