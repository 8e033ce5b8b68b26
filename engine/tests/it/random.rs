//! Random graphs, random changes, random faults: everything converges, nothing is left over, plans repeat themselves,
//! and the schedule keeps its promises.

use std::collections::BTreeSet;

use meshform_engine::Desired;
use meshform_engine::apply::{Limits, Schedule};
use meshform_engine::desired::Moved;
use meshform_engine::plan::{Input, Options, Plan, build, digest};
use meshform_engine::refresh::Observed;
use meshform_engine::testing::kinds::{self, BY_NAME, BY_TOKEN, BY_UID, IN_TWO, LOCAL};
use meshform_engine::testing::{Fault, Lab, Make, desired};
use meshform_state::{Snapshot, Value};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::shapes::at;

/// One resource of a random graph; what it refers to are resources before it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    there: bool,
    kind: u8,
    zone: u8,
    size: u8,
    parent: Option<Index>,
    uses: Vec<Index>,
    after: Vec<Index>,
    create_first: bool,
    region: u8,
    /// Whether it is at its second address.
    moved: bool,
}

fn node() -> impl Strategy<Value = Node> {
    let links = || proptest::collection::vec(any::<Index>(), 0..3);
    let parent = proptest::option::of(any::<Index>());
    (
        0..10u8,
        0..5u8,
        0..2u8,
        0..3u8,
        parent,
        links(),
        links(),
        any::<bool>(),
        0..3u8,
        0..4u8,
    )
        .prop_map(
            |(there, kind, zone, size, parent, uses, after, create_first, region, moved)| Node {
                there: there > 1,
                kind,
                zone,
                size,
                parent,
                uses,
                after,
                create_first,
                region,
                moved: moved == 0,
            },
        )
}

const KINDS: [&str; 5] = [BY_UID, BY_TOKEN, BY_NAME, IN_TWO, LOCAL];

/// Two pictures of one graph: kinds and regions stay, since they are part of what a resource is; all else may change.
pub(crate) fn pictures(len: usize) -> impl Strategy<Value = (Vec<Node>, Vec<Node>)> {
    let both = (node(), node()).prop_map(|(first, mut second)| {
        second.kind = first.kind;
        second.region = first.region;
        (first, second)
    });
    proptest::collection::vec(both, 1..len).prop_map(|both| both.into_iter().unzip())
}

fn kind(node: &Node) -> &'static str {
    KINDS[usize::from(node.kind) % KINDS.len()]
}

fn address(nodes: &[Node], place: usize) -> String {
    format!(
        "{}.{}{place}",
        kind(&nodes[place]),
        if nodes[place].moved { "m" } else { "n" }
    )
}

/// The places before `place` that `links` name and that are there.
fn linked<'a>(
    nodes: &'a [Node],
    place: usize,
    links: impl IntoIterator<Item = &'a Index>,
) -> BTreeSet<usize> {
    let before = |link: &Index| (place > 0).then(|| link.index(place.max(1)));
    links
        .into_iter()
        .filter_map(before)
        .filter(|other| nodes[*other].there && kind(&nodes[*other]) != LOCAL)
        .collect()
}

/// The configuration of a picture. What something uses in place must be created first when it is replaced, and what
/// has a name that only one can have must not: users have to write it so with any such tool.
pub(crate) fn configuration(nodes: &[Node], other: &[Node]) -> Vec<Make> {
    let used_in = |nodes: &[Node]| -> BTreeSet<usize> {
        (0..nodes.len())
            .flat_map(|place| linked(nodes, place, &nodes[place].uses))
            .collect()
    };
    let used: BTreeSet<usize> = used_in(nodes).union(&used_in(other)).copied().collect();
    let there = (0..nodes.len()).filter(|place| nodes[*place].there);
    there
        .map(|place| {
            let (node, named) = (&nodes[place], kind(&nodes[place]) == BY_NAME);
            let mut make = Make::at(kind(node), &address(nodes, place))
                .set("name", Value::string(format!("n{place}")))
                .set("size", i64::from(node.size));
            if kind(node) != LOCAL {
                make = make.region(&format!("region-{}", node.region));
            }
            if !named {
                make = make.set("zone", format!("zone-{}", node.zone));
                for parent in linked(nodes, place, &node.parent) {
                    make = make.refer("parent", &address(nodes, parent));
                }
            }
            let uses: Vec<String> = linked(nodes, place, &node.uses)
                .into_iter()
                .map(|other| address(nodes, other))
                .collect();
            if !uses.is_empty() {
                make = make.uses(&uses.iter().map(String::as_str).collect::<Vec<_>>());
            }
            for other in linked(nodes, place, &node.after) {
                make = make.after(&address(nodes, other));
            }
            if node.create_first || used.contains(&place) {
                make.create_first()
            } else {
                make
            }
        })
        .collect()
}

/// What is wanted once `before` is there: all of `nodes`, and what is at another address moved there.
pub(crate) fn next(before: &[Node], nodes: &[Node]) -> Desired {
    let mut wanted = desired(configuration(nodes, before));
    let places = (0..nodes.len()).filter(|place| before[*place].moved != nodes[*place].moved);
    wanted.moved.extend(places.map(|place| Moved {
        from: at(&address(before, place)),
        to: at(&address(nodes, place)),
        range: Make::new(BY_UID, "x").resource().range,
    }));
    wanted
}

