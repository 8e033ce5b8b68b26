//! Points of the fault matrix: where something goes wrong, and what must be true afterwards.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use meshform_kube::testing::Fault as KubeFault;
use meshform_sandbox::{Answer, Fault, FaultKind};
use meshform_state::disk::{Moment, Op, OpEvent, Verdict};
use meshform_state::journal::Event;

use super::process::Ran;
use super::sandbox::{runtime, say};
use super::scenario::{Change, Scenario};
use super::world::{Sabotage, World};

/// How many points are tried at once: each mostly waits for the servers.
const AT_ONCE: usize = 12;

/// After how many points a long matrix says how far it is.
const TOLD_EVERY: usize = 50;

/// How long an effect may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);

/// Where something goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// At an effect on AWS, counted from 0.
    Aws { nth: u64, fault: FaultKind },
    /// At an effect on Kubernetes.
    Kube { change: Change, fault: KubeFault },
    /// At a record of the journal, counted from 0.
    Record {
        nth: u64,
        moment: Moment,
        op: Op,
        verdict: Verdict,
    },
    /// The process dies while an effect on AWS, counted from 0, is under way.
    UnderWay { nth: u64 },
    /// The request for an effect on AWS, counted from 0, is delivered twice, and the process dies then.
    TwiceUnderWay { nth: u64 },
}

/// One point.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// What is done when it happens.
    pub(crate) scenario: Scenario,
    /// Where it happens.
    pub(crate) place: Place,
    /// What sort of point it is: of points of one sort, one stands for all where time is short.
    pub(crate) sort: String,
}

fn is_record(event: &OpEvent, op: Op) -> bool {
    event.op == op && event.path.extension().is_some_and(|ending| ending == "journal")
}

/// How many records of a journal are in these bytes: a line each, behind the one that names the format.
fn records(bytes: &[u8]) -> usize {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.starts_with(b"meshform-journal "))
        .count()
}

impl Point {
    /// Lets it happen in the next process of `world`.
    fn arm(&self, world: &World) {
        match self.place.clone() {
            Place::Aws { nth, fault } => _ = world.door().inject(Fault::new(fault).effects().after(nth)),
            Place::Kube { change, fault } => {
                let path = change.path.replace("{}", &world.namespace);
                world.kube.on(&change.scope, &change.method, &path, fault);
            }
            Place::Record {
                nth,
                moment,
                op,
                verdict,
            } => self.arm_disk(world, nth, (moment, op, verdict)),
            Place::UnderWay { .. } => {}
            Place::TwiceUnderWay { nth } => {
                let twice = FaultKind::Twice {
                    answer: Answer::First,
                };
                _ = world.door().inject(Fault::new(twice).effects().after(nth));
            }
        }
    }

    fn arm_disk(&self, world: &World, nth: u64, (moment, op, verdict): (Moment, Op, Verdict)) {
        let (written, met) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let is_current = AtomicBool::new(false);
        let nth = usize::try_from(nth).unwrap();
        world.dies_with_journal.store(true, Ordering::SeqCst);
        world.store.disk().on_operation(move |event| {
            if is_record(event, Op::Write) && event.moment == Moment::Before {
                let more = records(&event.bytes);
                let before = written.fetch_add(more, Ordering::SeqCst);
                is_current.store((before..before + more).contains(&nth), Ordering::SeqCst);
            }
            let current = is_current.load(Ordering::SeqCst);
            if current
                && is_record(event, op)
                && event.moment == moment
                && met.fetch_add(1, Ordering::SeqCst) == 0
            {
                return verdict;
            }
            Verdict::Go
        });
    }

