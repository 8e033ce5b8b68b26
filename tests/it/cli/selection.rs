//! Flags that say which part is planned and how: `-target`, `-exclude`, `-replace`, `-refresh-only`.

use super::environment::{TestEnvironment, session};

const MESH: &str = "resource \"meshform_data\" \"base\" {\n  input = \"base\"\n}\n\
    resource \"meshform_data\" \"each\" {\n  for_each = toset([\"x\", \"y\"])\n  \
    input    = \"${meshform_data.base.id} ${each.key}\"\n}\n\
    resource \"meshform_data\" \"alone\" {\n  input = 1\n}\n\
    output \"alone\" { value = meshform_data.alone.output }\n";

#[test]
fn a_target_is_planned_with_what_it_needs() {
    let environment = TestEnvironment::prepared(MESH);
    let commands: &[&[&str]] = &[
        &["plan", "-target=meshform_data.each[\"x\"]", "-out=part.plan"],
        &["apply", "part.plan"],
        &["plan", "-exclude=meshform_data.alone"],
        &["apply", "-auto-approve"],
        &["destroy", "-auto-approve", "-target=meshform_data.base"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn flags_that_cannot_be_followed_are_mistakes() {
    let environment = TestEnvironment::applied(MESH);
    let commands: &[&[&str]] = &[
        &["plan", "-target=meshform_data.none"],
        &["plan", "-replace=meshform_data.each"],
        &[
            "plan",
            "-target=meshform_data.base",
            "-exclude=meshform_data.alone",
        ],
        &["plan", "-refresh-only", "-refresh=false"],
        &["plan", "-refresh-only", "-destroy"],
        &["destroy", "-refresh-only"],
        &["plan", "-target=not an address"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn without_a_difference_there_is_nothing_to_record() {
    let environment = TestEnvironment::applied(MESH);
    let commands: &[&[&str]] = &[&["plan", "-refresh-only", "-detailed-exitcode"]];
    insta::assert_snapshot!(session(&environment, commands));
}
