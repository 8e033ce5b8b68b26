//! The fault matrix: every effect meets every kind of fault, and the process dies at every step of the disk; then it
//! goes on, and nothing is lost, orphaned or made twice.
//!
//! How many points there are follows from what really happened in a clean run.

use std::sync::{Arc, Mutex};

use meshform_engine::Desired;
use meshform_engine::testing::{Answer, Death, Fault, KillAt, Lab, Ran, desired};
use meshform_state::disk::{Cut, Moment, Op, Verdict};

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

    /// What happens when nothing goes wrong.
    pub(crate) fn clean(self) -> Clean {
        let (mut lab, wanted) = self.begin();
        let (calls, effects) = (lab.world.calls(), lab.world.ledger().len());
        let told = trace(&lab);
        let creations = lab.world.happened("create");
        assert!(matches!(lab.apply(&wanted), Ran::Ended(outcome) if outcome.is_complete()));
        let told = traced(&lab, &told);
        lab.settled(&wanted).unwrap();
        let effects = lab.world.ledger().len() - effects;
        assert_eq!(
            lab.world.calls() - calls,
            effects as u64,
            "in a clean run each call is an effect"
        );
        Clean {
            effects: effects as u64,
            creations: lab.world.happened("create") - creations,
            told,
        }
    }
}

/// A moment at which the disk tells of a step: counted from where the trace began.
pub(crate) type Told = (u64, Op, Moment);

/// What the disk tells from now on. Some steps tell of no end, since they fail: looking for a journal that is not there.
fn trace(lab: &Lab) -> Arc<Mutex<Vec<Told>>> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (first, told_by) = (lab.store.disk().steps(), Arc::clone(&told));
    lab.store.disk().on_operation(move |event| {
        told_by
            .lock()
            .unwrap()
            .push((event.index - first, event.op, event.moment));
        Verdict::Go
    });
    told
}

/// Ends the trace.
fn traced(lab: &Lab, told: &Mutex<Vec<Told>>) -> Vec<Told> {
    lab.store.disk().heal();
    std::mem::take(&mut *told.lock().unwrap())
}

/// What a clean run did.
#[derive(Debug, Clone)]
pub(crate) struct Clean {
    /// Effects, as the world recorded them.
    pub(crate) effects: u64,
    /// Those of them that made an object.
    pub(crate) creations: usize,
    /// The steps of the disk.
    pub(crate) told: Vec<Told>,
}

/// One point: what is to happen to the lab before it is driven to its end.
pub(crate) fn survives(
    scenario: Scenario,
    clean: &Clean,
    sabotage: impl Fn(&mut Lab),
    point: impl Fn(&Lab),
) -> Result<Lab, String> {
    let (mut lab, wanted) = scenario.begin();
    let before = lab.world.happened("create");
    sabotage(&mut lab);
    point(&lab);
    lab.converge(&wanted)?;
    let twins = lab
        .world
        .struck()
        .iter()
        .filter(|fault| matches!(fault, Fault::Twice(_) | Fault::TwiceAndKill))
        .count();
    let made = lab.world.happened("create") - before;
    if made < clean.creations || made > clean.creations + twins {
        return Err(format!(
            "{made} objects were made, a clean run makes {}",
            clean.creations
        ));
    }
    Ok(lab)
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
                let lab = survives(scenario, &clean, |_| {}, point)
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

/// All ways to die at a moment of a step.
fn deaths((_, op, moment): Told) -> Vec<Death> {
    let mut deaths = vec![Death::Process, Death::Power(Cut::Everything)];
    deaths.extend((0..2).map(|seed| Death::Power(Cut::Some { seed })));
    if (op, moment) == (Op::Write, Moment::Before) {
        deaths.extend([0, 9, 40].map(Death::Torn));
    }
    deaths
}

#[test]
fn every_step_of_the_disk_survives_a_death() {
    let mut tried = 0;
    for scenario in SCENARIOS {
        let clean = scenario.clean();
        for told in &clean.told {
            for death in deaths(*told) {
                tried += 1;
                let (step, _, moment) = *told;
                let point = |lab: &Lab| lab.kill_at(KillAt { step, moment, death });
                let lab = survives(scenario, &clean, |_| {}, point)
                    .unwrap_or_else(|wrong| panic!("{told:?}, {death:?}: {wrong}"));
                assert_eq!(lab.world.kills(), 1, "{told:?}, {death:?} comes to pass");
            }
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
            let lab = survives(scenario, &clean, |_| {}, point)
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
            let told = trace(&lab);
            assert!(
                matches!(lab.apply(&wanted), Ran::Ended(_)),
                "a recovery comes to its end"
            );
            for (step, _, moment) in traced(&lab, &told) {
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
