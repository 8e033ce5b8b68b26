//! The cost of a plan: it grows with the number of resources and no faster, and stays below what Terraform takes where
//! that is found. CPU time of the process, never the wall clock; `cargo perf` measures in full.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use meshform_state::disk::write_file;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::environment::TestEnvironment;

fn independent(kind: &str, count: usize) -> String {
    (0..count).fold(String::new(), |mut text, n| {
        _ = writeln!(
            text,
            "resource \"{kind}\" \"r{n}\" {{\n  input = \"value {n}\"\n}}\n"
        );
        text
    })
}

/// User and system time that `child` took to its end, in hundredths of a second.
fn spent(mut child: Child) -> u64 {
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    // Its numbers are there until somebody asks how it ended.
    waitid(
        WaitId::Pid(process),
        WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
    )
    .unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    assert!(child.wait().unwrap().success());
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13]
        .iter()
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum()
}

/// One entry each of a map that only apply knows.
fn entries(count: usize) -> String {
    format!(
        "resource \"meshform_data\" \"a\" {{\n  for_each = toset([for i in range({count}) : \"k${{i}}\"])\n}}\n\
         locals {{\n  named = {{ for k, one in meshform_data.a : k => \"${{one.id}} of ${{k}}\" }}\n}}\n\
         resource \"meshform_data\" \"b\" {{\n  for_each = meshform_data.a\n  input    = local.named[each.key]\n}}\n"
    )
}

/// The least of a few plans of `mesh` that find nothing to do.
fn cost(mesh: &str) -> u64 {
    let environment = TestEnvironment::applied(mesh);
    (0..3).map(|_| spent(environment.start(&["plan"]))).min().unwrap()
}

#[test]
fn four_times_the_resources_cost_four_times_the_work() {
    let shapes = [
        (
            "independent resources",
            [1_000, 4_000].map(|count| independent("meshform_data", count)),
        ),
        ("entries of a late map", [1_000, 4_000].map(entries)),
    ];
    for (name, meshes) in shapes {
        let [small, large] = meshes.map(|mesh| cost(&mesh));
        println!("no-op plan of 1,000 and 4,000 {name}: {small} and {large} hundredths of a second");
        // What is quadratic takes sixteen times as long.
        assert!(
            large <= 7 * small.max(1),
            "{name}: {small} and {large} hundredths of a second"
        );
    }
}

/// Terraform, where it is installed in one of the usual places.
fn terraform() -> Option<PathBuf> {
    let usual = [
        "/usr/local/bin/terraform",
        "/usr/bin/terraform",
        "/opt/homebrew/bin/terraform",
    ];
    usual.into_iter().map(PathBuf::from).find(|path| path.is_file())
}

fn peer(program: &Path, folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

#[test]
fn a_plan_takes_less_than_terraform_where_that_is_installed() {
    const COUNT: usize = 1_000;
    let ours = cost(&independent("meshform_data", COUNT));
    let Some(program) = terraform() else {
        println!("{ours} hundredths of a second; there is no terraform to compare with");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    write_file(
        &folder.path().join("main.tf"),
        independent("terraform_data", COUNT).as_bytes(),
    )
    .unwrap();
    spent(peer(&program, folder.path(), &["init"]));
    let theirs = spent(peer(&program, folder.path(), &["plan"]));
    println!("{ours} hundredths of a second, terraform {theirs}");
    // This build is not optimised, and theirs is.
    assert!(
        ours < theirs,
        "{ours} hundredths of a second, terraform takes {theirs}"
    );
}
