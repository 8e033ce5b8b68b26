//! The examples in the fault matrix: every effect meets faults, the process dies while the state is written, the disk is
//! full, the clock jumps.
//!
//! The objects are those of the engine's own world, so that thousands of points take seconds; `tests/live` does the same
//! to real APIs.

use meshform_engine::Desired;
use meshform_engine::testing::{Case, Clean, Fault, Lab, desired};

use super::{compiled, with_values};

const FIRST: &str = include_str!("../../../examples/first/mesh.hcl");
const SANDBOX: &str = include_str!("../../../examples/sandbox/mesh.hcl");
const TWO_CLUSTERS: &str = include_str!("../../../examples/two-clusters/mesh.hcl");

/// An example, and a change of it.
struct Example {
    name: &'static str,
    text: &'static str,
    change: (&'static str, &'static str),
}

const EXAMPLES: [Example; 3] = [
    Example {
        name: "first",
        text: FIRST,
        // Another network: everything in it is replaced.
        change: ("10.10.0.0/16", "10.11.0.0/16"),
    },
    Example {
        name: "sandbox",
        text: SANDBOX,
        // Every certificate is issued anew.
        change: ("validity = \"1y\"", "validity = \"2y\""),
    },
    Example {
        name: "two-clusters",
        text: TWO_CLUSTERS,
        // A subnet goes, with its table and routes.
        change: ("zones      = 2", "zones      = 1"),
    },
];

fn wanted(text: &str) -> Desired {
    let (_, compiled) = compiled(&with_values(text));
    assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
    compiled.desired
}

fn lab() -> Lab {
    Lab::over(meshform_kinds::kinds(), 1)
}

/// A lab in which `wanted` is there.
fn there(wanted: &Desired) -> Lab {
    let mut lab = lab();
    lab.converge(wanted).unwrap();
    lab
}

/// What is done with an example: it is made, changed, and destroyed.
fn cases(example: &Example) -> Vec<(String, Case)> {
    let first = wanted(example.text);
    let (from, to) = example.change;
    let second = wanted(&example.text.replace(from, to));
    let made = first.clone();
    let (before, after) = (first.clone(), second);
    vec![
        (
            format!("{} is made", example.name),
            Case::new(move || (lab(), made.clone())),
        ),
        (
            format!("{} is changed", example.name),
            Case::new(move || (there(&before), after.clone())),
        ),
        (
            format!("{} is destroyed", example.name),
            Case::new(move || {
                let mut lab = there(&first);
                lab.options.destroy = true;
                (lab, desired([]))
            }),
        ),
    ]
}

/// How many points of each case CI tries; `.ci/nightly` asks for all.
const SAMPLE: usize = 50;

/// The points that are tried: `SAMPLE` of them, spread evenly, or all if the environment says so.
#[expect(
    clippy::disallowed_methods,
    reason = "the nightly run tells tests by the environment to try everything"
)]
fn chosen<T>(all: Vec<T>) -> Vec<T> {
    if std::env::var_os("MESHFORM_ALL_POINTS").is_some() {
        return all;
    }
    // Not a divisor of the number of faults, so that each kind of fault meets some effect.
    let every = (all.len() / SAMPLE).max(1);
    let every = if every.is_multiple_of(Fault::SURVIVABLE.len()) {
        every + 1
    } else {
        every
    };
    all.into_iter().step_by(every).collect()
}

/// Tries the points of every example: all of `points`, or a sample.
fn tried<T: std::fmt::Debug>(
    what: &str,
    points: impl Fn(&Clean) -> Vec<T>,
    survives: impl Fn(&Case, &Clean, &T) -> Result<(), String>,
) {
    let (mut tried, mut of) = (0, 0);
    for (name, case) in EXAMPLES.iter().flat_map(cases) {
        let clean = case.clean().unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        assert!(clean.effects > 0, "{name}");
        let points = points(&clean);
        of += points.len();
        for point in chosen(points) {
            tried += 1;
            survives(&case, &clean, &point).unwrap_or_else(|wrong| panic!("{name}, {point:?}: {wrong}"));
        }
    }
    println!("{what}: {tried} of {of} points survived");
}

#[test]
fn every_example_survives_faults_of_its_effects() {
    let points = |clean: &Clean| {
        let effects = 1..=clean.effects;
        let points = effects.flat_map(|nth| Fault::SURVIVABLE.map(|fault| (nth, fault)));
        points.collect()
    };
    tried("faults of effects", points, |case, clean, (nth, fault)| {
        let lab = case.survives(clean, |_| {}, |lab| lab.world.fault(*nth, *fault))?;
        assert_eq!(lab.world.struck(), [*fault]);
        Ok(())
    });
}

#[test]
fn every_example_survives_deaths_while_the_state_is_written() {
    let points = |clean: &Clean| clean.deaths().collect();
    tried("deaths", points, |case, clean, at| {
        let lab = case.survives(clean, |_| {}, |lab| lab.kill_at(*at))?;
        assert_eq!(lab.world.kills(), 1, "it comes to pass");
        Ok(())
    });
}

#[test]
fn every_example_survives_what_befalls_the_machine() {
    let points = |clean: &Clean| clean.troubles().collect();
    tried(
        "trouble with the machine",
        points,
        |case, clean, (step, trouble)| case.weathers(clean, *step, *trouble).map(drop),
    );
}
