//! How good the schedule is: simulated runs of mesh-like and random graphs, each against the best of 200 list schedules
//! that know every latency beforehand. Deterministic: seeded latencies, no clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use meshform_engine::Desired;
use meshform_engine::apply::{Limits, Outlook, Schedule};
use meshform_engine::plan::Plan;
use meshform_engine::testing::kinds::BY_UID;
use meshform_engine::testing::{Make, desired};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};

use crate::random::fresh;

/// One write to the journal, in microseconds: an intent is on disk before its effect begins.
const SYNC: u64 = 5_000;
const SECOND: u64 = 1_000_000;
const WIDTHS: [usize; 7] = [1, 2, 4, 10, 32, 64, 100];
const CANDIDATES: usize = 200;

/// A graph whose nodes need only nodes before them, and how long each takes as a rule, in seconds.
#[derive(Default)]
struct Shape {
    needs: Vec<Vec<usize>>,
    typical: Vec<u64>,
}

impl Shape {
    fn add(&mut self, needs: &[usize], typical: u64) -> usize {
        self.needs.push(needs.to_vec());
        self.typical.push(typical);
        self.needs.len() - 1
    }

    /// Clusters in a VPC each: subnets, routes that wait for a slow gateway, the charts one behind the other, and a
    /// secret for each ordered pair of clusters.
    fn mesh(clusters: usize) -> Self {
        let mut shape = Shape::default();
        let (mut readers, mut namespaces, mut daemons) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..clusters {
            let vpc = shape.add(&[], 2);
            let subnets: Vec<usize> = (0..6).map(|_| shape.add(&[vpc], 2)).collect();
            let internet = shape.add(&[vpc], 2);
            let nat = shape.add(&[subnets[3], internet], 120);
            for (table, subnet) in subnets.iter().enumerate().take(4) {
                let own = shape.add(&[vpc], 1);
                shape.add(&[own, if table < 3 { nat } else { internet }], 1);
                shape.add(&[own, *subnet], 1);
            }
            let namespace = shape.add(&[], 1);
            let (secret, base) = (shape.add(&[namespace], 1), shape.add(&[namespace], 5));
            let daemon = shape.add(&[secret, base], 30);
            let gateway = shape.add(&[daemon], 20);
            shape.add(&[gateway], 1);
            readers.push(shape.add(&[namespace], 1));
            namespaces.push(namespace);
            daemons.push(daemon);
        }
        for (from, reader) in readers.iter().enumerate() {
            for to in (0..clusters).filter(|to| *to != from) {
                shape.add(&[*reader, namespaces[to], daemons[to]], 1);
            }
        }
        shape
    }

    fn random(count: usize, rng: &mut SmallRng) -> Self {
        let mut shape = Shape::default();
        for node in 0..count {
            let links = if node == 0 { 0 } else { rng.random_range(0..4) };
            let near = node.saturating_sub(30);
            let needs: Vec<usize> = (0..links).map(|_| rng.random_range(near..node)).collect();
            let typical = *[1, 1, 1, 2, 5, 30, 120].get(rng.random_range(0..7)).unwrap();
            shape.add(&needs, typical);
        }
        shape
    }

    fn plan(&self) -> Plan {
        let name = |node: usize| format!("n{node:05}");
        let made = self.needs.iter().enumerate().map(|(node, needs)| {
            let make = Make::new(BY_UID, &name(node));
            let link = |make: Make, other: &usize| make.after(&format!("{BY_UID}.{}", name(*other)));
            needs.iter().fold(make, link)
        });
        let wanted: Desired = desired(made);
        fresh(&wanted)
    }

    /// The longest way from each node to the end, with these latencies.
    fn remaining(&self, latency: &[u64]) -> Vec<u64> {
        let mut remaining = latency.to_vec();
        for node in (0..remaining.len()).rev() {
            for need in &self.needs[node] {
                remaining[*need] = remaining[*need].max(latency[*need] + remaining[node]);
            }
        }
        remaining
    }
}

/// Decides what starts next.
trait Order {
    fn start(&mut self) -> Option<usize>;
    fn finish(&mut self, node: usize);
}

/// The engine's, over the steps of a plan that makes one change each.
struct Ours<'a>(Schedule, &'a [usize], &'a [usize]);

impl Order for Ours<'_> {
    fn start(&mut self) -> Option<usize> {
        self.0.start().map(|step| self.1[step])
    }

    fn finish(&mut self, node: usize) {
        self.0.finish(self.2[node]);
    }
}

/// By a list of priorities.
struct List<'a> {
    users: &'a [Vec<usize>],
    waiting: Vec<usize>,
    ready: BinaryHeap<(u64, Reverse<usize>)>,
    priority: Vec<u64>,
    free: usize,
}

impl Order for List<'_> {
    fn start(&mut self) -> Option<usize> {
        let node = (self.free > 0).then(|| self.ready.pop())??.1.0;
        self.free -= 1;
        Some(node)
    }

    fn finish(&mut self, node: usize) {
        self.free += 1;
        for user in &self.users[node] {
            self.waiting[*user] -= 1;
            if self.waiting[*user] == 0 {
                self.ready.push((self.priority[*user], Reverse(*user)));
            }
        }
    }
}

