//! What a folder holds, what is refused, and what is said about it.

use std::path::Path;

use super::*;
use crate::disk::{Op, RealDisk, SimDisk, Verdict};
use crate::journal::samples::{self, LINEAGE, RUN, address, begin, end, picture, put, record};
use crate::journal::{Event, JournalError, Recorder};
use crate::store::MemoryStore;

fn holder() -> Holder {
    Holder {
        who: "me@here".into(),
        process: 7,
        command: "apply".into(),
        since: "2026-01-01T00:00:00Z".into(),
    }
}

fn opening(serial: u64) -> [Event; 2] {
    [begin(RUN, serial), Event::Scope(samples::region())]
}

fn at(name: &str) -> PathBuf {
    MemoryStore::folder().join(name)
}

fn reason(error: StoreError) -> String {
    match error {
        StoreError::Damaged { place, reason, .. } => format!("{place}: {reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_on_a_real_disk_from_init_to_the_next_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path().to_path_buf(), Arc::new(RealDisk));
    assert!(matches!(store.load(), Err(StoreError::Missing { .. })));
    assert!(matches!(store.lock(&holder()), Err(StoreError::Missing { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    store.create(LINEAGE).unwrap();
    assert!(matches!(store.create(LINEAGE), Err(StoreError::Exists { .. })));

    let session = store.lock(&holder()).unwrap();
    match store.lock(&holder()) {
        Err(StoreError::Locked {
            holder: Some(found), ..
        }) => assert_eq!(found, holder()),
        other => panic!("{:?}", other.err()),
    }
    let mut recorder = Recorder::open(session, store.describe()).unwrap();
    recorder
        .begin(&RUN.to_owned(), "sha256:0", "2026-01-01T00:00:00Z")
        .unwrap();
    recorder
        .record(&[Event::Scope(samples::region()), put(record("k.a", "u1"))])
        .unwrap();
    let beside = store.load().unwrap();
    assert_eq!(
        (beside.open_run.as_deref(), beside.snapshot.records.len()),
        (Some(RUN), 1)
    );
    recorder.finish().unwrap();
    assert_eq!(recorder.folded().snapshot.serial, 1);
    drop(recorder);

    assert_eq!(store.holder().unwrap(), None);
    let after = store.load().unwrap();
    assert_eq!(
        (
            after.snapshot.serial,
            after.snapshot.records.len(),
            after.open_run
        ),
        (1, 1, None)
    );
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [".meshform", "meshform.state.json", "meshform.state.json.backup"]
    );
}

#[test]
fn one_append_is_one_sync() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut session = store.lock(&holder()).unwrap();
    session.append(&opening(0)).unwrap();
    let before = (store.disk().count(Op::Sync), store.disk().count(Op::Write));
    let events: Vec<Event> = (0..50)
        .map(|n| put(record(&format!("k.a[{n}]"), &format!("u{n}"))))
        .collect();
    session.append(&events).unwrap();
    assert_eq!(
        (store.disk().count(Op::Sync), store.disk().count(Op::Write)),
        (before.0 + 1, before.1 + 1)
    );
    assert_eq!(session.load().unwrap().snapshot.records.len(), 50);
}

#[test]
fn a_dead_run_goes_on_in_its_journal() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut session = store.lock(&holder()).unwrap();
    session.append(&opening(0)).unwrap();
    session
        .append(&[samples::intent(samples::creation(1, "k.a", "u1"))])
        .unwrap();
    let store = store.after_death();
    let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
    assert_eq!(recorder.folded().in_doubt.len(), 1);
    assert!(matches!(
        recorder.finish(),
        Err(StoreError::Journal {
            source: JournalError::Illegal { index: 3, .. },
            ..
        })
    ));
    drop(recorder);
    let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
    recorder.record(&[samples::done(1, Some("vpc-1"))]).unwrap();
    assert_eq!(recorder.number().0, 2);
    recorder.finish().unwrap();
    assert_eq!(
        store.load().unwrap().snapshot.records[&address("k.a")].id,
        "vpc-1"
    );
    recorder.begin(&"next".to_owned(), "sha256:1", "later").unwrap();
    assert_eq!(
        (recorder.number().0, store.load().unwrap().open_run.as_deref()),
        (1, Some("next"))
    );
}

#[test]
fn an_event_that_cannot_be_true_is_never_written() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
    recorder.begin(&RUN.to_owned(), "p", "t").unwrap();
    let before = store.disk().read(&at("meshform.state.journal")).unwrap();
    recorder.record(&[samples::done(1, None)]).unwrap_err();
    recorder.record(&[end(RUN)]).unwrap_err();
    assert_eq!(store.disk().read(&at("meshform.state.journal")).unwrap(), before);
}

#[test]
fn a_session_refuses_what_could_not_be_read_again() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut session = store.lock(&holder()).unwrap();
    for first in [end(RUN), begin(RUN, 5)] {
        assert!(matches!(
            session.append(&[first]),
            Err(StoreError::Journal { .. })
        ));
    }
    session.append(&opening(0)).unwrap();
    assert!(matches!(
        session.append(&[begin("other", 0)]),
        Err(StoreError::Journal { .. })
    ));
    let mut next = session.load().unwrap().snapshot;
    assert!(matches!(
        session.commit(&next),
        Err(StoreError::Io {
            action: "replace",
            ..
        })
    ));
    next.serial = 1;
    let without = Snapshot {
        last_run: None,
        ..next.clone()
    };
    assert!(matches!(
        session.commit(&without),
        Err(StoreError::Io {
            action: "replace",
            ..
        })
    ));
    session.commit(&next).unwrap();
    assert_eq!(store.load().unwrap().snapshot.serial, 1);
}

#[test]
fn a_state_that_was_there_once_is_never_nothing() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
    recorder.begin(&RUN.to_owned(), "p", "t").unwrap();
    store.disk().remove(&at("meshform.state.json")).unwrap();
    assert!(
        reason(store.load().unwrap_err()).contains("its journal is there (/state/meshform.state.journal)")
    );
    assert!(reason(store.create(LINEAGE).unwrap_err()).contains("the file is missing"));
    drop(recorder);
    store.disk().remove(&at("meshform.state.journal")).unwrap();
    assert!(matches!(store.load(), Err(StoreError::Missing { .. })));
    store.disk().plant(&at("meshform.state.json.backup"), b"whatever");
    assert!(reason(store.load().unwrap_err()).contains("its backup is there"));

    for bytes in [&b""[..], b"\n", b"{}", b"\0\0\0"] {
        store.disk().plant(&at("meshform.state.json"), bytes);
        assert!(reason(store.load().unwrap_err()).starts_with("/state/meshform.state.json:1:1"));
        assert!(store.lock(&holder()).is_err());
        assert_eq!(store.holder().unwrap(), None);
    }
}

