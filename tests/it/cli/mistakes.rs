//! Wrong configurations and flags: all mistakes at once, each with its place and what to do.

use super::environment::{TestEnvironment, session};

fn plan(mesh: &str) -> String {
    session(&TestEnvironment::prepared("").rewritten(mesh), &[&["plan"]])
}

impl TestEnvironment {
    fn rewritten(self, mesh: &str) -> Self {
        self.write("mesh.hcl", mesh);
        self
    }
}

#[test]
fn wrong_hcl() {
    insta::assert_snapshot!(plan(
        "resource \"meshform_data\" \"a\" {\n  input = [1,\n}\n\nresource meshform_data {\n  input = = 2\n}\n"
    ));
}

#[test]
fn unknown_names() {
    insta::assert_snapshot!(plan(
        "resource \"meshform_data\" \"a\" {\n  inptu = 1\n}\n\
         resource \"meshform_date\" \"b\" {\n  input = 1\n}\n\
         resource \"meshform_data\" \"c\" {\n  input = [meshform_data.nothing.id, var.none, local.none]\n}\n"
    ));
}

#[test]
fn wrong_type() {
    insta::assert_snapshot!(plan(
        "variable \"n\" {\n  type    = number\n  default = \"x\"\n}\n\
         locals {\n  hosts = { a = 1 }\n}\n\
         resource \"meshform_data\" \"a\" {\n  for_each = local.hosts.a\n  input    = local.hosts[\"b\"]\n}\n"
    ));
}

#[test]
fn a_file_that_is_no_text_is_named_and_one_of_another_name_is_not_read() {
    let environment = TestEnvironment::prepared("locals {\n}\n");
    for name in [".#old.mesh.hcl", "notmesh.hcl"] {
        environment.write(name, "this is read by nobody");
    }
    assert_eq!(environment.run(&["plan"]).code, 0);
    let bytes = b"locals {\n  a = \"\xff\"\n}\n";
    meshform_state::disk::write_file(&environment.path().join("b.mesh.hcl"), bytes).unwrap();
    insta::assert_snapshot!(session(&environment, &[&["plan"]]));
}

#[test]
fn data_of_a_secret_that_would_be_stored_is_refused() {
    let head = "cluster \"a\" {\n  operator_api {\n    context = \"a\"\n  }\n}\n\
                variable \"token\" {\n  type      = string\n  sensitive = true\n  default   = \"hunter2\"\n}\n";
    let secret = |name: &str, data: &str, more: &str| {
        format!(
            "resource \"kubernetes_manifest\" \"{name}\" {{\n  in = cluster.a\n  manifest = {{\n    apiVersion = \"v1\"\n    \
             kind       = \"Secret\"\n    metadata   = {{ name = \"{name}\", namespace = \"default\" }}\n    {data}\n  }}\n{more}}}\n"
        )
    };
    let mesh = [
        head.to_owned(),
        secret("clear", "data = { key = \"aHVudGVyMg==\" }", ""),
        secret("text", "stringData = { key = \"hunter2\" }", ""),
        secret("sensitive", "data = { key = base64encode(var.token) }", ""),
        secret("unversioned", "", "  data_wo = { key = var.token }\n"),
        secret(
            "well",
            "",
            "  data_wo = { key = var.token }\n  data_wo_version = 1\n",
        ),
    ];
    let environment = TestEnvironment::prepared("").rewritten(&mesh.concat());
    insta::assert_snapshot!(session(&environment, &[&["validate"]]));
}

#[test]
fn what_nothing_closes_makes_no_duplicates_of_what_follows() {
    let follow = "variable \"b\" {\n  default = 1\n}\n\noutput \"c\" {\n  value = var.b\n}\n";
    for open in [
        "  default = [1, 2\n}\n",
        "  default = {\n    a = 1\n}\n",
        "  default = (1\n}\n",
        "  default = \"${1\"\n}\n",
        "  default = \"${1\n}\n",
        "  default = 1\n",
    ] {
        let told = plan(&format!("variable \"a\" {{\n{open}\n{follow}"));
        assert_eq!(told.matches("Error: ").count(), 1, "{told}");
        assert!(!told.contains("Duplicate"), "{told}");
    }
}

