//! The words as users write them: what they come to, and what is said of mistakes.

use std::fmt::Write as _;

use insta::assert_snapshot;
use meshform_engine::compile::{Compiled, Inputs, Purpose, compile};
use meshform_engine::config::{Texts, load};
use meshform_engine::{Facts, Query, Vocabulary as _};
use meshform_lang::{Sources, Value};
use meshform_state::value::to_json;

use crate::Mesh;

mod facts;
mod kit;
mod mesh;
mod preflight;
mod roots;

/// What the outside answers otherwise than usual: attributes of the answer to a question.
type Otherwise<'a> = &'a dyn Fn(&Query, &mut dyn FnMut(&str, Value));

/// An example with values for its variables.
fn with_values(example: &str) -> String {
    let given = [("charts", "charts"), ("west_vpc", "vpc-1")];
    given.iter().fold(example.to_owned(), |text, (name, value)| {
        let opening = format!("variable \"{name}\" {{");
        text.replace(&opening, &format!("{opening}\n  default = \"{value}\""))
    })
}

fn compiled(text: &str) -> (Sources, Compiled) {
    compiled_where(text, &|_, _| {})
}

fn compiled_where(text: &str, otherwise: Otherwise<'_>) -> (Sources, Compiled) {
    compiled_for(Purpose::Plan, text, otherwise)
}

fn compiled_for(purpose: Purpose, text: &str, otherwise: Otherwise<'_>) -> (Sources, Compiled) {
    let (mesh, kinds) = (Mesh::new(), meshform_kinds::kinds());
    let mut sources = Sources::default();
    let (config, found) = load(&mut sources, &Texts::new([("mesh.hcl", text)]), mesh.words());
    let mut facts = Facts::default();
    let inputs = Inputs {
        lineage: Some("ours".into()),
        purpose,
        ..Inputs::default()
    };
    loop {
        let mut compiled = compile(&config, &inputs, &facts, &mesh, &kinds);
        let is_text_wrong = compiled.diagnostics.has_errors() && facts.iter().next().is_none();
        if compiled.missing.is_empty() || is_text_wrong {
            compiled.diagnostics.extend(found.clone());
            compiled.diagnostics.sort();
            assert_eq!(unnamed(&mesh, &compiled), Vec::<String>::new());
            return (sources, compiled);
        }
        for query in &compiled.missing {
            let schema = kinds.data(query.kind).unwrap().schema();
            let mut answer = query.arguments.clone();
            facts::answer(query, schema, &mut answer);
            otherwise(query, &mut |name, value| answer.set(schema, name, value));
            facts.insert(query, answer);
        }
    }
}

/// What blocks export and the schema of their word does not name.
fn unnamed(mesh: &Mesh, compiled: &Compiled) -> Vec<String> {
    let named = |word: &str| {
        let schema = mesh.words().iter().find(|schema| schema.name == word);
        schema.map_or(&[][..], |schema| schema.exports)
    };
    let exports = compiled.blocks.iter().flat_map(|block| {
        let named = named(&block.block.word);
        let names = block
            .exports
            .keys()
            .filter(|name| !named.contains(&name.as_ref()));
        names.map(|name| format!("{}.{name}", block.block.address))
    });
    exports.collect()
}

fn listed(text: &str) -> String {
    let (sources, compiled) = compiled(text);
    let mut out = shown(&sources, &compiled);
    for resource in &compiled.desired.resources {
        let why = resource
            .why
            .as_deref()
            .map(|why| format!(": {why}"))
            .unwrap_or_default();
        let _ = writeln!(out, "{} in {}{why}", resource.address, resource.scope);
        for (attribute, field) in resource.kind.schema().attributes.iter().zip(&resource.fields) {
            if !field.is_null() {
                let _ = writeln!(out, "  {} = {}", attribute.name, value(field));
            }
        }
        for dependency in &resource.dependencies {
            let _ = writeln!(out, "  after {} by {}", dependency.on, dependency.attribute);
        }
    }
    for output in &compiled.desired.outputs {
        let _ = writeln!(out, "output {} = {}", output.name, value(&output.value));
    }
    for (key, scope) in &compiled.desired.scopes {
        let _ = writeln!(out, "scope {key} = {scope:?}");
    }
    out
}

