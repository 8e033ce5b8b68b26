//! Values that only apply knows, and the ways that they take to where they are needed.

use super::environment::TestEnvironment;

/// A module whose `seen` is no business of who asks for `name`.
const MODULE: &str = "variable \"given\" {}\n\
    variable \"seen\" {\n  default = null\n}\n\
    resource \"meshform_data\" \"in\" {\n  input = \"${var.given}?\"\n}\n\
    output \"name\" {\n  value = \"${var.given}+\"\n}\n\
    output \"made\" {\n  value = meshform_data.in.output\n}\n\
    output \"seen\" {\n  value = var.seen\n}\n";

const SOURCES: &str = "resource \"meshform_data\" \"a\" {\n  for_each = toset([\"one\", \"two\"])\n  input    = each.key\n}\n\
    locals {\n  one = meshform_data.a[\"one\"].id\n  two = meshform_data.a[\"two\"].id\n}\n";

fn environment(mesh: &str) -> TestEnvironment {
    environment_with(mesh, MODULE)
}

fn environment_with(mesh: &str, module: &str) -> TestEnvironment {
    let environment = TestEnvironment::new(&format!("{SOURCES}{mesh}"));
    environment.write("m/mesh.hcl", module);
    let ran = environment.run(&["init"]);
    assert_eq!(ran.code, 0, "{ran}");
    environment
}

/// Applies `mesh`, in which every output must be `true`, and sees that nothing is left to do.
#[track_caller]
fn holds(mesh: &str) {
    let environment = environment(mesh);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
    let outputs = environment.run(&["output"]).stdout;
    assert!(
        !outputs.is_empty() && outputs.lines().all(|line| line.ends_with("= true")),
        "{outputs}"
    );
    let ran = environment.run(&["plan", "-detailed-exitcode"]);
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn each_value_is_found_for_all_that_is_computed_from_it() {
    // The keys are crossed: an instance waits for what its value names, not for its namesake.
    holds(
        "resource \"meshform_data\" \"b\" {\n  for_each = { one = local.two, two = local.one }\n  input    = \"${each.value}-1\"\n}\n\
         output \"one\" {\n  value = meshform_data.b[\"one\"].output == \"${local.two}-1\"\n}\n\
         output \"two\" {\n  value = meshform_data.b[\"two\"].output == \"${local.one}-1\"\n}\n",
    );
}

#[test]
fn each_value_that_is_computed_itself_is_found_too() {
    holds(
        "resource \"meshform_data\" \"b\" {\n  for_each = { for k, a in meshform_data.a : k => { id = \"${a.id}/${k}\" } }\n  input    = [each.key, upper(each.value.id)]\n}\n\
         output \"one\" {\n  value = meshform_data.b[\"one\"].output[1] == upper(\"${local.one}/one\")\n}\n",
    );
}

#[test]
fn each_value_waits_for_what_it_comes_from_in_whatever_way_it_is_written() {
    // Crossed again, so that waiting for the namesake would be too little; by a local, with other keys, and by a call.
    let ways = [
        "{ one = \"${local.two}.\", two = \"${local.one}.\" }",
        "{ for k, a in meshform_data.a : k => \"${meshform_data.a[k == \"one\" ? \"two\" : \"one\"].id}.\" }",
        "{ for k, a in meshform_data.a : (k == \"one\" ? \"two\" : \"one\") => \"${a.id}.\" }",
        "merge({ one = \"${local.two}.\" }, { two = \"${local.one}.\" })",
    ];
    for way in ways {
        for by in [way, "local.by"] {
            holds(&format!(
                "locals {{\n  by = {way}\n}}\n\
                 resource \"meshform_data\" \"b\" {{\n  for_each = {by}\n  input    = [each.value]\n}}\n\
                 output \"one\" {{\n  value = meshform_data.b[\"one\"].output == [\"${{local.two}}.\"]\n}}\n\
                 output \"two\" {{\n  value = meshform_data.b[\"two\"].output == [\"${{local.one}}.\"]\n}}\n",
            ));
        }
    }
}

#[test]
fn each_value_reaches_modules_and_their_outputs() {
    holds(
        "module \"m\" {\n  source   = \"./m\"\n  for_each = { for k, a in meshform_data.a : k => [\"${a.id}!\", a.id] }\n  given    = each.value[0]\n  seen     = \"${each.value[1]}!\"\n}\n\
         output \"name\" {\n  value = module.m[\"one\"].name == \"${local.one}!+\"\n}\n\
         output \"made\" {\n  value = module.m[\"two\"].made == \"${local.two}!?\"\n}\n\
         output \"seen\" {\n  value = module.m[\"two\"].seen == \"${local.two}!\"\n}\n",
    );
}

#[test]
fn conditions_on_each_value_are_decided() {
    let mesh = |condition: &str| {
        format!(
            "resource \"meshform_data\" \"b\" {{\n  for_each = {{ x = \"${{local.one}}.\" }}\n  input    = each.key\n  lifecycle {{\n    precondition {{\n      condition     = {condition}\n      error_message = \"Not ${{each.value}}\"\n    }}\n  }}\n}}\n\
             output \"one\" {{\n  value = meshform_data.b[\"x\"].output == \"x\"\n}}\n"
        )
    };
    holds(&mesh("endswith(each.value, \".\")"));
    let environment = environment(&mesh("each.value == \"x\""));
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 5, "{ran}");
    assert!(ran.stderr.contains("Precondition failed"), "{ran}");
}

