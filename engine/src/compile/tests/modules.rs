//! Modules: folders that are called, once or for each key.

use insta::assert_snapshot;

use super::world::{compiled, inputs, listed, loaded, shown};

const ROOT: &str = r#"
    resource "thing" "a" { name = "a" }
    module "m" {
      source   = "./parts/m"
      for_each = { x = "one", y = thing.a.id }
      label    = each.value
    }
    module "after" {
      source = "./parts/m"
      label  = module.m["x"].deep
    }
    output "ids" { value = { for key, m in module.m : key => m.id } }
    output "one" { value = module.m["x"].secret }
"#;

const PART: &str = r#"
    variable "label" {
      type     = string
      nullable = false
    }
    variable "size" { default = 3 }
    locals { name = "${var.label}-${path.module}" }
    resource "thing" "t" {
      name = local.name
      size = var.size
    }
    nest "n" { eggs = 0 }
    module "deeper" {
      source = "../deeper"
      from   = thing.t.id
    }
    output "id" { value = thing.t.id }
    output "deep" { value = module.deeper.made }
    output "secret" { value = "fine" }
"#;

const DEEPER: &str = r#"
    variable "from" {}
    resource "thing" "d" {
      count = 2
      name  = "d ${count.index} ${var.from}"
    }
    output "made" { value = thing.d[0].id }
"#;

#[test]
fn modules_in_modules() {
    let files = [
        ("mesh.hcl", ROOT),
        ("parts/m/mesh.hcl", PART),
        ("parts/deeper/mesh.hcl", DEEPER),
    ];
    let loaded = loaded(&files);
    let compiled = compiled(&loaded, &inputs(&[]));
    assert!(
        compiled.diagnostics.is_empty(),
        "{}",
        shown(&loaded.sources, &compiled.diagnostics)
    );
    assert_snapshot!(listed(&compiled), @r#"
        module.after.module.deeper.thing.d[0] in local
          name = <string>
          again: name
          after module.after.thing.t by name
        module.after.module.deeper.thing.d[1] in local
          name = <string>
          again: name
          after module.after.thing.t by name
        module.after.nest.n.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        module.after.thing.t in local
          name = <string>
          size = 3
          again: name
          after module.m["x"].module.deeper.thing.d[0] by name
        module.m["x"].module.deeper.thing.d[0] in local
          name = <string>
          again: name
          after module.m["x"].thing.t by name
        module.m["x"].module.deeper.thing.d[1] in local
          name = <string>
          again: name
          after module.m["x"].thing.t by name
        module.m["x"].nest.n.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        module.m["x"].thing.t in local
          name = "one-parts/m"
          size = 3
          after thing.a by name
        module.m["y"].module.deeper.thing.d[0] in local
          name = <string>
          again: name
          after module.m["y"].thing.t by name
        module.m["y"].module.deeper.thing.d[1] in local
          name = <string>
          again: name
          after module.m["y"].thing.t by name
        module.m["y"].nest.n.thing.tree in local: the tree under the nest
          name = "tree"
          zone = "a"
        module.m["y"].thing.t in local
          name = <string>
          size = 3
          again: name
          after thing.a by name
        thing.a in local
          name = "a"
        output ids = {x: <id of module.m["x"].thing.t>, y: <id of module.m["y"].thing.t>}, after module.m["x"].module.deeper.thing.d[0] module.m["x"].thing.t module.m["y"].module.deeper.thing.d[0] module.m["y"].thing.t
        output one = "fine"
        "#);
}

#[test]
fn everything_in_a_module_waits_for_what_the_call_waits_for() {
    let root = r#"
        resource "thing" "a" { name = "a" }
        module "m" {
          source     = "./m"
          depends_on = [thing.a]
        }
        resource "thing" "b" {
          name       = "b"
          depends_on = [module.m]
        }
        "#;
    let part = r#"
        resource "thing" "t" { name = "t" }
        data "zones" "z" {}
        "#;
    let loaded = loaded(&[("mesh.hcl", root), ("m/mesh.hcl", part)]);
    let compiled = compiled(&loaded, &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    assert_snapshot!(listed(&compiled), @r#"
    module.m.data.zones.z in local
      after thing.a by depends_on
    module.m.thing.t in local
      name = "t"
      after thing.a by depends_on
    thing.a in local
      name = "a"
    thing.b in local
      name = "b"
      after module.m.thing.t by depends_on
      after module.m.data.zones.z by depends_on
    "#);
}

#[test]
fn mistakes_in_and_around_modules() {
    let files = [
        (
            "mesh.hcl",
            r#"
            module "m" {
              source = "./m"
              lable  = "x"
            }
            module "loop" { source = "./loop" }
            module "gone" { source = "./gone" }
            module "registry" { source = "hashicorp/consul/aws" }
            output "a" { value = module.m.nothing }
            output "b" { value = module.m[0].id }
            module "one" {
              source = "./n"
              back   = module.one.out
            }
            "#,
        ),
        (
            "m/mesh.hcl",
            r#"
            meshform {}
            variable "label" {}
            resource "thing" "t" { name = var.lable }
            output "id" { value = thing.t.id }
            "#,
        ),
        (
            "n/mesh.hcl",
            "variable \"back\" {}\noutput \"out\" {\n  value = var.back\n}\n",
        ),
        ("loop/mesh.hcl", "module \"again\" {\n  source = \"../loop\"\n}\n"),
        ("gone/other.hcl", ""),
    ];
    let loaded = loaded(&files);
    let compiled = compiled(&loaded, &inputs(&[]));
    assert_snapshot!(shown(&loaded.sources, &compiled.diagnostics), @r#"
        error mesh.hcl:4:15 Unsupported argument: The module `m` has no variable `lable`.
            hint: Did you mean `label`?
        error mesh.hcl:7:38 No configuration: In the folder `gone` is no `mesh.hcl` and no `*.mesh.hcl`.
            hint: Describe the mesh in a file `mesh.hcl`, or choose the folder with `-chdir=DIR`.
        error mesh.hcl:8:42 Unsupported module source: `hashicorp/consul/aws` is no local folder.
            hint: A module is a folder beside or below this one, written `./folder` or `../folder`.
        error mesh.hcl:9:42 Unsupported attribute: The module `m` has no output `nothing`.
        error mesh.hcl:10:42 Unexpected instance key: `module.m` has neither `count` nor `for_each`, so it has no instances with keys.
            hint: Write `module.m` without a key.
        error mesh.hcl:13:24 Cycle of references: Each of these needs the next: `module.one.var.back` → `module.one.output.out` → `module.one.var.back`.
            hint: Take out one of these references, or split a block in two.
            mesh.hcl:13:24: `module.one.var.back` needs `module.one.output.out`
            n/mesh.hcl:3:11: `value` of `module.one.output.out` needs `module.one.var.back`
        error m/mesh.hcl:2:13 Unsupported block: Only the root folder has a block `meshform`.
        error m/mesh.hcl:4:43 Reference to undeclared variable: There is no variable `var.lable` in the module `m`.
            hint: Did you mean `var.label`?
        error loop/mesh.hcl:2:12 Modules in a cycle: A module cannot call itself: . → loop → loop.
        "#);
}