fn shown(sources: &Sources, compiled: &Compiled) -> String {
    let mut out = String::new();
    for diagnostic in &compiled.diagnostics.0 {
        let place = diagnostic
            .range
            .map_or("?".to_owned(), |range| sources.describe(range));
        let _ = writeln!(
            out,
            "{:?} {place} {}: {}",
            diagnostic.severity, diagnostic.summary, diagnostic.detail
        );
        if let Some(hint) = &diagnostic.hint {
            let _ = writeln!(out, "    hint: {hint}");
        }
        for related in &diagnostic.related {
            let _ = writeln!(out, "    {}: {}", sources.describe(related.range), related.label);
        }
    }
    out
}

fn mistakes(text: &str) -> String {
    mistakes_where(text, &|_, _| {})
}

fn mistakes_where(text: &str, otherwise: Otherwise<'_>) -> String {
    let (sources, compiled) = compiled_where(text, otherwise);
    shown(&sources, &compiled)
}

fn value(value: &Value) -> String {
    match value {
        Value::Later(later) => match &later.origin {
            Some(origin) => format!("<{} of {}>", origin.attribute, origin.address),
            None => format!("<{}>", later.ty),
        },
        Value::List(list) if !value.is_known() => {
            format!(
                "[{}]",
                list.items.iter().map(self::value).collect::<Vec<_>>().join(", ")
            )
        }
        known => to_json(known).map_or_else(|_| "?".to_owned(), |json| json.to_string()),
    }
}