/// Some kinds of fault.
fn fault() -> impl Strategy<Value = Vec<Fault>> {
    proptest::sample::subsequence(Fault::SURVIVABLE.to_vec(), 1..Fault::SURVIVABLE.len())
}

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn everything_converges_whatever_goes_wrong(
        (first, second) in pictures(14),
        faults in fault(),
        seed in any::<u64>(),
        width in 1usize..8,
    ) {
        let mut lab = Lab::new(seed);
        lab.limits = Limits { total: width, per_scope: width.div_ceil(2) };
        lab.world.chance(seed, 25, 5, &faults);
        converges(&mut lab, &desired(configuration(&first, &second)))?;
        lab.world.chance(seed ^ 1, 25, 5, &faults);
        converges(&mut lab, &next(&first, &second))?;
        lab.options.destroy = true;
        lab.world.chance(seed ^ 2, 25, 5, &faults);
        converges(&mut lab, &desired([]))?;
        prop_assert!(lab.world.things().is_empty());
    }

    #[test]
    fn a_plan_is_the_same_in_whatever_order_its_inputs_come(
        (first, second) in pictures(14),
        orders in proptest::collection::vec(any::<u64>(), 3),
    ) {
        let mut lab = Lab::new(5);
        lab.converge(&desired(configuration(&first, &second))).map_err(TestCaseError::fail)?;
        let wanted = next(&first, &second);
        let plan = possible(lab.plan(&wanted))?.map_err(TestCaseError::fail)?;
        for order in orders {
            let again = lab.plan(&shuffled(&wanted, order)).map_err(TestCaseError::fail)?;
            prop_assert_eq!(digest(&plan), digest(&again));
        }
    }

    #[test]
    fn the_schedule_keeps_order_and_limits_and_comes_to_its_end(
        (first, _) in pictures(40),
        total in 1usize..9,
        per_scope in 1usize..5,
        luck in proptest::collection::vec((any::<Index>(), 0..8u8), 200),
        stop_at in proptest::option::of(0usize..40),
    ) {
        let plan = fresh(&desired(configuration(&first, &first)));
        schedule(&plan, Limits { total, per_scope }, &luck, stop_at)?;
    }
}

/// Some changes have no order: what is deleted first waits for something that must turn to its replacement before. They
/// are refused before anything is done, and are of no interest here.
fn possible<T>(result: Result<T, String>) -> Result<Result<T, String>, TestCaseError> {
    match result {
        Err(reason) if reason.contains("No order of steps is possible") => Err(TestCaseError::reject(reason)),
        other => Ok(other),
    }
}

pub(crate) fn converges(lab: &mut Lab, wanted: &Desired) -> Result<(), TestCaseError> {
    let converged = possible(lab.converge(wanted))?;
    let told = |wrong| {
        format!(
            "{wrong}\nafter {:?}\nof {:?}",
            lab.world.struck(),
            lab.world.ledger()
        )
    };
    converged
        .map(drop)
        .map_err(|wrong| TestCaseError::fail(told(wrong)))
}

/// `wanted` with its resources and their dependencies in another order.
fn shuffled(wanted: &Desired, order: u64) -> Desired {
    let key = |place: usize| (place as u64 + 1).wrapping_mul(order | 1).rotate_left(17);
    let mut shuffled = wanted.clone();
    let mut places: Vec<usize> = (0..wanted.resources.len()).collect();
    places.sort_by_key(|place| key(*place));
    shuffled.resources = places
        .into_iter()
        .map(|place| wanted.resources[place].clone())
        .collect();
    for resource in &mut shuffled.resources {
        let mut dependencies: Vec<(u64, _)> = resource
            .dependencies
            .drain(..)
            .enumerate()
            .map(|(place, one)| (key(place), one))
            .collect();
        dependencies.sort_by_key(|(key, _)| *key);
        resource.dependencies = dependencies.into_iter().map(|(_, one)| one).collect();
    }
    shuffled
}

/// The plan that makes all of `wanted`.
pub(crate) fn fresh(wanted: &Desired) -> Plan {
    let (snapshot, observed) = (Snapshot::new("x"), Observed::default());
    let (kinds, options) = (kinds::all(), Options::default());
    let input = Input {
        desired: wanted.clone(),
        snapshot: &snapshot,
        observed: &observed,
        adopted: &[],
        kinds: &kinds,
        options: &options,
    };
    build(input).unwrap_or_else(|found| panic!("{found:?}"))
}

fn schedule(
    plan: &Plan,
    limits: Limits,
    luck: &[(Index, u8)],
    stop_at: Option<usize>,
) -> Result<(), TestCaseError> {
    let scope = |step: usize| &plan.changes[plan.steps[step].change].scope;
    let mut schedule = Schedule::new(plan, limits);
    let (mut running, mut done, mut over) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut luck = luck.iter().cycle();
    for round in 0.. {
        while let Some(step) = schedule.start() {
            prop_assert!(
                plan.steps[step].after.iter().all(|before| done.contains(before)),
                "{step} is too early"
            );
            prop_assert!(
                !over.contains(&step) && !running.contains(&step),
                "{step} starts twice"
            );
            running.push(step);
            prop_assert!(running.len() <= limits.total);
            let same = running
                .iter()
                .filter(|other| scope(**other) == scope(step))
                .count();
            prop_assert!(same <= limits.per_scope);
        }
        prop_assert_eq!(schedule.running(), running.len());
        if schedule.is_over() {
            break;
        }
        prop_assert!(!running.is_empty(), "nothing runs and it is not over");
        if Some(round) == stop_at {
            over.extend(schedule.stop());
        }
        let (pick, fate) = luck.next().expect("a cycle has no end");
        let step = running.swap_remove(pick.index(running.len()));
        over.insert(step);
        if *fate == 0 {
            for skipped in schedule.fail(step) {
                prop_assert!(over.insert(skipped), "{skipped} is skipped twice");
            }
        } else {
            done.insert(step);
            schedule.finish(step);
        }
    }
    prop_assert_eq!(over.len(), plan.steps.len(), "each step ends once");
    Ok(())
}
