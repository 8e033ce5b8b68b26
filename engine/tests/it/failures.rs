//! What is done, what is not, and what is told of it when something fails.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use meshform_engine::adapter::ErrorClass;
use meshform_engine::apply::Stop;
use meshform_engine::event::Event;
use meshform_engine::testing::kinds::{BY_NAME, BY_TOKEN, BY_UID};
use meshform_engine::testing::{Fault, Lab, Make, Manners, Ran, Trouble, desired};
use meshform_engine::{Action, Clock as _};
use meshform_state::disk::{Moment, Op, Verdict};
use meshform_state::{Address, Store as _, Value};
use tokio_util::sync::CancellationToken;

use crate::shapes::{ended, small, whole, with};

fn addresses<'a>(list: impl IntoIterator<Item = &'a Address>) -> Vec<&'a str> {
    list.into_iter().map(Address::as_str).collect()
}

/// Two chains: `a` and what needs it, `b` and what needs it.
fn chains() -> Vec<Make> {
    vec![
        Make::new(BY_UID, "a"),
        Make::new(BY_TOKEN, "a1").refer("parent", "fake_uid.a"),
        Make::new(BY_TOKEN, "a2").refer("parent", "fake_token.a1"),
        Make::new(BY_UID, "b"),
        Make::new(BY_TOKEN, "b1").refer("parent", "fake_uid.b"),
    ]
}

#[test]
fn what_does_not_need_the_failed_one_goes_on() {
    let mut lab = Lab::new(1);
    lab.limits.total = 1;
    lab.world.fault(2, Fault::Refused);
    let outcome = ended(lab.apply(&desired(chains())));
    assert_eq!(
        addresses(outcome.failed.iter().map(|failure| &failure.address)),
        ["fake_token.a1"]
    );
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Invalid));
    assert_eq!(
        addresses(outcome.done.iter().map(|(address, _)| address)),
        ["fake_uid.a", "fake_uid.b", "fake_token.b1"]
    );
    assert_eq!(
        addresses(outcome.skipped.iter().map(|skipped| &skipped.address)),
        ["fake_token.a2"]
    );
    assert_eq!(
        outcome.skipped[0].because.as_ref().map(Address::as_str),
        Some("fake_token.a1")
    );
    assert!(!outcome.is_complete() && !outcome.interrupted && outcome.in_doubt.is_empty());
    lab.converge(&desired(chains())).unwrap();
}

#[test]
fn failing_fast_starts_nothing_more() {
    let mut lab = Lab::new(1);
    lab.limits.total = 1;
    lab.fail_fast = true;
    lab.world.fault(2, Fault::Refused);
    let outcome = ended(lab.apply(&desired(chains())));
    assert_eq!(outcome.done.len(), 1);
    assert_eq!(outcome.skipped.len(), 3);
    assert_eq!(
        outcome
            .skipped
            .iter()
            .filter(|skipped| skipped.because.is_some())
            .count(),
        1
    );
}

#[test]
fn a_panic_is_a_failure_of_its_step_alone() {
    for nth in 1..=5 {
        let mut lab = Lab::new(1);
        lab.world.fault(nth, Fault::Panic);
        let outcome = ended(lab.apply(&desired(chains())));
        assert_eq!(outcome.failed.len(), 1, "{nth}");
        assert_eq!(outcome.in_doubt.len(), 1, "nobody knows what the call did");
        assert_eq!(outcome.failed[0].address, outcome.in_doubt[0].address);
        let ended = outcome.done.len() + outcome.failed.len() + outcome.skipped.len();
        assert_eq!(ended, 5);
        lab.converge(&desired(chains())).unwrap();
    }
}

/// Stops by `stop` once the first intents are on disk: their calls are on their way.
fn at_first_intents(lab: &Lab, stop: CancellationToken) {
    let seen = AtomicU64::new(0);
    lab.store.disk().on_operation(move |event| {
        let journal = event.path.to_string_lossy().ends_with(".journal");
        if event.op == Op::Sync
            && event.moment == Moment::After
            && journal
            && seen.fetch_add(1, Ordering::Relaxed) == 1
        {
            stop.cancel();
        }
        Verdict::Go
    });
}

#[test]
fn a_soft_stop_lets_what_runs_end() {
    let mut lab = Lab::new(1);
    at_first_intents(&lab, lab.stop.soft.clone());
    let outcome = ended(lab.apply(&desired(chains())));
    assert!(outcome.interrupted && outcome.in_doubt.is_empty());
    assert_eq!(outcome.done.len(), 2, "the two that had started");
    assert!(outcome.skipped.iter().all(|skipped| skipped.because.is_none()));
    assert_eq!(outcome.skipped.len(), 3);
    assert!(lab.heard().contains(&Event::Stopping));
    lab.stop = Stop::default();
    lab.converge(&desired(chains())).unwrap();
    assert_eq!(lab.world.happened("create"), 5);
}

