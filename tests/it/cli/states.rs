//! States that are missing, damaged, locked or out of reach: own message, own exit code, nothing lost.

use std::sync::Arc;

use meshform_state::disk::RealDisk;
use meshform_state::journal::{Event, Intent, Locator, Operation, Recorder};
use meshform_state::{Address, Holder, LocalStore, Scope, Store as _};

use super::environment::{TestEnvironment, session};

const MESH: &str = "resource \"meshform_data\" \"a\" {\n  input = 1\n}\n";
const STATE: &str = "meshform.state.json";

#[test]
fn missing() {
    let environment = TestEnvironment::new(MESH);
    insta::assert_snapshot!(session(
        &environment,
        &[&["plan"], &["apply", "-auto-approve"], &["show"]]
    ));
}

#[test]
fn empty() {
    let environment = TestEnvironment::applied(MESH);
    environment.write(STATE, "");
    insta::assert_snapshot!(session(
        &environment,
        &[&["plan"], &["apply", "-auto-approve"], &["init"]]
    ));
    assert_eq!(environment.read(STATE), b"", "a damaged state is left as it is");
}

#[test]
fn damaged() {
    let environment = TestEnvironment::applied(MESH);
    let half = String::from_utf8(environment.read(STATE)).unwrap();
    environment.write(STATE, &half[..half.len() / 2]);
    insta::assert_snapshot!(session(&environment, &[&["plan"]]));
}

#[test]
fn of_a_newer_version() {
    let environment = TestEnvironment::applied(MESH);
    let text = String::from_utf8(environment.read(STATE)).unwrap();
    let newer = text.replacen("\"format\":2", "\"format\":99", 1);
    assert_ne!(text, newer);
    environment.write(STATE, &newer);
    insta::assert_snapshot!(session(&environment, &[&["plan"]]));
}

#[test]
fn locked() {
    let environment = TestEnvironment::applied(MESH);
    let store = LocalStore::new(environment.path().to_owned(), Arc::new(RealDisk));
    let holder = Holder {
        who: "ann@ci".to_owned(),
        process: 4242,
        command: "apply".to_owned(),
        since: "2026-01-02T03:04:05.678Z".to_owned(),
    };
    let guard = store.lock(&holder).unwrap();
    let commands: &[&[&str]] = &[
        &["apply", "-auto-approve"],
        &["apply", "-auto-approve", "-lock-timeout=300ms"],
        &["plan"],
        &["unlock"],
    ];
    let told = session(&environment, commands);
    drop(guard);
    insta::assert_snapshot!(format!("{told}{}", session(&environment, &[&["unlock"]])));
}

/// What a run leaves that is killed in its first effect.
fn killed(environment: &TestEnvironment) {
    let store = LocalStore::new(environment.path().to_owned(), Arc::new(RealDisk));
    let holder = Holder {
        who: "ann@ci".to_owned(),
        process: 4242,
        command: "apply".to_owned(),
        since: "2026-01-02T03:04:05.678Z".to_owned(),
    };
    let mut recorder = Recorder::open(store.lock(&holder).unwrap(), "here").unwrap();
    recorder
        .begin(&RUN.to_owned(), "sha256:0", "2026-01-02T03:04:05.678Z")
        .unwrap();
    let intent = Intent {
        id: recorder.number(),
        address: Address::parse("meshform_data.a").unwrap(),
        kind: "meshform_data".to_owned(),
        scope: Scope::Local.key(),
        uid: "u".to_owned(),
        operation: Operation::Update,
        effect: "local:Update".to_owned(),
        locator: Locator::Uid,
        time_ms: 0,
        draft: None,
    };
    recorder.record(&[Event::Intent(Box::new(intent))]).unwrap();
}

const RUN: &str = "2b9d1c44-1f3a-4a53-8f0e-d2c0a9d6c2aa";
const JOURNAL: &str = "meshform.state.journal";

#[test]
fn an_interrupted_run_whose_journal_is_gone() {
    let environment = TestEnvironment::applied(MESH);
    killed(&environment);
    std::fs::remove_file(environment.path().join(JOURNAL)).unwrap();
    let commands: &[&[&str]] = &[
        &["plan"],
        &["apply", "-auto-approve"],
        &["state", "abandon", "77aa0000-0000-0000-0000-000000000000"],
        &["state", "abandon", RUN],
        &["state", "abandon", RUN],
        &["apply", "-auto-approve"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn an_interrupted_run_whose_journal_is_empty_or_damaged() {
    let environment = TestEnvironment::applied(MESH);
    killed(&environment);
    let journal = environment.read(JOURNAL);
    environment.write(JOURNAL, "");
    let empty = session(&environment, &[&["plan"]]);
    let mut damaged = journal.clone();
    damaged[60] ^= 1;
    environment.write(JOURNAL, &String::from_utf8(damaged).unwrap());
    let damaged = session(&environment, &[&["plan"], &["state", "abandon", RUN]]);
    insta::assert_snapshot!(format!("{empty}{damaged}"));
    assert!(environment.path().join(format!("{JOURNAL}.{RUN}")).exists());
}

#[test]
fn out_of_reach() {
    let environment = TestEnvironment::prepared(MESH);
    // Where the folder of the lock should be is a file: that stops root too.
    if environment.path().join(".meshform").exists() {
        std::fs::remove_dir_all(environment.path().join(".meshform")).unwrap();
    }
    environment.write(".meshform", "");
    insta::assert_snapshot!(session(&environment, &[&["apply", "-auto-approve"]]));
}

#[test]
fn a_full_disk_under_stdout_is_an_error() {
    let environment = TestEnvironment::applied(MESH);
    insta::assert_snapshot!(environment.run_on_full_disk(&["show", "-json"]).to_string());
}

#[test]
fn nothing_to_verify() {
    let environment = TestEnvironment::applied(MESH);
    insta::assert_snapshot!(session(
        &environment,
        &[&["verify"], &["verify", "-wait=soon"], &["verify", "-json"]]
    ));
}
