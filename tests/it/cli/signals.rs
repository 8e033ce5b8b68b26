//! Signals to the real program in the middle of an apply.

#![expect(
    clippy::disallowed_methods,
    reason = "a deadline of a real process is on the real clock"
)]

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::environment::TestEnvironment;

/// How many resources: enough that the apply seldom ends before the signal arrives.
const COUNT: usize = 4_000;

/// How long to wait before it is hopeless.
const LIMIT: Duration = Duration::from_secs(120);

/// Starts an apply, and gives it `signal` once it has written some of its journal.
fn struck(environment: &TestEnvironment, signal: Signal) -> Child {
    let mut child = environment.start(&["apply", "-auto-approve"]);
    let journal = environment.path().join("meshform.state.journal");
    let start = Instant::now();
    while std::fs::metadata(&journal).map_or(0, |found| found.len()) < 20_000 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before the signal");
        assert!(start.elapsed() < LIMIT, "it never began");
        std::thread::yield_now();
    }
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(process, signal).unwrap();
    child
}

/// A folder in which an apply of so many resources was struck by `signal` before it was done, and how it ended.
fn interrupted(signal: Signal) -> (TestEnvironment, usize, ExitStatus) {
    let mut count = COUNT;
    loop {
        let mesh =
            format!("resource \"meshform_data\" \"r\" {{\n  count = {count}\n  input = count.index\n}}\n");
        let environment = TestEnvironment::prepared(&mesh);
        let mut child = struck(&environment, signal);
        let start = Instant::now();
        let status = child.wait().unwrap();
        // What a CI runner grants between its first two signals.
        assert!(
            start.elapsed() < Duration::from_millis(7_500),
            "{signal:?}: {:?}",
            start.elapsed()
        );
        if status.code() != Some(0) {
            return (environment, count, status);
        }
        // On a busy machine it may have ended before the signal reached it: then all is there, and it is done again with
        // more.
        assert_eq!(environment.run(&["plan", "-detailed-exitcode"]).code, 0);
        assert!(count < 16 * COUNT, "it always ended before the signal");
        count *= 4;
    }
}

#[test]
fn after_any_signal_the_next_apply_goes_on_and_nothing_is_made_twice() {
    for (signal, code) in [
        (Signal::INT, Some(130)),
        (Signal::TERM, Some(130)),
        (Signal::KILL, None),
    ] {
        let (environment, count, status) = interrupted(signal);
        assert_eq!(status.code(), code, "{signal:?}");
        let left = environment.run(&["plan"]).stdout;
        let add = |text: &str| -> usize {
            let line = text.lines().find(|line| line.starts_with("Plan: ")).unwrap();
            line.split(' ').nth(1).unwrap().parse().unwrap()
        };
        let missing = add(&left);
        assert!(
            missing > 0 && missing < count,
            "{signal:?}: {missing} are missing"
        );
        let ran = environment.run(&["apply", "-auto-approve"]);
        assert_eq!(ran.code, 0, "{signal:?}: {ran}");
        assert!(
            ran.stdout.contains(&format!("Resources: {missing} added")),
            "{signal:?}: {ran}"
        );
        assert_eq!(environment.run(&["state", "list"]).stdout.lines().count(), count);
        assert_eq!(
            environment.run(&["plan", "-detailed-exitcode"]).code,
            0,
            "{signal:?}"
        );
    }
}
