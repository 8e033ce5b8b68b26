//! Output for machines.

use super::environment::{TestEnvironment, session};

const MESH: &str = "resource \"meshform_data\" \"a\" {\n  input = 1\n}\noutput \"n\" {\n  value = meshform_data.a.output\n}\n";

/// A document with its keys in order, for reading.
fn pretty(text: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&document).unwrap()
}

#[test]
fn events_are_one_object_a_line() {
    let environment = TestEnvironment::prepared(MESH);
    let told = session(
        &environment,
        &[
            &["plan", "-json"],
            &["apply", "-json", "-auto-approve"],
            &["apply", "-json", "-auto-approve", "-var=x=1"],
        ],
    );
    insta::assert_snapshot!(told);
}

#[test]
fn documents_are_one_object() {
    let environment = TestEnvironment::applied(MESH);
    let mut told = String::new();
    for command in [
        &["show", "-json"][..],
        &["output", "-json"],
        &["output", "-json", "n"],
        &["state", "show", "-json", "meshform_data.a"],
        &["validate", "-json"],
        &["version", "-json"],
    ] {
        told.push_str(&format!(
            "$ {}\n{}\n",
            command.join(" "),
            pretty(&environment.run(command).stdout)
        ));
    }
    environment.write("mesh.hcl", "resource \"meshform_data\" \"a\" {\n  inptu = 1\n}\n");
    let ran = environment.run(&["validate", "-json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    told.push_str(&pretty(&ran.stdout));
    insta::assert_snapshot!(told);
}

#[test]
fn what_validate_finds_is_a_document_whatever_it_is() {
    let environment = TestEnvironment::new("");
    let ran = environment.run(&["-chdir=none", "validate", "-json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["valid"], false);
    assert_eq!(document["diagnostics"][0]["summary"], "Folder not found");
}

#[test]
fn a_saved_plan_is_a_document_too() {
    let environment = TestEnvironment::prepared(MESH);
    assert_eq!(environment.run(&["plan", "-out=p"]).code, 0);
    insta::assert_snapshot!(pretty(&environment.run(&["show", "-json", "p"]).stdout));
}
