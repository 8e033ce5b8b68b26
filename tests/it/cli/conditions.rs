//! Conditions that only apply can decide, and the parts of `lifecycle`.

use super::environment::{TestEnvironment, session};

/// Two resources, the second with `lifecycle`; ids are known only once they are made.
fn pair(lifecycle: &str) -> String {
    format!(
        "resource \"meshform_data\" \"a\" {{\n  input = 1\n}}\n\
         resource \"meshform_data\" \"b\" {{\n  input = meshform_data.a.id\n  lifecycle {{\n{lifecycle}  }}\n}}\n\
         resource \"meshform_data\" \"c\" {{\n  input = meshform_data.b.id\n}}\n"
    )
}

fn condition(kind: &str, condition: &str) -> String {
    format!(
        "    {kind} {{\n      condition     = {condition}\n      error_message = \"It is not.\"\n    }}\n"
    )
}

#[test]
fn a_precondition_stops_its_resource_before_anything_is_done_with_it() {
    let mesh = pair(&condition("precondition", "meshform_data.a.id == \"x\""));
    let environment = TestEnvironment::prepared(&mesh);
    assert_eq!(environment.run(&["plan"]).code, 0);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 5, "{ran}");
    assert!(
        ran.stderr.contains("Precondition failed") && ran.stderr.contains("It is not."),
        "{ran}"
    );
    assert!(ran.stderr.contains("mesh.hcl:8"), "{ran}");
    assert_eq!(environment.run(&["state", "list"]).stdout, "meshform_data.a\n");
    // Now it is known when planning.
    let ran = environment.run(&["plan"]);
    assert_eq!(ran.code, 1, "{ran}");
}

#[test]
fn a_postcondition_keeps_what_is_made_and_stops_what_needs_it() {
    let mesh = pair(&condition("postcondition", "self.id == \"x\""));
    let environment = TestEnvironment::prepared(&mesh);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 5, "{ran}");
    assert!(ran.stderr.contains("Postcondition failed"), "{ran}");
    // It was made all the same.
    assert!(
        ran.stdout.contains("2 added") && !ran.stdout.contains("failed after"),
        "{ran}"
    );
    assert_eq!(
        environment.run(&["state", "list"]).stdout,
        "meshform_data.a\nmeshform_data.b\n"
    );
}

