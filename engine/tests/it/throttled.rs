//! How many steps run at once against an API that throttles: simulated, limits that adapt beside fixed ones.
//! Deterministic: seeded jitter, no clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use meshform_engine::apply::{Limits, Schedule};
use meshform_engine::testing::kinds::BY_UID;
use meshform_engine::testing::{Make, desired};

use crate::random::fresh;

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
        assert_eq!(adaptive.failed, 0, "at {rate} a second: {adaptive:?}");
        assert!(
            adaptive.refused * 5 <= widest.refused,
            "at {rate} a second: {adaptive:?}, {widest:?}"
        );
        let complete = fixed.iter().filter(|(_, ran)| ran.failed == 0);
        let best = complete.map(|(_, ran)| ran.span).fold(f64::INFINITY, f64::min);
        assert!(
            adaptive.span <= best * 1.05,
            "at {rate} a second: {adaptive:?}, {fixed:?}"
        );
        assert!(
            rate > 20.0 || widest.failed > 0,
            "at {rate} a second a fixed limit loses nothing"
        );
    }
}
