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

#[test]
fn objects_are_taken_into_modules() {
    let mesh = "locals {\n  ids = { a = \"theirs-a\", b = \"theirs-b\" }\n}\n\
        module \"m\" {\n  source   = \"./m\"\n  for_each = local.ids\n}\n\
        import {\n  for_each = local.ids\n  to       = module.m[each.key].meshform_data.x\n  id       = each.value\n}\n\
        import {\n  to = module.m[\"a\"].module.n.meshform_data.y[0]\n  id = \"theirs-n\"\n}\n";
    let environment = TestEnvironment::new(mesh);
    environment.write(
        "m/mesh.hcl",
        "resource \"meshform_data\" \"x\" {}\nmodule \"n\" {\n  source = \"./n\"\n}\n",
    );
    environment.write(
        "m/n/mesh.hcl",
        "resource \"meshform_data\" \"y\" {\n  count = 1\n}\n",
    );
    assert_eq!(environment.run(&["init"]).code, 0);
    assert_eq!(environment.run(&["validate"]).code, 0);
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert!(
        ran.stdout.contains("3 imported, 1 added, 0 changed, 0 destroyed"),
        "{ran}"
    );
    let shown = environment.run(&["state", "show", "module.m[\"b\"].meshform_data.x"]);
    assert!(shown.stdout.contains("theirs-b"), "{shown}");
    assert_eq!(environment.run(&["plan", "-detailed-exitcode"]).code, 0);
}

#[test]
fn what_names_no_resource_of_a_module_is_no_target() {
    let import = |to: &str| format!("import {{\n  to = {to}\n  id = \"1\"\n}}\n");
    let module = "module \"m\" {\n  source = \"./m\"\n}\nresource \"meshform_data\" \"all\" {\n  for_each = toset([\"k\"])\n}\n";
    let targets = [
        "module.n.meshform_data.x",
        "module.m",
        "module.m.meshform_data.z",
        "meshform_data.all",
        "module.m.meshform_data.many",
    ];
    let told = targets.map(|to| {
        let environment = TestEnvironment::new(&format!("{module}{}", import(to)));
        environment.write(
            "m/mesh.hcl",
            "resource \"meshform_data\" \"x\" {}\nresource \"meshform_data\" \"many\" {\n  count = 2\n}\n",
        );
        assert_eq!(environment.run(&["init"]).code, 0, "{to}");
        environment.run(&["plan"]).stderr
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_moves_to_the_place_of_an_import_is_there_already() {
    let environment = TestEnvironment::applied("resource \"meshform_data\" \"x\" {\n  input = 1\n}\n");
    environment.write(
        "mesh.hcl",
        "resource \"meshform_data\" \"y\" {\n  input = 1\n}\n\
         moved {\n  from = meshform_data.x\n  to   = meshform_data.y\n}\n\
         import {\n  to = meshform_data.y\n  id = \"abc\"\n}\n",
    );
    let ran = environment.run(&["apply", "-auto-approve"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.contains("0 added, 0 changed, 0 destroyed"), "{ran}");
    assert_eq!(environment.run(&["state", "list"]).stdout, "meshform_data.y\n");
}
