//! What a user or the outside gets wrong, through the shipped program: each has a message of its own with what to do,
//! a documented exit code, and loses nothing.

use std::time::Duration;

use meshform_sandbox::{Fault, FaultKind, Recorded};
use meshform_state::disk::Op;

use crate::support::config::replaced;
use crate::support::{Binary, World, cluster};

/// A folder in which the example is applied already.
fn applied(world: &World) -> Binary {
    let binary = Binary::new(world);
    binary.run(&["apply", "-auto-approve"]).ended(0);
    binary
}

/// `command` ends with `code` and says `parts`, and the state and the worlds are as before.
#[track_caller]
fn refused(world: &World, binary: &Binary, command: &[&str], code: i32, parts: &[&str]) {
    let before = (binary.state_bytes(), world.census());
    binary.run(command).ended(code).said(parts);
    assert_eq!((binary.state_bytes(), world.census()), before);
    assert!(!binary.journal().exists());
}

/// The kubeconfig of the sandbox, changed and in a file of its own.
fn kubeconfig(binary: &mut Binary, from: &str, to: &str) {
    let text = std::fs::read_to_string(&cluster().kubeconfig).unwrap();
    let path = binary.path().join("kubeconfig");
    std::fs::write(&path, replaced(&text, from, to)).unwrap();
    binary
        .env
        .insert("KUBECONFIG".to_owned(), path.display().to_string());
}

#[test]
fn an_api_that_cannot_be_reached_is_named() {
    let world = World::new();
    let mut binary = applied(&world);
    let closed = "http://127.0.0.1:9";
    let endpoint = binary
        .env
        .insert("AWS_ENDPOINT_URL".to_owned(), closed.to_owned())
        .unwrap();
    refused(&world, &binary, &["plan"], 1, &["us-west-2", "hint:"]);
    refused(&world, &binary, &["apply", "-auto-approve"], 1, &["us-west-2"]);
    binary.env.insert("AWS_ENDPOINT_URL".to_owned(), endpoint);
    kubeconfig(&mut binary, &cluster().server, "https://127.0.0.1:9");
    refused(&world, &binary, &["plan"], 1, &["127.0.0.1:9", "hint:"]);
    refused(&world, &binary, &["apply", "-auto-approve"], 1, &["127.0.0.1:9"]);
}

#[test]
fn credentials_that_are_not_accepted_are_named() {
    let world = World::new();
    let mut binary = applied(&world);
    let key = binary
        .env
        .insert("AWS_ACCESS_KEY_ID".to_owned(), "AKIAWRONGWRONGWRONG0".to_owned())
        .unwrap();
    refused(&world, &binary, &["plan"], 1, &["credentials", "hint:"]);
    binary.env.insert("AWS_ACCESS_KEY_ID".to_owned(), key);

    kubeconfig(&mut binary, &cluster().admin.secret, "no-such-token");
    refused(&world, &binary, &["plan"], 1, &["cluster", "hint:"]);
    refused(&world, &binary, &["apply", "-auto-approve"], 1, &["cluster"]);
}

#[test]
fn a_right_that_is_missing_is_named() {
    let world = World::new();
    let binary = applied(&world);
    binary.write(&replaced(
        &binary.read(),
        "context = \"a\"",
        "context = \"a-stranger\"",
    ));
    refused(
        &world,
        &binary,
        &["plan"],
        1,
        &["stranger", "kube-system", "hint:"],
    );
    world.door().inject(
        Fault::new(FaultKind::Unauthorized)
            .service("ec2")
            .action("DescribeVpcs")
            .forever(),
    );
    binary.write(&replaced(
        &binary.read(),
        "context = \"a-stranger\"",
        "context = \"a\"",
    ));
    refused(
        &world,
        &binary,
        &["plan"],
        1,
        &["DescribeVpcs", "UnauthorizedOperation", "hint:"],
    );
}

#[test]
fn credentials_of_another_account_are_refused_before_anything_is_done() {
    let world = World::new();
    let binary = Binary::new(&world);
    binary.write(&replaced(&binary.read(), &world.account, "999999999999"));
    refused(
        &world,
        &binary,
        &["apply", "-auto-approve"],
        1,
        &[&world.account, "999999999999", "hint:"],
    );
    assert!(world.made().is_empty());
}

#[test]
fn a_kubeconfig_that_is_not_there_and_a_context_that_nobody_knows_are_named() {
    let world = World::new();
    let mut binary = applied(&world);
    let there = binary
        .env
        .insert("KUBECONFIG".to_owned(), "/nowhere/kubeconfig".to_owned())
        .unwrap();
    refused(&world, &binary, &["plan"], 1, &["/nowhere/kubeconfig", "hint:"]);
    binary.env.insert("KUBECONFIG".to_owned(), there);
    binary.write(&replaced(
        &binary.read(),
        "context = \"a\"",
        "context = \"nobody\"",
    ));
    refused(&world, &binary, &["plan"], 1, &["nobody", "hint:"]);
}

