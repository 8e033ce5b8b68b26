//! What is told of a run: in an order that a user can follow, and with how long a wait can take.

use std::collections::HashSet;
use std::time::Duration;

use meshform_engine::testing::kinds::{BY_TOKEN, BY_UID, IN_TWO};
use meshform_engine::testing::{Fault, Lab, Make, Ran, desired};
use meshform_engine::{Action, Clock as _, Desired, Event};
use meshform_state::Address;

use crate::journal::layered;
use crate::shapes::{ended, whole};

/// What is wrong with the order in which `events` tell of creations.
fn disorder(wanted: &Desired, events: &[Event]) -> Vec<String> {
    let (mut done, mut started): (HashSet<&Address>, HashSet<&Address>) = Default::default();
    let mut wrong = Vec::new();
    for event in events {
        match event {
            Event::StepStarted { address, .. } => {
                started.insert(address);
                let resource = wanted
                    .resources
                    .iter()
                    .find(|resource| resource.address == *address)
                    .unwrap();
                let early = resource
                    .dependencies
                    .iter()
                    .filter(|dependency| !done.contains(&dependency.on));
                wrong.extend(early.map(|dependency| format!("{address} before {}", dependency.on)));
            }
            Event::StepDone { address, .. } | Event::StepFailed { address, .. } => {
                if !started.contains(address) {
                    wrong.push(format!("{address} ends and has not begun"));
                }
                done.insert(address);
            }
            Event::StepSkipped { because, .. } if !done.contains(because) => {
                wrong.push(format!("skipped before {because} has failed"));
            }
            _ => {}
        }
    }
    wrong
}

#[test]
fn a_dependency_is_called_done_before_what_needs_it_is_said_to_begin() {
    for wanted in [whole(), layered(BY_TOKEN, 6, 4), layered(BY_TOKEN, 40, 1)] {
        let mut lab = Lab::new(1);
        assert!(ended(lab.apply(&wanted)).is_complete());
        let events = lab.heard();
        let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
        assert_eq!(
            count(|event| matches!(event, Event::StepStarted { .. })),
            wanted.resources.len()
        );
        assert_eq!(disorder(&wanted, &events), Vec::<String>::new());
    }
}

#[test]
fn a_failure_is_told_after_its_beginning_and_before_what_it_skips() {
    for nth in 1..6 {
        let mut lab = Lab::new(1);
        lab.world.fault(nth, Fault::Refused);
        let outcome = ended(lab.apply(&whole()));
        assert_eq!(outcome.failed.len(), 1);
        assert_eq!(disorder(&whole(), &lab.heard()), Vec::<String>::new(), "{nth}");
    }
}

#[test]
fn a_wait_for_what_left_no_trace_says_how_long_it_takes_at_most() {
    let wanted = desired([Make::new(BY_UID, "net")]);
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::KillBefore);
    assert!(matches!(lab.apply(&wanted), Ran::Killed));
    _ = lab.heard();
    let since = lab.world.clock.monotonic();
    assert!(ended(lab.apply(&wanted)).is_complete());
    let events = lab.heard();
    let most: Vec<Duration> = events
        .iter()
        .filter_map(|event| match event {
            Event::Resolving { at_most, .. } | Event::StillResolving { at_most, .. } => Some(*at_most),
            _ => None,
        })
        .collect();
    // Call and settle time of the world, and the latest start of a call; less with each look.
    assert!(
        most[0] <= Duration::from_secs(60) && most[0] > Duration::from_secs(50),
        "{most:?}"
    );
    assert!(most.is_sorted_by(|a, b| a >= b), "{most:?}");
    // The looks grow apart: not one every two seconds.
    assert!((5..14).contains(&most.len()), "{most:?}");
    assert!(lab.world.clock.monotonic() - since >= most[0]);
}

#[test]
fn a_wait_ends_when_what_was_looked_for_is_seen() {
    let wanted = desired([Make::new(BY_UID, "net")]);
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::KillAfter);
    assert!(matches!(lab.apply(&wanted), Ran::Killed));
    let since = lab.world.clock.monotonic();
    _ = lab.heard();
    assert!(ended(lab.apply(&wanted)).is_complete());
    let resolved = lab.heard().into_iter().find_map(|event| match event {
        Event::Resolved { id, doubles, .. } => Some((id, doubles)),
        _ => None,
    });
    assert!(matches!(resolved, Some((Some(_), doubles)) if doubles.is_empty()));
    // Seen after three seconds, ready after seven.
    assert!(lab.world.clock.monotonic() - since < Duration::from_secs(20));
}

/// A request that is delivered twice, and a process that dies: before it hears of it, or once it has recorded the one of
/// which it heard.
#[test]
fn twins_of_a_dead_run_are_told_and_deleted_under_intents() {
    for kind in [BY_UID, IN_TWO] {
        let wanted = desired([Make::new(kind, "net")]);
        let mut lab = Lab::new(1);
        lab.world.fault(1, Fault::TwiceAndKill);
        assert!(matches!(lab.apply(&wanted), Ran::Killed));
        assert_eq!(lab.world.things().len(), 2);
        _ = lab.heard();
        let outcome = ended(lab.apply(&wanted));
        assert!(outcome.is_complete(), "{outcome:?}");
        let doubles = lab.heard().into_iter().find_map(|event| match event {
            Event::Resolved { id, doubles, .. } => Some((id, doubles)),
            _ => None,
        });
        let (kept, doubles) = doubles.unwrap();
        assert_eq!(doubles.len(), 1);
        assert_eq!(
            lab.world.things()[0].id,
            kept.unwrap(),
            "the first by name is kept"
        );
        let deletions = outcome
            .done
            .iter()
            .filter(|(_, action)| *action == Action::Delete);
        assert_eq!(deletions.count(), 1, "{outcome:?}");
        lab.settled(&wanted).unwrap();
    }
}
