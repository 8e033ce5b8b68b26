//! EKS clusters: what is said of them, and the tokens that open them.

use std::sync::Arc;

use meshform_aws::eks::EksClusters;
use meshform_aws::{AwsSettings, Role};
use meshform_engine::testing::{ManualClock, SeededEntropy};
use meshform_engine::{Clock as _, ErrorClass, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::EksCluster;
use meshform_state::{EksReach, Scope, Value};

use crate::support::{REGION, World, through};

fn reach(world: &World) -> EksReach {
    let Scope::Aws { account, .. } = &world.scope else {
        unreachable!()
    };
    EksReach {
        account: account.clone(),
        region: REGION.to_owned(),
        cluster: "west".to_owned(),
        plan_role: None,
        apply_role: None,
    }
}

fn register(world: &World) {
    let mut cluster = meshform_sandbox::EksCluster::new("west", REGION, "https://127.0.0.1:6443", "PEM");
    cluster.account = reach(world).account.unwrap();
    world.door().register_cluster(cluster);
}

async fn clusters(world: &World) -> (EksClusters, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    let settings = AwsSettings {
        base: Some(through(world.door()).await),
        ..AwsSettings::new(Role::Plan, clock.clone(), Arc::new(SeededEntropy::new(1)))
    };
    (EksClusters::new(settings), clock)
}

async fn asked(world: &World) -> EksCluster {
    let mut arguments = Object::empty(EksCluster::schema());
    arguments.set(EksCluster::schema(), "name", Value::from("west"));
    let answer = world
        .adapter
        .query(&world.scope, "aws_eks_cluster", &arguments)
        .await
        .unwrap();
    EksCluster::from_object(&answer).unwrap()
}

#[tokio::test]
async fn a_cluster_is_told_of_whether_it_is_there_or_not() {
    let world = World::new().await;
    let none = asked(&world).await;
    assert_eq!((none.exists, none.endpoint), (Some(false), None));
    register(&world);
    let found = asked(&world).await;
    assert_eq!(found.exists, Some(true));
    assert_eq!(found.endpoint.as_deref(), Some("https://127.0.0.1:6443"));
    assert_eq!(found.certificate_authority_data.as_deref(), Some("UEVN"));
    assert_eq!(found.status.as_deref(), Some("ACTIVE"));
}

#[tokio::test]
async fn where_a_cluster_answers_or_why_it_does_not() {
    let world = World::new().await;
    let (clusters, _) = clusters(&world).await;
    let missing = clusters.describe(&reach(&world)).await.unwrap_err();
    assert_eq!(missing.class, ErrorClass::NotFound);
    assert!(missing.message.contains("`west`"), "{missing}");
    register(&world);
    let endpoint = clusters.describe(&reach(&world)).await.unwrap();
    assert_eq!(
        (
            endpoint.server.as_str(),
            endpoint.certificate_authority_data.as_str()
        ),
        ("https://127.0.0.1:6443", "UEVN")
    );
}

#[tokio::test]
async fn a_token_costs_no_request_and_a_role_one() {
    let world = World::new().await;
    let (clusters, clock) = clusters(&world).await;
    world.door().clear();
    let token = clusters.token(&reach(&world)).await.unwrap();
    assert!(token.token.starts_with("k8s-aws-v1."));
    assert_eq!(token.expires_ms, clock.now_ms() + 14 * 60 * 1000);
    assert!(world.door().requests().is_empty());
    assert!(
        !format!("{token:?}").contains("k8s-aws"),
        "a token is never shown"
    );
    let other = EksReach {
        account: Some("222222222222".to_owned()),
        plan_role: Some("meshform-plan".to_owned()),
        ..reach(&world)
    };
    let theirs = clusters.token(&other).await.unwrap();
    assert_ne!(theirs.token, token.token);
    assert_eq!(world.requests()["AssumeRole"], 1);
}
