//! Many resources: nothing may grow with the square of their number. Counts and ratios, never times, are asserted.

use meshform_engine::Desired;
use meshform_engine::testing::kinds::LOCAL;
use meshform_engine::testing::{Lab, Make, desired};

use crate::journal::layered;
use crate::shapes::ended;

fn independent(count: usize) -> Desired {
    desired((0..count).map(|n| Make::new(LOCAL, &format!("n{n}"))))
}

/// Each resource needs all of all layers above.
fn all_above(layers: usize, width: usize) -> Desired {
    let name = |n: usize| format!("n{n:04}");
    desired((0..layers * width).map(|n| {
        let above = n / width * width;
        (0..above).fold(Make::new(LOCAL, &name(n)), |make, other| {
            make.after(&format!("{LOCAL}.{}", name(other)))
        })
    }))
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

/// CPU time of this process, in milliseconds.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    fields[11..13]
        .iter()
        .map(|ticks| ticks.parse::<u64>().unwrap_or(0) * 10)
        .sum()
}

fn measure(name: &str, wanted: &Desired) -> String {
    let mut lab = Lab::new(1);
    let t0 = cpu();
    let plan = lab.plan(wanted).unwrap();
    let t1 = cpu();
    let d = meshform_engine::plan::digest(&plan);
    let t2 = cpu();
    let outcome = ended(lab.apply(wanted));
    let t3 = cpu();
    assert!(outcome.is_complete());
    let again = lab.plan(wanted).unwrap();
    let t4 = cpu();
    assert!(again.is_empty());
    lab.options.destroy = true;
    let destroy = lab.plan(&desired([])).unwrap();
    let t5 = cpu();
    assert_eq!(destroy.summary().destroy, wanted.resources.len());
    format!(
        "{name}: plan+check {} ms, digest {} ms ({}), plan+apply {} ms, no-op plan {} ms, destroy plan {} ms",
        t1 - t0,
        t2 - t1,
        &d[..4],
        t3 - t2,
        t4 - t3,
        t5 - t4
    )
}

#[test]
#[ignore = "a profile; run it in release with --nocapture"]
fn profile() {
    for count in [2_500, 5_000, 10_000, 20_000, 40_000] {
        println!(
            "{}",
            measure(&format!("{count} independent"), &independent(count))
        );
    }
    println!(
        "{}",
        measure("100 layers of 10 that use all above", &all_above(100, 10))
    );
    for layers in [50, 100, 200, 400] {
        println!(
            "{}",
            measure(&format!("{layers} layers of 10"), &layered(LOCAL, layers, 10))
        );
    }
}
