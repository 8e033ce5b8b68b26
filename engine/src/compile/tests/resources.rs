//! What resources come to: addresses, attributes, order.

use insta::assert_snapshot;
use meshform_state::Value;

use super::world::{compiled, desired, inputs, listed, loaded};

#[test]
fn configured_values_are_known_at_once_and_the_rest_names_its_origin() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" {
          name = "first"
          zone = "z"
        }
        resource "thing" "b" {
          name = thing.a.name
          zone = thing.a.id
          data = { size = thing.a.size, zone = thing.a.zone, ids = [thing.a.id] }
        }
        "#
    ), @r#"
        thing.a in local
          name = "first"
          zone = "z"
        thing.b in local
          name = "first"
          zone = <id of thing.a>
          data = {ids: [<id of thing.a>], size: 1, zone: "z"}
          after thing.a by name
        "#);
}

#[test]
fn instances_have_keys_and_find_each_other() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "each" {
          for_each = toset(["x", "y"])
          name     = each.key
        }
        resource "thing" "after" {
          for_each = thing.each
          name     = "after ${each.key}"
          zone     = each.value.id
          data     = thing.each[each.key].id
        }
        resource "thing" "counted" {
          count = 2
          name  = "n${count.index}"
          zone  = count.index == 0 ? null : "z"
        }
        output "one" { value = thing.counted[1].id }
        output "all" { value = thing.counted[*].id }
        "#
    ), @r#"
        thing.after["x"] in local
          name = "after x"
          zone = <id of thing.each["x"]>
          data = <id of thing.each["x"]>
          after thing.each["x"] by name
        thing.after["y"] in local
          name = "after y"
          zone = <id of thing.each["y"]>
          data = <id of thing.each["y"]>
          after thing.each["y"] by name
        thing.counted[0] in local
          name = "n0"
        thing.counted[1] in local
          name = "n1"
          zone = "z"
        thing.each["x"] in local
          name = "x"
        thing.each["y"] in local
          name = "y"
        output all = [<id of thing.counted[0]>, <id of thing.counted[1]>], after thing.counted[0] thing.counted[1]
        output one = <id of thing.counted[1]>, after thing.counted[1]
        "#);
}

#[test]
fn locals_and_variables_carry_the_order() {
    assert_snapshot!(desired(
        r#"
        variable "size" {
          type    = number
          default = "7"
        }
        locals {
          name = "n-${local.size}"
          size = var.size + 1
          id   = thing.a.id
          text = "id ${thing.a.id}"
        }
        resource "thing" "a" { name = local.name }
        resource "thing" "b" {
          name = local.text
          size = local.size
          zone = local.id
        }
        resource "thing" "c" {
          name       = "c"
          depends_on = [thing.b]
        }
        "#
    ), @r#"
        thing.a in local
          name = "n-8"
        thing.b in local
          name = <string>
          size = 8
          zone = <id of thing.a>
          again: name
          after thing.a by name
        thing.c in local
          name = "c"
          after thing.b by depends_on
        "#);
}

#[test]
fn blocks_stand_for_elements() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" {
          name = "a"
          rule {
            port = 80
          }
          rule {
            port = "443"
            note = "tls"
          }
        }
        "#
    ), @r#"
        thing.a in local
          name = "a"
          rule = [{"note":null,"port":80},{"note":"tls","port":443}]
        "#);
}

