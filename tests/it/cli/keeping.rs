//! `destroy = false`: what leaves the configuration is forgotten, in whatever way it leaves.

use super::environment::TestEnvironment;

const KEPT: &str = "  lifecycle {\n    destroy = false\n  }\n";

fn block(name: &str, argument: &str) -> String {
    format!("resource \"meshform_data\" \"{name}\" {{\n{argument}  input = 1\n{KEPT}}}\n")
}

/// Applies `before` and then `after`, where nothing may be destroyed and `left` is what the state has.
#[track_caller]
fn forgets(before: &str, after: &str, left: &str) {
    let module = block("in", "");
    forgets_of((before, &module), (after, &module), left);
}

/// The same, each with what the module `m` is then.
#[track_caller]
fn forgets_of(before: (&str, &str), after: (&str, &str), left: &str) {
    let environment = TestEnvironment::new("");
    for (mesh, module) in [before, after] {
        environment.write("mesh.hcl", mesh);
        environment.write("m/mesh.hcl", module);
        let ran = environment.run(&["init"]);
        assert_eq!(ran.code, 0, "{ran}");
        let ran = environment.run(&["apply", "-auto-approve"]);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(ran.stdout.contains(" 0 destroyed."), "{}: {ran}", after.0);
    }
    assert_eq!(environment.run(&["state", "list"]).stdout, left, "{}", after.0);
}

/// A call of the module `m`.
fn call(argument: &str) -> String {
    format!("module \"m\" {{\n  source = \"./m\"\n  {argument}\n}}\n")
}

fn removed(from: &str) -> String {
    format!("removed {{\n  from = {from}\n{KEPT}}}\n")
}

const PLAIN: &str = "resource \"meshform_data\" \"r\" {\n  input = 1\n}\n";

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

#[test]
fn what_an_emptied_module_says_holds() {
    let each = |keys: &str| call(&format!("for_each = toset([{keys}])"));
    // Said in the same change that empties the module.
    forgets_of(
        (&call(""), PLAIN),
        (&each(""), &PLAIN.replace("}", &format!("{KEPT}}}"))),
        "",
    );
    let counted = |count: usize, and: &str| block("r", &format!("  count = {count}\n")).replace(KEPT, and);
    forgets_of(
        (&call("count = 1"), &counted(1, "")),
        (&call("count = 1"), &counted(0, KEPT)),
        "",
    );
    forgets_of(
        (&each("\"a\""), &counted(1, "")),
        (&each("\"b\""), &counted(0, KEPT)),
        "",
    );
    // Removed in a module whose instances go with it.
    forgets_of(
        (&each("\"a\""), PLAIN),
        (&each(""), &removed("meshform_data.r")),
        "",
    );
}

#[test]
fn removed_blocks_are_for_all_instances_of_the_modules_that_they_name() {
    for repeated in ["count = 2", "for_each = toset([\"a\", \"b\"])"] {
        let call = call(repeated);
        let gone = format!("{call}{}", removed("module.m.meshform_data.r"));
        let other = "resource \"meshform_data\" \"s\" {\n}\n";
        let environment = TestEnvironment::new(&call);
        environment.write("m/mesh.hcl", &format!("{PLAIN}{other}"));
        assert_eq!(environment.run(&["init"]).code, 0);
        assert_eq!(environment.run(&["apply", "-auto-approve"]).code, 0);
        // As long as the module has it, it cannot be removed.
        environment.write("mesh.hcl", &gone);
        let ran = environment.run(&["plan"]);
        assert!(
            ran.code == 1 && ran.stderr.contains("Removed resource still exists"),
            "{ran}"
        );
        environment.write("m/mesh.hcl", other);
        let ran = environment.run(&["apply", "-auto-approve"]);
        assert!(ran.code == 0 && ran.stdout.contains(" 0 destroyed."), "{ran}");
        assert_eq!(environment.run(&["state", "list"]).stdout.lines().count(), 2);
        // And the whole module.
        environment.write("mesh.hcl", &removed("module.m"));
        let ran = environment.run(&["apply", "-auto-approve"]);
        assert!(ran.code == 0 && ran.stdout.contains(" 0 destroyed."), "{ran}");
        assert_eq!(environment.run(&["state", "list"]).stdout, "");
    }
}

#[test]
fn what_must_not_be_destroyed_is_not_when_its_module_is_emptied() {
    let prevented = PLAIN.replace("}", "  lifecycle {\n    prevent_destroy = true\n  }\n}");
    for (full, empty) in [
        ("count = 1", "count = 0"),
        ("for_each = toset([\"a\"])", "for_each = toset([])"),
    ] {
        let environment = TestEnvironment::new(&call(full));
        environment.write("m/mesh.hcl", &prevented);
        assert_eq!(environment.run(&["init"]).code, 0);
        assert_eq!(environment.run(&["apply", "-auto-approve"]).code, 0);
        environment.write("mesh.hcl", &call(empty));
        for command in ["apply", "destroy"] {
            let ran = environment.run(&[command, "-auto-approve"]);
            assert!(
                ran.code == 1 && ran.stderr.contains("prevent_destroy"),
                "{command}: {ran}"
            );
        }
        assert_eq!(environment.run(&["state", "list"]).stdout.lines().count(), 1);
    }
}

#[test]
fn a_module_that_gets_a_key_may_have_moves_of_its_own() {
    let a = "resource \"meshform_data\" \"a\" {\n  input = 1\n}\n";
    let b = format!(
        "moved {{\n  from = meshform_data.a\n  to   = meshform_data.b\n}}\n{}",
        a.replace("\"a\"", "\"b\"")
    );
    for (repeated, key) in [("for_each = toset([\"k\"])", "[\"k\"]"), ("count = 1", "[0]")] {
        let keyed = format!(
            "moved {{\n  from = module.m\n  to   = module.m{key}\n}}\n{}",
            call(repeated)
        );
        forgets_of(
            (&call(""), a),
            (&keyed, &b),
            &format!("module.m{key}.meshform_data.b\n"),
        );
    }
}
