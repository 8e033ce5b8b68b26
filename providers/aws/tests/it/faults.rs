//! Every effect of a whole network, and everything that can happen to its request.

use std::collections::BTreeMap;

use meshform_engine::Resource;
use meshform_sandbox::{Answer, Fault, FaultKind, Recorded};

use crate::network::network;
use crate::peering::peered;
use crate::security_groups::guarded;
use crate::support::World;

/// What can happen to a request for `action`. Faults that leave no doubt are the engine's to handle and have a test of
/// their own below.
fn kinds(action: &str) -> Vec<FaultKind> {
    let lost = [
        FaultKind::ResetAfter,
        FaultKind::Twice {
            answer: Answer::Second,
        },
    ];
    let more = [
        FaultKind::ServerError { status: 500 },
        FaultKind::ResetBefore,
        FaultKind::Twice {
            answer: Answer::First,
        },
        FaultKind::NotFoundFor { requests: 3 },
    ];
    let repeatable = !["Authorize", "Create", "Associate", "Replace"]
        .iter()
        .any(|start| action.starts_with(start));
    lost.into_iter()
        .chain(more.into_iter().filter(|_| !repeatable))
        .collect()
}

/// The effects as `action, how many of the same before it`.
fn places(effects: &[Recorded]) -> Vec<(String, u64)> {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut places = Vec::new();
    for effect in effects {
        let before = seen.entry(&effect.action).or_default();
        places.push((effect.action.clone(), *before));
        *before += 1;
    }
    places
}

/// Runs `change` on a world that `prepare` made, with each fault at each of its effects.
async fn matrix(
    prepare: fn(&World) -> Vec<Resource>,
    change: fn(&World) -> Vec<Resource>,
) -> (usize, BTreeMap<String, usize>) {
    let clean = World::new().await;
    clean.converges(&prepare(&clean)).await;
    clean.door().clear();
    clean.converges(&change(&clean)).await;
    let places = places(&clean.door().effects());
    let expected = clean.made();
    let mut failures = Vec::new();
    for (action, skip) in &places {
        for kind in kinds(action) {
            let world = World::new().await;
            world.converges(&prepare(&world)).await;
            let fault = Fault::new(kind.clone())
                .service("ec2")
                .action(action)
                .effects()
                .after(*skip);
            let mut result = world.comes_to(&change(&world), fault).await;
            if result.is_ok() && world.made() != expected {
                result = Err(format!("there are {:?}", world.made()));
            }
            if result.is_ok() {
                world.converges(&[]).await;
                if !world.made().is_empty() {
                    result = Err(format!("left behind: {:?}", world.made()));
                }
            }
            failures.extend(result.err().map(|why| format!("{action}#{skip} {kind:?}: {why}")));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    (places.len(), expected)
}

#[tokio::test]
async fn nothing_is_lost_doubled_or_left_when_a_network_is_made() {
    let (effects, made) = matrix(|_| Vec::new(), |world| network(world, "aws_route_table.a")).await;
    assert_eq!(effects, 10);
    assert_eq!(made["vpc"], 1);
}

#[tokio::test]
async fn nothing_is_lost_doubled_or_left_when_a_table_is_exchanged() {
    let change = |world: &World| network(world, "aws_route_table.b");
    let (effects, _) = matrix(|world| network(world, "aws_route_table.a"), change).await;
    assert_eq!(effects, 1);
}

#[tokio::test]
async fn nothing_is_lost_or_left_when_a_network_is_ended() {
    let (effects, made) = matrix(|world| network(world, "aws_route_table.a"), |_| Vec::new()).await;
    assert_eq!(effects, 8);
    assert!(made.is_empty());
}

#[tokio::test]
async fn nothing_is_lost_doubled_or_left_when_vpcs_are_peered() {
    let all = |world: &World| peered(world, None, true);
    let (effects, made) = matrix(|world| peered(world, None, true)[..2].to_vec(), all).await;
    // Connection, consent, options of both sides, table, route.
    assert_eq!(effects, 6);
    assert_eq!(made["vpc-peering-connection"], 1);
}

#[tokio::test]
async fn nothing_is_lost_or_left_when_vpcs_are_parted() {
    let (effects, made) = matrix(|world| peered(world, None, true), |_| Vec::new()).await;
    // Options of both sides, connection, route, table, both VPCs.
    assert_eq!(effects, 7);
    assert!(made.is_empty());
}

#[tokio::test]
async fn nothing_is_lost_doubled_or_left_when_groups_are_made() {
    let all = |world: &World| guarded(world, 443);
    let (effects, made) = matrix(|world| guarded(world, 443)[..1].to_vec(), all).await;
    // Two groups, the default rule of one, three rules.
    assert_eq!(effects, 6);
    assert_eq!(made["security-group"], 3);
}

#[tokio::test]
async fn nothing_is_lost_or_left_when_groups_are_changed_and_ended() {
    let (effects, _) = matrix(|world| guarded(world, 443), |world| guarded(world, 15017)).await;
    assert_eq!(effects, 1);
    let (effects, made) = matrix(|world| guarded(world, 443), |_| Vec::new()).await;
    // Three rules, two groups, the VPC.
    assert_eq!(effects, 6);
    assert!(made.is_empty());
}

#[tokio::test]
async fn refusals_that_pass_are_waited_out_and_others_can_be_gone_on_from() {
    for kind in [
        FaultKind::Throttle,
        FaultKind::ExpiredToken,
        FaultKind::Unauthorized,
    ] {
        let world = World::new().await;
        let fault = Fault::new(kind.clone()).service("ec2").effects().after(3);
        let result = world.comes_to(&network(&world, "aws_route_table.a"), fault).await;
        assert_eq!(result, Ok(()), "{kind:?}");
        assert_eq!(world.made()["vpc"], 1);
    }
}

/// A request that AWS executes twice, and a process that dies before it hears of that: of what bears the mark one is kept
/// and recorded, the others are ended under intents, and nothing is left that nobody knows.
#[tokio::test]
async fn twins_of_a_dead_run_are_ended_by_the_next() {
    for action in ["CreateVpc", "CreateInternetGateway"] {
        let mut world = World::new().await;
        let wanted = network(&world, "aws_route_table.a");
        let twice = FaultKind::Twice {
            answer: Answer::First,
        };
        let fault = Fault::new(twice).service("ec2").action(action).effects();
        world.door().inject(fault);
        world.dies_before_the_outcome(&wanted, action).await;
        let kind = if action == "CreateVpc" {
            "vpc"
        } else {
            "internet-gateway"
        };
        assert_eq!(world.made().get(kind), Some(&2), "{action}: {:?}", world.made());
        world.door().clear_faults();
        let outcome = world.apply(&wanted).await;
        assert!(outcome.is_complete(), "{action}: {outcome:#?}");
        world.converges(&wanted).await;
        assert_eq!(world.made()[kind], 1, "{action}");
        world.converges(&[]).await;
        assert!(world.made().is_empty(), "{action}: {:?}", world.made());
    }
}