#[test]
fn one_output_of_all_instances_waits_for_no_other() {
    holds(
        "module \"n\" {\n  source = \"./m\"\n  count  = 2\n  given  = \"n${count.index}\"\n  seen   = meshform_data.user.id\n}\n\
         resource \"meshform_data\" \"user\" {\n  input = module.n[*].name\n  lifecycle {\n    precondition {\n      condition     = length(module.n[*].name) == 2\n      error_message = \"There are two.\"\n    }\n  }\n}\n\
         output \"names\" {\n  value = meshform_data.user.output == [\"n0+\", \"n1+\"]\n}\n\
         output \"seen\" {\n  value = module.n[1].seen == meshform_data.user.id\n}\n",
    );
}

/// A module whose variable is judged, with what uses it and what does not.
const JUDGED: &str = "variable \"id\" {\n  sensitive = true\n  validation {\n    condition     = var.id != \"\" && CONDITION\n    error_message = \"Not good.\"\n  }\n}\n\
    locals {\n  id = nonsensitive(var.id)\n}\n\
    resource \"meshform_data\" \"user\" {\n  input = local.id\n}\n\
    resource \"meshform_data\" \"next\" {\n  input = meshform_data.user.output\n}\n\
    resource \"meshform_data\" \"free\" {\n  input = 1\n}\n\
    output \"id\" {\n  value = local.id\n}\n";

#[test]
fn a_validation_that_only_apply_can_decide_stops_what_uses_the_variable() {
    let mesh = "module \"m\" {\n  source   = \"./m\"\n  for_each = toset([\"one\", \"two\"])\n  id       = meshform_data.a[each.key].id\n}\n\
                resource \"meshform_data\" \"outside\" {\n  input = module.m[\"one\"].id\n}\n\
                resource \"meshform_data\" \"beside\" {\n  input = local.one\n}\n";
    let environment = environment_with(mesh, &JUDGED.replace("CONDITION", "length(var.id) > 0"));
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");

    let environment = environment_with(mesh, &JUDGED.replace("CONDITION", "var.id == \"x\""));
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 5, "{ran}");
    assert_eq!(
        environment.run(&["state", "list"]).stdout,
        "meshform_data.a[\"one\"]\nmeshform_data.a[\"two\"]\nmeshform_data.beside\n\
         module.m[\"one\"].meshform_data.free\nmodule.m[\"two\"].meshform_data.free\n"
    );
    insta::assert_snapshot!(ran.stderr);
}

/// What apply says of `mesh` with the module `module`, and what the state then has.
fn refused(mesh: &str, module: &str) -> String {
    let environment = environment_with(mesh, module);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 5, "{ran}");
    let left = environment.run(&["state", "list"]).stdout;
    assert_eq!(environment.run(&["plan"]).code, 1);
    format!("{}\nleft:\n{left}", ran.stderr)
}

#[test]
fn a_value_that_does_not_fit_its_variable_is_refused_once_it_is_known() {
    let call = "module \"m\" {\n  source = \"./m\"\n  v      = meshform_data.a[\"one\"].id\n}\n\
                resource \"meshform_data\" \"user\" {\n  input = module.m.v\n}\n";
    insta::assert_snapshot!(
        "wrong_type",
        refused(
            call,
            "variable \"v\" {\n  type = number\n}\noutput \"v\" {\n  value = var.v\n}\n"
        )
    );
    let call = "module \"m\" {\n  source = \"./m\"\n  v      = meshform_data.a[\"one\"].id == \"\" ? \"x\" : null\n}\n";
    insta::assert_snapshot!(
        "null",
        refused(
            call,
            "variable \"v\" {\n  type     = string\n  nullable = false\n}\noutput \"v\" {\n  value = var.v\n}\n"
        )
    );
}

#[test]
fn what_is_wrong_with_values_that_no_resource_asks_for_is_told() {
    let mesh = "locals {\n  unused = { a = 1 }[local.one]\n}\n\
                module \"m\" {\n  source = \"./m\"\n  v      = local.one\n}\n\
                resource \"meshform_data\" \"b\" {\n  input = { a = 1 }[local.two]\n}\n\
                output \"number\" {\n  value = tonumber(local.one)\n}\n";
    let module = "variable \"v\" {}\noutput \"unread\" {\n  value = { a = 1 }[var.v]\n}\n";
    insta::assert_snapshot!(refused(mesh, module));
}

#[test]
fn the_type_of_a_value_that_may_be_anything_is_known_with_the_value() {
    holds(
        "resource \"meshform_data\" \"r\" {\n  input = { a = [1, \"x\"] }\n}\n\
         resource \"meshform_data\" \"q\" {\n  input = type(meshform_data.r.output)\n}\n\
         output \"type\" {\n  value = meshform_data.q.output == \"object({a = tuple([number, string])})\"\n}\n",
    );
}

#[test]
fn what_an_output_must_meet_holds_back_who_uses_it_and_who_waits_for_the_module() {
    let module = "variable \"v\" {}\noutput \"url\" {\n  value = \"https://x.example\"\n  precondition {\n    condition     = var.v == \"x\"\n    error_message = \"No.\"\n  }\n}\n";
    let mesh = "module \"m\" {\n  source = \"./m\"\n  v      = local.one\n}\n\
                resource \"meshform_data\" \"uses\" {\n  input = module.m.url\n}\n\
                resource \"meshform_data\" \"waits\" {\n  depends_on = [module.m]\n}\n";
    let left = "meshform_data.a[\"one\"]\nmeshform_data.a[\"two\"]\n";
    assert!(refused(mesh, module).ends_with(&format!("left:\n{left}")));
    let module = "variable \"v\" {\n  validation {\n    condition     = var.v == \"x\"\n    error_message = \"No.\"\n  }\n}\noutput \"url\" {\n  value = \"https://x.example\"\n}\n";
    let told = refused(&mesh.replace("input = module.m.url", "input = 1"), module);
    assert!(
        told.ends_with(&format!("left:\n{left}meshform_data.uses\n")),
        "{told}"
    );
}
