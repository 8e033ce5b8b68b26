//! What planning, digest, apply and destruction of many resources cost, by shape and size: what is quadratic shows.
//!
//! `cargo run --release -p meshform-engine --example profile`, with a number for other sizes than up to that one.

#![expect(clippy::print_stdout, reason = "a measurement prints")]

use meshform_engine::Desired;
use meshform_engine::testing::kinds::LOCAL;
use meshform_engine::testing::{Lab, Make, Ran, desired};

/// The largest size that is measured, unless another one is given.
const LARGEST: usize = 40_000;

/// The smallest.
const SMALLEST: usize = 2_500;

fn name(n: usize) -> String {
    format!("n{n:06}")
}

/// Resources, each of which needs those that `needs` names.
fn shape(count: usize, needs: impl Fn(usize) -> std::ops::Range<usize>) -> Desired {
    desired((0..count).map(|n| {
        let make = Make::new(LOCAL, &name(n));
        needs(n).fold(make, |make, other| {
            make.after(&format!("{LOCAL}.{}", name(other)))
        })
    }))
}

/// CPU time of this process, in seconds. What others do on the machine is not in it.
fn spent() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos: u64 = stat
        .split_whitespace()
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or(0);
    nanos as f64 / 1e9
}

/// Runs `work` and tells what it cost.
fn timed<T>(what: &str, count: usize, work: impl FnOnce() -> T) -> T {
    let before = spent();
    let made = work();
    let cost = spent() - before;
    print!("  {what} {cost:.3} s ({:.1} µs each)", cost * 1e6 / count as f64);
    made
}

fn measure(kind: &str, count: usize, wanted: &Desired) {
    print!("{count} {kind}:");
    let mut lab = Lab::new(1);
    let plan = timed("plan", count, || lab.plan(wanted));
    if let Ok(plan) = &plan {
        timed("digest", count, || meshform_engine::plan::digest(plan));
    }
    let ran = timed("plan and apply", count, || lab.apply(wanted));
    assert!(matches!(ran, Ran::Ended(outcome) if outcome.is_complete()));
    let again = timed("no-op plan", count, || lab.plan(wanted));
    assert!(again.is_ok_and(|plan| plan.is_empty()));
    lab.options.destroy = true;
    let nothing = desired([]);
    let gone = timed("destroy plan", count, || lab.plan(&nothing));
    assert!(gone.is_ok_and(|plan| plan.summary().destroy == count));
    let ran = timed("destroy", count, || lab.apply(&nothing));
    assert!(matches!(ran, Ran::Ended(outcome) if outcome.is_complete()));
    println!();
}

fn main() {
    let largest = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(LARGEST);
    let above = |width: usize| {
        move |n: usize| {
            let first = n / width * width;
            first.saturating_sub(width)..first
        }
    };
    let sizes = std::iter::successors(Some(SMALLEST), |size| Some(size * 2));
    for count in sizes.take_while(|size| *size <= largest) {
        measure("independent", count, &shape(count, |_| 0..0));
        measure("in a chain", count, &shape(count, above(1)));
        measure("in layers of 10", count, &shape(count, above(10)));
    }
    let all_above = shape(1_000, |n| 0..n / 10 * 10);
    measure("in layers of 10 that use all above", 1_000, &all_above);
}
