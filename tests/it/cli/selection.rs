//! Flags that say which part is planned and how: `-target`, `-exclude`, `-replace`, `-refresh-only`.

use super::environment::TestEnvironment;

const MESH: &str = "resource \"meshform_data\" \"base\" {\n  input = \"base\"\n}\n\
    resource \"meshform_data\" \"each\" {\n  for_each = toset([\"x\", \"y\"])\n  \
    input    = \"${meshform_data.base.id} ${each.key}\"\n}\n\
    resource \"meshform_data\" \"alone\" {\n  input = 1\n}\n\
    output \"alone\" { value = meshform_data.alone.output }\n";

/// Runs a command that ends with `code` and says all of `parts`.
#[track_caller]
fn says(environment: &TestEnvironment, arguments: &[&str], code: i32, parts: &[&str]) {
    let ran = environment.run(arguments);
    assert_eq!(ran.code, code, "{ran}");
    let all = format!("{}{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(all.contains(part), "`{part}` is not said in:\n{ran}");
    }
}

#[track_caller]
fn lists(environment: &TestEnvironment, addresses: &[&str]) {
    let listed = environment.run(&["state", "list"]).stdout;
    assert_eq!(listed.lines().collect::<Vec<_>>(), addresses);
}

#[test]
fn a_target_is_planned_with_what_it_needs_and_a_saved_plan_keeps_it() {
    let environment = TestEnvironment::prepared(MESH);
    let target = "-target=meshform_data.each[\"x\"]";
    let told = ["Plan: 2 to add", "The plan is about a part only"];
    says(&environment, &["plan", target, "-out=part.plan"], 0, &told);
    says(
        &environment,
        &["apply", target, "part.plan"],
        1,
        &["Flag does not fit a saved plan"],
    );
    says(&environment, &["apply", "part.plan"], 0, &["Resources: 2 added"]);
    lists(&environment, &["meshform_data.base", "meshform_data.each[\"x\"]"]);
}

#[test]
fn what_is_excluded_stays_as_it_is() {
    let environment = TestEnvironment::prepared(MESH);
    let exclude = ["apply", "-auto-approve", "-exclude=meshform_data.base"];
    says(&environment, &exclude, 0, &["Resources: 1 added"]);
    lists(&environment, &["meshform_data.alone"]);
    says(
        &environment,
        &["apply", "-auto-approve"],
        0,
        &["Resources: 3 added"],
    );
    let target = ["destroy", "-auto-approve", "-target=meshform_data.base"];
    says(
        &environment,
        &target,
        0,
        &["Destroy complete! Resources: 3 destroyed."],
    );
    says(&environment, &["output", "-json", "alone"], 0, &["1"]);
}

#[test]
fn flags_that_cannot_be_followed_are_mistakes() {
    let environment = TestEnvironment::applied(MESH);
    let both = [
        "plan",
        "-target=meshform_data.base",
        "-exclude=meshform_data.alone",
    ];
    says(
        &environment,
        &["plan", "-target=meshform_data.none"],
        1,
        &["Resource not found"],
    );
    says(
        &environment,
        &["plan", "-replace=meshform_data.each"],
        1,
        &["Instance not named"],
    );
    says(&environment, &both, 1, &["Flags contradict each other"]);
    for other in ["-refresh=false", "-destroy", "-replace=meshform_data.base"] {
        says(
            &environment,
            &["plan", "-refresh-only", other],
            1,
            &["Flags contradict each other"],
        );
    }
    let destroy = ["destroy", "-auto-approve", "-refresh-only"];
    says(&environment, &destroy, 1, &["Flags contradict each other"]);
    says(
        &environment,
        &["plan", "-target=no address"],
        1,
        &["Invalid address"],
    );
}

#[test]
fn without_a_difference_there_is_nothing_to_record() {
    let environment = TestEnvironment::applied(MESH);
    let plan = ["plan", "-refresh-only", "-detailed-exitcode"];
    says(
        &environment,
        &plan,
        0,
        &["No changes. Your infrastructure still matches the state."],
    );
}

#[test]
fn what_has_instances_is_replaced_by_the_name_of_one() {
    let environment = TestEnvironment::applied("resource \"meshform_data\" \"a\" {\n  count = 2\n}\n");
    insta::assert_snapshot!(environment.run(&["plan", "-replace=meshform_data.a"]).to_string());
}
