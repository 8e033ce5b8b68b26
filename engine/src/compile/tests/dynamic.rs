//! Blocks that are made from elements.

use insta::assert_snapshot;

use super::world::{desired, mistakes};

#[test]
fn dynamic_blocks_make_elements() {
    assert_snapshot!(desired(
        r#"
        resource "thing" "a" { name = "a" }
        resource "thing" "b" {
          name = "b"
          rule {
            port = 1
          }
          dynamic "rule" {
            for_each = { http = 80, https = 443 }
            content {
              port = rule.value
              note = "${rule.key} ${thing.a.name}"
            }
          }
          dynamic "rule" {
            for_each = [7]
            iterator = it
            content {
              port = it.value + it.key
            }
          }
        }
        resource "thing" "c" {
          name = "c"
          dynamic "rule" {
            for_each = [for port in [1] : thing.a.id]
            content {
              note = rule.value
            }
          }
        }
        resource "thing" "d" {
          name = "d"
          dynamic "rule" {
            for_each = split(",", thing.a.id)
            content {
              note = rule.value
            }
          }
        }
        "#
    ), @r#"
        thing.a in local
          name = "a"
        thing.b in local
          name = "b"
          rule = [{"note":null,"port":1},{"note":"http a","port":80},{"note":"https a","port":443},{"note":null,"port":7}]
          after thing.a by rule
        thing.c in local
          name = "c"
          rule = [{note: <id of thing.a>, port: null}]
          after thing.a by rule
        thing.d in local
          name = "d"
          rule = <list(object({note = string, port = number}))>
          again: rule
          after thing.a by rule
        "#);
}

#[test]
fn mistakes_in_dynamic_blocks() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" {
          name = "a"
          dynamic "rull" {
            for_each = []
            content {}
          }
          dynamic "rule" {
            for_each = "x"
            content { port = rull.value }
          }
          dynamic "rule" {
            content { port = 1 }
          }
          dynamic "rule" {
            for_each = [1]
            content { prt = rule.vaule }
          }
        }
        "#
    ), @r#"
        error mesh.hcl:4:19 Unsupported block: A resource of kind `thing` has no `rull`.
            hint: Did you mean `rule`?
        error mesh.hcl:9:24 Invalid for_each: `for_each` of a dynamic block takes a list, set, map or object.
        error mesh.hcl:10:30 Reference to undeclared resource: There is no resource `rull.value`.
        error mesh.hcl:12:11 Missing required argument: A dynamic block needs the argument `for_each`: what it makes a block of each element of.
        error mesh.hcl:17:23 Unsupported argument: The block `rule` has no `prt`.
            hint: Did you mean `port`?
        error mesh.hcl:17:33 Unsupported attribute: `rule` has `.key` and `.value` only.
        "#);
}

