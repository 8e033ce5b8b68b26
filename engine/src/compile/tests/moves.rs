//! Moves and removals: which make no sense, in which order they come, and which follow from `count` alone.

use insta::assert_snapshot;

use super::world::{compiled, inputs, loaded, mistakes};

/// The moves of `text` in their order, and the addresses for which `count` may have come or gone.
fn moves(text: &str) -> String {
    moves_of(&[("mesh.hcl", text)])
}

fn moves_of(files: &[(&str, &str)]) -> String {
    let compiled = compiled(&loaded(files), &inputs(&[]));
    assert_eq!(compiled.diagnostics.0, []);
    let moved = compiled.desired.moved.iter();
    let recounted = compiled.desired.recounted.iter();
    let lines: Vec<String> = moved
        .map(|one| format!("{} -> {}", one.from, one.to))
        .chain(recounted.map(ToString::to_string))
        .collect();
    lines.join("\n")
}

#[test]
fn what_is_something_else_is_no_target() {
    assert_snapshot!(mistakes(
        r#"
        moved {
          from = thing.solo[1]
          to   = module.k
        }
        moved {
          from = module.k
          to   = thing.solo
        }
        moved {
          from = thing.a
          to   = machine.a
        }
        moved {
          from = data.zones.a
          to   = thing.b
        }
        moved {
          from = nest.a
          to   = thing.c
        }
        moved {
          from = thing
          to   = thing.d
        }
        "#
    ), @"
        error mesh.hcl:4:18 Invalid `moved` addresses: `thing.solo[1]` cannot move to `module.k`: a resource moves to a resource, and a module to a module.
        error mesh.hcl:8:18 Invalid `moved` addresses: `module.k` cannot move to `thing.solo`: a resource moves to a resource, and a module to a module.
        error mesh.hcl:12:18 Invalid `moved` addresses: `thing.a` is a `thing` and `machine.a` a `machine`: an object does not change what it is by moving.
        error mesh.hcl:16:18 Invalid `moved` addresses: `data.zones.a` cannot move to `thing.b`: one of them is a data source, which is read and not managed.
        error mesh.hcl:20:18 Invalid `moved` addresses: `nest.a` is a `nest` and `thing.c` a `thing`: an object does not change what it is by moving.
        error mesh.hcl:23:18 Invalid address: This is no address of a resource, block or module.
        ");
}

#[test]
fn what_is_still_there_neither_moves_nor_is_removed() {
    assert_snapshot!(mistakes(
        r#"
        resource "thing" "a" { name = "a" }
        resource "thing" "none" {
          name  = "n"
          count = 0
        }
        resource "thing" "many" {
          name     = each.key
          for_each = toset(["x", "y"])
        }
        moved {
          from = thing.a
          to   = thing.b
        }
        moved {
          from = thing.none
          to   = thing.c
        }
        moved {
          from = thing.many["x"]
          to   = thing.many["z"]
        }
        moved {
          from = thing.many["gone"]
          to   = thing.many["y"]
        }
        removed { from = thing.none }
        removed { from = thing.gone }
        removed { from = thing.gone[0] }
        removed { from = module.gone["a"].thing.x }
        removed { from = data.zones.gone }
        "#
    ), @r#"
        error mesh.hcl:12:18 Moved object still exists: `thing.a` is to move to `thing.b`, but the configuration still has `thing.a`.
            hint: Change the configuration so that it has `thing.b` instead, or take the `moved` block out.
            mesh.hcl:2:9: `thing.a` is declared here
        error mesh.hcl:16:18 Moved object still exists: `thing.none` is to move to `thing.c`, but the configuration still has `thing.none`.
            hint: Change the configuration so that it has `thing.c` instead, or take the `moved` block out.
            mesh.hcl:3:9: `thing.none` is declared here
        error mesh.hcl:20:18 Moved object still exists: `thing.many["x"]` is to move to `thing.many["z"]`, but the configuration still has `thing.many["x"]`.
            hint: Change the configuration so that it has `thing.many["z"]` instead, or take the `moved` block out.
            mesh.hcl:7:9: `thing.many["x"]` is declared here
        error mesh.hcl:27:26 Removed resource still exists: This says that `thing.none` is removed, but the configuration still has it.
            hint: Take that block out of the configuration, or the `removed` block.
            mesh.hcl:3:9: it is declared here
        error mesh.hcl:29:26 Instance keys not allowed: `from` of a `removed` block takes a whole resource, block or module, and not one of its instances.
            hint: To let go of one instance, move it with a `moved` block and remove what it moves to.
        error mesh.hcl:30:26 Instance keys not allowed: `from` of a `removed` block takes a whole resource, block or module, and not one of its instances.
            hint: To let go of one instance, move it with a `moved` block and remove what it moves to.
        error mesh.hcl:31:26 Invalid address: `data.zones.gone` is a data source, which is read and not managed: nothing of it can be removed.
            hint: Take the `removed` block out of the configuration.
        "#);
}

#[test]
fn an_object_has_one_source_and_one_target() {
    assert_snapshot!(mistakes(
        r#"
        moved {
          from = thing.a
          to   = thing.b
        }
        moved {
          from = thing.a
          to   = thing.b
        }
        moved {
          from = thing.a
          to   = thing.c
        }
        moved {
          from = thing.d
          to   = thing.b
        }
        moved {
          from = thing.e["x"]
          to   = thing.e["x"]
        }
        "#
    ), @r#"
        error mesh.hcl:12:18 Ambiguous move statements: `thing.a` is to move to `thing.b` and to `thing.c`; an object is in one place only.
            hint: Take one of the two blocks out.
            mesh.hcl:2:9: the other one is here
        error mesh.hcl:15:18 Ambiguous move statements: `thing.a` and `thing.d` are both to move to `thing.b`, and only one of them can.
            hint: Take one of the two blocks out.
            mesh.hcl:2:9: the other one is here
        error mesh.hcl:18:9 Redundant move statement: This moves `thing.e["x"]` to where it is, which changes nothing.
            hint: Take the block out, or correct one of its addresses.
        "#);
}

#[test]
fn moves_do_not_go_round() {
    assert_snapshot!(mistakes(
        r#"
        moved {
          from = thing.b["z"]
          to   = thing.b["q"]
        }
        moved {
          from = thing.b["q"]
          to   = thing.b["z"]
        }
        moved {
          from = thing.b["w"]
          to   = thing.b["q"]
        }
        "#
    ), @r#"
        error mesh.hcl:2:9 Cyclic dependency in move statements: These moves go round in a circle, so nothing says where the objects end: `thing.b["z"]` to `thing.b["q"]`, `thing.b["q"]` to `thing.b["z"]`.
            hint: Let the last move of a chain end at an address that no other `moved` block starts from.
            mesh.hcl:6:9: this one is part of it
        error mesh.hcl:11:18 Ambiguous move statements: `thing.b["z"]` and `thing.b["w"]` are both to move to `thing.b["q"]`, and only one of them can.
            hint: Take one of the two blocks out.
            mesh.hcl:2:9: the other one is here
        "#);
    assert_snapshot!(mistakes(
        r#"
        moved {
          from = module.a
          to   = module.b
        }
        moved {
          from = module.b.thing.x
          to   = module.a.thing.x
        }
        "#
    ), @"
        error mesh.hcl:2:9 Cyclic dependency in move statements: These moves go round in a circle, so nothing says where the objects end: `module.a` to `module.b`, `module.b.thing.x` to `module.a.thing.x`.
            hint: Let the last move of a chain end at an address that no other `moved` block starts from.
            mesh.hcl:6:9: this one is part of it
        ");
}

#[test]
fn a_chain_is_followed_however_it_is_written() {
    assert_snapshot!(moves(
        r#"
        moved {
          from = thing.b
          to   = thing.c
        }
        moved {
          from = module.old
          to   = module.new
        }
        moved {
          from = module.old.thing.part
          to   = thing.a
        }
        moved {
          from = thing.a
          to   = thing.b
        }
        moved {
          from = thing.k
          to   = thing.k["only"]
        }
        "#
    ), @r#"
        module.old.thing.part -> thing.a
        module.old -> module.new
        thing.a -> thing.b
        thing.b -> thing.c
        thing.k -> thing.k["only"]
        "#);
}

#[test]
fn a_module_that_is_called_often_says_it_once() {
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 3\n}\n";
    let inner = "resource \"thing\" \"a\" { name = \"a\" }\n\
                 moved {\n  from = thing.a\n  to   = thing.b\n}\n\
                 removed { from = thing.a }\n";
    let loaded = loaded(&[("mesh.hcl", root), ("m/mesh.hcl", inner)]);
    let compiled = compiled(&loaded, &inputs(&[]));
    assert_eq!(compiled.diagnostics.0.len(), 2, "{:?}", compiled.diagnostics);
}

#[test]
fn count_implies_moves_but_where_a_block_says_otherwise() {
    let root = r#"
        resource "thing" "one" { name = "one" }
        resource "thing" "two" {
          name  = "two"
          count = 2
        }
        resource "thing" "none" {
          name  = "none"
          count = 0
        }
        resource "thing" "each" {
          name     = each.key
          for_each = toset(["a"])
        }
        resource "thing" "said" { name = "said" }
        module "m" {
          source = "./m"
          count  = 1
        }
        nest "n" { eggs = 1 }
        moved {
          from = thing.said[1]
          to   = thing.said
        }
        "#;
    let inner = "resource \"thing\" \"in\" { name = \"in\" }\n";
    assert_snapshot!(moves_of(&[("mesh.hcl", root), ("m/mesh.hcl", inner)]), @"
        thing.said[1] -> thing.said
        module.m[0]
        nest.n
        thing.one
        thing.two[0]
        module.m[0].thing.in
        ");
}