#[test]
fn newer_files_are_refused_with_who_wrote_them() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    store
        .disk()
        .plant(&at("meshform.state.journal"), b"meshform-journal 4 2.0.0\n");
    assert!(matches!(
        store.load(),
        Err(StoreError::Newer {
            found: 4,
            known: 2,
            ..
        })
    ));
    store.disk().remove(&at("meshform.state.journal")).unwrap();
    store.disk().plant(
        &at("meshform.state.json"),
        b"{\"format\":3,\"meshform\":\"2.0.0\"}",
    );
    let text = store.load().unwrap_err().to_string();
    assert!(text.contains("format 3, written by version 2.0.0"), "{text}");
}

#[test]
fn a_damaged_journal_and_one_of_another_snapshot_are_refused() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let old = store.disk().read(&at("meshform.state.json")).unwrap();
    let mut session = store.lock(&holder()).unwrap();
    session.append(&opening(0)).unwrap();
    session.append(&[put(record("k.a", "u1"))]).unwrap();
    let mut bytes = store.disk().read(&at("meshform.state.journal")).unwrap();
    bytes[60] ^= 1;
    store.disk().plant(&at("meshform.state.journal"), &bytes);
    assert!(reason(store.load().unwrap_err()).contains("(byte 25)"));

    bytes[60] ^= 1;
    store.disk().plant(&at("meshform.state.journal"), &bytes);
    let mut next = store.load().unwrap().snapshot;
    next.serial = 1;
    session.commit(&next).unwrap();
    session.append(&[begin("second", 1)]).unwrap();
    store.disk().plant(&at("meshform.state.json"), &old);
    assert!(matches!(
        store.load(),
        Err(StoreError::Journal {
            source: JournalError::Serial {
                journal: 1,
                snapshot: 0
            },
            ..
        })
    ));
    // A checkout under a running apply.
    let error = session
        .commit(&Snapshot {
            serial: 2,
            last_run: Some(samples::mark("second")),
            ..next
        })
        .unwrap_err();
    assert!(reason(error).contains("it has serial 0, and had 1"));
}

