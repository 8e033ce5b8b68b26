//! The fault matrix: every effect of the example meets every kind of fault, on the way there and on the way back, and
//! the process dies before and after every record of its journal. Then the next apply ends it, the one after has
//! nothing to do, and nothing is orphaned or double.
//!
//! How many effects there are is what the door and the API server recorded in a clean run.

use meshform_state::journal::Event;

use crate::support::points::{Place, Point, Scenario, Tally, aws_faults, deaths, kube_faults, survive};
use crate::support::{Sabotage, cluster, say};

/// What the API server recorded of our requests that changed something in this namespace.
fn audited(namespace: &str) -> usize {
    let ours = |entry: &&meshform_sandbox::AuditEntry| {
        let there = entry.namespace == namespace || (entry.resource == "namespaces" && entry.name == namespace);
        there && entry.took_effect() && !entry.is_of_control_plane()
    };
    cluster().audit().unwrap().iter().filter(ours).count()
}

#[test]
fn every_effect_that_the_world_saw_is_in_the_journal() {
    for scenario in [Scenario::Create, Scenario::Destroy] {
        let mut world = scenario.begin(Sabotage::default());
        let before = (world.door().effects().len(), audited(&world.namespace), world.kube.effects());
        world.heard();
        assert!(scenario.run(&mut world).is_complete());
        let journal = world.heard();
        let intents: Vec<&str> = journal
            .iter()
            .filter_map(|event| match event {
                Event::Intent(intent) => Some(intent.effect.as_str()),
                _ => None,
            })
            .collect();
        let outcomes = journal.iter().filter(|event| matches!(event, Event::Outcome { .. })).count();
        let count = |service: &str| intents.iter().filter(|effect| effect.starts_with(service)).count();
        let door = world.door().effects().len() - before.0;
        assert_eq!(count("ec2:"), door, "{intents:?}");
        assert_eq!(count("kubernetes:"), audited(&world.namespace) - before.1, "{intents:?}");
        assert_eq!(count("kubernetes:"), world.kube.effects() - before.2, "{intents:?}");
        assert_eq!((outcomes, count("")), (intents.len(), count("ec2:") + count("kubernetes:")));
        say(&format!("{scenario:?}: {} effects, all in the journal", intents.len()));
    }
}

fn matrix(name: &str, points: Vec<Point>) {
    let tally = Tally::default();
    survive(&tally, points, Sabotage::default());
    say(&format!("{name}: {}", tally.told()));
    assert!(tally.wrong().is_empty(), "{name}: {:#?}", tally.wrong());
}

#[test]
fn every_effect_on_aws_survives_every_fault() {
    let mut points = Vec::new();
    for scenario in [Scenario::Create, Scenario::Destroy] {
        let clean = scenario.clean();
        assert!(clean.aws >= 8, "{clean:?}");
        for nth in 0..clean.aws {
            let point = |fault| Point { scenario, place: Place::Aws { nth, fault } };
            points.extend(aws_faults().into_iter().map(point));
        }
    }
    matrix("faults of AWS", points);
}

#[test]
fn every_effect_on_kubernetes_survives_every_fault() {
    let mut points = Vec::new();
    for scenario in [Scenario::Create, Scenario::Destroy] {
        let clean = scenario.clean();
        assert!(clean.kube >= 2, "{clean:?}");
        for nth in 1..=clean.kube {
            let point = |fault| Point { scenario, place: Place::Kube { nth, fault } };
            points.extend(kube_faults().into_iter().map(point));
        }
    }
    matrix("faults of Kubernetes", points);
}

#[test]
fn every_record_of_the_journal_survives_a_death_before_and_after() {
    let mut points = Vec::new();
    for scenario in [Scenario::Create, Scenario::Destroy] {
        let clean = scenario.clean();
        assert!(clean.records >= 8, "{clean:?}");
        for nth in 0..clean.records {
            let point = |(moment, op, verdict)| Point { scenario, place: Place::Record { nth, moment, op, verdict } };
            points.extend(deaths().into_iter().map(point));
        }
    }
    matrix("deaths at journal records", points);
}

#[test]
fn a_death_while_an_effect_is_under_way_is_survived() {
    let mut points = Vec::new();
    for scenario in [Scenario::Create, Scenario::Destroy] {
        let clean = scenario.clean();
        points.extend((0..clean.aws).map(|nth| Point { scenario, place: Place::UnderWay { nth } }));
    }
    matrix("deaths under way", points);
}
