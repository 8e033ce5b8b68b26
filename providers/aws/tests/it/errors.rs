//! What is said when AWS says no.

use std::sync::Arc;

use meshform_aws::{AwsAdapter, AwsSettings, Role};
use meshform_engine::testing::{ManualClock, SeededEntropy};
use meshform_engine::{Adapter as _, AdapterError, Certainty, ErrorClass};
use meshform_kinds::aws::{Subnet, Vpc};
use meshform_sandbox::{Fault, FaultKind};
use meshform_state::Scope;

use crate::support::{World, id_of, through};

async fn refused(kind: FaultKind) -> AdapterError {
    let world = World::new().await;
    world.door().inject(Fault::new(kind).forever());
    let vpc = [meshform_engine::Target {
        address: meshform_state::Address::parse("aws_vpc.a").unwrap(),
        id: "vpc-1".to_owned(),
        uid: "uid".to_owned(),
        private: None,
        recorded: meshform_engine::Recorded::default(),
    }];
    let error = world
        .adapter
        .read_many(&world.scope, "aws_vpc", &vpc)
        .await
        .unwrap_err();
    assert_eq!(world.door().requests().len(), 1, "the SDK tries nothing again");
    error
}

#[tokio::test]
async fn refusals_have_their_class_and_say_what_to_do() {
    for (kind, class) in [
        (FaultKind::AuthFailure, ErrorClass::Unauthenticated),
        (FaultKind::ExpiredToken, ErrorClass::Unauthenticated),
        (FaultKind::Unauthorized, ErrorClass::Denied),
    ] {
        let error = refused(kind).await;
        assert_eq!(
            (error.class, error.certainty),
            (class, Certainty::NothingHappened),
            "{error}"
        );
        assert!(error.hint.is_some());
    }
    let throttled = refused(FaultKind::Throttle).await;
    assert_eq!(
        (throttled.class, throttled.certainty),
        (ErrorClass::Throttled, Certainty::NothingHappened)
    );
    for kind in [
        FaultKind::ServerError { status: 500 },
        FaultKind::ResetBefore,
        FaultKind::ResetAfter,
    ] {
        let error = refused(kind).await;
        assert_eq!(
            (error.class, error.certainty),
            (ErrorClass::Unavailable, Certainty::Unknown),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_told_apart_from_a_lost_answer() {
    let world = World::new().await;
    let base = through(world.door())
        .await
        .to_builder()
        .endpoint_url("http://127.0.0.1:1")
        .build();
    let clock = Arc::new(ManualClock::new());
    let settings = AwsSettings {
        base: Some(base),
        ..AwsSettings::new(Role::Plan, clock, Arc::new(SeededEntropy::new(1)))
    };
    let error = AwsAdapter::new(settings)
        .identify(&world.scope)
        .await
        .unwrap_err();
    assert_eq!(
        (error.class, error.certainty),
        (ErrorClass::Unavailable, Certainty::NothingHappened),
        "{error}"
    );
    assert!(error.hint.unwrap().contains("AWS_ENDPOINT_URL"));
}

#[tokio::test]
async fn another_account_than_the_configured_one_is_refused() {
    let mut world = World::new().await;
    if let Scope::Aws { account, .. } = &mut world.scope {
        *account = Some("111111111111".to_owned());
    }
    let error = world.plan_error(&[]).await;
    assert!(error.source.message.contains("111111111111"), "{}", error.source);
}

#[tokio::test]
async fn a_vpc_that_is_still_used_is_waited_for_and_then_kept() {
    let world = World::new().await;
    let vpc = world.resource::<Vpc>("a", &[("cidr_block", "10.0.0.0/16".into())]);
    let subnet = [
        ("vpc_id", id_of("aws_vpc.a")),
        ("cidr_block", "10.0.1.0/24".into()),
    ];
    let subnet = world.resource::<Subnet>("a", &subnet);
    world.converges(&[vpc, subnet]).await;
    let id = world.ids()["aws_vpc.a"].clone();
    world
        .stranger()
        .await
        .create_subnet()
        .vpc_id(id)
        .cidr_block("10.0.2.0/24")
        .send()
        .await
        .unwrap();
    let outcome = world.apply(&[]).await;
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Busy));
    assert!(
        outcome.failed[0].message.contains("DependencyViolation"),
        "{:?}",
        outcome.failed
    );
    assert_eq!(world.ids().keys().collect::<Vec<_>>(), ["aws_vpc.a"]);
}
