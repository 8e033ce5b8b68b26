//! Security groups and their rules.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{IpPermission, IpRange};
use meshform_engine::{ErrorClass, Resource};
use meshform_kinds::aws::{SecurityGroup, SecurityGroupEgressRule, SecurityGroupIngressRule, Vpc};
use meshform_state::Value;

use crate::support::{World, id_of, tags};

const GROUP: &str = "aws_security_group.a";
const IN: &str = "aws_vpc_security_group_ingress_rule.https";
const OUT: &str = "aws_vpc_security_group_egress_rule.all";

/// A VPC with a group that lets `port` in from another group, and everything out.
pub(crate) fn guarded(world: &World, port: i64) -> Vec<Resource> {
    let group = |name: &str, more: &[(&'static str, Value)]| {
        let own = [("name", name.into()), ("vpc_id", id_of("aws_vpc.a"))];
        let all: Vec<(&str, Value)> = own.into_iter().chain(more.iter().cloned()).collect();
        world.resource::<SecurityGroup>(name, &all)
    };
    let of_group = || ("security_group_id", id_of(GROUP));
    vec![
        world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into())]),
        group("a", &[("tags", tags(&[("Name", "a")]))]),
        group("b", &[("keep_default_egress", Value::Bool(true))]),
        world.resource::<SecurityGroupIngressRule>(
            "https",
            &[
                of_group(),
                ("ip_protocol", "tcp".into()),
                ("from_port", Value::int(port)),
                ("to_port", Value::int(port)),
                ("cidr_ipv4", "10.1.0.0/16".into()),
                ("description", "from the other mesh".into()),
                ("tags", tags(&[("Name", "https")])),
            ],
        ),
        world.resource::<SecurityGroupIngressRule>(
            "peers",
            &[
                of_group(),
                ("ip_protocol", "-1".into()),
                ("referenced_security_group_id", id_of("aws_security_group.b")),
            ],
        ),
        world.resource::<SecurityGroupEgressRule>(
            "all",
            &[
                of_group(),
                ("ip_protocol", "-1".into()),
                ("cidr_ipv4", "0.0.0.0/0".into()),
            ],
        ),
    ]
}

#[tokio::test]
async fn a_group_is_made_changed_and_ended_with_nothing_left() {
    let world = World::new().await;
    world.converges(&guarded(&world, 443)[..1]).await;
    let came_with_the_vpc = world.made()["security-group-rule"];
    world.converges(&guarded(&world, 443)).await;
    let ids = world.ids();
    assert_eq!(
        world
            .recorded(
                "aws_vpc_security_group_ingress_rule.peers",
                "referenced_security_group_id"
            )
            .as_str(),
        Some(&*ids["aws_security_group.b"])
    );
    assert!(world.recorded(OUT, "from_port").is_null());
    // Ours, and the default one of group b.
    assert_eq!(world.made()["security-group-rule"] - came_with_the_vpc, 3 + 1);
    let changed = guarded(&world, 15017);
    assert_eq!(world.actions(&changed).await, [format!("update {IN}")]);
    world.converges(&changed).await;
    assert_eq!(world.ids()[IN], ids[IN], "ports change in place");
    world.converges(&[]).await;
    assert_eq!(world.made(), BTreeMap::new());
}

#[tokio::test]
async fn what_somebody_did_to_groups_and_rules_is_undone() {
    let world = World::new().await;
    let wanted = guarded(&world, 443);
    world.converges(&wanted).await;
    let (ids, stranger) = (world.ids(), world.stranger().await);
    let revoked = stranger.revoke_security_group_ingress().group_id(&ids[GROUP]);
    revoked.security_group_rule_ids(&ids[IN]).send().await.unwrap();
    let opened = stranger
        .authorize_security_group_egress()
        .group_id(&ids["aws_security_group.b"]);
    let everywhere = IpRange::builder().cidr_ip("10.0.0.0/8").build();
    let all = IpPermission::builder()
        .ip_protocol("-1")
        .ip_ranges(everywhere)
        .build();
    opened.ip_permissions(all).send().await.unwrap();
    // The rule of a stranger is the stranger's.
    assert_eq!(world.actions(&wanted).await, [format!("create {IN}")]);
    world.converges(&wanted).await;
}

#[tokio::test]
async fn the_default_rule_is_kept_or_taken_as_configured() {
    let world = World::new().await;
    let vpc = world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into())]);
    let group = |keep: bool| {
        let attributes = [
            ("name", "a".into()),
            ("vpc_id", id_of("aws_vpc.a")),
            ("keep_default_egress", Value::Bool(keep)),
        ];
        [vpc.clone(), world.resource::<SecurityGroup>("a", &attributes)]
    };
    for keep in [false, true, false] {
        world.converges(&group(keep)).await;
        assert_eq!(world.recorded(GROUP, "keep_default_egress"), Value::Bool(keep));
    }
}

#[tokio::test]
async fn a_rule_that_is_there_already_is_not_taken() {
    let world = World::new().await;
    let wanted = guarded(&world, 443);
    world.converges(&wanted[..3]).await;
    let group = world.ids()[GROUP].clone();
    let block = IpRange::builder().cidr_ip("10.1.0.0/16").build();
    let https = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443);
    let theirs = world
        .stranger()
        .await
        .authorize_security_group_ingress()
        .group_id(group);
    theirs
        .ip_permissions(https.ip_ranges(block).build())
        .send()
        .await
        .unwrap();
    let outcome = world.apply(&wanted).await;
    assert_eq!(outcome.failed.len(), 1, "{:?}", outcome.failed);
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Conflict));
    assert!(outcome.failed[0].message.contains("InvalidPermission.Duplicate"));
}

#[tokio::test]
async fn a_second_group_of_a_name_is_refused() {
    let world = World::new().await;
    let wanted = guarded(&world, 443);
    world.converges(&wanted[..1]).await;
    let theirs = world.stranger().await.create_security_group().group_name("a");
    let theirs = theirs.description("theirs").vpc_id(&world.ids()["aws_vpc.a"]);
    theirs.send().await.unwrap();
    let outcome = world.apply(&wanted[..2]).await;
    assert_eq!(outcome.failed.len(), 1, "{:?}", outcome.failed);
    assert!(outcome.failed[0].message.contains("InvalidGroup.Duplicate"));
}