#[test]
fn a_state_that_somebody_works_on_is_left_alone() {
    let world = World::new();
    let binary = Binary::new(&world);
    world.door().inject(
        Fault::new(FaultKind::Delay { millis: 200 })
            .service("ec2")
            .effects()
            .forever(),
    );
    let mut first = binary.start(&["apply", "-auto-approve"]);
    assert!(world.door().wait_until(Duration::from_secs(60), |requests| {
        requests.iter().any(|request| request.effect)
    }));
    let process = format!("process {}", first.id());
    binary
        .run(&["apply", "-auto-approve"])
        .ended(3)
        .said(&["locked", &process, "hint:"]);
    binary
        .run(&["destroy", "-auto-approve"])
        .ended(3)
        .said(&["locked"]);
    binary.run(&["plan"]).ended(0).said(&["in use"]);
    assert!(first.wait().unwrap().success());
    world.door().clear_faults();
    binary.run(&["plan", "-detailed-exitcode"]).ended(0);
}

#[test]
fn a_saved_plan_whose_ground_has_moved_is_not_applied() {
    let world = World::new();
    let binary = applied(&world);
    let path = format!("{}?fieldManager=somebody", world.settings_path());
    cluster().patch(&path, r#"{"data":{"vpc":"first"}}"#).unwrap();
    binary.run(&["plan", "-out=saved"]).ended(0);
    cluster().patch(&path, r#"{"data":{"vpc":"second"}}"#).unwrap();
    refused(
        &world,
        &binary,
        &["apply", "saved"],
        4,
        &["stale", "kubernetes_manifest.settings", "hint:"],
    );
    assert_eq!(
        world.kube_settings().unwrap()["data"]["vpc"],
        "second",
        "nothing was done"
    );
    binary.run(&["apply", "-auto-approve"]).ended(0);
}

#[test]
fn a_full_disk_stops_everything_and_loses_nothing() {
    let mut world = World::new();
    world
        .store
        .disk()
        .fail_nth(Op::Write, 6, std::io::ErrorKind::StorageFull);
    let outcome = world.apply().outcome();
    assert!(outcome.store_error.is_some(), "{outcome:?}");
    let effects = world.door().effects().len();
    assert!(effects < 5, "effects went on after the disk was full: {effects}");
    world.store.disk().heal();
    assert!(world.apply().is_complete());
    assert!(world.plan().unwrap().is_empty());
    let expected = crate::support::scenario::Scenario::CREATE.clean().census;
    assert_eq!(world.audit(&world.folded(), &expected), Vec::<String>::new());
}

#[test]
fn the_program_says_that_the_disk_is_full() {
    let world = World::new();
    let binary = Binary::new(&world);
    // A file may grow to 8 blocks only; without the trap the system would kill the program at the limit.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {} apply -auto-approve",
        env!("CARGO_BIN_EXE_meshform")
    );
    let command = binary.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(binary.path()).env_clear();
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))),
    );
    shell.stdin(std::process::Stdio::null());
    let said = crate::support::Said::of(&shell.output().unwrap())
        .ended(5)
        .said(&["State cannot be written", "hint:"]);
    assert!(!said.out.contains("Apply complete"));
    binary.run(&["apply", "-auto-approve"]).ended(0);
    binary.run(&["plan", "-detailed-exitcode"]).ended(0);
    let expected = crate::support::scenario::Scenario::CREATE.clean().census;
    assert_eq!(world.audit(&binary.state(), &expected), Vec::<String>::new());
}

/// Killed in the middle, then its journal is removed or emptied: nothing goes on, until the journal is back.
#[test]
fn a_killed_run_is_not_forgotten_with_its_journal() {
    let world = World::new();
    let binary = Binary::new(&world);
    world.door().inject(
        Fault::new(FaultKind::Delay { millis: 200 })
            .service("ec2")
            .effects()
            .forever(),
    );
    let mut child = binary.start(&["apply", "-auto-approve"]);
    assert!(world.door().wait_until(Duration::from_secs(60), |requests| {
        requests.iter().filter(|request| request.effect).count() > 2
    }));
    child.kill().unwrap();
    child.wait().unwrap();
    world.door().clear_faults();
    // What it had sent takes effect after its death.
    let limit = Duration::from_secs(60);
    let is_over = |requests: &[Recorded]| requests.iter().all(|request| request.outcome.done);
    assert!(world.door().wait_until(limit, is_over));
    let journal = std::fs::read(binary.journal()).unwrap();
    for lost in [None, Some(b"".as_slice())] {
        match lost {
            None => std::fs::remove_file(binary.journal()).unwrap(),
            Some(bytes) => std::fs::write(binary.journal(), bytes).unwrap(),
        }
        let effects = world.door().effects().len();
        for command in [
            ["plan"].as_slice(),
            &["apply", "-auto-approve"],
            &["destroy", "-auto-approve"],
        ] {
            binary
                .run(command)
                .ended(1)
                .said(&["was interrupted", "hint:", "state abandon"]);
        }
        assert_eq!(world.door().effects().len(), effects);
        std::fs::write(binary.journal(), &journal).unwrap();
    }
    binary.run(&["apply", "-auto-approve"]).ended(0);
    binary.run(&["plan", "-detailed-exitcode"]).ended(0);
    let expected = crate::support::scenario::Scenario::CREATE.clean().census;
    assert_eq!(world.audit(&binary.state(), &expected), Vec::<String>::new());
}
