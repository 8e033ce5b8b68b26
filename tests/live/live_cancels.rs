//! A CI runner cancels: an interrupt, 7.5 s later a request to terminate, 2.5 s later a kill. Nothing is lost, whatever
//! is under way.

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use meshform_sandbox::{Fault, FaultKind};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::scenario::Scenario;
use crate::support::{Binary, World};

/// From the interrupt to the request to terminate.
const INTERRUPT: Duration = Duration::from_millis(7_500);

/// From there to the kill.
const TERMINATE: Duration = Duration::from_millis(2_500);

/// How long a run may take before it is hopeless.
const LIMIT: Duration = Duration::from_secs(120);

fn send(child: &Child, signal: Signal) {
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(process, signal).unwrap();
}

/// How `child` ends within `limit`, if it does.
fn ends(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// Starts an apply of which each effect takes `millis`, waits for the first intent and cancels as a CI runner does.
/// Returns how it ended and which signal it needed.
fn cancelled(binary: &Binary, world: &World, millis: u64) -> (Option<i32>, &'static str) {
    let slow = Fault::new(FaultKind::Delay { millis });
    world.door().inject(slow.service("ec2").effects().forever());
    let mut child = binary.start(&["apply", "-auto-approve"]);
    let start = Instant::now();
    while binary.state().in_doubt.is_empty() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it was cancelled"
        );
        assert!(start.elapsed() < LIMIT, "it never began");
        std::thread::sleep(Duration::from_millis(5));
    }
    send(&child, Signal::INT);
    if let Some(status) = ends(&mut child, INTERRUPT) {
        return (status.code(), "interrupt");
    }
    send(&child, Signal::TERM);
    if let Some(status) = ends(&mut child, TERMINATE) {
        return (status.code(), "terminate");
    }
    child.kill().unwrap();
    (child.wait().unwrap().code(), "kill")
}

/// The next apply ends what was begun, and nothing is there twice or left over.
fn ended_by_the_next(binary: &Binary, world: &World) {
    world.door().clear_faults();
    binary.run(&["apply", "-auto-approve"]).ended(0);
    let wrong = world.audit(&binary.state(), &Scenario::CREATE.clean().census);
    assert!(wrong.is_empty(), "{wrong:?}");
    binary.run(&["plan", "-detailed-exitcode"]).ended(0);
}

#[test]
fn what_runs_ends_within_the_first_grace() {
    let world = World::new();
    let binary = Binary::new(&world);
    assert_eq!(cancelled(&binary, &world, 500), (Some(130), "interrupt"));
    assert!(binary.state().in_doubt.is_empty(), "what ran has ended");
    ended_by_the_next(&binary, &world);
}

#[test]
fn what_hangs_is_dropped_within_the_second_and_looked_up_by_the_next_apply() {
    let world = World::new();
    let binary = Binary::new(&world);
    // Longer than both graces together.
    assert_eq!(cancelled(&binary, &world, 12_000), (Some(130), "terminate"));
    assert!(!binary.state().in_doubt.is_empty(), "its outcome is not known");
    ended_by_the_next(&binary, &world);
}
