//! The shipped program is killed for real, between its first intent and its last result, and started again: over the
//! first example, and over a mesh without charts, whose objects are for a whole cluster. Over a mesh a run takes its time,
//! so that a change waits for the first kills only; `.ci/nightly` has all.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use meshform_sandbox::{Fault, FaultKind};
use meshform_state::journal::{Event, decode_frames};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};

use crate::support::matrix::is_whole;
use crate::support::meshes::{Example, bare};
use crate::support::scenario::{Clean, Scenario, Way};
use crate::support::{Binary, World, say};

/// How many kills.
const KILLS: u64 = 50;

/// How many of them over a mesh, where not all are wished.
const FIRST_KILLS: u64 = 12;

/// How many at once: a program that waits until an effect is certainly not there costs nothing but time.
const AT_ONCE: usize = 16;

/// How long each call on AWS takes at least, so that there is time to hit it.
const DELAY: u64 = 25;

/// How long a run may take before it is hopeless.
const LIMIT: Duration = Duration::from_secs(120);

/// How many events the journal of `binary` has, and how many of them are intents and ends.
fn journal(binary: &Binary) -> (usize, usize, usize) {
    let bytes = std::fs::read(binary.journal()).unwrap_or_default();
    let events = decode_frames(&bytes)
        .map(|frames| frames.events)
        .unwrap_or_default();
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    let (intents, ends) = (
        count(|e| matches!(e, Event::Intent(_))),
        count(|e| matches!(e, Event::End { .. })),
    );
    (events.len(), intents, ends)
}

/// A world, and the program in a folder for it.
fn prey(example: Example) -> (World, Binary) {
    let world = World::of(example);
    let binary = if example.is_mesh() {
        Binary::with(&world, &bare(&world))
    } else {
        Binary::new(&world)
    };
    (world, binary)
}

/// Kills the program once at a moment that `seed` chooses, and says what is wrong after the next apply.
fn killed(example: Example, seed: u64, clean: &Clean) -> Result<(), String> {
    let mut chance = SmallRng::seed_from_u64(seed);
    let (world, binary) = prey(example);
    let events = clean.records.len();
    world.door().inject(
        Fault::new(FaultKind::Delay { millis: DELAY })
            .service("ec2")
            .effects()
            .forever(),
    );
    let (target, pause) = (
        chance.random_range(2..events * 9 / 10),
        chance.random_range(0..2 * DELAY),
    );
    let mut child = binary.start(&["apply", "-auto-approve"]);
    let start = Instant::now();
    loop {
        let (written, intents, _) = journal(&binary);
        if intents > 0 && written >= target {
            break;
        }
        if let Some(status) = child.try_wait().unwrap() {
            return Err(format!("it ended with {status} before event {target}"));
        }
        assert!(start.elapsed() < LIMIT, "seed {seed}: event {target} never came");
        std::thread::sleep(Duration::from_millis(2));
    }
    // Not to wait for anything, but to hit between two records as well as behind one.
    std::thread::sleep(Duration::from_millis(pause));
    child.kill().unwrap();
    child.wait().unwrap();
    let (_, intents, ends) = journal(&binary);
    if intents == 0 || ends > 0 {
        return Err(format!(
            "it was not killed between its first intent and its last result: {intents}, {ends}"
        ));
    }
    world.door().clear_faults();
    let again = binary.run(&["apply", "-auto-approve"]);
    if again.code != Some(0) {
        return Err(format!("the next apply does not end it: {again:?}"));
    }
    let last = binary.run(&["plan", "-detailed-exitcode"]);
    let mut wrong = world.audit(&binary.state(), &clean.census);
    if last.code != Some(0) {
        wrong.push(format!("the last plan is not empty: {last:?}"));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}

fn kills(example: Example, kills: u64) {
    let clean = Scenario::of(example, Way::Build).clean();
    let (seeds, wrong) = (Mutex::new(0..kills), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = seeds.lock().unwrap().next();
                    let Some(seed) = next else { return };
                    if let Err(why) = killed(example, seed, &clean) {
                        wrong.lock().unwrap().push(format!("seed {seed}: {why}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    say(&format!(
        "{example:?}: {kills} real kills, {} survived",
        kills - wrong.len() as u64
    ));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn fifty_real_kills_lose_nothing_leave_no_orphan_and_make_no_duplicate() {
    kills(Example::First, KILLS);
}

#[test]
fn real_kills_over_a_mesh_lose_nothing_leave_no_orphan_and_make_no_duplicate() {
    kills(Example::Mesh, if is_whole() { KILLS } else { FIRST_KILLS });
}
