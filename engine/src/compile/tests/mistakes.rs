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
    ), @r#"
        error mesh.hcl:2:9 Missing label: The label for its name is missing: `resource "KIND" "NAME" { … }`.
        error mesh.hcl:6:11 Unsupported argument: A resource of kind `thing` has no `nme`.
            hint: Did you mean `name`?
        error mesh.hcl:7:11 Read-only attribute: `id` is found by the API; it cannot be set.
        error mesh.hcl:9:11 Invalid combination of arguments: `count` and `for_each` exclude each other.
            mesh.hcl:8:11: `count` is here
        error mesh.hcl:10:23 Unsupported argument: The block `lifecycle` has no argument `prevent_destory`.
            hint: Did you mean `prevent_destroy`?
        error mesh.hcl:12:9 Duplicate resource: There is a resource `thing.a` already; names are unique in a folder.
            mesh.hcl:5:9: the first one is here
        error mesh.hcl:13:9 Unknown data source kind: There is no data source of kind `thing`.
            hint: `thing` is managed: write `resource` instead of `data`.
        error mesh.hcl:14:9 Unknown resource kind: There is no resource of kind `thong`.
            hint: Did you mean `thing`?
        error mesh.hcl:15:9 Unsupported block: There is no block `varible`.
            hint: Did you mean `variable`?
        error mesh.hcl:16:9 No value for variable: The variable `y` has no default, and no value is given for it.
            hint: Give one with `-var y=VALUE`, in `meshform.vars.hcl`, or in the environment as `MESHFORM_VAR_y`.
        error mesh.hcl:16:24 Unsupported argument: The variable `y` has no argument `typ`.
            hint: Did you mean `type`?
        error mesh.hcl:17:9 Missing required argument: The output `o` needs the argument `value`: what it shows.
        error mesh.hcl:18:20 Unsupported argument: `nest.n` has no argument `egs`.
            hint: Did you mean `eggs`?
        error mesh.hcl:21:11 Unsupported argument: `nest` has no `count`.
            hint: Use `for_each`, whose keys stay the same when one goes.
        error mesh.hcl:23:9 Unsupported block: There is no block `thing`.
        error mesh.hcl:24:9 Unsupported argument: At the top of a file stand blocks only, no arguments such as `stray`.
            hint: Put a value that others use into a block `locals`.
        error mesh.hcl:27:11 Attribute redefined: `a` is set already; each argument may be set once.
            mesh.hcl:26:11: it is set here first
        "#);
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
    ), @r#"
        error mesh.hcl:11:16 Reference to undeclared variable: There is no variable `var.sise`.
            hint: Did you mean `var.size`?
        error mesh.hcl:12:16 Reference to undeclared local: There is no local `local.her`.
            hint: Did you mean `local.here`?
        error mesh.hcl:13:16 Reference to undeclared resource: There is no resource `thing.mian`.
            hint: Did you mean `thing.main`?
        error mesh.hcl:14:26 Unsupported attribute: A resource of kind `thing` has no attribute `nmae`.
            hint: Did you mean `name`?
        error mesh.hcl:15:26 Missing instance key: `thing.many` has `for_each`, so `.id` belongs to one of its instances.
            hint: Write `thing.many["a"].id` for one, or `[for x in thing.many : x.id]` for all.
        error mesh.hcl:16:26 Invalid instance key: `thing.many` has no instance ["c"]; it has 2.
        error mesh.hcl:17:26 Unexpected instance key: `thing.main` has neither `count` nor `for_each`, so it has no instances with keys.
            hint: Write `thing.main` without a key.
        error mesh.hcl:18:16 Reference to undeclared data source: There is no data source `data.zones.z`.
        error mesh.hcl:19:16 Reference to undeclared block: There is no block `nest.m`.
            hint: Did you mean `nest.n`?
        error mesh.hcl:20:23 Unsupported attribute: `nest.n` has no attribute `egs`.
            hint: Did you mean `eggs`?
        error mesh.hcl:21:17 Invalid reference: `each` means something only in a block that has `for_each`.
        error mesh.hcl:22:17 Invalid reference: `foo` is no name that means something by itself.
            hint: For a text, write `"foo"`. For a resource of kind `foo`, write its name behind a dot.
        error mesh.hcl:23:17 Reference to undeclared resource: There is no resource `vra.size`.
            hint: Did you mean `var.size`?
        error mesh.hcl:24:17 Reference to undeclared module: There is no module `module.m`.
        error mesh.hcl:25:17 Invalid reference: `self` means something only in a postcondition.
        error mesh.hcl:26:43 Unsupported attribute: A resource of kind `thing` has no attribute `idd`.
            hint: Did you mean `id`?
        "#);
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
    ), @r#"
        error mesh.hcl:4:21 Wrong type of value: The value for the variable `n` does not fit its type: a number is required.
            mesh.hcl:2:9: the variable is here
        error mesh.hcl:6:9 No value for variable: The variable `none` has no default, and no value is given for it.
            hint: Give one with `-var none=VALUE`, in `meshform.vars.hcl`, or in the environment as `MESHFORM_VAR_none`.
        error mesh.hcl:10:29 Invalid value for variable: v must be over 5, not 3.
            mesh.hcl:7:9: the variable `v` is here
        error mesh.hcl:15:18 Missing required argument: `name` must be given, but its value is null.
        error mesh.hcl:16:18 Wrong type of value: `size` takes a number: a number is required.
        error mesh.hcl:17:18 Wrong type of value: `tags` takes a value of type `map(string)`: map required, but have tuple.
        error mesh.hcl:19:39 Invalid value: This name is taken.
            hint: Take another.
        error mesh.hcl:21:19 Invalid count: `count` takes a whole number from 0.
        error mesh.hcl:25:22 Invalid for_each: `for_each` takes a map or a set of texts, not a list.
            hint: Make it a set with `toset(…)`, or a map with keys of your choice.
        error mesh.hcl:28:9 Missing required argument: `thing.e` needs `name`: What it is called.
        error mesh.hcl:30:13 Unsupported argument: The block `rule` has no `prt`.
            hint: Did you mean `port`?
        error mesh.hcl:33:27 Too many eggs: 10 eggs do not fit.
        error mesh.hcl:34:9 No place: `machine.m` lives in a region of an account, and nothing says which.
            hint: Say where: `in = vpc.NAME`, `in = account.NAME`, or only `region = "us-west-2"`.
        error mesh.hcl:36:18 Wrong place: `in` takes a block that is a place, such as `vpc.west`, `account.net` or `cluster.a`.
        "#);
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
    ), @r#"
        error mesh.hcl:3:26 Too many function arguments: `upper` takes 1 argument at most; here are 2.
        "#);
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
    ), @r#"
        error mesh.hcl:3:15 Cycle of references: Each of these needs the next: `local.a` → `local.b` → `local.c` → `local.a`.
            hint: Take out one of these references, or split a block in two.
            mesh.hcl:3:15: `local.a` needs `local.b`
            mesh.hcl:4:18: `local.b` needs `local.c`
            mesh.hcl:5:16: `local.c` needs `local.a`
        error mesh.hcl:12:22 Cycle of references: Each of these needs the next: `local.z` → `thing.x` → `thing.y` → `local.z`.
            hint: Take out one of these references, or split a block in two.
            mesh.hcl:12:22: `local.z` needs `thing.x`
            mesh.hcl:7:39: `name` of `thing.x` needs `thing.y`
            mesh.hcl:10:18: `zone` of `thing.y` needs `local.z`
        error mesh.hcl:13:42 Reference to itself: `thing.self` refers to itself in `name`.
        error mesh.hcl:15:26 Reference to itself: `thing.k` refers to itself in `count`.
        error mesh.hcl:24:20 Cycle of references: Each of these needs the next: `nest.n` → `thing.d` → `nest.n`.
            hint: Take out one of these references, or split a block in two.
            mesh.hcl:24:20: `colour` of `nest.n` needs `thing.d`
            mesh.hcl:20:25: `depends_on` of `thing.d` needs `nest.n`
        "#);
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
    ), @r#"
        error mesh.hcl:4:22 Value not known when planning: `for_each` decides what exists, so it must be known when planning, but its value comes from `thing.a`, which apply makes.
            hint: Take keys and numbers from the configuration, and what is known later as values: `for_each = { a = aws_vpc.x.id }` needs no more than the key `a`.
        error mesh.hcl:8:19 Value not known when planning: `count` decides what exists, so it must be known when planning, but its value is known only after apply.
            hint: Take keys and numbers from the configuration, and what is known later as values: `for_each = { a = aws_vpc.x.id }` needs no more than the key `a`.
        error mesh.hcl:12:20 Value not known when planning: `region` decides what exists, so it must be known when planning, but its value comes from `thing.a`, which apply makes.
            hint: Take it from the configuration: a variable, a local, or the keys of `for_each`.
        error mesh.hcl:15:27 Value not known when planning: `eggs` decides what exists, so it must be known when planning, but its value is known only after apply.
            hint: Take it from the configuration. What another resource makes can be given where a value is taken, not where something is decided.
        "#);
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
    ), @r#"
        error mesh.hcl:11:18 Sensitive value in a stored attribute: `name` is stored in the state, and its value comes from something sensitive.
            hint: Give it to `token`, which is sent and never stored, with another version beside it whenever it is to be sent again. If the value is no secret, say so with `nonsensitive(…)`.
        error mesh.hcl:12:18 Sensitive value in a stored attribute: `tags` is stored in the state, and its value comes from something sensitive.
            hint: Give it to `token`, which is sent and never stored, with another version beside it whenever it is to be sent again. If the value is no secret, say so with `nonsensitive(…)`.
        error mesh.hcl:15:22 Sensitive value not allowed: `for_each` shows in addresses, and its value comes from something sensitive.
            hint: If the value is no secret, say so with `nonsensitive(…)`.
        error mesh.hcl:22:34 Output shows a sensitive value: The value of the output `shown` comes from something sensitive.
            hint: Say `sensitive = true` to keep it hidden, or `nonsensitive(…)` if it is no secret.
        "#);
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
    ), @r#"
        error mesh.hcl:6:31 Precondition failed: One is not more than two.
        error mesh.hcl:14:29 Output precondition failed: Never.
        warning mesh.hcl:20:29 Check failed: The name is a.
            mesh.hcl:18:9: the check `c` is here
        "#);
}

