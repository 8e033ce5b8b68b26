//! From an empty folder to one that is destroyed.

use super::environment::{TestEnvironment, session};

const MESH: &str = r#"
variable "size" {
  type    = number
  default = 1
}

resource "meshform_data" "base" {
  input = { size = var.size, zones = ["a", "b"] }
}

resource "meshform_data" "each" {
  for_each         = toset(["x", "y"])
  input            = "${meshform_data.base.id}/${each.key}"
  triggers_replace = var.size > 2
}

output "size" { value = meshform_data.base.output.size }
"#;

#[test]
fn a_new_folder_is_prepared_planned_and_applied() {
    let environment = TestEnvironment::new(MESH);
    let commands: &[&[&str]] = &[
        &["init"],
        &["init"],
        &["validate"],
        &["plan"],
        &["apply", "-auto-approve"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn a_second_plan_is_empty() {
    let environment = TestEnvironment::applied(MESH);
    insta::assert_snapshot!(session(
        &environment,
        &[&["plan", "-detailed-exitcode"], &["apply", "-auto-approve"]]
    ));
}

#[test]
fn changes_and_replacements_are_told_apart() {
    let environment = TestEnvironment::applied(MESH);
    let commands: &[&[&str]] = &[
        &["plan", "-detailed-exitcode", "-var", "size=2"],
        &["apply", "-auto-approve", "-var=size=3"],
        &["plan", "--replace=meshform_data.base", "--var", "size=3"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn what_leaves_the_configuration_is_destroyed() {
    let environment = TestEnvironment::applied(MESH);
    environment.write("mesh.hcl", &MESH.replace("\"x\", \"y\"", "\"y\""));
    insta::assert_snapshot!(session(&environment, &[&["apply", "-auto-approve"]]));
}

#[test]
fn all_of_it_is_destroyed() {
    let environment = TestEnvironment::applied(MESH);
    let commands: &[&[&str]] = &[
        &["plan", "-destroy"],
        &["destroy", "-auto-approve"],
        &["destroy", "-auto-approve"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn the_state_can_be_looked_into() {
    let environment = TestEnvironment::applied(MESH);
    let commands: &[&[&str]] = &[
        &["show"],
        &["output"],
        &["output", "-raw", "size"],
        &["output", "nothing"],
        &["state", "list"],
        &["state", "list", "meshform_data.each"],
        &["state", "show", "meshform_data.each[\"x\"]"],
        &["state", "show", "meshform_data.none"],
        &["unlock"],
        &["version"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn another_folder_is_reached_with_chdir() {
    let environment = TestEnvironment::new("");
    environment.write("inner/mesh.hcl", "output \"here\" { value = true }\n");
    let commands: &[&[&str]] = &[
        &["-chdir=inner", "init"],
        &["plan", "-chdir=inner"],
        &["-chdir=none", "plan"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn objects_of_a_block_that_gets_count_are_kept() {
    let environment = TestEnvironment::applied("resource \"meshform_data\" \"a\" {\n  input = 1\n}\n");
    environment.write(
        "mesh.hcl",
        "resource \"meshform_data\" \"a\" {\n  count = 1\n  input = 1\n}\n",
    );
    insta::assert_snapshot!(session(
        &environment,
        &[&["apply", "-auto-approve"], &["state", "list"], &["plan"]]
    ));
}

#[test]
fn a_flag_gives_an_expression_where_the_variable_says_that_it_takes_anything() {
    let mesh = "variable \"any\" {\n  type = any\n}\nvariable \"text\" {}\n\
                output \"both\" {\n  value = [var.any, var.text]\n}\n";
    let environment = TestEnvironment::prepared(mesh);
    let ran = environment.run(&["apply", "-auto-approve", "-var=any=[1]", "-var=text=[1]"]);
    assert_eq!(ran.code, 0, "{ran}");
    let output = environment.run(&["output", "-json", "both"]).stdout;
    assert_eq!(output.trim(), "[[1],\"[1]\"]");
}

#[test]
fn objects_that_move_are_kept() {
    let environment = TestEnvironment::applied("resource \"meshform_data\" \"old\" {\n  input = 1\n}\n");
    let moved = "resource \"meshform_data\" \"new\" {\n  input = 1\n}\n\
                 moved {\n  from = meshform_data.old\n  to   = meshform_data.new\n}\n";
    environment.write("mesh.hcl", moved);
    insta::assert_snapshot!(session(
        &environment,
        &[&["apply", "-auto-approve"], &["state", "list"], &["plan"]]
    ));
}
