//! Data sources, and who a scope is.

use meshform_engine::Object;
use meshform_kinds::Spec;
use meshform_kinds::aws::{AvailabilityZones, CallerIdentity};
use meshform_state::{Scope, Value};

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
