//! The command line: several sandboxes at once, nothing left behind, not even after `kill -9`.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use meshform_sandbox::RemoteDoor;
use meshform_sandbox::daemon::Session;

fn sandbox(verb: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(verb)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap()
}

fn up(dir: &Path) -> Session {
    up_with(&["up", "--aws-only"], dir)
}

fn up_with(verb: &[&str], dir: &Path) -> Session {
    let output = sandbox(verb, dir);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Session::read(dir).unwrap().unwrap()
}

fn wait_until_gone(session: &Session) {
    let start = Instant::now();
    while session.all().any(|process| process.is_running()) {
        assert!(start.elapsed() < Duration::from_secs(20), "{session:?}");
        std::thread::yield_now();
    }
}

#[test]
fn sandboxes_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let (first, second) = (up(&one), up(&two));
    assert_ne!(first.endpoint, second.endpoint);
    assert!(RemoteDoor::at(&first.endpoint).requests().unwrap().is_empty());
    let env = std::fs::read_to_string(one.join("env")).unwrap();
    for line in [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "KUBECONFIG",
    ] {
        assert!(env.contains(&format!("export {line}='")), "{env}");
    }
    assert!(sandbox(&["status"], &one).status.success());
    assert_eq!(up(&one).daemon, first.daemon, "a second up finds the first");

    assert!(sandbox(&["down"], &one).status.success());
    assert!(!one.exists());
    wait_until_gone(&first);
    assert!(
        sandbox(&["status"], &two).status.success(),
        "the other one still runs"
    );
    assert!(!sandbox(&["status"], &one).status.success());

    second.daemon.kill();
    wait_until_gone(&second);
    assert!(!sandbox(&["status"], &two).status.success());
    assert!(sandbox(&["down"], &two).status.success());
    assert!(!two.exists());
}

/// Clusters and what serves them are known by name, and end with the sandbox even when that is killed.
#[test]
fn clusters_end_with_their_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("world");
    let session = up_with(&["up", "--clusters", "1", "--istiod"], &dir);
    let names: Vec<&str> = session
        .processes
        .iter()
        .map(|process| process.name.as_str())
        .collect();
    for name in ["kube-apiserver of a", "kube-scheduler of a", "kwok of a"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let env = std::fs::read_to_string(dir.join("env")).unwrap();
    for name in ["MESHFORM_SANDBOX_CHARTS", "PATH"] {
        assert!(env.contains(&format!("export {name}='")), "{env}");
    }
    assert!(sandbox(&["status"], &dir).status.success());
    assert!(
        !sandbox(&["up", "--clusters", "1"], &dir).status.success(),
        "another shape"
    );
    session.daemon.kill();
    wait_until_gone(&session);
    assert!(sandbox(&["down"], &dir).status.success());
    assert!(!dir.exists());
}

#[test]
fn a_folder_of_others_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine"), "").unwrap();
    assert!(!sandbox(&["up", "--aws-only"], folder.path()).status.success());
    assert!(sandbox(&["down"], folder.path()).status.success());
    assert!(folder.path().join("mine").exists());
}
