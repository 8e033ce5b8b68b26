//! Rules of the repository, as code: what a compiler cannot see and a reviewer would have to remember.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A room holds 100 to 300 lines; this is the end.
const LONGEST_FILE: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of the repository with `ending`, by path relative to the root.
fn files(ending: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != ".git" && name != ".meshform" {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                let relative = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.insert(relative, fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    assert!(!found.is_empty(), "no {ending} files below {}", root().display());
    found
}

fn none(wrong: Vec<String>, rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

#[test]
fn no_file_is_too_long() {
    let long = files(".rs").into_iter().filter_map(|(path, text)| {
        let lines = text.lines().count();
        (lines > LONGEST_FILE).then(|| format!("{path}: {lines} lines"))
    });
    none(long.collect(), "these files are two rooms each");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = files(".rs")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path);
    none(silent.collect(), "these files do not start with `//!`");
}

#[test]
fn no_room_is_a_junk_room() {
    let names = ["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs"];
    let junk = files(".rs")
        .into_keys()
        .filter(|path| names.iter().any(|name| path.ends_with(&format!("/{name}"))));
    none(junk.collect(), "a function belongs where its noun lives");
}

#[test]
fn each_crate_uses_only_those_above_it() {
    let order = ["state", "lang", "engine", "kinds", "modules", "aws", "kube"];
    let allowed: BTreeMap<&str, &[&str]> = [
        ("state/Cargo.toml", &[] as &[&str]),
        ("engine/lang/Cargo.toml", &["state"]),
        ("engine/Cargo.toml", &["state", "lang"]),
        ("providers/kinds/Cargo.toml", &["state", "lang", "engine"]),
        ("modules/Cargo.toml", &["state", "lang", "engine", "kinds"]),
        ("providers/aws/Cargo.toml", &["state", "lang", "engine", "kinds"]),
        ("providers/kube/Cargo.toml", &["state", "lang", "engine", "kinds"]),
        ("tests/sandbox/Cargo.toml", &[]),
    ]
    .into();
    let manifests = files("Cargo.toml");
    let mut wrong = Vec::new();
    for (path, allowed) in allowed {
        let text = &manifests[path];
        let product = text.split("[dev-dependencies]").next().unwrap_or_default();
        for name in order {
            let used = product
                .lines()
                .any(|line| line.starts_with(&format!("meshform-{name}")));
            if used && !allowed.contains(&name) {
                wrong.push(format!("{path} uses meshform-{name}"));
            }
        }
    }
    none(wrong, "the chain of crates goes one way (docs/architecture.md)");
}

#[test]
fn libraries_stay_where_they_belong() {
    let homes: [(&str, &[&str]); 8] = [
        ("petgraph", &["engine/"]),
        ("aws-sdk-", &["providers/aws/"]),
        ("aws-config", &["providers/aws/"]),
        ("kube", &["providers/kube/", "tests/sandbox/"]),
        ("clap", &["Cargo.toml", "tests/sandbox/", "tests/bench/"]),
        ("indicatif", &["Cargo.toml"]),
        ("similar", &["Cargo.toml"]),
        ("annotate-snippets", &["Cargo.toml"]),
    ];
    let mut wrong = Vec::new();
    for (path, text) in files("Cargo.toml") {
        let text = if path == "Cargo.toml" {
            text.split("[package]").nth(1).unwrap_or_default().to_owned()
        } else {
            text
        };
        let product = text.split("[dev-dependencies]").next().unwrap_or_default();
        for (library, homes) in homes {
            let used = product.lines().any(|line| {
                line.strip_prefix(library)
                    .is_some_and(|rest| library.ends_with('-') || rest.starts_with(['.', ' ']))
            });
            if used && !homes.iter().any(|home| path.starts_with(home)) {
                wrong.push(format!("{path} uses {library}"));
            }
        }
    }
    none(wrong, "a library has one home");
}

#[test]
fn what_is_pure_has_no_time_and_no_tasks() {
    let pure = [
        "engine/src/plan/",
        "engine/src/compile/",
        "engine/src/config/",
        "engine/src/graph.rs",
        "engine/src/apply/schedule.rs",
        "providers/kinds/src/",
        "modules/src/",
        "engine/lang/src/",
        "state/src/journal/",
    ];
    let banned = [
        "async fn",
        "tokio::",
        "SystemTime",
        "Instant::now",
        "std::env::",
        "std::fs::",
    ];
    let mut wrong = Vec::new();
    for (path, text) in files(".rs") {
        if !pure.iter().any(|start| path.starts_with(start)) || path.contains("test") {
            continue;
        }
        for word in banned {
            if text
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"))
            {
                wrong.push(format!("{path}: `{word}`"));
            }
        }
    }
    none(wrong, "these rooms are pure");
}

#[test]
fn the_readme_lists_the_exit_codes_that_there_are() {
    let there: BTreeSet<u8> = fs::read_to_string(root().join("src/failure.rs"))
        .unwrap()
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Exit::")?.split_once(" => "))
        .filter_map(|(_, code)| code.trim_end_matches(',').parse().ok())
        .collect();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split("## Exit codes").nth(1).unwrap();
    let listed: BTreeSet<u8> = table
        .split("\n## ")
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect();
    assert!(there.contains(&130), "{there:?}");
    assert_eq!(listed, there);
}

#[test]
fn the_tree_names_no_machine() {
    // Put together here, so that this file names none either.
    let places = ["root", "home", "work"].map(|folder| format!("/{folder}/"));
    let mut wrong = Vec::new();
    for ending in [".rs", ".md", ".toml", ".hcl", ".go", ".py"] {
        for (path, text) in files(ending) {
            for place in &places {
                if text.contains(place) {
                    wrong.push(format!("{path}: `{place}`"));
                }
            }
        }
    }
    none(wrong, "a path of one machine means nothing on another");
}
