//! Journals that get lost, states that are damaged: what is missed, what is said, and how to go on.

use std::path::PathBuf;

use crate::Store as _;
use crate::disk::{Disk as _, Verdict};
use crate::journal::samples::{self, LINEAGE, RUN, begin, put, record};
use crate::journal::{Event, Recorder};
use crate::store::{Holder, MemoryStore, StoreError};

fn holder() -> Holder {
    Holder {
        who: "me@here".into(),
        process: 7,
        command: "apply".into(),
        since: "2026-01-01T00:00:00Z".into(),
    }
}

fn at(name: &str) -> PathBuf {
    MemoryStore::folder().join(name)
}

/// A state with a run that has begun an effect, and the name of the run.
fn interrupted() -> MemoryStore {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
    recorder
        .begin(&"first".to_owned(), "p", "2026-01-01T00:00:00Z")
        .unwrap();
    recorder
        .record(&[Event::Scope(samples::region()), put(record("k.a", "u1"))])
        .unwrap();
    recorder.finish().unwrap();
    drop(recorder);
    let mut session = store.lock(&holder()).unwrap();
    session
        .append(&[begin(RUN, 1), Event::Scope(samples::region())])
        .unwrap();
    session
        .append(&[samples::intent(samples::creation(1, "k.b", "u2"))])
        .unwrap();
    drop(session);
    store
}

#[test]
fn a_journal_that_is_removed_emptied_or_exchanged_is_missed() {
    let journal = at("meshform.state.journal");
    let other = [
        crate::journal::encode_header(),
        crate::journal::encode_frames(&[begin("other", 1)]).unwrap(),
    ]
    .concat();
    let losses = [
        (None, "is missing"),
        (Some(Vec::new()), "is empty"),
        (Some(crate::journal::encode_header()), "is empty"),
        (Some(other), "is that of another run, other"),
    ];
    for (bytes, told) in losses {
        let store = interrupted();
        let before = store.disk().read(&at("meshform.state.json")).unwrap();
        let lost = store.disk().read(&journal).unwrap();
        match &bytes {
            Some(bytes) => store.disk().plant(&journal, bytes),
            None => store.disk().remove(&journal).unwrap(),
        }
        let error = store.load().unwrap_err();
        let text = error.to_string();
        let whole = format!(
            "run {RUN} of 2026-01-01T00:00:00Z was interrupted, and its journal /state/meshform.state.journal {told}"
        );
        assert_eq!(text, whole);
        let hint = error.hint();
        assert!(
            hint.contains("everything up to serial 1;") && hint.contains(LINEAGE),
            "{hint}"
        );
        assert!(
            hint.contains(&format!("`meshform state abandon {RUN}`")),
            "{hint}"
        );
        assert!(matches!(store.lock(&holder()), Err(StoreError::JournalLost(_))));
        assert_eq!(store.disk().read(&at("meshform.state.json")).unwrap(), before);

        // It comes back, and all is well.
        store.disk().plant(&journal, &lost);
        assert_eq!(store.load().unwrap().in_doubt.len(), 1);
    }
}

#[test]
fn a_lost_journal_is_given_up_by_the_name_of_its_run() {
    let journal = at("meshform.state.journal");
    let aside = at(&format!("meshform.state.journal.{RUN}"));
    let store = interrupted();
    let refused = |error: StoreError| match error {
        StoreError::NotLost { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(store.abandon(&holder(), RUN).unwrap_err()),
        "the journal is there"
    );
    let mut damaged = store.disk().read(&journal).unwrap();
    damaged[60] ^= 1;
    for left in [None, Some(damaged)] {
        let store = interrupted();
        store.disk().remove(&journal).unwrap();
        if let Some(bytes) = &left {
            store.disk().plant(&journal, bytes);
            assert!(
                store
                    .load()
                    .unwrap_err()
                    .hint()
                    .contains(&format!("state abandon {RUN}"))
            );
        }
        let wrong = refused(store.abandon(&holder(), "another").unwrap_err());
        assert!(wrong.contains(RUN), "{wrong}");
        let kept = store.abandon(&holder(), RUN).unwrap();
        assert_eq!(kept, left.as_ref().map(|_| aside.display().to_string()));
        if let Some(bytes) = left {
            assert_eq!(store.disk().read(&aside).unwrap(), bytes);
        }
        let store = store.after_power_cut();
        let folded = store.load().unwrap();
        assert_eq!((folded.snapshot.serial, folded.snapshot.records.len()), (1, 1));
        assert!(folded.in_doubt.is_empty() && folded.open_run.is_none());
        assert_eq!(
            refused(store.abandon(&holder(), RUN).unwrap_err()),
            "no run is open"
        );
        let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
        recorder.begin(&"next".to_owned(), "p", "t").unwrap();
        recorder.finish().unwrap();
        assert_eq!(store.load().unwrap().snapshot.serial, 2);
    }
}

#[test]
fn a_crash_while_a_lost_journal_is_given_up_leaves_it_lost_or_given_up() {
    for step in 0..16 {
        let store = interrupted();
        store.disk().plant(&at("meshform.state.journal"), b"rubbish");
        let start = store.disk().steps();
        store
            .disk()
            .on_operation(move |event| match event.index == start + step {
                true => Verdict::Die,
                false => Verdict::Go,
            });
        let done = store.abandon(&holder(), RUN);
        store.disk().heal();
        let store = store.after_power_cut();
        match store.load() {
            Ok(folded) => assert!(folded.in_doubt.is_empty() && folded.snapshot.records.len() == 1),
            Err(StoreError::JournalLost(_) | StoreError::Damaged { .. }) => {
                assert!(done.is_err(), "{step}");
                store.abandon(&holder(), RUN).unwrap();
                store.load().unwrap();
            }
            Err(error) => panic!("{step}: {error:?}"),
        }
    }
}

#[test]
fn the_hint_for_a_damaged_state_says_what_its_backup_is_and_lacks() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let state = at("meshform.state.json");
    let hint = || {
        store.disk().plant(&state, b"rubbish");
        store.load().unwrap_err().hint()
    };
    assert!(hint().contains("(there is no backup beside it)"));
    store.disk().remove(&state).unwrap();
    store.create(LINEAGE).unwrap();
    for (run, time) in [
        ("first", "2026-01-01T00:00:00Z"),
        ("second", "2026-01-02T00:00:00Z"),
    ] {
        let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
        recorder.begin(&run.to_owned(), "p", time).unwrap();
        recorder.finish().unwrap();
    }
    assert_eq!(
        hint(),
        "Nothing was changed. Bring back a good copy of the state. /state/meshform.state.json.backup is that of serial 1, \
         after run first of 2026-01-01T00:00:00Z: what run second of 2026-01-02T00:00:00Z did, and everything later is \
         missing from it and would be planned again, so use it only if there is no newer copy. Do not delete it: what it \
         records would be orphaned."
    );
    // Who brings the backup back is told the same, and goes on by saying so.
    let backup = store.disk().read(&at("meshform.state.json.backup")).unwrap();
    store.disk().plant(&state, &backup);
    match store.load().unwrap_err() {
        StoreError::JournalLost(lost) => assert_eq!((lost.run.run.as_str(), lost.serial), ("second", 1)),
        other => panic!("{other:?}"),
    }
    store.abandon(&holder(), "second").unwrap();
    assert_eq!(store.load().unwrap().snapshot.serial, 1);
    store.disk().plant(&at("meshform.state.json.backup"), b"{}");
    assert!(hint().contains("(the backup beside it cannot be read either)"));
}
