//! `destroy = false`: what leaves the configuration is forgotten, in whatever way it leaves.

use super::environment::TestEnvironment;

const KEPT: &str = "  lifecycle {\n    destroy = false\n  }\n";

fn block(name: &str, argument: &str) -> String {
    format!("resource \"meshform_data\" \"{name}\" {{\n{argument}  input = 1\n{KEPT}}}\n")
}

/// Applies `before` and then `after`, where nothing may be destroyed and `left` is what the state has.
#[track_caller]
fn forgets(before: &str, after: &str, left: &str) {
    let environment = TestEnvironment::new(before);
    environment.write("m/mesh.hcl", &block("in", ""));
    for (mesh, code) in [(before, 0), (after, 0)] {
        environment.write("mesh.hcl", mesh);
        assert_eq!(environment.run(&["init"]).code, code);
        let ran = environment.run(&["apply", "-auto-approve"]);
        assert_eq!(ran.code, code, "{ran}");
        assert!(ran.stdout.contains(" 0 destroyed."), "{after}: {ran}");
    }
    assert_eq!(environment.run(&["state", "list"]).stdout, left, "{after}");
}

#[test]
fn what_leaves_in_any_way_is_forgotten() {
    let other = "resource \"meshform_data\" \"other\" {\n}\n";
    let count = |count: usize| block("x", &format!("  count = {count}\n"));
    forgets(&count(2), &count(1), "meshform_data.x[0]\n");
    forgets(&count(2), &count(0), "");
    forgets(&count(1), other, "meshform_data.other\n");
    let each = |keys: &str| block("x", &format!("  for_each = toset([{keys}])\n"));
    forgets(&each("\"a\", \"b\""), &each("\"b\""), "meshform_data.x[\"b\"]\n");
    let module =
        |keys: &str| format!("module \"m\" {{\n  source   = \"./m\"\n  for_each = toset([{keys}])\n}}\n");
    forgets(
        &module("\"a\", \"b\""),
        &module("\"b\""),
        "module.m[\"b\"].meshform_data.in\n",
    );
    forgets(&module("\"a\""), other, "meshform_data.other\n");
    let enabled = |on: bool| {
        format!(
            "resource \"meshform_data\" \"x\" {{\n  input = 1\n  lifecycle {{\n    enabled = {on}\n    destroy = false\n  }}\n}}\n"
        )
    };
    forgets(&enabled(true), &enabled(false), "");
}

#[test]
fn what_the_block_says_now_counts_where_it_is_still_there() {
    let with = |count: usize, destroy: bool| {
        block("x", &format!("  count = {count}\n")).replace("false", &destroy.to_string())
    };
    // It was never recorded that it is kept, and then that it is not any more.
    forgets(&with(2, true), &with(1, false), "meshform_data.x[0]\n");
    let environment = TestEnvironment::applied(&with(2, false));
    environment.write("mesh.hcl", &with(1, true));
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.contains(" 1 destroyed."), "{ran}");
    // What is only recorded changes no object.
    environment.write("mesh.hcl", &with(1, false));
    assert_eq!(environment.run(&["plan", "-detailed-exitcode"]).code, 0);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 0, "{ran}");
    environment.write("mesh.hcl", "");
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert!(ran.code == 0 && ran.stdout.contains(" 0 destroyed."), "{ran}");
}
