//! Words: what they become, and how others see them.

use insta::assert_snapshot;

use super::world::desired;

#[test]
fn a_word_becomes_resources_with_reasons() {
    assert_snapshot!(desired(
        r#"
        nest "big" {
          eggs   = 2
          colour = "blue"
        }
        resource "machine" "m" {
          in   = nest.big
          name = nest.big.tree
        }
        output "eggs" { value = nest.big.eggs }
        "#
    ), @r#"
        machine.m in aws:default:big-1
          name = <id of nest.big.thing.tree>
          after nest.big.thing.tree by name
        nest.big.thing.egg[0] in local: egg 0
          name = "egg 0"
          tags = {"colour":"blue"}
          data = <id of nest.big.thing.tree>
          after nest.big.thing.tree by data
        nest.big.thing.egg[1] in local: egg 1
          name = "egg 1"
          tags = {"colour":"blue"}
          data = <id of nest.big.thing.tree>
          after nest.big.thing.tree by data
        nest.big.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        output eggs = 2
        "#);
}

#[test]
fn blocks_may_name_each_other_by_key() {
    assert_snapshot!(desired(
        r#"
        nest "all" {
          for_each = { a = "b", b = "a" }
          eggs     = 0
          friend   = nest.all[each.value]
        }
        nest "third" {
          eggs   = nest.all["a"].eggs
          beside = nest.all["b"]
        }
        output "friends" { value = { for key, one in nest.all : key => one.friend } }
        "#
    ), @r#"
        nest.all["a"].thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        nest.all["b"].thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        nest.third.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        output friends = {"a":"nest.all[\"b\"]","b":"nest.all[\"a\"]"}, after nest.all["a"].thing.tree nest.all["b"].thing.tree
        "#);
}

#[test]
fn blocks_inside_may_name_blocks_that_come_later() {
    let compiled = desired(
        r#"
        nest "a" {
          eggs = 0
          home { near = nest.b }
        }
        nest "b" {
          eggs = 0
          home { near = nest.a }
        }
        "#,
    );
    assert!(!compiled.contains("Error"), "{compiled}");
    assert!(compiled.contains("nest.b.thing.tree"), "{compiled}");
}

#[test]
fn arguments_that_come_later_go_through_to_resources() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" { name = "a" }
        resource "thing" "b" { name = "b" }
        nest "n" {
          eggs   = length(thing.b.name)
          colour = "light ${thing.a.id}"
        }
        resource "thing" "c" {
          name = nest.n.colour
        }
        "#
    ), @r#"
        nest.n.thing.egg[0] in local: egg 0
          name = "egg 0"
          tags = {colour: <colour of nest.n>}
          data = <id of nest.n.thing.tree>
          again: tags
          after nest.n.thing.tree by data
          after thing.a by colour
          after thing.b by eggs
        nest.n.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
          after thing.b by eggs
        thing.a in local
          name = "a"
        thing.b in local
          name = "b"
        thing.c in local
          name = <colour of nest.n>
          again: name
          after thing.a by name
        "#);
}

#[test]
fn a_word_may_see_all_blocks_of_another_and_resources_may_follow_from_several() {
    assert_snapshot!(desired(
        r#"
        orchard {}
        nest "a" { eggs = 0 }
        nest "b" { eggs = 0 }
        "#
    ), @r#"
        nest.a.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        nest.b.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        orchard.thing.fence in local: around all nests
          name = "nest.a nest.b"
        path.thing.to["nest.a->nest.b"] in local: between nests
          name = "path"
          zone = <id of nest.b.thing.tree>
          data = <id of nest.a.thing.tree>
          after nest.a.thing.tree by data
          after nest.b.thing.tree by zone
        "#);
}