#[test]
fn dynamic_blocks_are_checked_whatever_their_elements_are() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" {
          name = "a"
          dynamic "rule" {
            for_each = []
            labels   = ["x"]
            foo      = 1
            iterator = "it"
            content {
              prt  = 1
              note = it.kye
              part {}
              port {}
            }
            content {}
            rule {}
          }
          dynamic "rule" {
            for_each = null
            iterator = a.b
            content {}
          }
          dynamic {
            for_each = []
          }
          dynamic "rule" "more" {
            for_each = []
          }
          rule "label" {}
        }
        "#
    ), @r#"
        error mesh.hcl:6:13 Extraneous label: Blocks `rule` have no labels, so there are none to give.
        error mesh.hcl:7:13 Unsupported argument: A dynamic block has no argument `foo`.
        error mesh.hcl:8:24 Invalid dynamic iterator name: `iterator` takes a bare name, that of the elements in `content`.
            hint: Write `it` without quotes.
        error mesh.hcl:10:15 Unsupported argument: The block `rule` has no `prt`.
            hint: Did you mean `port`?
        error mesh.hcl:11:24 Unsupported attribute: `it` has `.key` and `.value` only.
        error mesh.hcl:12:15 Unsupported block: The block `rule` has no `part`.
            hint: Did you mean `port`?
        error mesh.hcl:13:15 Unsupported block: `port` is an argument: write `port = …`.
        error mesh.hcl:15:13 Duplicate block: A dynamic block may have one block `content` only.
            mesh.hcl:9:13: the first one is here
        error mesh.hcl:16:13 Unsupported block: A dynamic block has no block `rule`.
        error mesh.hcl:19:24 Invalid for_each: `for_each` of a dynamic block takes a list, set, map or object, and is null here.
        error mesh.hcl:20:24 Invalid dynamic iterator name: `iterator` takes a bare name, that of the elements in `content`.
        error mesh.hcl:23:11 Missing block: A dynamic block needs a block `content`: what stands in each block that it makes.
        error mesh.hcl:23:11 Missing label: The label for its kind is missing: `dynamic "KIND" { … }`.
        error mesh.hcl:26:11 Missing block: A dynamic block needs a block `content`: what stands in each block that it makes.
        error mesh.hcl:26:26 Extraneous label: A block `dynamic` has one label.
        error mesh.hcl:29:16 Extraneous label: A block `rule` has no label.
        "#);
}

#[test]
fn where_no_block_is_taken_the_message_says_what_is() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "b" {
          name = "b"
          rule = []
          dynamic "lifecycle" {
            for_each = []
            content {}
          }
          dynamic "group" {
            for_each = []
            content {}
          }
          dynamic "rule" {
            for_each = []
            content {}
          }
          provisioner "local-exec" {}
        }
        resource "machine" "c" {
          region = "r-1"
          name   = "c"
          setting {}
        }
        nest "n" {
          eggs = 1
          dynamic "home" {
            for_each = []
            content {}
          }
        }
        "#
    ), @r#"
        error mesh.hcl:5:19 Unsupported block: A resource of kind `thing` has no `lifecycle`.
            hint: `lifecycle` is read before there are values, so no dynamic block makes it: write it out.
        error mesh.hcl:9:19 Unsupported block: A resource of kind `thing` has no `group`.
            hint: Its blocks are `rule`, `gate`.
        error mesh.hcl:13:19 Attribute redefined: `rule` is given by an argument and by a block: one of them is enough.
            mesh.hcl:4:11: the argument is here
        error mesh.hcl:17:11 Unsupported block: A resource of kind `thing` has no `provisioner`.
            hint: There are no provisioners: a resource is what its kind says, and nothing is run beside it.
        error mesh.hcl:22:11 Unsupported block: A resource of kind `machine` has no `setting`.
            hint: `machine` has no blocks but `lifecycle`: its attributes are arguments, `name = …`.
        error mesh.hcl:26:11 Unsupported block: `nest.n` has no block `dynamic`.
            hint: A dynamic block makes blocks of a `resource` or `data`. Here each block is written out.
        "#);
}

#[test]
fn one_block_may_come_from_either_of_several() {
    let first = r#"
        resource "thing" "a" {
          name = "a"
          dynamic "gate" {
            for_each = []
            content { port = 1 }
          }
          dynamic "gate" {
            for_each = [2]
            content { port = gate.value }
          }
        "#;
    assert_snapshot!(desired(&format!("{first}}}")), @r#"
        thing.a in local
          name = "a"
          gate = {"note":null,"port":2}
        "#);
    assert_snapshot!(mistakes(&format!("{first}gate {{ port = 3 }}\n}}")), @r#"
        error mesh.hcl:12:9 Duplicate block: There may be one block `gate` only.
            mesh.hcl:8:11: the first one is here
        "#);
    assert_snapshot!(
        mistakes(&format!("{}}}", first.replace("[2]", "[2, 3]"))),
        @"error mesh.hcl:8:11 Duplicate block: There may be one block `gate` only; this makes 2."
    );
}
