//! What only apply knows: recipes, and data sources.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use meshform_state::{Address, Value};

use super::world::{Nests, compiled, desired, inputs, kinds, listed, loaded, mistakes, text};
use crate::compile::compile;
use crate::{Facts, Lookup};

struct Known(BTreeMap<&'static str, Value>);

impl Lookup for Known {
    fn object(&self, address: &Address) -> Option<Value> {
        self.0.get(address.as_str()).cloned()
    }
}

fn object(entries: &[(&str, &str)]) -> Value {
    Value::object(
        entries
            .iter()
            .map(|(name, value)| ((*name).into(), Value::from(*value))),
    )
}

#[test]
fn recipes_find_what_was_later() {
    let config = r#"
        locals {
          id   = "local ${thing.a.id}"
          deep = { x = [local.id] }
        }
        resource "thing" "a" { name = "a" }
        resource "thing" "b" {
          name = upper(thing.a.id)
          zone = local.deep.x[0]
          tags = { for s in [thing.a.id] : s => "v" }
          data = nest.n.colour
        }
        nest "n" {
          eggs   = 1
          colour = "${thing.a.id} blue"
        }
        output "o" { value = "${nest.n.colour}!" }
        "#;
    let compiled = compiled(&loaded(&[("mesh.hcl", config)]), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    assert_snapshot!(listed(&compiled), @r#"
        nest.n.thing.egg[0] in local: egg 0
          name = "egg 0"
          tags = {colour: <colour of nest.n>}
          data = <id of nest.n.thing.tree>
          again: tags
          after nest.n.thing.tree by data
          after thing.a by colour
        nest.n.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        thing.a in local
          name = "a"
        thing.b in local
          name = <string>
          tags = <map(string)>
          zone = <string>
          data = <colour of nest.n>
          again: name, tags, zone, data
          after thing.a by name
        output o = <string>, again, after thing.a
        "#);
    let known = Known(BTreeMap::from([(
        "thing.a",
        object(&[("id", "i-1"), ("name", "a")]),
    )]));
    let mut found = Vec::new();
    for resource in &compiled.desired.resources {
        for (slot, recipe) in &resource.recipes {
            let name = resource.kind.schema().attributes[*slot].name;
            found.push(format!(
                "{}.{name} = {}",
                resource.address,
                text(&recipe.evaluate(&known).unwrap())
            ));
        }
    }
    for output in &compiled.desired.outputs {
        found.push(text(&output.recipe.as_ref().unwrap().evaluate(&known).unwrap()));
    }
    assert_snapshot!(found.join("\n"), @r#"
        nest.n.thing.egg[0].tags = {"colour":"i-1 blue"}
        thing.b.name = "I-1"
        thing.b.tags = {"i-1":"v"}
        thing.b.zone = "local i-1"
        thing.b.data = "i-1 blue"
        "i-1 blue!"
        "#);
}

#[test]
fn what_was_not_evaluated_is_waited_for_too() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" { name = "a" }
        resource "thing" "b" {
          for_each = { x = 1, y = 2 }
          name     = each.key
        }
        resource "thing" "c" {
          name = join(",", [for s in split(",", thing.a.id) : thing.b[s].id])
        }
        "#
    ), @r#"
        thing.a in local
          name = "a"
        thing.b["x"] in local
          name = "x"
        thing.b["y"] in local
          name = "y"
        thing.c in local
          name = <string>
          again: name
          after thing.a by name
          after thing.b["x"] by name
          after thing.b["y"] by name
        "#);
}

#[test]
fn questions_are_asked_in_rounds_and_once() {
    let config = r#"
        data "zones" "all" {}
        data "zones" "same" {}
        data "zones" "first" { filter = data.zones.all.names[0] }
        resource "thing" "z" {
          for_each = toset(data.zones.first.names)
          name     = each.key
        }
        output "names" { value = keys(thing.z) }
        "#;
    let loaded = loaded(&[("mesh.hcl", config)]);
    let (vocabulary, kinds, mut facts) = (Nests::new(), kinds(), Facts::default());
    let mut rounds = Vec::new();
    let last = loop {
        let compiled = compile(&loaded.config, &inputs(&[]), &facts, &vocabulary, &kinds);
        assert_eq!(compiled.diagnostics.0, []);
        if compiled.missing.is_empty() {
            break compiled;
        }
        rounds.push(compiled.missing.iter().map(crate::Query::key).collect::<Vec<_>>());
        facts = super::world::answered(&compiled, &facts, &["a", "b"]);
    };
    assert_snapshot!(format!("{rounds:#?}"), @r#"
        [
            [
                "zones|local|null|null",
            ],
            [
                "zones|local|\"a\"|null",
            ],
        ]
        "#);
    assert_snapshot!(listed(&last), @r#"
        thing.z["a"] in local
          name = "a"
        thing.z["b"] in local
          name = "b"
        output names = ["a","b"], after thing.z["a"] thing.z["b"]
        "#);
}

#[test]
fn data_that_needs_what_apply_makes_is_read_during_apply() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" { name = "a" }
        data "zones" "later" { filter = thing.a.id }
        data "zones" "after" { depends_on = [thing.a] }
        data "zones" "now" { filter = thing.a.name }
        resource "thing" "b" {
          name = data.zones.later.names[0]
          zone = data.zones.now.names[0]
          data = data.zones.after.names
        }
        "#
    ), @r#"
        data.zones.after in local
          after thing.a by depends_on
        data.zones.later in local
          filter = <id of thing.a>
          after thing.a by filter
        thing.a in local
          name = "a"
        thing.b in local
          name = <string>
          zone = "a"
          data = <names of data.zones.after>
          again: name
          after data.zones.later by name
          after data.zones.after by data
        "#);
}

#[test]
fn what_waits_for_an_answer_is_no_mistake_of_what_names_it() {
    assert_snapshot!(desired(
        r#"
        nest "big" { eggs = 0 }
        resource "machine" "m" {
          in   = nest.big
          name = "m"
        }
        resource "thing" "t" {
          name = join("-", ["t", machine.m.name])
          tags = { of = machine.m.name }
          rule = [{ port = 1, note = machine.m.id }]
        }
        "#
    ), @r#"
        machine.m in aws:default:big-1
          name = "m"
        nest.big.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        thing.t in local
          name = "t-m"
          tags = {"of":"m"}
          rule = [{note: <id of machine.m>, port: 1}]
          after machine.m by name
        "#);
}

#[test]
fn mistakes_that_do_not_wait_for_answers_are_told_in_the_first_round() {
    assert_snapshot!(mistakes(
        r#"
        data "zones" "all" {}
        resource "thing" "z" {
          for_each = toset(data.zones.all.names)
          name     = each.key
        }
        resource "thing" "wrong" { nme = "x" }
        "#
    ), @r#"
        error mesh.hcl:7:36 Unsupported argument: A resource of kind `thing` has no `nme`.
            hint: Did you mean `name`?
        "#);
}
