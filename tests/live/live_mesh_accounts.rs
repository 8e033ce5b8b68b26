//! A mesh over two accounts, each with an EKS cluster in a VPC that was there before, entered by roles; its keys are of RSA.
//! None of its secrets reaches a file, not even where an apply was killed.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use meshform_sandbox::EksVpc;

use crate::support::canary::Canary;
use crate::support::istio::{Wanted, root_is, signs_below};
use crate::support::pair::Pair;
use crate::support::{Binary, REGION, adopted, say};

/// The account of the second cluster.
const ML: &str = "222222222222";
const ML_REGION: &str = "us-east-1";
const BOTH: [&str; 2] = [REGION, ML_REGION];

/// The two networks, and the program that reads of them.
fn prepared(pair: &Pair) -> Binary {
    let door = &pair.sandbox().door;
    let account = door.credentials().account.clone();
    let west = adopted::network(door, REGION, "10.30");
    let ml = pair.sandbox().open_door(ML).unwrap();
    let east = adopted::network(&ml.door, ML_REGION, "10.40");
    pair.register(0, ("api-prod", &account, REGION), &west, &["user/moto"]);
    let roles = ["role/meshform-plan", "role/meshform-apply"];
    pair.register(1, ("ml-prod", ML, ML_REGION), &east, &roles);
    let mut mesh = Binary::of(pair.sandbox(), include_str!("configs/accounts.hcl"));
    let vpc = |vpc: &EksVpc| vpc.vpc_id.clone();
    mesh.env.insert("MESHFORM_VAR_west_vpc".to_owned(), vpc(&west));
    mesh.env.insert("MESHFORM_VAR_east_vpc".to_owned(), vpc(&east));
    mesh.env.insert("MESHFORM_LOG".to_owned(), "trace".to_owned());
    mesh
}

/// Starts the program with all that it says in a file of its folder.
fn logged(mesh: &Binary, arguments: &[&str], log: &str) -> Child {
    let file = std::fs::File::create(mesh.path().join(log)).unwrap();
    let both = file.try_clone().unwrap();
    let mut command = mesh.command(arguments);
    command.stdout(both).stderr(file).stdin(Stdio::null());
    command.spawn().unwrap()
}

#[track_caller]
fn runs(mesh: &Binary, arguments: &[&str], log: &str) {
    let ended = logged(mesh, arguments, log).wait().unwrap();
    let text = std::fs::read_to_string(mesh.path().join(log)).unwrap();
    let end = text.len().saturating_sub(4000);
    assert!(
        ended.success(),
        "{arguments:?}: {}",
        &text[text.ceil_char_boundary(end)..]
    );
}

/// All secrets of the mesh at this moment; how many are in the clusters.
fn secrets(pair: &Pair, canary: &mut Canary) -> usize {
    canary.word("a private key", "PRIVATE KEY");
    canary.word("a token of EKS", "k8s-aws-v1.");
    for secret in pair.sandbox().door.secrets() {
        canary.text("a secret of AWS", &secret);
    }
    let clusters = pair.sandbox().clusters.iter();
    clusters
        .map(|cluster| canary.secrets_of(cluster, "istio-system"))
        .sum()
}

