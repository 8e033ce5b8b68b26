//! Many resources: nothing may grow with the square of their number. Counts and ratios, never times, are asserted.

use meshform_engine::Desired;
use meshform_engine::testing::kinds::LOCAL;
use meshform_engine::testing::{Lab, Make, desired};

use crate::journal::layered;
use crate::shapes::ended;

fn independent(count: usize) -> Desired {
    desired((0..count).map(|n| Make::new(LOCAL, &format!("n{n}"))))
}

/// CPU time of this thread, in nanoseconds. What others do on the machine is not in it.
fn spent() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse().unwrap()
}

/// The least CPU time of a few no-op plans of what is there.
fn cost(wanted: &Desired) -> f64 {
    let mut lab = Lab::new(1);
    assert!(ended(lab.apply(wanted)).is_complete());
    let once = || {
        let before = spent();
        assert!(lab.plan(wanted).unwrap().is_empty());
        spent() - before
    };
    (0..5).map(|_| once()).min().unwrap() as f64
}

#[test]
fn twice_the_resources_cost_twice_the_work() {
    let layers = |count: usize| layered(LOCAL, count / 10, 10);
    let shapes = [
        ("independent", independent(400), independent(1_600)),
        ("layers of 10", layers(400), layers(1_600)),
    ];
    for (name, small, large) in shapes {
        let (small, large) = (cost(&small), cost(&large));
        let growth = large / small;
        println!("{name}: four times the resources, {growth:.2} times the work");
        // What is quadratic grows sixteenfold; caches that no longer hold everything cost a part of that.
        assert!(
            growth < 7.0,
            "{name}: four times the resources cost {growth:.1} times the work"
        );
    }
}
