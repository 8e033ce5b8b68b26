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
    ));
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
    ));
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
    ));
}
