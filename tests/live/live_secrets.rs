//! No secret reaches a file: not the state, a plan, the journal or the log at its most talkative, and not after a kill.

use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_sandbox::{Fault, FaultKind};

use crate::support::canary::Canary;
use crate::support::{Binary, World, cluster, say};

/// The value of the sensitive variable.
const CANARY: &str = "canary-4f1c9b7e-of-the-live-tests";

/// A Secret of the cluster that gets the sensitive variable.
const SECRET: &str = r#"
resource "kubernetes_manifest" "secret" {
  in = cluster.a
  manifest = {
    apiVersion = "v1"
    kind       = "Secret"
    metadata = {
      name      = "secret"
      namespace = kubernetes_namespace.network.name
    }
  }
  data_wo = {
    token = var.token
  }
  data_wo_version = 1
}
"#;

/// A folder whose configuration has a sensitive variable, which is given by the environment and read by an output and by a
/// Secret of the cluster.
fn with_secret(world: &World) -> Binary {
    let mut binary = Binary::new(world);
    let config = binary.read();
    binary.write(&format!(
        "{config}\nvariable \"token\" {{\n  type      = string\n  sensitive = true\n}}\n\n\
         output \"token\" {{\n  value     = var.token\n  sensitive = true\n}}\n{SECRET}"
    ));
    binary
        .env
        .insert("MESHFORM_VAR_token".to_owned(), CANARY.to_owned());
    binary.env.insert("MESHFORM_LOG".to_owned(), "trace".to_owned());
    binary
}

/// Runs a command whose log goes to a file in its folder.
fn logged(binary: &Binary, arguments: &[&str], log: &str) -> std::process::Child {
    let file = std::fs::File::create(binary.path().join(log)).unwrap();
    let both = file.try_clone().unwrap();
    binary
        .command(arguments)
        .stdout(both)
        .stderr(file)
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

/// All that must be in no file.
fn forbidden() -> Canary {
    let cluster = cluster();
    let mut canary = Canary::default();
    canary.text("the sensitive variable", CANARY);
    canary.text("the secret key of AWS", "sandbox-secret-of-no-account");
    canary.text("the token of the administrator", &cluster.admin.secret);
    canary.text("the token of the stranger", &cluster.stranger.secret);
    canary
}

#[test]
fn no_file_holds_a_secret_even_after_a_kill() {
    let world = World::new();
    let mut binary = with_secret(&world);
    assert!(
        logged(&binary, &["plan", "-out=saved.plan"], "plan.log")
            .wait()
            .unwrap()
            .success()
    );
    world.door().inject(
        Fault::new(FaultKind::Delay { millis: 40 })
            .service("ec2")
            .effects()
            .forever(),
    );
    let mut child = logged(&binary, &["apply", "-auto-approve"], "killed.log");
    let arrived = world.door().wait_until(Duration::from_secs(60), |requests| {
        requests.iter().filter(|request| request.effect).count() > 4
    });
    assert!(arrived);
    child.kill().unwrap();
    child.wait().unwrap();
    world.door().clear_faults();
    let (canary, mut wrong) = (forbidden(), Vec::new());
    assert!(binary.journal().exists());
    let mut files = canary.search(binary.path(), &mut wrong);
    let start = Instant::now();
    assert!(
        logged(&binary, &["apply", "-auto-approve"], "apply.log")
            .wait()
            .unwrap()
            .success()
    );
    files += canary.search(binary.path(), &mut wrong);
    let path = format!("/api/v1/namespaces/{}/secrets/secret", world.namespace);
    let secret = cluster().get(&path).unwrap();
    assert_eq!(secret["data"]["token"], STANDARD.encode(CANARY), "it has arrived");
    // What was saved before goes on only with the same value, of which there is a hash in it.
    binary
        .env
        .insert("MESHFORM_VAR_token".to_owned(), "another".to_owned());
    let said = binary
        .run(&["apply", "saved.plan"])
        .ended(4)
        .said(&["token", "hint:"]);
    wrong.extend(canary.found(said.err.as_bytes(), "the log"));
    assert!(wrong.is_empty(), "{wrong:#?}");
    let log = std::fs::metadata(binary.path().join("apply.log")).unwrap().len();
    assert!(
        log > 10_000,
        "the log at trace level has only {log} bytes: was it on?"
    );
    say(&format!(
        "{files} files searched for secrets, none found; the second apply took {:?}",
        start.elapsed()
    ));
}

#[test]
fn a_secret_in_a_stored_attribute_is_refused() {
    let world = World::new();
    let binary = with_secret(&world);
    let config = binary.read();
    binary.write(&format!(
        "{config}\nresource \"meshform_data\" \"stored\" {{\n  input = var.token\n}}\n"
    ));
    let said = binary.run(&["plan"]).ended(1).said(&["mesh.hcl"]);
    let canary = forbidden();
    assert_eq!(
        canary.found(said.out.as_bytes(), "the output"),
        Vec::<String>::new()
    );
    assert_eq!(canary.found(said.err.as_bytes(), "the log"), Vec::<String>::new());
    let plain = said.err.to_lowercase();
    assert!(plain.contains("secret") || plain.contains("sensitive"), "{plain}");
}