/// When the last node ends. What starts during a write to the journal waits for the next one.
fn makespan(order: &mut dyn Order, latency: &[u64]) -> u64 {
    let (mut now, mut write) = (0, (0, 0));
    let mut ends: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    loop {
        while let Some(node) = order.start() {
            if now > write.0 {
                let begins = now.max(write.1);
                write = (begins, begins + SYNC);
            } else if write.1 == 0 {
                write.1 = SYNC;
            }
            ends.push(Reverse((write.1 + latency[node], node)));
        }
        let Some(Reverse((end, node))) = ends.pop() else {
            return now;
        };
        now = end;
        order.finish(node);
    }
}

/// The best of many list schedules that know the latencies.
fn clairvoyant(
    shape: &Shape,
    users: &[Vec<usize>],
    latency: &[u64],
    width: usize,
    rng: &mut SmallRng,
) -> u64 {
    let longest = shape.remaining(latency);
    let candidate = |number: usize, rng: &mut SmallRng| -> Vec<u64> {
        let bent = |way: &u64, rng: &mut SmallRng| way / 100 * rng.random_range(70..130);
        match number {
            0 => longest.clone(),
            _ if number < CANDIDATES / 2 => longest.iter().map(|way| bent(way, rng)).collect(),
            _ => longest.iter().map(|_| rng.random()).collect(),
        }
    };
    let spans = (0..CANDIDATES).map(|number| {
        let priority = candidate(number, rng);
        let waiting: Vec<usize> = shape.needs.iter().map(Vec::len).collect();
        let first = (0..waiting.len()).filter(|node| waiting[*node] == 0);
        let ready = first.map(|node| (priority[node], Reverse(node))).collect();
        let mut list = List {
            users,
            waiting,
            ready,
            priority,
            free: width,
        };
        makespan(&mut list, latency)
    });
    spans.min().unwrap()
}

/// What latencies there are, given what is typical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Latency {
    /// All the same.
    Constant,
    /// Each as its kind takes as a rule.
    ByKind,
    /// Each as its kind takes as a rule, times a heavy-tailed factor.
    Noisy,
    /// Heavy-tailed, and nothing about it can be known.
    Unforeseeable,
}

impl Latency {
    fn draw(self, typical: u64, rng: &mut SmallRng) -> u64 {
        let mut tail = |shape: f64, most: f64| (1.0 - rng.random::<f64>()).powf(-1.0 / shape).min(most);
        let factor = match self {
            Latency::Constant => return SECOND,
            Latency::ByKind => 1.0,
            Latency::Noisy => tail(3.0, 10.0),
            Latency::Unforeseeable => return (tail(1.5, 100.0) * 1e6) as u64,
        };
        (factor * typical as f64 * 1e6) as u64
    }
}

/// Our makespan as a part of the best one, for every width.
fn ratios(shape: &Shape, kind: Latency, rng: &mut SmallRng) -> Vec<f64> {
    let plan = shape.plan();
    let change_of: Vec<usize> = plan.steps.iter().map(|step| step.change).collect();
    let mut step_of = vec![0; change_of.len()];
    change_of
        .iter()
        .enumerate()
        .for_each(|(step, change)| step_of[*change] = step);
    let mut users = vec![Vec::new(); shape.needs.len()];
    // As the planner has it, each dependency once.
    let mut needs = shape.needs.clone();
    for (node, needs) in needs.iter_mut().enumerate() {
        needs.sort_unstable();
        needs.dedup();
        needs.iter().for_each(|need: &usize| users[*need].push(node));
    }
    let shape = Shape {
        needs,
        typical: shape.typical.clone(),
    };
    let latency: Vec<u64> = shape
        .typical
        .iter()
        .map(|typical| kind.draw(*typical, rng))
        .collect();
    let known = !matches!(kind, Latency::Constant | Latency::Unforeseeable);
    let outlook = |step: usize| Outlook {
        service: "",
        duration: Duration::from_secs(if known { shape.typical[change_of[step]] } else { 1 }),
    };
    WIDTHS
        .iter()
        .map(|width| {
            let limits = Limits {
                total: *width,
                per_scope: *width,
            };
            let schedule = Schedule::foreseen(&plan, limits, outlook);
            let ours = makespan(&mut Ours(schedule, &change_of, &step_of), &latency);
            ours as f64 / clairvoyant(&shape, &users, &latency, *width, rng) as f64
        })
        .collect()
}