#[test]
fn what_users_of_terraform_type_is_answered_with_what_there_is() {
    assert_snapshot!(mistakes(
        r#"
        terraform {
          required_version = "1"
        }
        meshform {
          required_providers {}
          cloud {}
        }
        ephemeral "x" "y" {}
        resource "terraform_data" "a" {}
        resource "null_resource" "b" {}
        data "terraform_remote_state" "c" {}
        resource "thing" "d" {
          name     = terraform.workspace
          provider = aws.east
        }
        variable "count" { default = 1 }
        variable "locals" { default = 1 }
        locals { n = var.count }
        "#
    ), @r#"
        error mesh.hcl:2:9 Unsupported block: There is no block `terraform`.
            hint: Settings of the program stand in `meshform { … }`.
        error mesh.hcl:6:11 Unsupported block: The block `meshform` has no block `required_providers`.
            hint: There are no providers: what resources need is a part of the program.
        error mesh.hcl:7:11 Unsupported block: The block `meshform` has no block `cloud`.
            hint: Leave it out: the state is kept in the folder.
        error mesh.hcl:9:9 Unsupported block: There is no block `ephemeral`.
            hint: Ephemeral values are not there: a secret goes into attributes that are not stored.
        error mesh.hcl:10:9 Unknown resource kind: There is no resource of kind `terraform_data`.
            hint: Its place is taken by `meshform_data`.
        error mesh.hcl:11:9 Unknown resource kind: There is no resource of kind `null_resource`.
            hint: Its place is taken by `meshform_data`.
        error mesh.hcl:12:9 Unknown data source kind: There is no data source of kind `terraform_remote_state`.
            hint: Another state is not read: what it has to say is given as the value of a variable, by a file of `meshform output -json` for example.
        error mesh.hcl:14:22 Reference to undeclared resource: There is no resource `terraform.workspace`.
            hint: There are no workspaces: a state is a folder. What differs between folders is a variable.
        error mesh.hcl:15:11 Unsupported argument: A resource of kind `thing` has no `provider`.
            hint: There are no providers: `in = account.NAME` or `in = cluster.NAME` says where it lives.
        error mesh.hcl:15:22 Reference to undeclared resource: There is no resource `aws.east`.
        error mesh.hcl:17:18 Invalid variable name: `count` cannot be the name of a variable: in a call of a module the word is kept for another meaning.
        error mesh.hcl:18:18 Invalid variable name: `locals` cannot be the name of a variable: in a call of a module the word is kept for another meaning.
        "#);
}

#[test]
fn what_is_ignored_exists_whether_there_are_instances_or_not() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" {
          count = 0
          name  = "a"
          lifecycle { ignore_changes = [tgas, tags["x"], id, size] }
        }
        resource "thing" "b" {
          count = 2
          name  = "b"
          lifecycle { ignore_changes = [tgas, tags] }
        }
        "#
    ), @r#"
        error mesh.hcl:5:41 Unsupported attribute: A resource of kind `thing` has no attribute `tgas`.
            hint: Did you mean `tags`?
        error mesh.hcl:5:47 Invalid ignore_changes: `ignore_changes` takes whole attributes: `tags`.
        error mesh.hcl:10:41 Unsupported attribute: A resource of kind `thing` has no attribute `tgas`.
            hint: Did you mean `tags`?
        warning mesh.hcl:5:58 Redundant ignore_changes element: `id` is found by the API and not configured, so nothing of it is ever changed.
            hint: Take it out.
        "#);
}

#[test]
fn an_error_message_is_a_text() {
    assert_snapshot!(mistakes(
        r#"
        locals { parts = { a = 1 } }
        variable "n" {
          default = 1
          validation {
            condition     = true
            error_message = ["x"]
          }
        }
        output "o" {
          value = 1
          precondition {
            condition     = false
            error_message = 12
          }
          precondition {
            condition     = false
            error_message = local.parts
          }
          precondition {
            condition     = true
            error_message = null
          }
        }
        "#
    ), @r#"
        error mesh.hcl:7:29 Invalid error message: `error_message` takes a text: what to say when the condition is not met.
        error mesh.hcl:13:29 Output precondition failed: 12
        error mesh.hcl:18:29 Invalid error message: `error_message` takes a text: what to say when the condition is not met.
        error mesh.hcl:22:29 Invalid error message: `error_message` takes a text: what to say when the condition is not met.
        "#);
}
