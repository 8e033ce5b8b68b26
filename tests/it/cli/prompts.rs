//! Approval: what is asked, and what happens without it.

use super::environment::{TestEnvironment, session};

const MESH: &str = "resource \"meshform_data\" \"a\" {\n  input = 1\n}\n";

#[test]
fn only_yes_is_approval() {
    let environment = TestEnvironment::prepared(MESH);
    let mut told = String::new();
    for typed in ["no\n", "", "y\n", "yes\n"] {
        let ran = environment.run_typing(&["apply"], typed);
        told.push_str(&format!("typed {typed:?}: {ran}\n"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_declined_destroy_destroys_nothing() {
    let environment = TestEnvironment::applied(MESH);
    insta::assert_snapshot!(environment.run_typing(&["destroy"], "no\n").to_string());
    assert_eq!(environment.run(&["state", "list"]).stdout, "meshform_data.a\n");
}

#[test]
fn without_a_terminal_approval_must_be_given_by_flag() {
    let environment = TestEnvironment::prepared(MESH);
    insta::assert_snapshot!(session(
        &environment,
        &[&["apply"], &["destroy"], &["apply", "-json"]]
    ));
    let ran = environment.run_typing(&["apply", "-input=false"], "yes\n");
    assert_eq!(ran.code, 1, "{ran}");
}

#[test]
fn nothing_to_do_needs_no_approval() {
    let environment = TestEnvironment::applied(MESH);
    insta::assert_snapshot!(environment.run_typing(&["apply"], "").to_string());
}
