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
      source     = "./parts/m"
      label      = module.m["x"].deep
      depends_on = [module.m]
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
    assert_snapshot!(listed(&compiled));
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
    assert_snapshot!(shown(&loaded.sources, &compiled.diagnostics));
}