#[test]
fn a_vpc_has_subnets_with_routes_in_each_zone() {
    assert_snapshot!(listed(
        r#"
        account "net" {
          id         = "111111111111"
          region     = "us-west-2"
          plan_role  = "plan"
          apply_role = "apply"
        }
        vpc "west" {
          account    = account.net
          cidr_block = "10.10.0.0/16"
          zones      = 2
          tags       = { team = "mesh" }
        }
        resource "aws_internet_gateway" "raw" {
          in     = vpc.west
          vpc_id = vpc.west.id
          tags   = { zone = vpc.west.zones[0] }
        }
        output "subnets" { value = vpc.west.private_subnet_ids }
        "#
    ), @r#"
        aws_internet_gateway.raw in aws:111111111111:us-west-2
          vpc_id = <id of vpc.west.aws_vpc.this>
          tags = {"zone":"us-west-2a"}
          after vpc.west.aws_vpc.this by vpc_id
        vpc.west.aws_route_table.private["us-west-2a"] in aws:111111111111:us-west-2: routes of the private subnet in zone us-west-2a
          vpc_id = <id of vpc.west.aws_vpc.this>
          tags = {"Name":"west-private-us-west-2a","team":"mesh"}
          after vpc.west.aws_vpc.this by vpc_id
        vpc.west.aws_route_table.private["us-west-2b"] in aws:111111111111:us-west-2: routes of the private subnet in zone us-west-2b
          vpc_id = <id of vpc.west.aws_vpc.this>
          tags = {"Name":"west-private-us-west-2b","team":"mesh"}
          after vpc.west.aws_vpc.this by vpc_id
        vpc.west.aws_route_table_association.private["us-west-2a"] in aws:111111111111:us-west-2: gives the private subnet in us-west-2a its routes
          subnet_id = <id of vpc.west.aws_subnet.private["us-west-2a"]>
          route_table_id = <id of vpc.west.aws_route_table.private["us-west-2a"]>
          after vpc.west.aws_subnet.private["us-west-2a"] by subnet_id
          after vpc.west.aws_route_table.private["us-west-2a"] by route_table_id
        vpc.west.aws_route_table_association.private["us-west-2b"] in aws:111111111111:us-west-2: gives the private subnet in us-west-2b its routes
          subnet_id = <id of vpc.west.aws_subnet.private["us-west-2b"]>
          route_table_id = <id of vpc.west.aws_route_table.private["us-west-2b"]>
          after vpc.west.aws_subnet.private["us-west-2b"] by subnet_id
          after vpc.west.aws_route_table.private["us-west-2b"] by route_table_id
        vpc.west.aws_subnet.private["us-west-2a"] in aws:111111111111:us-west-2: private subnet in zone us-west-2a
          vpc_id = <id of vpc.west.aws_vpc.this>
          cidr_block = "10.10.0.0/19"
          availability_zone = "us-west-2a"
          tags = {"Name":"west-private-us-west-2a","kubernetes.io/role/internal-elb":"1","team":"mesh"}
          after vpc.west.aws_vpc.this by vpc_id
        vpc.west.aws_subnet.private["us-west-2b"] in aws:111111111111:us-west-2: private subnet in zone us-west-2b
          vpc_id = <id of vpc.west.aws_vpc.this>
          cidr_block = "10.10.32.0/19"
          availability_zone = "us-west-2b"
          tags = {"Name":"west-private-us-west-2b","kubernetes.io/role/internal-elb":"1","team":"mesh"}
          after vpc.west.aws_vpc.this by vpc_id
        vpc.west.aws_vpc.this in aws:111111111111:us-west-2: network 10.10.0.0/16
          cidr_block = "10.10.0.0/16"
          enable_dns_support = true
          enable_dns_hostnames = true
          tags = {"Name":"west","team":"mesh"}
        output subnets = [<id of vpc.west.aws_subnet.private["us-west-2a"]>, <id of vpc.west.aws_subnet.private["us-west-2b"]>]
        scope aws:111111111111:us-west-2 = Aws { account: Some("111111111111"), region: "us-west-2", plan_role: Some("plan"), apply_role: Some("apply") }
        "#);
}

#[test]
fn accounts_and_clusters_are_places() {
    assert_snapshot!(listed(
        r#"
        account "net" { id = "111111111111" }
        cluster "a" {
          operator_api {
            kubeconfig = "kube/config"
            context    = "a"
          }
        }
        cluster "all" {
          for_each = toset(["b", "c"])
          name     = "cluster-${each.key}"
          operator_api { context = each.key }
        }
        resource "aws_vpc" "raw" {
          in         = account.net
          region     = "us-east-1"
          cidr_block = "10.0.0.0/16"
        }
        resource "kubernetes_namespace" "one" {
          in   = cluster.a
          name = "one"
        }
        resource "kubernetes_namespace" "each" {
          for_each = cluster.all
          in       = each.value
          name     = each.value.name
        }
        "#
    ), @r#"
        aws_vpc.raw in aws:111111111111:us-east-1
          cidr_block = "10.0.0.0/16"
        kubernetes_namespace.each["b"] in cluster:all["b"]
          name = "cluster-b"
        kubernetes_namespace.each["c"] in cluster:all["c"]
          name = "cluster-c"
        kubernetes_namespace.one in cluster:a
          name = "one"
        scope aws:111111111111:us-east-1 = Aws { account: Some("111111111111"), region: "us-east-1", plan_role: None, apply_role: None }
        scope cluster:a = Cluster { name: "a", uid: None, kubeconfig: Some("kube/config"), context: Some("a"), eks: None }
        scope cluster:all["b"] = Cluster { name: "all[\"b\"]", uid: None, kubeconfig: None, context: Some("b"), eks: None }
        scope cluster:all["c"] = Cluster { name: "all[\"c\"]", uid: None, kubeconfig: None, context: Some("c"), eks: None }
        "#);
}

#[test]
fn a_vpc_for_each_region() {
    let text = r#"
        vpc "all" {
          for_each   = { west = "us-west-2", east = "us-east-1" }
          region     = each.value
          cidr_block = each.key == "west" ? "10.1.0.0/20" : "10.2.0.0/20"
          zones      = 1
        }
        "#;
    let (_, compiled) = compiled(text);
    assert_eq!(compiled.diagnostics.0, []);
    let addresses: Vec<&str> = compiled
        .desired
        .resources
        .iter()
        .map(|one| one.address.as_str())
        .collect();
    assert_snapshot!(addresses.join("\n"), @r#"
        vpc.all["east"].aws_route_table.private["us-east-1a"]
        vpc.all["east"].aws_route_table_association.private["us-east-1a"]
        vpc.all["east"].aws_subnet.private["us-east-1a"]
        vpc.all["east"].aws_vpc.this
        vpc.all["west"].aws_route_table.private["us-west-2a"]
        vpc.all["west"].aws_route_table_association.private["us-west-2a"]
        vpc.all["west"].aws_subnet.private["us-west-2a"]
        vpc.all["west"].aws_vpc.this
        "#);
}

#[test]
fn mistakes_of_meaning() {
    assert_snapshot!(mistakes(
        r#"
        account "one" { id = "12345" }
        account "two" { id = "222222222222" }
        account "same" { id = "222222222222" }
        vpc "nowhere" { cidr_block = "10.0.0.0/16" }
        vpc "wrong" {
          region     = "us-west-2"
          cidr_block = "10.0.0.0/24"
          zones      = 5
        }
        vpc "bits" {
          region     = "us-west-2"
          cidr_block = "10.0.0.7/16"
        }
        vpc "kind" {
          account    = cluster.c
          cidr_block = "10.0.0.0/16"
        }
        cluster "c" {}
        resource "aws_vpc" "raw" {
          in         = cluster.d
          cidr_block = "10.0.0.0/16"
        }
        cluster "d" {
          operator_api {}
        }
        resource "aws_vpc" "raw2" {
          in         = account.two
          cidr_block = "10.0.0.0/16"
        }
        "#
    ), @r#"
        Error mesh.hcl:2:30 Invalid account id: `12345` is not the id of an AWS account, which has twelve digits.
            hint: Write it in quotes, since a number loses the zeros that it starts with.
        Error mesh.hcl:3:30 Account described twice: `account.same` and `account.two` are the same account.
            hint: Use one block for both.
            mesh.hcl:4:31: the first one is here
        Error mesh.hcl:5:9 No region: Nothing says in which region `vpc.nowhere` is.
            hint: Give it or its account a `region`, such as `"us-west-2"`.
        Error mesh.hcl:8:24 Invalid CIDR block: `10.0.0.0/24` is too small for private and public subnets in 4 zones.
            hint: Take a /22 or larger.
        Error mesh.hcl:9:24 Invalid number of zones: `zones` takes a whole number from 1 to 4.
        Error mesh.hcl:13:24 Invalid CIDR block: `10.0.0.7/16` has bits set behind its prefix.
            hint: Write `10.0.0.0/16`.
        Error mesh.hcl:16:24 Wrong type of value: `account` takes `account.NAME`, not another block.
        Error mesh.hcl:19:9 No way to the cluster: Nothing says how the API of `cluster.c` is reached.
            hint: Give `eks = "NAME"`, or an `operator_api` block with a kubeconfig context.
        Error mesh.hcl:21:24 Wrong place: A `aws_vpc` lives in an account of AWS, which this is not.
        Error mesh.hcl:28:24 Wrong place: `in` names `account.two`. It has no region, so the resource must say one.
        "#);
}

#[test]
fn what_only_the_region_knows() {
    assert_snapshot!(mistakes(
        r#"
        vpc "east" {
          region     = "us-east-1"
          cidr_block = "10.0.0.0/16"
        }
        "#
    ), @r#"
        Error mesh.hcl:2:9 Too few zones: `vpc.east` needs 3 zones; us-east-1 has 2: us-east-1a, us-east-1b.
            hint: Say `zones = 2`.
        "#);
    assert_snapshot!(mistakes(
        r#"
        vpc "a" {
          region     = "us-west-2"
          cidr_block = "10.0.0.0/16"
        }
        vpc "b" {
          region     = "us-west-2"
          cidr_block = "10.0.128.0/17"
        }
        "#
    ), @r#"
        Warning mesh.hcl:8:24 Overlapping CIDR blocks: `vpc.a` (10.0.0.0/16) and `vpc.b` (10.0.128.0/17) share addresses, so they can never be linked or be in one network.
            mesh.hcl:4:24: the addresses of one are from here
        "#);
}