#[test]
fn mistakes_in_what_is_secret_show_nothing_of_it() {
    let mesh = "variable \"pw\" {\n  sensitive = true\n  default   = \"Kw7Zq9Xv-Tn4Rb2Ly\"\n}\n\
                variable \"pins\" {\n  sensitive = true\n  default   = { alice = 73519284 }\n}\n\
                locals {\n  failing = [\n    \
                parseint(upper(var.pw), 10),\n    \
                yamldecode(\"!${upper(var.pw)} x\"),\n    \
                format(\"%${var.pw}\", 1),\n    \
                templatestring(\"$${parseint(upper(v), 10)}\", { v = var.pw }),\n    \
                [for v in var.pins : v.x],\n    \
                [for k, v in var.pins : k.x],\n    \
                [for v in var.pins : { a = 1 }[v]],\n    \
                [for p in split(\"-\", var.pw) : p.x],\n    \
                { for k, v in { (upper(var.pw)) = 1 } : k => k.x },\n  ]\n}\n\
                output \"failing\" {\n  value = local.failing\n}\n";
    let environment = TestEnvironment::prepared("").rewritten(mesh);
    let told = session(&environment, &[&["plan"], &["plan", "-json"]]);
    assert_eq!(told.matches("Error: ").count(), 18, "{told}");
    for part in ["kw7", "q9x", "tn4", "b2l", "735", "284"] {
        assert!(!told.to_lowercase().contains(part), "{part}: {told}");
    }
    insta::assert_snapshot!(session(&environment, &[&["plan"]]));
}

#[test]
fn a_cycle_is_told_with_its_path() {
    insta::assert_snapshot!(plan(
        "resource \"meshform_data\" \"a\" {\n  input = meshform_data.b.id\n}\n\
         resource \"meshform_data\" \"b\" {\n  input = meshform_data.c.id\n}\n\
         resource \"meshform_data\" \"c\" {\n  input = meshform_data.a.id\n}\n"
    ));
}

#[test]
fn a_secret_in_a_stored_attribute_is_refused() {
    let mesh = "variable \"token\" {\n  type      = string\n  sensitive = true\n}\n\
                resource \"meshform_data\" \"a\" {\n  input = { token = var.token }\n}\n";
    let environment = TestEnvironment::prepared("")
        .rewritten(mesh)
        .with("MESHFORM_VAR_token", "hunter2-canary");
    let told = session(&environment, &[&["plan"]]);
    assert!(!told.contains("hunter2-canary"), "{told}");
    insta::assert_snapshot!(told);
}

