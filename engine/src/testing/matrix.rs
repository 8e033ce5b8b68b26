//! The fault matrix: what there is to meet for one case, and whether a point of it is survived.
//!
//! How many points there are follows from what really happened in a clean run.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use meshform_state::disk::{Cut, Moment, Op, Verdict};

use super::faults::{Death, Fault, KillAt};
use super::lab::{Lab, Ran};
use super::trouble::Trouble;
use crate::desired::Desired;

/// A moment at which the disk tells of a step: counted from where the trace began.
pub type Told = (u64, Op, Moment);

/// Something to do, from a state in which something is there.
pub struct Case {
    begin: Box<dyn Fn() -> (Lab, Desired)>,
}

/// What a run of a case did in which nothing went wrong.
#[derive(Debug, Clone)]
pub struct Clean {
    /// Effects, as the world recorded them.
    pub effects: u64,
    /// Those of them that made an object.
    pub creations: usize,
    /// The steps of the disk.
    pub told: Vec<Told>,
}

/// What the disk of a lab tells, as long as this is not ended.
pub struct Trace {
    told: Arc<Mutex<Vec<Told>>>,
}

impl Trace {
    /// From now on. Some steps tell of no end, since they fail: looking for a journal that is not there.
    #[must_use]
    pub fn of(lab: &Lab) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let (first, told_by) = (lab.store.disk().steps(), Arc::clone(&told));
        lab.store.disk().on_operation(move |event| {
            let mut told = told_by.lock().unwrap_or_else(PoisonError::into_inner);
            told.push((event.index - first, event.op, event.moment));
            Verdict::Go
        });
        Trace { told }
    }

    /// Ends it. Returns what was told.
    #[must_use]
    pub fn end(self, lab: &Lab) -> Vec<Told> {
        lab.store.disk().heal();
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Case {
    /// A case: `begin` makes a lab before it, and what is wanted; the same each time.
    #[must_use]
    pub fn new(begin: impl Fn() -> (Lab, Desired) + 'static) -> Self {
        Case {
            begin: Box::new(begin),
        }
    }

    /// A lab before it, and what is wanted.
    #[must_use]
    pub fn begin(&self) -> (Lab, Desired) {
        (self.begin)()
    }

    /// What happens when nothing goes wrong.
    ///
    /// # Errors
    /// If something does.
    pub fn clean(&self) -> Result<Clean, String> {
        let (mut lab, wanted) = self.begin();
        let (calls, effects) = (lab.world.calls(), lab.world.ledger().len());
        let trace = Trace::of(&lab);
        let creations = lab.world.happened("create");
        match lab.apply(&wanted) {
            Ran::Ended(outcome) if outcome.is_complete() => {}
            other => return Err(format!("a clean run ended so: {other:?}")),
        }
        let told = trace.end(&lab);
        lab.settled(&wanted)?;
        let effects = (lab.world.ledger().len() - effects) as u64;
        let calls = lab.world.calls() - calls;
        if calls != effects {
            return Err(format!("{calls} calls of a clean run had {effects} effects"));
        }
        Ok(Clean {
            effects,
            creations: lab.world.happened("create") - creations,
            told,
        })
    }

    /// One point: `sabotage` and what `point` lets happen to the lab before it is driven to its end. Returns the lab.
    ///
    /// # Errors
    /// What is wrong in the end.
    pub fn survives(
        &self,
        clean: &Clean,
        sabotage: impl Fn(&mut Lab),
        point: impl Fn(&Lab),
    ) -> Result<Lab, String> {
        let (mut lab, wanted) = self.begin();
        let before = lab.world.happened("create");
        sabotage(&mut lab);
        point(&lab);
        lab.converge(&wanted)?;
        clean.same(&lab, before)?;
        Ok(lab)
    }

    /// One point: one process meets `trouble` from a step of the disk on; the next ones come to the end.
    ///
    /// # Errors
    /// What is wrong in the end, or that the trouble never came.
    pub fn weathers(&self, clean: &Clean, step: u64, trouble: Trouble) -> Result<Lab, String> {
        let (mut lab, wanted) = self.begin();
        let before = lab.world.happened("create");
        let came = lab.trouble(step, trouble);
        lab.apply(&wanted);
        lab.store.disk().heal();
        if !came.load(Ordering::Relaxed) {
            return Err("the trouble never came".to_owned());
        }
        lab.converge(&wanted)?;
        clean.same(&lab, before)?;
        Ok(lab)
    }
}

impl Clean {
    /// Makes sure that no more was made than in a clean run, but for twins.
    fn same(&self, lab: &Lab, before: usize) -> Result<(), String> {
        let struck = lab.world.struck();
        let is_twice = |fault: &&Fault| matches!(fault, Fault::Twice(_) | Fault::TwiceAndKill);
        let twins = struck.iter().filter(is_twice).count();
        let made = lab.world.happened("create") - before;
        if (self.creations..=self.creations + twins).contains(&made) {
            return Ok(());
        }
        let expected = self.creations;
        Err(format!("{made} objects were made, a clean run makes {expected}"))
    }

    /// All kinds of trouble at the beginnings of all steps of the disk.
    pub fn troubles(&self) -> impl Iterator<Item = (u64, Trouble)> {
        let begin = self
            .told
            .iter()
            .filter(|(_, _, moment)| *moment == Moment::Before);
        begin.flat_map(|(step, _, _)| Trouble::ALL.map(|trouble| (*step, trouble)))
    }

    /// All deaths at all steps of the disk.
    pub fn deaths(&self) -> impl Iterator<Item = KillAt> {
        let told = self.told.iter();
        told.flat_map(|(step, op, moment)| {
            let (step, moment) = (*step, *moment);
            deaths(*op, moment)
                .into_iter()
                .map(move |death| KillAt { step, moment, death })
        })
    }
}

/// All ways to die at a moment of a step.
fn deaths(op: Op, moment: Moment) -> Vec<Death> {
    let mut deaths = vec![Death::Process, Death::Power(Cut::Everything)];
    deaths.extend((0..2).map(|seed| Death::Power(Cut::Some { seed })));
    if (op, moment) == (Op::Write, Moment::Before) {
        deaths.extend([0, 9, 40].map(Death::Torn));
    }
    deaths
}
