//! What each event means, and what is refused.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::journal::samples::{
    self, LINEAGE, RUN, address, begin, creation, done, end, intent, key, picture, put, record,
};
use crate::journal::{Locator, Operation};

const AT: &str = "aws_vpc.main";

/// Folds these after the beginning of a run and the event of the region.
fn run(events: impl IntoIterator<Item = Event>) -> Result<Folded, JournalError> {
    let opening = [begin(RUN, 0), Event::Scope(samples::region())];
    let all: Vec<Event> = opening.into_iter().chain(events).collect();
    fold(Snapshot::new(LINEAGE), &all)
}

fn create() -> Event {
    intent(creation(1, AT, "u1"))
}

fn outcome(id: u64, outcome: Outcome) -> Event {
    Event::Outcome {
        intent: IntentId(id),
        outcome,
    }
}

fn refusal(events: impl IntoIterator<Item = Event>) -> (usize, String) {
    match run(events) {
        Err(JournalError::Illegal { index, reason }) => (index, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_creation_is_in_doubt_then_incomplete_then_recorded() {
    let doubt = run([create()]).unwrap();
    assert_eq!(doubt.in_doubt[0].intent.uid, "u1");
    assert!(doubt.snapshot.records.is_empty());
    assert_eq!((doubt.open_run.as_deref(), doubt.last_intent), (Some(RUN), 1));

    let half = run([create(), done(1, Some("vpc-1"))]).unwrap();
    let kept = &half.snapshot.records[&address(AT)];
    assert_eq!(
        (kept.id.as_str(), kept.incomplete, half.in_doubt.len()),
        ("vpc-1", true, 0)
    );

    let whole = run([create(), done(1, Some("vpc-1")), put(record(AT, "u1")), end(RUN)]).unwrap();
    assert!(!whole.snapshot.records[&address(AT)].incomplete);
    assert!(whole.has_ended() && whole.open_run.is_none());
    assert_eq!(whole.snapshot.last_run, Some(samples::mark(RUN)));
}

#[test]
fn a_double_waits_for_its_deletion_beside_the_one_that_is_kept() {
    let done = done(1, Some("vpc-1"));
    for events in [
        // As recovery records it, killed in between and beginning again.
        vec![create(), samples::double(AT), samples::double(AT), done.clone()],
        vec![create(), done, samples::double(AT)],
    ] {
        let folded = run(events.clone()).unwrap();
        assert_eq!(folded.snapshot.records[&address(AT)].id, "vpc-1");
        assert_eq!(folded.unfinished[&address(AT)].uid, "u1");
        let double = key(AT, &Record::uid_of_double("u1", "vpc-2"));
        assert_eq!(folded.snapshot.deposed[&double].id, "vpc-2");
        // It stands in no way of the one that is kept, and goes on its own.
        let rest = [put(record(AT, "u1")), Event::DeposedGone(double), end(RUN)];
        let folded = run(events.into_iter().chain(rest)).unwrap();
        assert!(folded.snapshot.deposed.is_empty() && folded.unfinished.is_empty());
        assert_eq!(folded.snapshot.records.len(), 1);
    }
    let kept = Record {
        id: "vpc-2".into(),
        ..record(AT, "u1")
    };
    assert!(run([create(), put(kept), samples::double(AT)]).is_err());
}

#[test]
fn a_creation_whose_answer_names_nothing_is_kept_all_the_same() {
    let folded = run([create(), done(1, None)]).unwrap();
    let kept = &folded.snapshot.records[&address(AT)];
    assert_eq!((kept.id.as_str(), kept.incomplete), ("", true));
    // A later effect of the same creation learns the id, one after that does not lose it.
    let second = intent(creation(2, AT, "u1"));
    let third = intent(creation(3, AT, "u1"));
    let folded = run([
        create(),
        done(1, None),
        second,
        done(2, Some("vpc-9")),
        third,
        done(3, None),
    ])
    .unwrap();
    assert_eq!(folded.snapshot.records[&address(AT)].id, "vpc-9");
}

#[test]
fn a_record_told_before_the_outcome_stays_whole() {
    let folded = run([create(), put(record(AT, "u1")), done(1, Some("vpc-other"))]).unwrap();
    let kept = &folded.snapshot.records[&address(AT)];
    assert_eq!((kept.id.as_str(), kept.incomplete), ("vpc-u1", false));
}

#[test]
fn what_did_not_happen_leaves_nothing() {
    for ending in [
        Outcome::Failed {
            message: "denied".into(),
        },
        Outcome::Resolved { id: None },
    ] {
        let folded = run([create(), outcome(1, ending)]).unwrap();
        assert!(folded.snapshot.records.is_empty() && folded.in_doubt.is_empty());
    }
    let found = run([
        create(),
        outcome(
            1,
            Outcome::Resolved {
                id: Some("vpc-1".into()),
            },
        ),
    ])
    .unwrap();
    assert!(found.snapshot.records[&address(AT)].incomplete);
}

#[test]
fn only_gone_takes_a_record_away() {
    let delete = Intent {
        operation: Operation::Delete,
        locator: Locator::Id("vpc-u1".into()),
        draft: None,
        ..creation(1, AT, "u1")
    };
    let deleted = [put(record(AT, "u1")), intent(delete), done(1, None)];
    assert_eq!(run(deleted.clone()).unwrap().snapshot.records.len(), 1);
    let gone = deleted.into_iter().chain([Event::Gone(address(AT))]);
    assert!(run(gone).unwrap().snapshot.records.is_empty());
}

#[test]
fn a_replaced_object_waits_until_it_is_gone_or_restored() {
    let deposed = [
        put(record(AT, "u0")),
        Event::Depose(key(AT, "u0")),
        create(),
        done(1, Some("vpc-1")),
    ];
    let folded = run(deposed.clone()).unwrap();
    assert_eq!(folded.snapshot.records[&address(AT)].uid, "u1");
    assert_eq!(folded.snapshot.deposed[&key(AT, "u0")].id, "vpc-u0");

    let gone = run(deposed.iter().cloned().chain([Event::DeposedGone(key(AT, "u0"))])).unwrap();
    assert!(gone.snapshot.deposed.is_empty());

    let failed = outcome(1, Outcome::Failed { message: "no".into() });
    let restore = Event::Restore(key(AT, "u0"));
    let back = run([
        put(record(AT, "u0")),
        Event::Depose(key(AT, "u0")),
        create(),
        failed,
        restore.clone(),
    ])
    .unwrap();
    assert_eq!(back.snapshot.records[&address(AT)].uid, "u0");
    assert!(back.snapshot.deposed.is_empty());
    assert!(
        refusal(deposed.into_iter().chain([restore]))
            .1
            .contains("bears another object")
    );
}

#[test]
fn a_move_takes_its_dependants_along() {
    let on = |at: &str, uid: &str, dependencies: &[&str]| {
        let dependencies = dependencies.iter().map(|at| address(at)).collect();
        put(Record {
            dependencies,
            ..record(at, uid)
        })
    };
    let moved = |from: &str, to: &str| Event::Moved {
        from: address(from),
        to: address(to),
    };
    let folded = run([
        on("k.a", "u1", &[]),
        on("k.b", "u2", &["k.a", "k.c"]),
        on("k.c", "u3", &["k.a"]),
        moved("k.a", "k.x"),
        moved("k.c", "k.y"),
        moved("k.x", "k.z"),
    ])
    .unwrap();
    let dependencies = |at: &str| {
        let record = &folded.snapshot.records[&address(at)];
        assert_eq!(record.address.as_str(), at);
        record
            .dependencies
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        (dependencies("k.b"), dependencies("k.y"), dependencies("k.z")),
        ("k.z k.y".to_owned(), "k.z".to_owned(), String::new())
    );
}

#[test]
fn a_journal_that_the_snapshot_contains_adds_nothing() {
    let events = [
        begin(RUN, 0),
        Event::Scope(samples::region()),
        put(record(AT, "u1")),
        end(RUN),
    ];
    let mut written = fold(Snapshot::new(LINEAGE), &events).unwrap().snapshot;
    written.serial += 1;
    let again = fold(written.clone(), &events).unwrap();
    assert!(again.is_contained() && again.open_run.is_none() && again.in_doubt.is_empty());
    assert_eq!(picture(&again.snapshot), picture(&written));

    let other = Snapshot {
        last_run: Some(samples::mark("another run")),
        ..written
    };
    assert_eq!(
        fold(other, &events).unwrap_err(),
        JournalError::Serial {
            journal: 0,
            snapshot: 1
        }
    );
}

#[test]
fn a_journal_of_another_state_is_refused() {
    let error = fold(Snapshot::new("another"), &[begin(RUN, 0)]).unwrap_err();
    assert_eq!(
        error,
        JournalError::Lineage {
            journal: LINEAGE.into(),
            snapshot: "another".into()
        }
    );
    let error = fold(Snapshot::new(LINEAGE), &[begin(RUN, 3)]).unwrap_err();
    assert_eq!(
        error,
        JournalError::Serial {
            journal: 3,
            snapshot: 0
        }
    );
}

#[test]
fn what_cannot_be_true_is_refused_with_its_number() {
    let alone = |event: Event| fold(Snapshot::new(LINEAGE), &[event]).unwrap_err();
    assert!(matches!(alone(end(RUN)), JournalError::Illegal { index: 0, .. }));
    let other_scope = Record {
        scope: ScopeKey("cluster:x".into()),
        ..record(AT, "u1")
    };
    let other_draft = Intent {
        draft: Some(samples::draft(AT, "u2")),
        ..creation(1, AT, "u1")
    };
    let here = || put(record(AT, "u0"));
    let cases: Vec<(Vec<Event>, &str)> = vec![
        (vec![begin(RUN, 0)], "a run is open already"),
        (vec![done(1, None)], "intent 1 is not open"),
        (
            vec![create(), done(1, None), done(1, None)],
            "intent 1 is not open",
        ),
        (vec![create(), create()], "intent 1 comes after intent 1"),
        (vec![intent(other_draft)], "of another object"),
        (vec![put(other_scope)], "scope `cluster:x` is not recorded"),
        (vec![here(), create()], "which u1 would displace"),
        (vec![here(), put(record(AT, "u1"))], "which u1 would displace"),
        (vec![create(), here()], "which u0 would displace"),
        (
            vec![create(), intent(creation(2, AT, "u2"))],
            "which u2 would displace",
        ),
        (vec![Event::Gone(address(AT))], "none is recorded there"),
        (vec![here(), Event::Depose(key(AT, "u9"))], "is not u9"),
        (vec![Event::DeposedGone(key(AT, "u0"))], "no deposed object u0"),
        (vec![Event::Restore(key(AT, "u0"))], "no deposed object u0"),
        (vec![here(), Event::Depose(key(AT, "u0")), here()], "is deposed"),
        (
            vec![Event::Moved {
                from: address("k.a"),
                to: address("k.b"),
            }],
            "none is recorded there",
        ),
        (
            vec![
                here(),
                Event::Moved {
                    from: address(AT),
                    to: address(AT),
                },
            ],
            "bears another object",
        ),
        (
            vec![
                create(),
                Event::Moved {
                    from: address(AT),
                    to: address("k.b"),
                },
            ],
            "while effects are open",
        ),
        (vec![create(), end(RUN)], "while intent 1 is open"),
        (vec![end("another")], "and is not open"),
        (vec![end(RUN), here()], "has ended before"),
    ];
    for (events, expected) in cases {
        let last = events.len() + 1;
        let (index, reason) = refusal(events);
        assert!(reason.contains(expected), "{reason} | {expected}");
        assert_eq!(index, last, "{reason}");
    }
}

fn objects(snapshot: &Snapshot) -> BTreeSet<(String, String)> {
    let records = snapshot.records.values().chain(snapshot.deposed.values());
    records
        .map(|record| (record.uid.clone(), record.id.clone()))
        .collect()
}

fn doubts(folded: &Folded) -> Vec<u64> {
    folded.in_doubt.iter().map(|doubt| doubt.intent.id.0).collect()
}

proptest! {
    #[test]
    fn whatever_comes_no_object_falls_out_and_a_refusal_changes_nothing(
        events in prop::collection::vec(samples::any_event(), 0..60),
    ) {
        let opening = [begin(RUN, 0), Event::Scope(samples::region())];
        let mut folded = fold(Snapshot::new(LINEAGE), &opening).unwrap();
        let mut taken = opening.to_vec();
        for event in events {
            let (before, open, known) = (picture(&folded.snapshot), doubts(&folded), objects(&folded.snapshot));
            match folded.apply(&event) {
                Err(_) => {
                    prop_assert_eq!(&before, &picture(&folded.snapshot));
                    prop_assert_eq!(&open, &doubts(&folded));
                }
                Ok(()) => {
                    let lost = known.iter().filter(|(uid, _)| {
                        !objects(&folded.snapshot).iter().any(|(other, _)| other == uid)
                    });
                    let takes = matches!(event, Event::Gone(_) | Event::DeposedGone(_));
                    prop_assert!(takes || lost.count() == 0, "{event:?}");
                    taken.push(event);
                }
            }
            for (at, record) in &folded.snapshot.records {
                prop_assert_eq!(at, &record.address);
            }
        }
        let again = fold(Snapshot::new(LINEAGE), &taken).unwrap();
        prop_assert_eq!(picture(&again.snapshot), picture(&folded.snapshot));
        prop_assert_eq!(doubts(&again), doubts(&folded));
    }

    #[test]
    fn any_prefix_of_a_run_folds(len in 0..200usize) {
        let events = samples::whole_run(len);
        let folded = fold(Snapshot::new(LINEAGE), &events).unwrap();
        let recorded = folded.snapshot.records.len() + folded.in_doubt.len();
        prop_assert_eq!(recorded, len.saturating_sub(2).div_ceil(3));
    }
}
