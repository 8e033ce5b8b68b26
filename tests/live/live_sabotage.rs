//! A matrix that stays green when a promise is broken proves nothing: without fsync, without intents, without lookups,
//! without expectations, at least one point turns red.

use meshform_state::disk::{Cut, Moment, Op, Verdict};

use crate::support::points::{Place, Point, Tally, survive};
use crate::support::scenario::Scenario;
use crate::support::{Ran, Sabotage, World, runtime, say};

/// Deaths at the first records of a creation, in which effects follow each other closely.
fn points(moment: Moment, op: Op, verdict: Verdict) -> Vec<Point> {
    let places = (2..6).map(|nth| Place::Record {
        nth,
        moment,
        op,
        verdict,
    });
    places
        .map(|place| Point {
            scenario: Scenario::CREATE,
            place,
            sort: String::new(),
        })
        .collect()
}

/// Deaths while one of the first creations is under way: its outcome is lost for certain.
fn under_way() -> Vec<Point> {
    let places = (0..6).map(|nth| Place::UnderWay { nth });
    places
        .map(|place| Point {
            scenario: Scenario::CREATE,
            place,
            sort: String::new(),
        })
        .collect()
}

fn turns_red(name: &str, points: Vec<Point>, sabotage: Sabotage) {
    let honest = Tally::default();
    survive(&honest, points.clone(), Sabotage::default());
    assert!(honest.wrong().is_empty(), "{:#?}", honest.wrong());
    let broken = Tally::default();
    survive(&broken, points, sabotage);
    let red: Vec<String> = broken
        .wrong()
        .into_iter()
        .filter(|wrong| !wrong.contains("never met"))
        .collect();
    say(&format!("without {name}: {}", broken.told()));
    assert!(!red.is_empty(), "no point noticed that there is no {name}");
}

#[test]
fn without_fsync_a_power_cut_loses_something() {
    let points = points(Moment::After, Op::Sync, Verdict::PowerCut(Cut::Everything));
    turns_red(
        "fsync",
        points,
        Sabotage {
            no_sync: true,
            ..Sabotage::default()
        },
    );
}

#[test]
fn without_intents_a_death_loses_something() {
    turns_red(
        "intent",
        under_way(),
        Sabotage {
            no_intent: true,
            ..Sabotage::default()
        },
    );
}

#[test]
fn without_lookups_a_death_loses_something() {
    turns_red(
        "lookup",
        under_way(),
        Sabotage {
            no_lookup: true,
            ..Sabotage::default()
        },
    );
}

/// A change by hand between plan and apply: how it ends, and how many effects the run had.
fn raced(sabotage: Sabotage) -> (Ran, usize) {
    let mut world = World::new();
    assert!(world.apply().is_complete());
    let (vpc, stranger, door) = (
        world.ids()["vpc.west.aws_vpc.this"].clone(),
        world.stranger(),
        world.door().clone(),
    );
    let tag = |value: &str| {
        let tag = aws_sdk_ec2::types::Tag::builder()
            .key("Name")
            .value(value)
            .build();
        let request = stranger.create_tags().resources(&vpc).tags(tag);
        // On a thread of its own: this one may be in the runtime already.
        std::thread::scope(|scope| {
            scope
                .spawn(|| runtime().block_on(request.send()).unwrap())
                .join()
                .unwrap();
        });
    };
    tag("first change");
    world.sabotage = sabotage;
    let ran = world.apply_after(|| {
        tag("second change");
        door.clear();
    });
    (ran, world.door().effects().len())
}

#[test]
fn without_expectations_a_change_between_plan_and_apply_is_overrun() {
    let (ran, effects) = raced(Sabotage::default());
    let outcome = ran.outcome();
    assert!(!outcome.stale.is_empty(), "{outcome:?}");
    assert_eq!(effects, 0, "a stale plan does nothing");

    let (ran, effects) = raced(Sabotage {
        no_expectation: true,
        ..Sabotage::default()
    });
    let outcome = ran.outcome();
    assert!(
        outcome.stale.is_empty() && effects > 0,
        "nobody noticed that nothing is expected: {outcome:?}"
    );
}