#[test]
fn lifecycle_and_statements() {
    let text = r#"
        resource "thing" "a" {
          name = "a"
          lifecycle {
            create_before_destroy = true
            ignore_changes        = [tags, size]
            replace_triggered_by  = [thing.b.zone, thing.c]
          }
        }
        resource "thing" "b" { name = "b" }
        resource "thing" "c" {
          name = "c"
          lifecycle {
            enabled         = 1 > 0
            prevent_destroy = true
            destroy         = false
          }
        }
        resource "thing" "d" {
          name = "d"
          lifecycle {
            enabled        = false
            ignore_changes = all
          }
        }
        moved {
          from = thing.old["k"]
          to   = thing.a
        }
        removed {
          from = module.gone
          lifecycle { destroy = false }
        }
        "#;
    let compiled = compiled(&loaded(&[("mesh.hcl", text)]), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    let lifecycles: Vec<_> = compiled
        .desired
        .resources
        .iter()
        .map(|one| format!("{} {:?}", one.address, one.lifecycle))
        .collect();
    assert_snapshot!(lifecycles.join("\n"), @r#"
        thing.a Lifecycle { create_before_destroy: true, prevent_destroy: false, ignore_changes: [2, 1], ignore_all: false, keep: false, replace_triggered_by: [(thing.b, Some("zone")), (thing.c, None)] }
        thing.b Lifecycle { create_before_destroy: false, prevent_destroy: false, ignore_changes: [], ignore_all: false, keep: false, replace_triggered_by: [] }
        thing.c Lifecycle { create_before_destroy: false, prevent_destroy: true, ignore_changes: [], ignore_all: false, keep: true, replace_triggered_by: [] }
        "#);
    assert_snapshot!(format!(
        "{:?} {:?}",
        compiled.desired.moved[0].from, compiled.desired.moved[0].to
    ), @r#"thing.old["k"] thing.a"#);
    assert_snapshot!(format!(
        "{:?} {}",
        compiled.desired.removed[0].from, compiled.desired.removed[0].destroy
    ), @r#"module.gone false"#);
}

#[test]
fn the_order_of_files_and_blocks_does_not_matter() {
    let parts = [
        (
            "a.mesh.hcl",
            "resource \"thing\" \"a\" {\n  name = thing.b.id\n}\n",
        ),
        ("b.mesh.hcl", "resource \"thing\" \"b\" {\n  name = local.n\n}\n"),
        ("mesh.hcl", "locals {\n  n = var.n\n}\nvariable \"n\" {}\n"),
        ("z.mesh.hcl", "nest \"n\" {\n  eggs = 2\n}\n"),
    ];
    let inputs = inputs(&[("n", Value::from("given"))]);
    let expected = listed(&compiled(&loaded(&parts), &inputs));
    assert!(expected.contains("given"));
    for turn in 1..parts.len() {
        let mut turned = parts;
        turned.rotate_left(turn);
        assert_eq!(listed(&compiled(&loaded(&turned), &inputs)), expected);
    }
}

/// How many dependencies all resources have together.
fn edges(compiled: &crate::compile::Compiled) -> usize {
    let resources = compiled.desired.resources.iter();
    resources.map(|one| one.dependencies.len()).sum()
}

#[test]
fn ten_thousand_instances_are_linear_work() {
    let text = r#"
        locals { keys = { for i in range(COUNT) : "k${i}" => i } }
        resource "thing" "a" {
          for_each = local.keys
          name     = each.key
        }
        resource "thing" "b" {
          for_each = local.keys
          name     = thing.a[each.key].name
          zone     = thing.a[each.key].id
        }
        "#;
    let effort = |count: usize| {
        let text = text.replace("COUNT", &count.to_string());
        let compiled = compiled(&loaded(&[("mesh.hcl", &text)]), &inputs(&[]));
        assert_eq!(compiled.diagnostics.0, []);
        assert_eq!(compiled.desired.resources.len(), 2 * count);
        assert_eq!(edges(&compiled), count);
        compiled.effort
    };
    let (small, large) = (effort(1_000), effort(10_000));
    assert_eq!(small.evaluations, 3 + 3 * 1_000);
    assert_eq!(large.evaluations, 3 + 3 * 10_000);
    assert!(large.lookups <= 10 * small.lookups, "{small:?} {large:?}");
}

#[test]
fn computed_values_of_for_each_order_pairs_and_not_everything_after_everything() {
    let text = r#"
        resource "thing" "a" {
          for_each = { for i in range(2000) : "k${i}" => i }
          name     = each.key
        }
        locals { named = { for k, one in thing.a : k => "${one.id} of ${k}" } }
        resource "thing" "b" {
          for_each = local.named
          name     = each.value
        }
        "#;
    let compiled = compiled(&loaded(&[("mesh.hcl", text)]), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    for one in &compiled.desired.resources {
        let on: Vec<String> = one.dependencies.iter().map(|one| one.on.to_string()).collect();
        let address = one.address.to_string();
        match address.strip_prefix("thing.b") {
            Some(key) => assert_eq!(on, [format!("thing.a{key}")]),
            None => assert_eq!(on, Vec::<String>::new()),
        }
    }
}

#[test]
fn an_entry_of_a_local_is_waited_for_alone() {
    let text = r#"
        resource "thing" "a" {
          for_each = { for i in range(2000) : "k${i}" => i }
          name     = each.key
        }
        resource "thing" "other" { name = "other" }
        locals {
          ids   = { for k, one in thing.a : k => one.id }
          named = { for k, one in thing.a : k => "${one.name} of ${thing.other.name}" }
        }
        resource "thing" "b" {
          for_each = thing.a
          name     = local.ids[each.key]
          zone     = local.named["k7"]
        }
        "#;
    let compiled = compiled(&loaded(&[("mesh.hcl", text)]), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    // Its namesake, the other one, and number 7, which is its own namesake's only where it is that.
    assert_eq!(edges(&compiled), 3 * 2_000 - 1);
}

#[test]
fn keys_and_values_of_for_each_give_the_order_in_pairs() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" {
          for_each = { x = 1, y = 2 }
          name     = each.key
        }
        resource "thing" "pairs" {
          for_each = thing.a
          name     = each.value.name
        }
        resource "thing" "others" {
          for_each = { p = thing.a["x"].name, q = thing.a["y"].id }
          name     = each.value
        }
        "#
    ), @r#"
        thing.a["x"] in local
          name = "x"
        thing.a["y"] in local
          name = "y"
        thing.others["p"] in local
          name = "x"
          after thing.a["x"] by name
          after thing.a["y"] by name
        thing.others["q"] in local
          name = <id of thing.a["y"]>
          after thing.a["x"] by name
          after thing.a["y"] by name
        thing.pairs["x"] in local
          name = "x"
          after thing.a["x"] by name
        thing.pairs["y"] in local
          name = "y"
          after thing.a["y"] by name
        "#);
}
