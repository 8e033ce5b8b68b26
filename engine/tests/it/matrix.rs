//! The fault matrix: every effect meets every kind of fault, and the process dies at every step of the disk; then it
//! goes on, and nothing is lost, orphaned or made twice.
//!
//! How many points there are follows from what really happened in a clean run.

use meshform_engine::Desired;
use meshform_engine::testing::{Answer, Case, Clean, Death, Fault, KillAt, Lab, Ran, Trace, desired};
use meshform_state::disk::Cut;

use crate::shapes::{changed, whole};

/// Something to do, from a state in which something is there.
#[derive(Clone, Copy)]
pub(crate) enum Scenario {
    Create,
    Change,
    Destroy,
}

pub(crate) const SCENARIOS: [Scenario; 3] = [Scenario::Create, Scenario::Change, Scenario::Destroy];

impl Scenario {
    /// A lab before it, and what is wanted.
    pub(crate) fn begin(self) -> (Lab, Desired) {
        let mut lab = Lab::new(3);
        match self {
            Scenario::Create => (lab, whole()),
            Scenario::Change => {
                lab.converge(&whole()).unwrap();
                (lab, changed())
            }
            Scenario::Destroy => {
                lab.converge(&whole()).unwrap();
                lab.options.destroy = true;
                (lab, desired([]))
            }
        }
    }

    pub(crate) fn case(self) -> Case {
        Case::new(move || self.begin())
    }

    pub(crate) fn clean(self) -> Clean {
        self.case().clean().unwrap()
    }
}

#[test]
fn every_effect_survives_every_fault() {
    let mut tried = 0;
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for nth in 1..=clean.effects {
            for fault in Fault::SURVIVABLE {
                tried += 1;
                let point = |lab: &Lab| lab.world.fault(nth, fault);
                let lab = scenario
                    .case()
                    .survives(&clean, |_| {}, point)
                    .unwrap_or_else(|wrong| panic!("effect {nth} with {fault:?}: {wrong}"));
                assert_eq!(lab.world.struck(), [fault], "effect {nth}");
            }
        }
    }
    let effects: u64 = SCENARIOS.iter().map(|scenario| scenario.clean().effects).sum();
    assert_eq!(tried, effects * Fault::SURVIVABLE.len() as u64);
    assert_eq!(effects, 6 + 10 + 5);
    println!("{tried} points of {effects} effects survived");
}

#[test]
fn every_step_of_the_disk_survives_a_death() {
    let mut tried = 0;
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for at in clean.deaths() {
            tried += 1;
            let lab = scenario
                .case()
                .survives(&clean, |_| {}, |lab| lab.kill_at(at))
                .unwrap_or_else(|wrong| panic!("{at:?}: {wrong}"));
            assert_eq!(lab.world.kills(), 1, "{at:?} comes to pass");
        }
    }
    println!("{tried} deaths survived");
}

/// A creation is delivered twice, and the process dies at any step of the disk: also between the record of the one and
/// the deletion of the other.
#[test]
fn twins_survive_a_death_at_every_step_of_the_disk_only_as_one() {
    let (scenario, clean) = (Scenario::Create, Scenario::Create.clean());
    let mut twins = 0;
    for nth in 1..=clean.effects {
        for (step, _, moment) in &clean.told {
            let point = |lab: &Lab| {
                lab.world.fault(nth, Fault::Twice(Answer::First));
                let (step, moment, death) = (*step, *moment, Death::Process);
                lab.kill_at(KillAt { step, moment, death });
            };
            let lab = scenario
                .case()
                .survives(&clean, |_| {}, point)
                .unwrap_or_else(|wrong| panic!("effect {nth}, {step}, {moment:?}: {wrong}"));
            twins += lab.world.happened("create") - clean.creations;
        }
    }
    assert!(twins > clean.told.len(), "{twins} twins were made");
}

#[test]
fn a_recovery_that_is_killed_anywhere_is_recovered_from() {
    let mut tried = 0;
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for nth in 1..=clean.effects {
            let interrupted = || {
                let (mut lab, wanted) = scenario.begin();
                lab.world.fault(nth, Fault::KillAfter);
                assert!(matches!(lab.apply(&wanted), Ran::Killed));
                (lab, wanted)
            };
            let (mut lab, wanted) = interrupted();
            let trace = Trace::of(&lab);
            assert!(
                matches!(lab.apply(&wanted), Ran::Ended(_)),
                "a recovery comes to its end"
            );
            for (step, _, moment) in trace.end(&lab) {
                tried += 1;
                let (mut lab, wanted) = interrupted();
                lab.kill_at(KillAt {
                    step,
                    moment,
                    death: Death::Power(Cut::Everything),
                });
                lab.converge(&wanted)
                    .unwrap_or_else(|wrong| panic!("{nth}, {step}, {moment:?}: {wrong}"));
                assert_eq!(lab.world.kills(), 1, "{nth}, {step}, {moment:?} comes to pass");
            }
        }
    }
    println!("{tried} deaths in recovery survived");
}
