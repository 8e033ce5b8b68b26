//! All points of a scenario, from what a clean run of it did, and a choice of them that leaves out no sort: no sort of
//! effect with any sort of fault.

use std::collections::BTreeMap;

use meshform_kube::testing::Fault as KubeFault;
use meshform_sandbox::{Answer, FaultKind};
use meshform_state::disk::{Cut, Moment, Op, Verdict};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};

use super::points::{Place, Point, Tally, survive};
use super::sandbox::say;
use super::scenario::{Change, Clean, Scenario, Way};
use super::world::Sabotage;

/// Each fault that an effect on AWS can meet.
fn aws_faults() -> Vec<FaultKind> {
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

/// Each fault that an effect on Kubernetes can meet. Where it hangs, the process dies.
fn kube_faults() -> Vec<KubeFault> {
    vec![
        KubeFault::Hangs,
        KubeFault::HangsAfter,
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
fn deaths() -> Vec<(Moment, Op, Verdict)> {
    vec![
        (Moment::Before, Op::Write, Verdict::Die),
        (Moment::Before, Op::Write, Verdict::Tear(9)),
        (Moment::Before, Op::Sync, Verdict::PowerCut(Cut::Everything)),
        (Moment::After, Op::Sync, Verdict::Die),
        (Moment::After, Op::Sync, Verdict::PowerCut(Cut::Everything)),
    ]
}

impl Scenario {
    fn point(self, place: Place, sort: String) -> Point {
        Point {
            scenario: self,
            place,
            sort,
        }
    }

    /// Each effect on AWS with each fault.
    pub(crate) fn aws_points(self, clean: &Clean) -> Vec<Point> {
        let mut points = Vec::new();
        for (nth, action) in (0..).zip(&clean.aws) {
            // What is not visible yet is what was made.
            let fits = |fault: &FaultKind| {
                action.contains("Create")
                    || !matches!(fault, FaultKind::NotFoundFor { .. })
                    || self.is_short()
            };
            for fault in aws_faults().into_iter().filter(fits) {
                let sort = format!("{action} {fault:?}");
                points.push(self.point(Place::Aws { nth, fault }, sort));
            }
        }
        points
    }

    /// The process dies while an effect on AWS is under way, once or twice.
    pub(crate) fn deaths_under_way(self, clean: &Clean) -> Vec<Point> {
        let each = |(nth, action): (u64, &String)| {
            [
                self.point(Place::UnderWay { nth }, format!("{action} under way")),
                self.point(Place::TwiceUnderWay { nth }, format!("{action} twice")),
            ]
        };
        (0..).zip(&clean.aws).flat_map(each).collect()
    }

    /// Each effect on Kubernetes with each fault.
    pub(crate) fn kube_points(self, clean: &Clean) -> Vec<Point> {
        // What is not visible yet is what was made: a deletion has no such thing. An API server shows what it has
        // accepted; that kinds of a single object get along without is more than is needed.
        let is_single =
            |change: &Change| change.path.ends_with("/namespaces/{}") || change.path.contains("/gateways/");
        let fits = |change: &Change, fault: &KubeFault| {
            let is_hidden = matches!(fault, KubeFault::Hidden(_));
            !is_hidden || (self.way == Way::Build && (self.is_short() || is_single(change)))
        };
        let mut points = Vec::new();
        for change in &clean.kube {
            for fault in kube_faults().into_iter().filter(|fault| fits(change, fault)) {
                // What is done in one cluster is done in the other one.
                let path = change.path.replace("-ml", "-api");
                let sort = format!("{} {path} {fault:?}", change.method);
                let place = Place::Kube {
                    change: change.clone(),
                    fault,
                };
                points.push(self.point(place, sort));
            }
        }
        points
    }

    /// Each death that `fits` at each record of the journal. Records are of one sort if they say the same of effects on the
    /// same service.
    pub(crate) fn record_points(self, clean: &Clean, fits: impl Fn(Verdict) -> bool) -> Vec<Point> {
        let mut points = Vec::new();
        for (nth, what) in (0..).zip(&clean.records) {
            let what = what.split_once(':').map_or(what.as_str(), |(service, _)| service);
            for (moment, op, verdict) in deaths().into_iter().filter(|(_, _, verdict)| fits(*verdict)) {
                let sort = format!("{what} {moment:?} {op:?} {verdict:?}");
                let place = Place::Record {
                    nth,
                    moment,
                    op,
                    verdict,
                };
                points.push(self.point(place, sort));
            }
        }
        points
    }

    /// Whether it is small enough for every fault at every effect.
    fn is_short(self) -> bool {
        !self.example.is_mesh()
    }
}

/// Whether all points of long matrices are tried: if `MESHFORM_ALL_POINTS` is set.
pub(crate) fn is_whole() -> bool {
    std::env::var_os("MESHFORM_ALL_POINTS").is_some()
}

/// Points by their sort.
type Sorts = BTreeMap<String, Vec<Point>>;

fn by_sort(points: Vec<Point>) -> Sorts {
    let mut sorts = Sorts::new();
    for point in points {
        sorts.entry(point.sort.clone()).or_default().push(point);
    }
    sorts
}

/// One of each sort of `points` but those in `tried`, by chance: of those in `parts` that are of this sort, if any are, since
/// they take less time. `MESHFORM_SEED` makes another choice.
fn chosen(points: Vec<Point>, parts: Vec<Point>, tried: Vec<Point>) -> Vec<Point> {
    let seed = std::env::var("MESHFORM_SEED").ok();
    let mut chance = SmallRng::seed_from_u64(seed.and_then(|seed| seed.parse().ok()).unwrap_or(1));
    let (mut parts, tried) = (by_sort(parts), by_sort(tried));
    let sorts = by_sort(points).into_iter();
    sorts
        .filter(|(sort, _)| !tried.contains_key(sort))
        .map(|(sort, whole)| parts.remove(&sort).unwrap_or(whole))
        .map(|mut points| points.swap_remove(chance.random_range(0..points.len())))
        .collect()
}

/// Tries all of `points` and says how many were survived.
pub(crate) fn matrix(name: &str, points: Vec<Point>) {
    let tally = Tally::default();
    survive(&tally, points, Sabotage::default());
    say(&format!("{name}: {}", tally.told()));
    assert!(tally.wrong().is_empty(), "{name}: {:#?}", tally.wrong());
}

/// Tries one of each sort of `points`, which are many, or all of them if that is wished. `parts` are points of the same
/// sorts where less is done, and `tried` those that another test tries in any case.
pub(crate) fn sampled_matrix(name: &str, points: Vec<Point>, parts: Vec<Point>, tried: Vec<Point>) {
    let all = points.len();
    let points = match is_whole() {
        true => points,
        false => chosen(points, parts, tried),
    };
    say(&format!("{name}: {} of {all} points", points.len()));
    matrix(name, points);
}
