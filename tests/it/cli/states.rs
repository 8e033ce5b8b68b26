//! States that are missing, damaged, locked or out of reach: own message, own exit code, nothing lost.

use std::sync::Arc;

use meshform_state::disk::RealDisk;
use meshform_state::{Holder, LocalStore, Store as _};

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
    let newer =
        text.replacen("\"format\":1", "\"format\":99", 1)
            .replacen("\"format\": 1", "\"format\": 99", 1);
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