#[test]
fn the_schedule_is_nearly_as_short_as_one_that_knows_every_latency() {
    let mut rng = SmallRng::seed_from_u64(6);
    let shapes = [
        ("mesh of 4", Shape::mesh(4)),
        ("mesh of 8", Shape::mesh(8)),
        ("random 60", Shape::random(60, &mut rng)),
        ("random 150", Shape::random(150, &mut rng)),
    ];
    for kind in [
        Latency::Constant,
        Latency::ByKind,
        Latency::Noisy,
        Latency::Unforeseeable,
    ] {
        let mut all = Vec::new();
        for (name, shape) in &shapes {
            let found = ratios(shape, kind, &mut rng);
            let told: Vec<String> = found.iter().map(|ratio| format!("{ratio:.3}")).collect();
            println!("{name}, {kind:?}, widths {WIDTHS:?}: {}", told.join(" "));
            all.extend(found);
        }
        let (count, worst) = (all.len() as f64, all.iter().copied().fold(0.0, f64::max));
        let mean = (all.iter().map(|ratio| ratio.ln()).sum::<f64>() / count).exp();
        println!("{kind:?}: mean {mean:.3}, worst {worst:.3}");
        assert!(mean <= 1.1, "{kind:?}: on average {mean:.3} of the best");
        // Where nobody can know which step will be the long one, nobody can start it first.
        let most = if kind == Latency::Unforeseeable { 1.5 } else { 1.1 };
        assert!(worst <= most, "{kind:?}: {worst:.3} of the best");
    }
}

/// An API that serves `rate` calls a second, and a few more at first.
struct Bucket {
    rate: f64,
    most: f64,
    tokens: f64,
    last: f64,
}

impl Bucket {
    fn take(&mut self, now: f64) -> bool {
        self.tokens = (self.tokens + (now - self.last) * self.rate).min(self.most);
        self.last = now;
        let served = self.tokens >= 1.0;
        if served {
            self.tokens -= 1.0;
        }
        served
    }
}

/// What became of a run against an API that throttles.
#[derive(Debug, Clone, Copy)]
struct Throttled {
    span: f64,
    refused: usize,
    failed: usize,
}

/// 300 calls with at most `width` at once, tried again as the engine does.
fn against(rate: f64, width: usize, adapts: bool) -> Throttled {
    let wanted = desired((0..300).map(|n| Make::new(BY_UID, &format!("n{n:05}"))));
    let plan = fresh(&wanted);
    let limits = Limits {
        total: width,
        per_scope: width,
    };
    let mut schedule = Schedule::new(&plan, limits);
    let policy = meshform_engine::retry::RetryPolicy::default();
    let entropy = meshform_engine::testing::SeededEntropy::new(3);
    let busy = meshform_engine::AdapterError::refused(meshform_engine::ErrorClass::Throttled, "too many");
    let mut api = Bucket {
        rate,
        most: rate * 2.0,
        tokens: rate * 2.0,
        last: 0.0,
    };
    let mut out = Throttled {
        span: 0.0,
        refused: 0,
        failed: 0,
    };
    // Microseconds, order, step, attempt; attempt 0 is an end.
    let mut events: BinaryHeap<Reverse<(u64, usize, usize, u32)>> = BinaryHeap::new();
    let (mut now, mut number) = (0, 0);
    let mut push = |events: &mut BinaryHeap<_>, at: u64, step: usize, attempt: u32| {
        number += 1;
        events.push(Reverse((at, number, step, attempt)));
    };
    loop {
        while let Some(step) = schedule.start() {
            push(&mut events, now, step, 1);
        }
        let Some(Reverse((at, _, step, attempt))) = events.pop() else {
            return out;
        };
        now = at;
        out.span = now as f64 / 1e6;
        if attempt == 0 {
            schedule.finish(step);
        } else if api.take(out.span) {
            push(&mut events, now + 300_000, step, 0);
        } else {
            out.refused += 1;
            if adapts {
                schedule.throttled(step);
            }
            match policy.pause(&busy, attempt, &entropy) {
                Some(pause) => {
                    let pause = u64::try_from(pause.as_micros()).unwrap();
                    push(&mut events, now + 50_000 + pause, step, attempt + 1);
                }
                None => {
                    out.failed += 1;
                    schedule.fail(step);
                }
            }
        }
    }
}

#[test]
fn limits_that_adapt_lose_less_than_fixed_ones_and_are_nearly_as_fast() {
    for rate in [5.0, 10.0, 20.0, 1_000.0] {
        let fixed: Vec<(usize, Throttled)> = [1, 2, 5, 10]
            .into_iter()
            .map(|width| (width, against(rate, width, false)))
            .collect();
        let adaptive = against(rate, 10, true);
        println!("{rate} calls a second: adaptive {adaptive:?}, fixed {fixed:?}");
        let widest = fixed.last().unwrap().1;
        // Until the window has found its size, the slowest API may wear out the attempts of a call.
        assert!(
            adaptive.failed * 20 <= widest.failed,
            "at {rate} a second: {adaptive:?}, {widest:?}"
        );
        assert!(
            rate < 10.0 || adaptive.failed == 0,
            "at {rate} a second: {adaptive:?}"
        );
        assert!(
            adaptive.refused * 3 <= widest.refused,
            "at {rate} a second: {adaptive:?}, {widest:?}"
        );
        let complete = fixed.iter().filter(|(_, ran)| ran.failed == 0);
        let best = complete.map(|(_, ran)| ran.span).fold(f64::INFINITY, f64::min);
        assert!(
            adaptive.span <= best * 1.25,
            "at {rate} a second: {adaptive:?}, {fixed:?}"
        );
        assert!(
            rate > 20.0 || widest.failed > 0,
            "at {rate} a second a fixed limit loses nothing"
        );
    }
}