#[test]
fn values_of_variables() {
    let mesh = "variable \"n\" {\n  type = number\n}\n";
    let environment = TestEnvironment::prepared("").rewritten(mesh);
    environment.write("extra.vars.hcl", "n = 1\nm = 2\n");
    let commands: &[&[&str]] = &[
        &["plan", "-input=false"],
        &["plan", "-var", "n"],
        &["plan", "-var", "n=x"],
        &["plan", "-var=n=1", "-var=other=2"],
        &["plan", "-var-file=extra.vars.hcl"],
        &["plan", "-var-file=none.hcl"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn wrong_flags() {
    let environment = TestEnvironment::prepared("");
    let commands: &[&[&str]] = &[
        &["plan", "-nonsense"],
        &["paln"],
        &["apply", "-auto-approve", "-lock-timeout=soon"],
        &["plan", "-replace=1x"],
        &["apply", "-parallelism=0"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn a_state_elsewhere_is_not_supported() {
    let mesh = "meshform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key    = \"k\"\n    region = \"us-west-2\"\n  }\n}\n";
    let environment = TestEnvironment::prepared("").rewritten(mesh);
    insta::assert_snapshot!(session(&environment, &[&["validate"], &["plan"]]));
}

#[test]
fn a_place_for_the_state_is_not_ignored() {
    let mesh = "meshform {\n  backend \"local\" {\n    path = \"states/prod.json\"\n  }\n}\n";
    insta::assert_snapshot!(plan(mesh));
}

#[test]
fn every_command_has_help() {
    let environment = TestEnvironment::new("");
    let commands: &[&[&str]] = &[
        &["-help"],
        &["init", "-help"],
        &["validate", "-help"],
        &["plan", "-help"],
        &["apply", "-help"],
        &["destroy", "-help"],
        &["show", "-help"],
        &["output", "-help"],
        &["state", "list", "-help"],
        &["state", "show", "-help"],
        &["unlock", "-help"],
        &["fmt", "-help"],
        &["console", "-help"],
        &["schema", "-help"],
        &["completion", "-help"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
}

#[test]
fn what_must_not_be_destroyed_is_not_whichever_command_asks() {
    let mesh = "resource \"meshform_data\" \"kept\" {\n  input = 1\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n";
    let environment = TestEnvironment::applied(mesh);
    for command in [
        &["destroy", "-auto-approve"][..],
        &["plan", "-destroy"],
        &["apply", "-destroy", "-auto-approve"],
    ] {
        let ran = environment.run(command);
        assert_eq!(ran.code, 1, "{command:?}: {ran}");
        assert!(ran.stderr.contains("prevent_destroy"), "{command:?}: {ran}");
    }
    assert_eq!(environment.run(&["plan", "-detailed-exitcode"]).code, 0);
}

#[test]
fn no_message_shows_the_value_of_a_sensitive_variable() {
    let mesh = "variable \"keys\" {\n  type      = map(map(number))\n  sensitive = true\n}\n";
    for value in [
        "{\"k\" = {a = \"hunter2}}",
        "hunter2",
        "{\"hunter2\" = {a = \"x\"}}",
        "[\"hunter2",
    ] {
        let environment = TestEnvironment::prepared(mesh);
        environment.write("x.vars", &format!("keys = {value}\n"));
        for arguments in [
            &["plan", "-var-file=x.vars"][..],
            &["plan", "-json", "-var-file=x.vars"],
            &["plan", "-var", &format!("keys={value}")],
        ] {
            let ran = environment.run(arguments);
            assert_eq!(ran.code, 1, "{ran}");
            assert!(
                !ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"),
                "{ran}"
            );
        }
        let environment = environment.with("MESHFORM_VAR_keys", value);
        let ran = environment.run(&["plan"]);
        assert!(!ran.stderr.contains("hunter2") && ran.code == 1, "{ran}");
    }
}

#[test]
fn a_count_that_no_machine_could_hold_is_a_mistake() {
    insta::assert_snapshot!(plan("resource \"meshform_data\" \"a\" {\n  count = 1e12\n}\n"));
}

#[test]
fn a_value_of_the_wrong_type_says_who_gave_it() {
    let mesh = "variable \"n\" {\n  type     = number\n  nullable = false\n}\n";
    let plain = TestEnvironment::prepared(mesh);
    plain.write("x.vars", "\nn = [1]\n");
    plain.write("null.vars", "n = null\n");
    let given = TestEnvironment::prepared(mesh).with("MESHFORM_VAR_n", "x");
    for (environment, arguments, told) in [
        (
            &plain,
            &["plan", "-var", "n=x"][..],
            "`n` from `-var` does not fit",
        ),
        (
            &plain,
            &["plan", "-var-file=x.vars"],
            "`n` from the file `x.vars`",
        ),
        (&plain, &["plan", "-var-file=x.vars"], "x.vars:2:1"),
        (
            &plain,
            &["plan", "-var-file=null.vars"],
            "its value from the file `null.vars` is",
        ),
        (
            &given,
            &["plan"],
            "`n` from the environment variable `MESHFORM_VAR_n`",
        ),
    ] {
        let ran = environment.run(arguments);
        assert_eq!(ran.code, 1, "{ran}");
        let line = ran.stderr.replace("\n  = ", " ").replace("\n    ", " ");
        assert!(line.contains(told), "{told:?} is not in {ran}");
    }
}
