//! What is wrong, told all at once, with place and hint.

use insta::assert_snapshot;

use super::world::mistakes;

#[test]
fn structure() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" {
          name = "a"
        }
        resource "thing" "a" {
          nme   = "a"
          id    = "x"
          count = 2
          for_each = {}
          lifecycle { prevent_destory = true }
        }
        resource "thing" "a" { name = "twice" }
        data "thing" "b" {}
        resource "thong" "c" { name = "c" }
        varible "x" {}
        variable "y" { typ = string }
        output "o" {}
        nest "n" { egs = 1 }
        nest "n2" {
          eggs  = 1
          count = 2
        }
        thing "z" { name = "z" }
        stray = 1
        locals {
          a = 1
          a = 2
        }
        "#
    ));
}

#[test]
fn names() {
    assert_snapshot!(mistakes(
        r#"
        variable "size" { default = 1 }
        locals { here = 1 }
        resource "thing" "main" { name = "m" }
        resource "thing" "many" {
          for_each = { a = 1, b = 2 }
          name     = each.key
        }
        nest "n" { eggs = 1 }
        locals {
          l1 = var.sise
          l2 = local.her
          l3 = thing.mian.id
          l4 = thing.main.nmae
          l5 = thing.many.id
          l6 = thing.many["c"].id
          l7 = thing.main[0].id
          l8 = data.zones.z.names
          l9 = nest.m.tree
          l10 = nest.n.egs
          l11 = each.key
          l12 = foo
          l13 = vra.size
          l14 = module.m.x
          l15 = self.id
          l16 = [for x in [1] : thing.main.idd]
        }
        "#
    ));
}

#[test]
fn values() {
    assert_snapshot!(mistakes(
        r#"
        variable "n" {
          type    = number
          default = "x"
        }
        variable "none" {}
        variable "v" {
          default = 3
          validation {
            condition     = var.v > 5
            error_message = "v must be over 5, not ${var.v}."
          }
        }
        resource "thing" "a" {
          name = null
          size = "large"
          tags = [1]
        }
        resource "thing" "b" { name = "forbidden" }
        resource "thing" "c" {
          count = -1
          name  = "c"
        }
        resource "thing" "d" {
          for_each = ["x"]
          name     = "d"
        }
        resource "thing" "e" {
          rule {
            prt = 1
          }
        }
        nest "n" { eggs = 10 }
        resource "machine" "m" { name = "m" }
        resource "machine" "o" {
          in   = var.v
          name = "m"
        }
        "#
    ));
}

#[test]
fn a_mistake_is_told_once_and_what_follows_from_it_is_not() {
    assert_snapshot!(mistakes(
        r#"
        locals {
          bad = upper(1, 2)
          use = "${local.bad}!"
        }
        resource "thing" "a" { name = local.use }
        resource "thing" "b" {
          for_each = toset([thing.a.name])
          name     = each.key
        }
        output "o" { value = thing.b["x"].id }
        "#
    ));
}

#[test]
fn cycles() {
    assert_snapshot!(mistakes(
        r#"
        locals {
          a = local.b
          b = "${local.c}x"
          c = [local.a]
        }
        resource "thing" "x" { name = thing.y.id }
        resource "thing" "y" {
          name = "y"
          zone = local.z
        }
        locals { z = thing.x.name }
        resource "thing" "self" { name = thing.self.id }
        resource "thing" "k" {
          count = length(thing.k)
          name  = "k"
        }
        resource "thing" "d" {
          name       = "d"
          depends_on = [nest.n]
        }
        nest "n" {
          eggs   = 1
          colour = thing.d.id
        }
        "#
    ));
}

#[test]
fn what_decides_must_be_known() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" { name = "a" }
        resource "thing" "b" {
          for_each = toset([thing.a.id])
          name     = "b"
        }
        resource "thing" "c" {
          count = thing.a.id == "x" ? 1 : 0
          name  = "c"
        }
        resource "machine" "m" {
          region = thing.a.id
          name   = "m"
        }
        nest "n" { eggs = length(thing.a.id) }
        resource "thing" "fine" {
          for_each = { k = thing.a.id }
          name     = each.value
        }
        "#
    ));
}

#[test]
fn secrets_stay_out_of_the_state() {
    assert_snapshot!(mistakes(
        r#"
        variable "password" {
          sensitive = true
          default   = "hunter2"
        }
        resource "thing" "a" {
          name  = "a"
          token = var.password
        }
        resource "thing" "b" {
          name = "b-${var.password}"
          tags = { p = var.password }
        }
        resource "thing" "c" {
          for_each = toset([var.password])
          name     = "c"
        }
        nest "n" {
          eggs   = 1
          colour = var.password
        }
        output "shown" { value = var.password }
        output "hidden" {
          value     = var.password
          sensitive = true
        }
        resource "thing" "d" {
          name = nonsensitive(var.password)
        }
        "#
    ));
}

#[test]
fn conditions() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" {
          name = "a"
          lifecycle {
            precondition {
              condition     = 1 > 2
              error_message = "One is not more than two."
            }
          }
        }
        output "o" {
          value = 1
          precondition {
            condition     = false
            error_message = "Never."
          }
        }
        check "c" {
          assert {
            condition     = thing.a.name == "b"
            error_message = "The name is ${thing.a.name}."
          }
        }
        "#
    ));
}
