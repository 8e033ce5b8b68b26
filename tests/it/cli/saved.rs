//! Saved plans: exactly what was reviewed, or nothing.

use super::environment::{TestEnvironment, session};

const MESH: &str = "variable \"n\" {\n  default = 1\n}\n\
    variable \"token\" {\n  type      = string\n  sensitive = true\n  default   = \"hunter2-default\"\n}\n\
    resource \"meshform_data\" \"a\" {\n  input = { n = var.n, text = file(\"note.txt\") }\n}\n\
    output \"secret\" {\n  value     = \"${var.token}!\"\n  sensitive = true\n}\n";

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::prepared(MESH);
    environment.write("note.txt", "a note");
    environment
}

#[test]
fn what_was_saved_is_applied() {
    let environment = environment();
    let commands: &[&[&str]] = &[
        &["plan", "-var=n=2", "-out=saved.plan"],
        &["show", "saved.plan"],
        &["apply", "saved.plan"],
        &["apply", "saved.plan"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn it_brings_its_files_and_values_but_no_secret() {
    let environment = environment();
    assert_eq!(environment.run(&["plan", "-var=n=2", "-out=saved.plan"]).code, 0);
    environment.write("note.txt", "another note");
    environment.write("mesh.hcl", &MESH.replace("default = 1", "default = 5"));
    let ran = environment.run(&["apply", "saved.plan"]);
    assert_eq!(ran.code, 0, "{ran}");
    let state = environment.run(&["state", "show", "meshform_data.a"]).stdout;
    assert!(state.contains("\"a note\"") && state.contains("\"2\""), "{state}");
    for file in ["saved.plan", "meshform.state.json"] {
        let bytes = environment.read(file);
        assert!(
            !bytes.windows(7).any(|part| part == b"hunter2"),
            "a secret is in {file}"
        );
    }
}

#[test]
fn a_sensitive_variable_is_given_again() {
    let environment = environment();
    assert_eq!(
        environment
            .run(&["plan", "-var=token=hunter2-given", "-out=saved.plan"])
            .code,
        0
    );
    environment.write("mesh.hcl", "");
    let commands: &[&[&str]] = &[
        &["apply", "saved.plan"],
        &["apply", "-var=n=3", "-var=token=hunter2-given", "saved.plan"],
        &["apply", "-var=token=hunter2-given", "saved.plan"],
    ];
    // The flags themselves are shown by the test, not by the program.
    let told = session(&environment, commands).replace("-var=token=hunter2-given", "-var=token=…");
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
}

#[test]
fn another_sensitive_value_than_the_plans_is_refused() {
    let environment = environment();
    let plan: &[&str] = &["plan", "-var=token=hunter2-given", "-out=saved.plan"];
    assert_eq!(environment.run(plan).code, 0);
    let state = environment.read("meshform.state.json");
    let commands: &[&[&str]] = &[
        &["apply", "-var=token=hunter2-wrong", "saved.plan"],
        // The default is another value, too.
        &["apply", "saved.plan"],
    ];
    let told = session(&environment, commands).replace("-var=token=hunter2-wrong", "-var=token=…");
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
    assert_eq!(environment.read("meshform.state.json"), state);
    let right = environment.run(&["apply", "-var=token=hunter2-given", "saved.plan"]);
    assert_eq!(right.code, 0, "{right}");
}

#[test]
fn plans_of_the_same_secret_do_not_look_alike() {
    let environment = environment();
    let hashes: Vec<String> = ["one.plan", "two.plan"]
        .into_iter()
        .map(|name| {
            let out = format!("-out={name}");
            assert_eq!(environment.run(&["plan", &out]).code, 0);
            let archive = meshform_engine::archive::Archive::from_bytes(&environment.read(name)).unwrap();
            archive.manifest.secret_values.unwrap()
        })
        .collect();
    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn a_stale_one_is_refused() {
    let environment = environment();
    assert_eq!(environment.run(&["apply", "-auto-approve"]).code, 0);
    assert_eq!(environment.run(&["plan", "-var=n=2", "-out=saved.plan"]).code, 0);
    assert_eq!(environment.run(&["apply", "-auto-approve", "-var=n=3"]).code, 0);
    insta::assert_snapshot!(session(&environment, &[&["apply", "saved.plan"]]));
}

#[test]
fn one_for_another_state_is_refused() {
    let environment = environment();
    assert_eq!(environment.run(&["plan", "-out=saved.plan"]).code, 0);
    std::fs::remove_file(environment.path().join("meshform.state.json")).unwrap();
    assert_eq!(environment.run(&["init"]).code, 0);
    insta::assert_snapshot!(session(&environment, &[&["apply", "saved.plan"]]));
}

#[test]
fn what_is_no_saved_plan_is_refused() {
    let environment = environment();
    let commands: &[&[&str]] = &[
        &["apply", "note.txt"],
        &["show", "none"],
        &["plan", "-out=none/p"],
        &["apply", "-destroy", "note.txt"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn a_plan_is_saved_over_nothing_but_a_plan() {
    let environment = TestEnvironment::applied("resource \"meshform_data\" \"a\" {}\n");
    environment.write("notes.txt", "mine");
    let before = environment.read("meshform.state.json");
    for out in [
        "meshform.state.json",
        "meshform.state.journal",
        ".meshform/lock",
        "mesh.hcl",
        "other.hcl",
        "notes.txt",
    ] {
        let ran = environment.run(&["plan", &format!("-out={out}")]);
        assert_eq!(ran.code, 1, "{out}: {ran}");
        assert!(ran.stderr.contains("Plan cannot be saved there"), "{ran}");
    }
    assert_eq!(environment.read("meshform.state.json"), before);
    assert_eq!(environment.read("notes.txt"), b"mine");
    for _ in 0..2 {
        assert_eq!(environment.run(&["plan", "-out=plan.meshform"]).code, 0);
    }
}
