//! Imports, conditions that stay open, given values, and depth.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use meshform_lang::Sources;
use meshform_state::{Address, Value};

use super::world::{compiled, inputs, loaded, mistakes, shown};
use crate::Lookup;
use crate::compile::{GivenBy, Purpose, read_text};
use crate::config::read_values;

struct Known(BTreeMap<&'static str, Value>);

impl Lookup for Known {
    fn object(&self, address: &Address) -> Option<Value> {
        self.0.get(address.as_str()).cloned()
    }
}

#[test]
fn imports_name_resources() {
    let text = r#"
        resource "thing" "a" {
          for_each = { x = "i-1", y = "i-2" }
          name     = each.key
        }
        import {
          for_each = { x = "i-1", y = "i-2" }
          to       = thing.a[each.key]
          id       = each.value
        }
        "#;
    let compiled = compiled(&loaded(&[("mesh.hcl", text)]), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    let imports: Vec<String> = compiled
        .imports
        .iter()
        .map(|one| format!("{} = {}", one.to, one.id))
        .collect();
    assert_eq!(imports, [r#"thing.a["x"] = i-1"#, r#"thing.a["y"] = i-2"#]);
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" { name = "a" }
        import {
          to = thing.a.id
          id = "x"
        }
        import {
          to = thing.b
          id = "x"
        }
        import {
          to = thing.a
          id = thing.a.id
        }
        "#
    ), @r#"
        error mesh.hcl:4:16 Invalid import: `to` takes the reference to one resource, such as `aws_vpc.main` or `aws_vpc.all["a"]`.
        error mesh.hcl:8:16 Reference to undeclared resource: There is no resource `thing.b`.
            hint: Did you mean `thing.a`?
        error mesh.hcl:13:16 Value not known when planning: `id` decides what exists, so it must be known when planning, but its value comes from `thing.a`, which apply makes.
            hint: Write the id that the object has already.
        "#);
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" { name = "a" }
        resource "thing" "b" { name = "b" }
        import {
          for_each = toset(["x", "y"])
          to       = thing.a
          id       = each.key
        }
        import {
          to = thing.b
          id = "x"
        }
        import {
          to = thing.b
          id = "x"
        }
        "#
    ), @r#"
        error mesh.hcl:4:9 Duplicate import: This block imports the objects `x` and `y` as the one resource `thing.a`.
            hint: With `for_each`, `to` names another resource for each key: `aws_vpc.all[each.key]`.
        error mesh.hcl:13:9 Duplicate import: Two blocks import the object `x` as `thing.b`.
            mesh.hcl:9:9: the first one is here
        "#);
}

#[test]
fn conditions_that_only_apply_can_decide_are_kept() {
    let text = r#"
        resource "thing" "a" {
          name = "a"
          lifecycle {
            postcondition {
              condition     = self.id != "bad"
              error_message = "${self.name} has the id ${self.id}."
            }
            postcondition {
              condition     = self.name == "a"
              error_message = "Known to hold."
            }
          }
        }
        check "c" {
          assert {
            condition     = thing.a.id == "good"
            error_message = "It is ${thing.a.id}."
          }
        }
        "#;
    let loaded = loaded(&[("mesh.hcl", text)]);
    let compiled = compiled(&loaded, &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    let told = |id: Value| {
        let object = Value::object([("id".into(), id), ("name".into(), Value::from("a"))]);
        let known = Known(BTreeMap::from([("thing.a", object)]));
        compiled
            .assertions
            .iter()
            .map(|one| shown(&loaded.sources, &one.check(&known)))
            .collect::<String>()
    };
    assert_eq!(told(Value::later(meshform_state::Type::String)), "");
    assert_eq!(told(Value::from("good")), "");
    assert_snapshot!(told(Value::from("bad")), @r#"
        error mesh.hcl:6:31 Postcondition failed: a has the id bad.
        warning mesh.hcl:17:29 Check failed: It is bad.
            mesh.hcl:15:9: the check `c` is here
        "#);
}

#[test]
fn values_are_given_as_text_or_in_files() {
    let text = r#"
        variable "ports" { type = list(number) }
        variable "name" { type = string }
        variable "on" { type = bool }
        output "all" { value = [var.ports, var.name, var.on] }
        "#;
    let loaded = loaded(&[("mesh.hcl", text)]);
    let mut sources = Sources::default();
    let by = GivenBy::Flag("-var".to_owned());
    let mut read = |name: &str, text: &str| read_text(&mut sources, &loaded.config, name, text, &by);
    let given = [
        ("ports", read("ports", "[1, 2]").unwrap()),
        ("name", read("name", "[1").unwrap()),
        ("on", read("on", "true").unwrap()),
        ("typo", Value::from("x")),
    ];
    assert!(read("ports", "[1").is_err());
    let compiled = compiled(&loaded, &inputs(&given));
    assert_snapshot!(shown(&loaded.sources, &compiled.diagnostics), @r#"
        error ? Value for undeclared variable: There is no variable `typo`, but -var gives it a value.
            hint: Declare it: `variable "typo" {}`.
        "#);
    assert_eq!(
        super::world::text(&compiled.desired.outputs[0].value),
        r#"[[1,2],"[1",true]"#
    );
    let mut sources = Sources::default();
    let values = read_values(
        &mut sources,
        &loaded.config,
        "meshform.vars.hcl",
        "a = [1, \"x\"]\nb = null\n",
    )
    .unwrap();
    assert_eq!(values.keys().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
    let found = read_values(
        &mut sources,
        &loaded.config,
        "meshform.vars.hcl",
        "a = var.b\nc {}\n",
    )
    .unwrap_err();
    assert_snapshot!(shown(&sources, &found), @r#"
        error meshform.vars.hcl:2:1 Unsupported block: A file of values holds arguments only: `name = value`.
        error meshform.vars.hcl:1:5 References not allowed: This is read before anything has a value, so it cannot refer to `var`.
        "#);
}

#[test]
fn validation_needs_no_values_and_asks_nothing() {
    let text = r#"
        variable "n" { type = number }
        data "zones" "all" {}
        resource "thing" "a" {
          count = var.n
          name  = data.zones.all.names[0]
        }
        nest "n" { eggs = var.n }
        resource "thing" "wrong" { size = thing.a[0].idd }
        resource "machine" "m" {
          in   = nest.n
          name = nest.n.tree
        }
        "#;
    let loaded = loaded(&[("mesh.hcl", text)]);
    let mut inputs = inputs(&[]);
    inputs.purpose = Purpose::Validate;
    let compiled = compiled(&loaded, &inputs);
    assert_eq!(compiled.missing.len(), 0);
    assert_snapshot!(shown(&loaded.sources, &compiled.diagnostics), @r#"
        error mesh.hcl:9:9 Missing required argument: `thing.wrong` needs `name`: What it is called.
        error mesh.hcl:9:53 Unsupported attribute: A resource of kind `thing` has no attribute `idd`.
            hint: Did you mean `id`?
        "#);
}

#[test]
fn to_destroy_everything_outputs_go_and_resources_can_still_object() {
    let text = "resource \"machine\" \"m\" {\n  region = \"r-1\"\n  name = \"m\"\n}\n";
    let mut inputs = inputs(&[]);
    inputs.purpose = Purpose::Destroy;
    let compiled = compiled(&loaded(&[("mesh.hcl", text)]), &inputs);
    assert_eq!(compiled.diagnostics.0, []);
    assert!(compiled.desired.outputs.is_empty());
    assert_eq!(compiled.desired.resources.len(), 1);
    assert_eq!(
        compiled
            .desired
            .scopes
            .keys()
            .map(|key| &*key.0)
            .collect::<Vec<_>>(),
        ["aws:default:r-1"]
    );
}

#[test]
fn long_chains_need_no_deep_stack() {
    let mut text = String::from("locals {\n  l0 = 1\n}\nresource \"thing\" \"r0\" {\n  name = \"x\"\n}\n");
    for at in 1..5_000 {
        let before = at - 1;
        text.push_str(&format!("locals {{\n  l{at} = local.l{before}\n}}\n"));
        text.push_str(&format!(
            "resource \"thing\" \"r{at}\" {{\n  name = thing.r{before}.name\n}}\n"
        ));
    }
    let compiled = compiled(&loaded(&[("mesh.hcl", &text)]), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    assert_eq!(compiled.desired.resources.len(), 5_000);
    assert_eq!(compiled.effort.lookups, 2 * 4_999);
}

#[test]
fn secrets_that_reach_derived_resources_are_refused_at_the_argument() {
    let text = r#"
        variable "password" {
          sensitive = true
          default   = "x"
        }
        nest "n" {
          eggs   = 1
          colour = WHAT
        }
        nest "m" { eggs = NUMBER }
        "#;
    let secret = text.replace("WHAT", "var.password").replace("NUMBER", "1");
    assert_snapshot!(mistakes(&secret), @r#"
        error mesh.hcl:6:9 Sensitive value in a stored attribute: `tags` is stored in the state, and its value comes from something sensitive.
            hint: Give it to `token`, which is sent and never stored, with another version beside it whenever it is to be sent again. If the value is no secret, say so with `nonsensitive(…)`.
        "#);
    let structural = text
        .replace("WHAT", "null")
        .replace("NUMBER", "var.password == \"x\" ? 1 : 2");
    assert_snapshot!(mistakes(&structural), @r#"
        error mesh.hcl:10:27 Sensitive value not allowed: `eggs` decides what exists, which shows in the plan, and its value is sensitive.
            hint: If the value is no secret, say so with `nonsensitive(…)`.
        "#);
}
