//! No secret reaches a file: not the state, a plan, the journal or the log at its most talkative, and not after a kill.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use meshform_engine::archive::{Archive, Shown, copy};
use meshform_sandbox::{Fault, FaultKind};

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

/// All that must be in no file, in the forms in which it might be.
fn forbidden() -> Vec<(String, Vec<u8>)> {
    let cluster = cluster();
    let secrets = [
        ("the sensitive variable", CANARY),
        ("the secret key of AWS", "sandbox-secret-of-no-account"),
        ("the token of the administrator", &cluster.admin.secret),
        ("the token of the stranger", &cluster.stranger.secret),
    ];
    let mut forms = Vec::new();
    for (name, secret) in secrets {
        let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        // In base64 the same bytes look otherwise behind one or two more, so the inside of each form is looked for.
        let bases = (0..3).map(|shift| {
            let shifted = format!("{}{secret}", &"xx"[..shift.min(2)]);
            let text = STANDARD_NO_PAD.encode(shifted);
            text[4..text.len() - 4].to_owned()
        });
        let all = [
            secret.to_owned(),
            hex.to_uppercase(),
            hex,
            STANDARD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
        ];
        forms.extend(
            all.into_iter()
                .chain(bases)
                .map(|form| (name.to_owned(), form.into_bytes())),
        );
    }
    forms
}

/// What of it is in `bytes`.
fn found(bytes: &[u8], place: &str, forms: &[(String, Vec<u8>)]) -> Vec<String> {
    let has = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
    let hits = forms.iter().filter(|(_, form)| has(form));
    hits.map(|(name, form)| format!("{name} is in {place} as `{}`", String::from_utf8_lossy(form)))
        .collect()
}

/// Searches every file below `folder`; how many there were.
fn search(folder: &Path, forms: &[(String, Vec<u8>)], wrong: &mut Vec<String>) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += search(&path, forms, wrong);
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let place = path.display().to_string();
        wrong.extend(found(&bytes, &place, forms));
        if let Ok(archive) = Archive::from_bytes(&bytes) {
            // Packed files are compressed: what is in them shows only once they are unpacked.
            wrong.extend(unpacked(&archive, &bytes, &place, forms));
        }
    }
    files
}

fn unpacked(archive: &Archive, packed: &[u8], place: &str, forms: &[(String, Vec<u8>)]) -> Vec<String> {
    let texts = [&archive.sources, &archive.variables, &archive.facts];
    let texts = texts
        .into_iter()
        .flat_map(|members| members.values().map(String::as_bytes));
    let files = archive.files.values().map(Vec::as_slice);
    let views = [Shown::Text, Shown::Document].map(|shown| {
        let mut out = Vec::new();
        copy(packed, shown, &mut out).unwrap();
        out
    });
    let mut wrong: Vec<String> = texts
        .chain(files)
        .chain(views.iter().map(Vec::as_slice))
        .flat_map(|bytes| found(bytes, place, forms))
        .collect();
    wrong.extend(found(format!("{:?}", archive.manifest).as_bytes(), place, forms));
    wrong
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
    let (forms, mut wrong) = (forbidden(), Vec::new());
    assert!(binary.journal().exists());
    let mut files = search(binary.path(), &forms, &mut wrong);
    let start = Instant::now();
    assert!(
        logged(&binary, &["apply", "-auto-approve"], "apply.log")
            .wait()
            .unwrap()
            .success()
    );
    files += search(binary.path(), &forms, &mut wrong);
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
    wrong.extend(found(said.err.as_bytes(), "the log", &forms));
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
    let forms = forbidden();
    assert_eq!(
        found(said.out.as_bytes(), "the output", &forms),
        Vec::<String>::new()
    );
    assert_eq!(
        found(said.err.as_bytes(), "the log", &forms),
        Vec::<String>::new()
    );
    let plain = said.err.to_lowercase();
    assert!(plain.contains("secret") || plain.contains("sensitive"), "{plain}");
}
