//! A matrix that stays green whatever is broken proves nothing: here each promise is broken by itself, and points turn
//! red.

use meshform_engine::testing::{Death, Fault, KillAt, Lab, Manners, Ran};
use meshform_state::Value;
use meshform_state::disk::{Cut, Moment};

use crate::matrix::{SCENARIOS, Scenario};
use crate::shapes::{ended, whole, with};

/// How many points of a matrix of `faults` turn red.
fn red(faults: &[Fault], sabotage: impl Fn(&mut Lab) + Copy) -> usize {
    let mut red = 0;
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for nth in 1..=clean.effects {
            for fault in faults {
                let point = |lab: &Lab| lab.world.fault(nth, *fault);
                red += usize::from(scenario.case().survives(&clean, sabotage, point).is_err());
            }
        }
    }
    red
}

#[test]
fn without_sabotage_no_point_is_red() {
    assert_eq!(red(&[Fault::KillAfter, Fault::AnswerLost], |_| {}), 0);
}

#[test]
fn without_lookup_lost_creations_are_made_again() {
    assert!(red(&[Fault::AnswerLost], |lab| lab.blind = true) > 0);
    assert!(red(&[Fault::KillAfter], |lab| lab.blind = true) > 0);
}

#[test]
fn without_intents_before_their_effects_killed_creations_are_lost() {
    assert!(red(&[Fault::KillAfter], |lab| lab.late_intents = true) > 0);
}

#[test]
fn without_patience_what_is_not_visible_yet_is_made_again() {
    let hasty = |lab: &mut Lab| {
        let manners = Manners {
            call: std::time::Duration::ZERO,
            settle: std::time::Duration::ZERO,
            ..Manners::default()
        };
        lab.world.behave(manners);
    };
    let late = [Fault::Late(std::time::Duration::from_secs(25))];
    let hidden = [Fault::HiddenAndLost(std::time::Duration::from_secs(18))];
    assert!(red(&late, hasty) > 0);
    assert!(red(&hidden, hasty) > 0);
}

#[test]
fn without_sync_a_power_cut_loses_what_was_made() {
    let clean = Scenario::Create.clean();
    let death = Death::Power(Cut::Everything);
    let point = |step| {
        move |lab: &Lab| {
            lab.kill_at(KillAt {
                step,
                moment: Moment::After,
                death,
            })
        }
    };
    let red = |sabotage: fn(&mut Lab)| {
        clean
            .told
            .iter()
            .filter(|(_, _, moment)| *moment == Moment::After)
            .map(|(step, _, _)| *step)
            .filter(|step| {
                Scenario::Create
                    .case()
                    .survives(&clean, sabotage, point(*step))
                    .is_err()
            })
            .count()
    };
    assert_eq!(red(|_| {}), 0);
    assert!(red(|lab| lab.store.disk().sabotage_sync(true)) > 0);
}

#[test]
fn without_expectations_a_change_by_hand_is_overwritten_unseen() {
    let change = |lab: &mut Lab| {
        let mut wanted = whole();
        let entry = wanted
            .resources
            .iter_mut()
            .find(|resource| resource.address.as_str() == "fake_name.entry");
        let entry = entry.expect("the entry");
        let slot = entry.kind.schema().slot("size").expect("a size");
        entry.fields[slot] = Value::int(5);
        let id = lab.world.named("entry").expect("the entry").id;
        lab.apply_after(&wanted, |world| world.change(&id, "size", Value::int(9)))
    };
    let mut lab = with(&whole());
    let outcome = ended(change(&mut lab));
    assert_eq!(outcome.stale.len(), 1);
    assert!(outcome.done.is_empty());
    assert_eq!(
        lab.world.named("entry").expect("the entry").fields["size"],
        Value::int(9)
    );

    let mut lab = with(&whole());
    lab.careless = true;
    assert!(matches!(change(&mut lab), Ran::Ended(outcome) if outcome.is_complete()));
    assert_eq!(
        lab.world.named("entry").expect("the entry").fields["size"],
        Value::int(5)
    );
}