#[test]
fn conditions_that_hold_are_silent() {
    let both = condition("precondition", "meshform_data.a.id != \"x\"")
        + &condition("postcondition", "self.id != \"x\"");
    let environment = TestEnvironment::applied(&pair(&both));
    let ran = environment.run(&["plan", "-detailed-exitcode"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn outputs_stop_and_checks_warn_once_they_can_be_decided() {
    let mesh = "resource \"meshform_data\" \"a\" {\n  input = 1\n}\n\
                check \"id\" {\n  assert {\n    condition     = meshform_data.a.id == \"x\"\n    error_message = \"The id is another.\"\n  }\n}\n";
    let environment = TestEnvironment::prepared(mesh);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(
        ran.stderr.contains("Warning: Check failed") && ran.stderr.contains("The id is another."),
        "{ran}"
    );
    let output = "output \"id\" {\n  value = meshform_data.a.id\n  precondition {\n    condition     = meshform_data.a.id == \"x\"\n    error_message = \"No good id.\"\n  }\n}\n";
    let environment = TestEnvironment::prepared(&format!("{mesh}{output}"));
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 5, "{ran}");
    assert!(ran.stderr.contains("No good id."), "{ran}");
}

#[test]
fn what_is_kept_is_forgotten_and_what_is_disabled_is_not_there() {
    let kept =
        "resource \"meshform_data\" \"a\" {\n  input = 1\n  lifecycle {\n    destroy = false\n  }\n}\n";
    let environment = TestEnvironment::applied(kept);
    let commands: &[&[&str]] = &[&["destroy", "-auto-approve"], &["state", "list"]];
    insta::assert_snapshot!(session(&environment, commands));
    let enabled = "variable \"on\" {\n  type    = bool\n  default = true\n}\n\
                   resource \"meshform_data\" \"a\" {\n  input = 1\n  lifecycle {\n    enabled = var.on\n  }\n}\n";
    let environment = TestEnvironment::applied(enabled);
    assert_eq!(environment.run(&["state", "list"]).stdout, "meshform_data.a\n");
    assert_eq!(
        environment.run(&["apply", "-auto-approve", "-var=on=false"]).code,
        0
    );
    assert_eq!(environment.run(&["state", "list"]).stdout, "");
}

#[test]
fn moments_and_chance_are_known_when_applying() {
    let mesh = "locals {\n  id = uuid()\n}\n\
                resource \"meshform_data\" \"a\" {\n  input = [local.id, timestamp()]\n}\n\
                resource \"meshform_data\" \"b\" {\n  input = [local.id, timestamp()]\n}\n\
                output \"same\" { value = meshform_data.a.output == meshform_data.b.output }\n\
                output \"two\" { value = distinct([for at in range(2) : uuid()]) }\n";
    let environment = TestEnvironment::applied(mesh);
    assert_eq!(environment.run(&["output", "-raw", "same"]).stdout, "true");
    let two = environment.run(&["output", "two"]).stdout;
    assert_eq!(two.matches("[UUID]").count(), 2, "{two}");
}

#[test]
fn what_a_condition_asks_for_comes_first() {
    let environment = TestEnvironment::prepared(
        "resource \"meshform_data\" \"a\" {\n  input = 1\n  lifecycle {\n    precondition {\n      \
         condition     = meshform_data.b.id == \"no\"\n      error_message = \"b is not ready\"\n    }\n  }\n}\n\
         resource \"meshform_data\" \"b\" {\n  input = 1\n}\n",
    );
    let applied = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(applied.code, 5, "{applied}");
    assert!(applied.stderr.contains("b is not ready"), "{applied}");
    let listed = environment.run(&["state", "list"]);
    assert_eq!(listed.stdout, "meshform_data.b\n", "{listed}");
}

/// A resource whose postcondition asks for itself, another one, and an output; broken where `bad` is true.
const BROKEN: &str = "variable \"bad\" {\n  default = false\n}\n\
    resource \"meshform_data\" \"a\" {\n  input = 1\n}\n\
    resource \"meshform_data\" \"p\" {\n  input = 1\n  lifecycle {\n    precondition {\n      condition     = !var.bad\n      \
    error_message = \"bad\"\n    }\n    postcondition {\n      condition     = self.output == 1\n      \
    error_message = \"bad\"\n    }\n  }\n}\n\
    output \"o\" {\n  value = 1\n  precondition {\n    condition     = !var.bad\n    error_message = \"bad\"\n  }\n}\n";

#[test]
fn what_is_left_out_or_destroyed_has_no_condition_to_meet() {
    let environment = TestEnvironment::applied(BROKEN);
    for (arguments, code) in [
        (&["plan", "-var", "bad=true"][..], 1),
        (&["plan", "-var", "bad=true", "-target=meshform_data.a"], 0),
        (&["plan", "-var", "bad=true", "-exclude=meshform_data.p"], 0),
        (&["plan", "-var", "bad=true", "-target=meshform_data.p"], 1),
        (&["plan", "-target=meshform_data.a"], 0),
        (&["destroy", "-auto-approve", "-var", "bad=true"], 0),
    ] {
        let ran = environment.run(arguments);
        assert_eq!(ran.code, code, "{ran}");
    }
}

#[test]
fn where_nothing_is_done_a_broken_condition_only_warns() {
    let environment = TestEnvironment::applied(BROKEN);
    insta::assert_snapshot!(
        environment
            .run(&["plan", "-refresh-only", "-var", "bad=true"])
            .to_string()
    );
}

#[test]
fn what_leaves_a_block_that_prevents_it_is_not_destroyed() {
    let mesh = |count: usize| {
        format!(
            "resource \"meshform_data\" \"a\" {{\n  count = {count}\n  lifecycle {{\n    prevent_destroy = true\n  }}\n}}\n"
        )
    };
    let environment = TestEnvironment::applied(&mesh(2));
    for count in [1, 0] {
        environment.write("mesh.hcl", &mesh(count));
        let planned = environment.run(&["plan"]);
        assert_eq!(planned.code, 1, "{planned}");
        assert!(
            planned.stderr.contains("`meshform_data.a[1]` would be destroyed"),
            "{planned}"
        );
    }
    environment.write("mesh.hcl", "");
    assert_eq!(
        environment.run(&["plan"]).code,
        0,
        "the block that prevents it is gone"
    );
}