#[test]
fn a_stop_before_the_beginning_starts_nothing() {
    let mut lab = Lab::new(1);
    let stop = lab.stop.soft.clone();
    let outcome = ended(lab.apply_after(&desired(chains()), |_| stop.cancel()));
    assert!(outcome.interrupted && outcome.done.is_empty());
    assert_eq!((outcome.skipped.len(), lab.world.calls()), (5, 0));
}

#[test]
fn a_hard_stop_drops_what_runs_and_the_next_run_finds_it() {
    let mut lab = Lab::new(1);
    at_first_intents(&lab, lab.stop.hard.clone());
    let outcome = ended(lab.apply(&desired(chains())));
    assert!(outcome.interrupted && outcome.done.is_empty());
    assert_eq!(outcome.in_doubt.len(), 2);
    lab.stop = Stop::default();
    lab.converge(&desired(chains())).unwrap();
    assert_eq!(lab.world.happened("create"), 5);
}

#[test]
fn on_a_full_disk_nothing_is_called_done_that_is_not_recorded() {
    for (step, trouble) in crate::matrix::Scenario::Create.clean().troubles() {
        if trouble != Trouble::FullDisk {
            continue;
        }
        let mut lab = Lab::new(1);
        let _came = lab.trouble(step, trouble);
        if let Ran::Ended(outcome) = lab.apply(&whole()) {
            let recorded = lab.snapshot().records.len();
            assert!(
                outcome.done.len() <= recorded,
                "{step}: what is called done is on disk"
            );
            assert!(outcome.store_error.is_some() || outcome.is_complete(), "{step}");
        }
    }
}

#[test]
fn throttled_and_broken_calls_are_tried_again_with_growing_pauses() {
    let mut lab = Lab::new(1);
    for nth in 1..=4 {
        lab.world.fault(
            nth,
            if nth % 2 == 0 {
                Fault::Throttled
            } else {
                Fault::FailBefore
            },
        );
    }
    let outcome = ended(lab.apply(&desired([Make::new(BY_TOKEN, "a")])));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!((lab.world.calls(), lab.world.happened("create")), (5, 1));
    let mut lab = Lab::new(1);
    (1..=20).for_each(|nth| lab.world.fault(nth, Fault::Throttled));
    let outcome = ended(lab.apply(&desired([Make::new(BY_TOKEN, "a")])));
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Throttled));
    assert_eq!(lab.world.calls(), u64::from(lab.retry.attempts));
}

#[test]
fn a_deletion_waits_for_what_still_needs_it_and_says_so() {
    let net = Make::new(BY_UID, "net");
    let mut lab = with(&desired([net]));
    let id = lab.world.named("net").unwrap().id;
    let mut stranger = lab.world.named("net").unwrap();
    stranger.id = "stranger-1".to_owned();
    stranger.uid = "somebody else".to_owned();
    stranger.fields.insert("parent", Value::string(id));
    lab.world.plant(stranger);
    let (before, since) = (lab.world.calls(), lab.world.clock.monotonic());
    let outcome = ended(lab.apply(&desired([])));
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Busy));
    let waits = |event: &Event| matches!(event, Event::StepWaiting { .. });
    assert!(lab.heard().iter().any(waits));
    assert_eq!(lab.world.calls() - before, u64::from(lab.retry.busy_attempts));
    let waited = lab.world.clock.monotonic() - since;
    assert!(waited < Duration::from_secs(20 * 60), "{waited:?}");
    lab.world.destroy("stranger-1");
    lab.converge(&desired([])).unwrap();
}

#[test]
fn a_name_that_a_stranger_has_is_not_adopted() {
    let entry = desired([Make::new(BY_NAME, "entry")]);
    let mut lab = with(&entry);
    let mut stranger = lab.world.named("entry").unwrap();
    lab.converge(&desired([])).unwrap();
    stranger.id = "stranger-1".to_owned();
    stranger.uid = "somebody else".to_owned();
    lab.world.plant(stranger);
    let outcome = ended(lab.apply(&entry));
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Conflict));
    assert!(outcome.in_doubt.is_empty() && lab.snapshot().records.is_empty());
    lab.world.destroy("stranger-1");
    lab.converge(&entry).unwrap();
}

