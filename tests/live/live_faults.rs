//! The fault matrix: every effect of the example meets every kind of fault, on the way there and on the way back, and
//! the process dies before and after every record of its journal. Then the next apply ends it, the one after has
//! nothing to do, and nothing is orphaned or double.
//!
//! How many effects there are is what the door and the API server recorded in a clean run.

use meshform_state::disk::Verdict;
use meshform_state::journal::Event;

use crate::support::matrix::matrix;
use crate::support::scenario::Scenario;
use crate::support::{Sabotage, cluster, say};

/// What the API server recorded of our requests that changed something in this namespace.
fn audited(namespace: &str) -> usize {
    let ours = |entry: &&meshform_sandbox::AuditEntry| {
        let there =
            entry.namespace == namespace || (entry.resource == "namespaces" && entry.name == namespace);
        there && entry.took_effect() && !entry.is_of_control_plane()
    };
    cluster().audit().unwrap().iter().filter(ours).count()
}

#[test]
fn every_effect_that_the_world_saw_is_in_the_journal() {
    for scenario in [Scenario::CREATE, Scenario::DESTROY] {
        let mut world = scenario.begin(Sabotage::default());
        let before = (
            world.door().effects().len(),
            audited(&world.namespace),
            world.kube.effects(),
        );
        world.heard();
        assert!(scenario.run(&mut world).is_complete());
        let journal = world.heard();
        // A deletion that takes its time is asked for again and again, each time under an intent of its own.
        let mut intents: Vec<(&str, &str)> = Vec::new();
        let (mut begun, mut ended) = (0, 0);
        for event in &journal {
            match event {
                Event::Intent(intent) => {
                    begun += 1;
                    let effect = (intent.effect.as_str(), intent.address.as_str());
                    if intents.last() != Some(&effect) {
                        intents.push(effect);
                    }
                }
                Event::Outcome { .. } => ended += 1,
                _ => {}
            }
        }
        assert_eq!(begun, ended);
        if scenario == Scenario::CREATE {
            assert_eq!(begun, intents.len(), "{intents:?}");
        }
        let count = |service: &str| {
            intents
                .iter()
                .filter(|(effect, _)| effect.starts_with(service))
                .count()
        };
        let door = world.door().effects().len() - before.0;
        assert_eq!(count("ec2:"), door, "{intents:?}");
        assert_eq!(
            count("kubernetes:"),
            audited(&world.namespace) - before.1,
            "{intents:?}"
        );
        assert_eq!(
            count("kubernetes:"),
            world.kube.effects() - before.2,
            "{intents:?}"
        );
        assert_eq!(intents.len(), count("ec2:") + count("kubernetes:"), "{intents:?}");
        say(&format!(
            "{scenario:?}: {} effects, all in the journal",
            intents.len()
        ));
    }
}

#[test]
fn every_effect_on_aws_survives_every_fault() {
    let mut points = Vec::new();
    assert_eq!(
        Scenario::DESTROY_NETWORK.clean().aws,
        Scenario::DESTROY.clean().aws
    );
    for scenario in [Scenario::CREATE, Scenario::DESTROY_NETWORK] {
        let clean = scenario.clean();
        assert!(clean.aws.len() >= 8, "{clean:?}");
        points.extend(scenario.aws_points(&clean));
    }
    matrix("faults of AWS", points);
}

#[test]
fn every_effect_on_kubernetes_survives_every_fault() {
    let mut points = Vec::new();
    for scenario in [Scenario::CREATE, Scenario::DESTROY] {
        let clean = scenario.clean();
        assert!(clean.kube.len() >= 2, "{clean:?}");
        points.extend(scenario.kube_points(&clean));
    }
    matrix("faults of Kubernetes", points);
}

#[test]
fn every_record_of_the_journal_survives_a_death_before_and_after() {
    let mut points = Vec::new();
    for scenario in [Scenario::CREATE, Scenario::DESTROY_NETWORK] {
        let clean = scenario.clean();
        assert!(clean.records.len() >= 8, "{clean:?}");
        // The deaths of the machine meet every record of a creation here, and those of a destruction in the engine's
        // own matrix, whose world answers at once.
        let fits = |verdict| scenario == Scenario::CREATE || verdict == Verdict::Die;
        points.extend(scenario.record_points(&clean, fits));
    }
    matrix("deaths at journal records", points);
}

#[test]
fn a_death_while_an_effect_is_under_way_is_survived() {
    let mut points = Vec::new();
    for scenario in [Scenario::CREATE, Scenario::DESTROY_NETWORK] {
        points.extend(scenario.deaths_under_way(&scenario.clean()));
    }
    matrix("deaths under way", points);
}