    /// Runs the process that meets it.
    fn meet(&self, world: &mut World) -> Ran {
        let (nth, is_twice) = match &self.place {
            Place::UnderWay { nth } => (*nth, false),
            Place::TwiceUnderWay { nth } => (*nth, true),
            Place::Kube { .. } => {
                let (faults, death) = (Arc::clone(&world.kube), world.death.clone());
                let killer = runtime().spawn(async move {
                    faults.hangs().await;
                    death.cancel();
                });
                let ran = self.scenario.run(world);
                killer.abort();
                return ran;
            }
            _ => return self.scenario.run(world),
        };
        let (door, death) = (world.door().clone(), world.death.clone());
        let wanted = door.requests().iter().filter(|request| request.effect).count()
            + usize::try_from(nth).unwrap()
            + 1;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let arrived = door.wait_until(ARRIVAL, |requests| {
                    let nth = requests.iter().filter(|request| request.effect).nth(wanted - 1);
                    nth.is_some_and(|nth| !is_twice || nth.outcome.deliveries.len() > 1 || nth.outcome.done)
                });
                assert!(arrived, "the effect never came");
                death.cancel();
            });
            self.scenario.run(world)
        })
    }

    /// Whether it happened.
    fn is_met(&self, world: &World, ran: &Ran) -> bool {
        match self.place {
            Place::Aws { .. } => world.door().faults().iter().all(|status| status.hit == 1),
            Place::Kube { .. } => world
                .kube
                .requests()
                .iter()
                .any(|request| request.fault.is_some()),
            Place::Record { .. } | Place::UnderWay { .. } => matches!(ran, Ran::Killed),
            // How much it still did is chance; that it was delivered twice is not.
            Place::TwiceUnderWay { .. } => world.door().faults().iter().all(|status| status.hit == 1),
        }
    }

    /// Lets it happen, goes on, and says what is wrong then.
    pub(crate) fn survives(&self, sabotage: Sabotage) -> Result<(), String> {
        let clean = self.scenario.clean();
        let mut world = self.scenario.begin(sabotage);
        self.arm(&world);
        let first = self.meet(&mut world);
        if !self.is_met(&world, &first) {
            return Err(format!("it was never met: {first:?}"));
        }
        world.store.disk().heal();
        world.dies_with_journal.store(false, Ordering::SeqCst);
        if !first.is_complete() {
            let second = self.scenario.run(&mut world);
            if !second.is_complete() {
                let reason = second.reason().unwrap_or("see below");
                return Err(format!(
                    "the next apply does not end it: {reason}: {second:?}, after {first:?}"
                ));
            }
        }
        world.heard();
        let last = self.scenario.run(&mut world);
        let again = world.heard();
        let idle = last.is_complete() && again.iter().all(|event| !matches!(event, Event::Intent(_)));
        let mut wrong = world.audit(&world.folded(), &clean.census);
        if !idle {
            wrong.push(format!("the last apply was not empty: {last:?}, {again:?}"));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("; "))
        }
    }
}

/// How many points were tried, and what is wrong.
#[derive(Default)]
pub(crate) struct Tally {
    tried: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

impl Tally {
    /// The numbers.
    pub(crate) fn told(&self) -> String {
        let tried = self.tried.load(Ordering::SeqCst);
        format!("{tried} points tried, {} survived", tried - self.wrong().len())
    }

    /// What is wrong, point by point.
    pub(crate) fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }
}

/// Tries all `points`, several at once.
pub(crate) fn survive(tally: &Tally, points: Vec<Point>, sabotage: Sabotage) {
    let points = Mutex::new(points.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = points.lock().unwrap().next();
                    let Some(point) = next else { return };
                    let tried = tally.tried.fetch_add(1, Ordering::SeqCst);
                    if tried > 0 && tried.is_multiple_of(TOLD_EVERY) {
                        say(&format!("{tried} points are tried"));
                    }
                    if let Err(wrong) = point.survives(sabotage) {
                        let wrong = format!("{point:?}: {wrong}");
                        if !sabotage.is_any() {
                            say(&wrong);
                        }
                        tally.wrong.lock().unwrap().push(wrong);
                    }
                }
            });
        }
    });
}