#[test]
fn the_backup_is_the_snapshot_before() {
    let store = MemoryStore::create_new(LINEAGE).unwrap();
    let mut recorder = Recorder::open(store.lock(&holder()).unwrap(), "here").unwrap();
    for serial in 0..3 {
        let before = store.disk().read(&at("meshform.state.json")).unwrap();
        recorder
            .begin(&format!("run {serial}"), "p", "2026-01-01T00:00:00Z")
            .unwrap();
        recorder.finish().unwrap();
        // With the run that ended it: who brings it back is told what is missing from it.
        let run = samples::mark(&format!("run {serial}"));
        let open = format::with_open_run(&before, Some(&run)).unwrap();
        assert_eq!(
            store.disk().read(&at("meshform.state.json.backup")).unwrap(),
            open
        );
    }
}

#[test]
fn a_full_disk_loses_nothing_acknowledged() {
    for (op, nth) in (1..=3).flat_map(|nth| [Op::Write, Op::Sync].map(|op| (op, nth))) {
        let store = MemoryStore::create_new(LINEAGE).unwrap();
        let mut session = store.lock(&holder()).unwrap();
        session.append(&opening(0)).unwrap();
        session.append(&[put(record("k.a", "u1"))]).unwrap();
        let mut next = session.load().unwrap().snapshot;
        next.serial += 1;
        let acknowledged = picture(&Snapshot {
            serial: 0,
            ..next.clone()
        });
        store.disk().fail_nth(op, nth, io::ErrorKind::StorageFull);
        let appended = session.append(&[put(record("k.b", "u2"))]);
        let failed = appended
            .and_then(|()| {
                session.commit(&Snapshot {
                    ..session.load()?.snapshot.next()
                })
            })
            .unwrap_err();
        match failed {
            StoreError::Io { action, source, .. } => {
                assert_eq!((action, source.kind()), ("write", io::ErrorKind::StorageFull));
            }
            other => panic!("{other:?}"),
        }
        // The same session is refused even when there is room again; the next one goes on.
        store.disk().heal();
        assert!(session.append(&[put(record("k.c", "u3"))]).is_err());
        let store = store.after_power_cut();
        let found = store.load().unwrap().snapshot;
        assert!(found.records.contains_key(&address("k.a")));
        let without = Snapshot {
            records: found.records.clone().into_iter().take(1).collect(),
            ..found
        };
        assert_eq!(picture(&without), acknowledged);
        let mut session = store.lock(&holder()).unwrap();
        session.append(&[put(record("k.d", "u4"))]).unwrap();
    }
}

impl Snapshot {
    fn next(self) -> Self {
        Snapshot {
            serial: self.serial + 1,
            ..self
        }
    }
}

#[test]
fn a_folder_that_may_only_be_read_says_so_and_can_be_read() {
    let disk = SimDisk::new();
    let store = MemoryStore::on(disk.clone());
    store.create(LINEAGE).unwrap();
    disk.on_operation(|event| match event.op {
        Op::Read => Verdict::Go,
        _ => Verdict::Fail(io::ErrorKind::PermissionDenied),
    });
    store.load().unwrap();
    match store.lock(&holder()) {
        Err(StoreError::Io {
            action: "lock",
            place,
            source,
        }) => {
            assert_eq!(source.kind(), io::ErrorKind::PermissionDenied);
            assert_eq!(Path::new(&place), at(".meshform/lock"));
        }
        other => panic!("{:?}", other.err()),
    }
    let elsewhere = MemoryStore::on(SimDisk::new());
    elsewhere
        .disk()
        .fail_nth(Op::Create, 1, io::ErrorKind::PermissionDenied);
    assert!(matches!(
        elsewhere.create(LINEAGE),
        Err(StoreError::Io { action: "write", .. })
    ));
}

/// Root may write everywhere; then there is nothing to see here.
#[cfg(unix)]
#[test]
fn a_real_folder_that_may_only_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path().to_path_buf(), Arc::new(RealDisk));
    store.create(LINEAGE).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    store.load().unwrap();
    let locked = store.lock(&holder());
    if let Err(error) = locked {
        assert!(matches!(error, StoreError::Io { action: "lock", .. }));
        assert!(!error.hint().is_empty());
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
}
