//! `import` blocks as their users see them.

use super::environment::{TestEnvironment, session};

const MESH: &str = "import {\n  to = meshform_data.a\n  id = \"theirs-1\"\n}\n\
    import {\n  for_each = { x = \"theirs-2\" }\n  to       = meshform_data.each[each.key]\n  id       = each.value\n}\n\
    resource \"meshform_data\" \"a\" {}\n\
    resource \"meshform_data\" \"each\" {\n  for_each = toset([\"x\", \"y\"])\n  input    = each.key\n}\n";

#[test]
fn what_is_imported_is_shown_recorded_and_then_no_news() {
    let environment = TestEnvironment::prepared(MESH);
    let commands: &[&[&str]] = &[
        &["plan"],
        &["apply", "-auto-approve"],
        &["plan", "-detailed-exitcode"],
        &["state", "show", "meshform_data.a"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn machines_are_told_what_is_imported() {
    let environment = TestEnvironment::prepared(MESH);
    let plan = environment.run(&["plan", "-json", "-out=p"]);
    assert!(
        plan.stdout.contains("\"importing\":{\"id\":\"theirs-1\"}"),
        "{plan}"
    );
    assert!(plan.stdout.contains("\"import\":2"), "{plan}");
    let shown = environment.run(&["show", "-json", "p"]);
    assert!(
        shown.stdout.contains("\"importing\":{\"id\":\"theirs-2\"}"),
        "{shown}"
    );
    let applied = environment.run(&["apply", "p"]);
    assert_eq!(applied.code, 0, "{applied}");
    assert!(
        applied
            .stdout
            .contains("2 imported, 1 added, 1 changed, 0 destroyed"),
        "{applied}"
    );
}

#[test]
fn an_import_needs_a_resource() {
    let environment = TestEnvironment::prepared(
        "import {\n  to = meshform_data.a[\"x\"]\n  id = \"1\"\n}\nresource \"meshform_data\" \"a\" {}\n",
    );
    insta::assert_snapshot!(environment.run(&["plan"]).to_string());
}
