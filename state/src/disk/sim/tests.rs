//! The simulated disk loses what it should, and nothing else.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

fn path(name: &str) -> PathBuf {
    Path::new("/d").join(name)
}

#[test]
fn only_what_was_synced_survives_a_power_cut() {
    let disk = SimDisk::new();
    disk.replace(&path("state"), b"one").unwrap();
    let mut file = disk.open(&path("log")).unwrap();
    disk.write(&mut file, b"named nowhere").unwrap();
    disk.sync(&file).unwrap();
    let disk = disk.power_cut();
    assert_eq!(disk.read(&path("state")).unwrap(), b"one");
    assert!(!disk.exists(&path("log")).unwrap());

    disk.open_log(&path("log"), 0).unwrap().append(b"synced").unwrap();
    let mut file = disk.open(&path("log")).unwrap();
    disk.write(&mut file, b" and not").unwrap();
    disk.truncate(&file, 3).unwrap();
    assert_eq!(disk.read(&path("log")).unwrap(), b"syn");
    assert_eq!(disk.power_cut().read(&path("log")).unwrap(), b"synced");
}

#[test]
fn an_unsynced_rename_and_removal_come_back() {
    let disk = SimDisk::new();
    disk.plant(&path("state"), b"old");
    disk.plant(&path("log"), b"log");
    let (temporary, mut file) = disk.temporary(&path("state"), Access::Private).unwrap();
    disk.write(&mut file, b"new").unwrap();
    disk.rename(&temporary, &path("state")).unwrap();
    disk.unlink(&path("log")).unwrap();
    assert_eq!(disk.read(&path("state")).unwrap(), b"new");
    let disk = disk.power_cut();
    assert_eq!(disk.read(&path("state")).unwrap(), b"old");
    assert_eq!(disk.names(), [path("log"), path("state")]);
}

#[test]
fn a_sync_that_does_nothing_loses_what_it_promised() {
    let disk = SimDisk::new();
    disk.sabotage_sync(true);
    disk.replace(&path("state"), b"one").unwrap();
    assert_eq!(disk.read(&path("state")).unwrap(), b"one");
    assert!(disk.power_cut().names().is_empty());
}

#[test]
fn steps_fail_where_they_are_told_to() {
    let disk = SimDisk::new();
    disk.plant(&path("state"), b"old");
    disk.fail_nth(Op::Sync, 2, io::ErrorKind::StorageFull);
    disk.replace(&path("state"), b"one").unwrap();
    let error = disk.replace(&path("state"), b"two").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.read(&path("state")).unwrap(), b"one");
    assert_eq!(disk.names(), [path("state")]);
    assert_eq!((disk.count(Op::Sync), disk.count(Op::Rename)), (2, 1));

    disk.on_operation(|event| {
        if event.op == Op::Write {
            Verdict::Tear(2)
        } else {
            Verdict::Go
        }
    });
    let mut log = disk.open_log(&path("log"), 0).unwrap();
    log.append(b"torn").unwrap_err();
    disk.heal();
    log.append(b"more").unwrap_err();
    assert_eq!(disk.read(&path("log")).unwrap(), b"to");
}

#[test]
fn the_dead_do_nothing_and_hold_nothing() {
    let disk = SimDisk::new();
    let guard = disk.lock(&path("lock"), b"first").unwrap();
    let mut log = disk.open_log(&path("log"), 0).unwrap();
    let next = disk.process();
    assert_eq!(
        next.lock(&path("lock"), b"next").err().unwrap().kind(),
        io::ErrorKind::WouldBlock
    );
    assert_eq!(next.locked(&path("lock")).unwrap().unwrap(), b"first");
    disk.die();
    assert!(disk.is_dead() && !next.is_dead());
    let taken = next.lock(&path("lock"), b"next").unwrap();
    log.append(b"ghost").unwrap_err();
    disk.replace(&path("state"), b"ghost").unwrap_err();
    drop(guard);
    assert_eq!(next.locked(&path("lock")).unwrap().unwrap(), b"next");
    drop(taken);
    assert_eq!(next.locked(&path("lock")).unwrap(), None);
    assert_eq!(next.names(), [path("log")]);
}

#[test]
fn a_hook_sees_every_step_twice_and_may_cut_the_power() {
    let disk = SimDisk::new();
    let seen = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&seen);
    disk.on_operation(move |event| {
        count.fetch_add(1, Ordering::Relaxed);
        let here = event.op == Op::Rename && event.moment == Moment::After;
        if here {
            Verdict::PowerCut(Cut::Everything)
        } else {
            Verdict::Go
        }
    });
    disk.replace(&path("state"), b"one").unwrap_err();
    assert_eq!(seen.load(Ordering::Relaxed), 2 * 4);
    assert!(disk.is_dead() && disk.names().is_empty());
}
