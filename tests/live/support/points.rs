//! Points of the fault matrix: where something goes wrong, and what must be true afterwards.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use meshform_engine::apply::Limits;
use meshform_kube::testing::Fault as KubeFault;
use meshform_sandbox::{Answer, Fault, FaultKind};
use meshform_state::disk::{Cut, Moment, Op, OpEvent, Verdict};
use meshform_state::journal::Event;

use super::audit::Census;
use super::config::network;
use super::process::Ran;
use super::sandbox::say;
use super::world::{Sabotage, World};

/// How many points are tried at once: each mostly waits for the servers.
const AT_ONCE: usize = 12;

/// How long an effect may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);

/// Something to do, from a world in which something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// The example, from nothing.
    Create,
    /// Nothing, from the example.
    Destroy,
    /// Nothing, from the network of the example alone: the same effects on AWS as [`Scenario::Destroy`] has, without
    /// the seconds that a namespace takes to go.
    DestroyNetwork,
}

/// What a clean run does.
#[derive(Debug, Clone)]
pub(crate) struct Clean {
    /// Effects that the door recorded.
    pub(crate) aws: u64,
    /// Changes that the API server accepted.
    pub(crate) kube: usize,
    /// Records of the journal, but for those that only say that something still takes its time: how many these are is
    /// chance, as is how many records share one write.
    pub(crate) records: u64,
    /// What is there afterwards.
    pub(crate) census: Census,
}

/// Where something goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// At an effect on AWS, counted from 0.
    Aws { nth: u64, fault: FaultKind },
    /// At an effect on Kubernetes, counted from 1.
    Kube { nth: usize, fault: KubeFault },
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
}

/// Each fault that an effect on AWS can meet.
pub(crate) fn aws_faults() -> Vec<FaultKind> {
    vec![
        FaultKind::ServerError { status: 500 },
        FaultKind::ServerErrorAfter { status: 503 },
        FaultKind::ResetBefore,
        FaultKind::ResetAfter,
        FaultKind::Twice {
            answer: Answer::First,
        },
        FaultKind::Twice {
            answer: Answer::Second,
        },
        FaultKind::Throttle,
        FaultKind::NotFoundFor { requests: 3 },
    ]
}

/// Each fault that an effect on Kubernetes can meet.
pub(crate) fn kube_faults() -> Vec<KubeFault> {
    vec![
        KubeFault::Refused,
        KubeFault::FailBefore,
        KubeFault::FailAfter,
        KubeFault::AnswerLost,
        KubeFault::Twice,
        KubeFault::Throttled,
        KubeFault::Hidden(2),
    ]
}

/// Each death at a record: before it, in the middle of it, after it; of the process and of the machine.
pub(crate) fn deaths() -> Vec<(Moment, Op, Verdict)> {
    vec![
        (Moment::Before, Op::Write, Verdict::Die),
        (Moment::Before, Op::Write, Verdict::Tear(9)),
        (Moment::Before, Op::Sync, Verdict::PowerCut(Cut::Everything)),
        (Moment::After, Op::Sync, Verdict::Die),
        (Moment::After, Op::Sync, Verdict::PowerCut(Cut::Everything)),
    ]
}

/// One step at a time, so that the nth effect is the same in every run.
const ORDERED: Limits = Limits {
    total: 1,
    per_scope: 1,
};

impl Scenario {
    /// A world before it.
    pub(crate) fn begin(self, sabotage: Sabotage) -> World {
        let mut world = World::new();
        world.limits = ORDERED;
        if self == Scenario::DestroyNetwork {
            world.config = network(&world.config);
        }
        if self != Scenario::Create {
            let ran = Scenario::Create.run(&mut world);
            assert!(ran.is_complete(), "{ran:?}");
        }
        world.sabotage = sabotage;
        world
    }

    /// One process that does it.
    pub(crate) fn run(self, world: &mut World) -> Ran {
        match self {
            Scenario::Create => world.apply(),
            Scenario::Destroy | Scenario::DestroyNetwork => world.destroy(),
        }
    }

    /// What happens when nothing goes wrong.
    pub(crate) fn clean(self) -> Clean {
        static CLEAN: [OnceLock<Clean>; 3] = [const { OnceLock::new() }; 3];
        let found = CLEAN[self as usize].get_or_init(|| {
            let mut world = self.begin(Sabotage::default());
            let (aws, kube) = (world.door().effects().len(), world.kube.effects());
            world.heard();
            assert!(self.run(&mut world).is_complete());
            let heard = world.heard();
            // An intent that repeats the one before it has an outcome of its own.
            let records = heard.len() - 2 * repeated(&heard);
            Clean {
                aws: (world.door().effects().len() - aws) as u64,
                kube: world.kube.effects() - kube,
                records: records as u64,
                census: world.census(),
            }
        });
        found.clone()
    }
}

/// How many intents only repeat the one before them.
fn repeated(events: &[Event]) -> usize {
    let intents: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Intent(intent) => Some((&intent.effect, &intent.address)),
            _ => None,
        })
        .collect();
    intents.windows(2).filter(|pair| pair[0] == pair[1]).count()
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
            Place::Aws { nth, fault } => {
                _ = world
                    .door()
                    .inject(Fault::new(fault).service("ec2").effects().after(nth))
            }
            Place::Kube { nth, fault } => {
                let before = world
                    .kube
                    .requests()
                    .iter()
                    .filter(|request| request.is_change())
                    .count();
                world.kube.at(before + nth, fault);
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
                _ = world
                    .door()
                    .inject(Fault::new(twice).service("ec2").effects().after(nth));
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
        let (nth, is_twice) = match self.place {
            Place::UnderWay { nth } => (nth, false),
            Place::TwiceUnderWay { nth } => (nth, true),
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
                    tally.tried.fetch_add(1, Ordering::SeqCst);
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