#[test]
fn a_creation_that_died_before_it_was_ready_is_waited_for_by_the_next_run() {
    let wanted = desired([
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "in").refer("parent", "fake_uid.net"),
    ]);
    let mut lab = Lab::new(1);
    lab.world.behave(Manners {
        pending: Duration::from_secs(400),
        ..Manners::default()
    });
    lab.world.fault(1, Fault::KillAfter);
    assert!(matches!(lab.apply(&wanted), Ran::Killed));
    let since = lab.world.clock.monotonic();
    let outcome = ended(lab.apply(&wanted));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(outcome.done[0].1, Action::Create);
    assert!(lab.world.clock.monotonic() - since >= Duration::from_secs(300));
    lab.settled(&wanted).unwrap();
}

#[test]
fn a_clock_that_is_put_right_makes_no_duplicate_and_no_endless_wait() {
    for hours in [-30, 30] {
        let mut lab = Lab::new(1);
        let clock = std::sync::Arc::clone(&lab.world.clock);
        lab.world.fault(1, Fault::HiddenAndLost(Duration::from_secs(15)));
        let since = clock.monotonic();
        let outcome = ended(lab.apply_after(&whole(), move |_| clock.jump(hours * 3_600_000)));
        assert!(outcome.is_complete(), "{outcome:?}");
        assert_eq!(lab.world.happened("create"), 5);
        assert!(lab.world.clock.monotonic() - since < Duration::from_secs(600));
    }
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::KillBefore);
    assert!(matches!(lab.apply(&whole()), Ran::Killed));
    lab.world.clock.jump(-30 * 3_600_000);
    let since = lab.world.clock.monotonic();
    assert!(ended(lab.apply(&whole())).is_complete());
    assert!(lab.world.clock.monotonic() - since < Duration::from_secs(600));
}

#[test]
fn what_cannot_be_seen_for_a_moment_is_not_made_again() {
    let wanted = desired(small());
    let mut lab = with(&wanted);
    let net = lab.world.named("net").unwrap();
    lab.world.destroy(&net.id);
    // Planning does not see it, applying does.
    let back = net.clone();
    let outcome = ended(lab.apply_after(&wanted, move |world| world.plant(back)));
    assert_eq!(outcome.stale.len(), 1);
    assert!(outcome.stale[0].what.contains("there again"));
    lab.settled(&wanted).unwrap();
}

#[test]
fn in_another_account_nothing_is_believed_to_be_absent() {
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::KillAfter);
    assert!(matches!(lab.apply(&whole()), Ran::Killed));
    lab.world.clock.advance(Duration::from_secs(3_600));
    lab.world.account(Some("111111111111"));
    let Ran::Refused(reason) = lab.apply(&whole()) else {
        panic!("the account is another one")
    };
    assert!(reason.contains("111111111111"), "{reason}");
    lab.world.account(None);
    lab.converge(&whole()).unwrap();
    assert_eq!(lab.world.happened("create"), 5);
}

#[test]
fn nothing_is_recorded_of_what_was_never_made() {
    let net = || desired([Make::new(BY_UID, "net")]);
    let wanted = meshform_engine::testing::filled(net(), "name", "fake_uid.net", "name");
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::Refused);
    assert_eq!(ended(lab.apply(&wanted)).failed.len(), 1);
    assert!(lab.snapshot().outputs.is_empty());
    lab.converge(&wanted).unwrap();
    assert_eq!(lab.snapshot().outputs.len(), 1);
}

#[test]
fn what_cannot_be_looked_up_stays_in_doubt_until_it_can() {
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::KillAfter);
    assert!(matches!(lab.apply(&whole()), Ran::Killed));
    lab.world.deaf(1_000);
    let Ran::Refused(reason) = lab.apply(&whole()) else {
        panic!("nobody answers")
    };
    assert!(reason.contains("failed to find out whether"), "{reason}");
    assert_eq!(lab.store.load().unwrap().in_doubt.len(), 1);
    lab.world.heal();
    lab.converge(&whole()).unwrap();
    assert_eq!(lab.world.happened("create"), 5);
    // In the run itself: the step fails, and nobody makes a second one.
    let mut lab = Lab::new(1);
    lab.world.fault(1, Fault::AnswerLost);
    let world = lab.world.clone();
    let outcome = ended(lab.apply_after(&desired([Make::new(BY_UID, "net")]), move |_| world.deaf(1_000)));
    assert_eq!((outcome.failed.len(), outcome.in_doubt.len()), (1, 1));
    lab.world.heal();
    lab.converge(&desired([Make::new(BY_UID, "net")])).unwrap();
    assert_eq!(lab.world.happened("create"), 1);
}

#[test]
fn reads_that_fail_for_a_moment_are_tried_again() {
    let lab = with(&whole());
    lab.world.deaf(3);
    assert!(lab.plan(&whole()).unwrap().is_empty());
}