/// What is wrong with the files below `folder`.
fn search(canary: &Canary, folder: &Path) -> usize {
    let mut wrong = Vec::new();
    let files = canary.search(folder, &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
    files
}

/// Starts to apply and kills it when the first certificate has been issued, whose key only its cluster has then.
fn killed(pair: &Pair, mesh: &Binary) {
    let door = &pair.sandbox().door;
    door.clear();
    let mut child = logged(mesh, &["apply", "-auto-approve", "saved.plan"], "killed.log");
    let issued = door.wait_until(Duration::from_secs(120), |requests| {
        requests
            .iter()
            .filter(|request| request.action == "IssueCertificate" && request.outcome.done)
            .count()
            > 1
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(issued);
}

/// Whatever we asked of the second cluster, since it had seen so many requests, was asked by role: all that changes
/// anything as the one that applies. What only looks, if by POST, is done as the one that plans too.
fn entered_by_role(pair: &Pair, seen: usize) {
    let entries = pair.sandbox().clusters[1].audit().unwrap().split_off(seen);
    let others = entries.iter().filter(|entry| !entry.is_of_control_plane());
    let ours = others.filter(|entry| !entry.user.starts_with("system:serviceaccount:"));
    let role = |name: &str| format!("arn:aws:sts::{ML}:assumed-role/{name}/meshform");
    let (plan, apply) = (role("meshform-plan"), role("meshform-apply"));
    let looks = ["/portforward", "/selfsubject", "/serviceaccounts/default/token"];
    let (looks, changes): (Vec<_>, Vec<_>) =
        ours.partition(|entry| looks.iter().any(|look| entry.uri.contains(look)));
    assert!(looks.iter().any(|entry| entry.user == plan), "{looks:#?}");
    assert!(
        looks.iter().all(|entry| [&plan, &apply].contains(&&entry.user)),
        "{looks:#?}"
    );
    assert!(changes.len() > 30, "{changes:#?}");
    assert!(changes.iter().all(|entry| entry.user == apply), "{changes:#?}");
    assert!(
        changes
            .iter()
            .all(|entry| entry.user_agent.starts_with("meshform/")),
        "{changes:#?}"
    );
}

#[test]
fn two_accounts_are_one_mesh_and_none_of_its_secrets_reaches_a_file() {
    let pair = Pair::take();
    let mesh = prepared(&pair);
    let there = |account: &str| pair.sandbox().door.objects_of(account, &BOTH).unwrap();
    let account = pair.sandbox().door.credentials().account.clone();
    let before = (there(&account), there(ML), pair.objects());
    let seen = pair.sandbox().clusters[1].audit().unwrap().len();

    runs(&mesh, &["init"], "init.log");
    runs(&mesh, &["plan", "-out=saved.plan"], "plan.log");
    killed(&pair, &mesh);
    let mut canary = Canary::default();
    let pending = secrets(&pair, &mut canary);
    assert!(pending > 0, "the key of what was issued is in its cluster");
    assert!(mesh.journal().exists());
    let mut files = search(&canary, mesh.path());

    runs(&mesh, &["apply", "-auto-approve"], "apply.log");
    runs(&mesh, &["plan", "-detailed-exitcode", "-json"], "empty.log");
    mesh.works().said(&["The mesh works: 16 checks passed."]);
    runs(&mesh, &["verify"], "verify.log");
    runs(&mesh, &["show", "-json"], "state.json");
    entered_by_role(&pair, seen);
    let root = mesh.run(&["output", "-raw", "root"]).ended(0).out;
    let key = "rsaEncryption";
    root_is(&root, Wanted { key, days: 3652 });
    for (cluster, name) in pair.sandbox().clusters.iter().zip(["api", "ml"]) {
        signs_below(cluster, name, &root, Wanted { key, days: 365 });
    }
    // Two keys, two tokens, and in the remote secrets the same tokens again.
    assert_eq!(secrets(&pair, &mut canary), 6);

    runs(&mesh, &["destroy", "-auto-approve"], "destroy.log");
    files += search(&canary, mesh.path());
    let log = std::fs::metadata(mesh.path().join("apply.log")).unwrap().len();
    assert!(
        log > 100_000,
        "the log at trace level has only {log} bytes: was it on?"
    );
    say(&format!(
        "{files} files searched for the secrets of a mesh, none found"
    ));
    let after = (there(&account), there(ML), pair.objects());
    assert_eq!(after.0, before.0);
    assert_eq!(after.1, before.1);
    let left: Vec<_> = after.2.difference(&before.2).collect();
    let crds = ["customresourcedefinitions", "apiservices"];
    assert!(
        left.iter().all(|(_, object)| crds.contains(&&*object.resource)),
        "{left:#?}"
    );
}
