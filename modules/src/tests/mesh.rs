//! A whole mesh: two clusters, two VPCs, one root.

use insta::assert_snapshot;
use meshform_engine::compile::Compiled;

use super::{compiled, mistakes, shown, with_values};

const EXAMPLE: &str = include_str!("../../../examples/two-clusters/mesh.hcl");

pub(super) fn example() -> String {
    with_values(EXAMPLE)
}

/// The addresses of what the resource at `address` comes after.
fn needs(compiled: &Compiled, address: &str) -> Vec<String> {
    let all = &compiled.desired.resources;
    let one = all.iter().find(|one| one.address.as_str() == address).unwrap();
    one.dependencies.iter().map(|on| on.on.to_string()).collect()
}

#[test]
fn two_clusters_find_each_other_below_one_root() {
    let (sources, compiled) = compiled(&example());
    assert_eq!(shown(&sources, &compiled), "");
    let all: Vec<String> = compiled
        .desired
        .resources
        .iter()
        .map(|one| format!("{} in {}", one.address, one.scope))
        .collect();
    assert_snapshot!(all.join("\n"));
}

#[test]
fn what_must_come_first_comes_first() {
    let (_, compiled) = compiled(&example());
    let needs = |address: &str| needs(&compiled, address);
    let secret = needs("discovery.istio_remote_secret.this[\"api->ml\"]");
    for first in [
        "cluster.api.istio_chart.istiod",
        "cluster.ml.istio_chart.eastwest",
        "discovery.istio_reader_account.this[\"api->ml\"]",
    ] {
        assert!(secret.iter().any(|on| on == first), "{first}: {secret:?}");
    }
    let istiod = needs("cluster.ml.istio_chart.istiod");
    assert!(
        istiod.iter().any(|on| on == "cluster.ml.istio_ca_secret.cacerts"),
        "{istiod:?}"
    );
    let authority = needs("cluster.ml.istio_ca_secret.cacerts");
    assert!(
        authority
            .iter()
            .any(|on| on == "trust.aws_acmpca_certificate_authority.root"),
        "{authority:?}"
    );
}

/// A link that fails must not keep clusters apart which it has nothing to do with.
#[test]
fn a_remote_secret_waits_for_the_ways_between_its_two_clusters_alone() {
    let more = r#"
vpc "south" {
  account    = account.net
  region     = "us-east-1"
  cidr_block = "10.30.0.0/16"
  zones      = 2
}
link "east-south" {
  between = [vpc.east, vpc.south]
  via     = "peering"
}
cluster "web" {
  vpc = vpc.east
  operator_api { context = "c" }
}
"#;
    let (sources, compiled) = compiled(&format!("{}{more}", example()));
    assert_eq!(shown(&sources, &compiled), "");
    let links = |pair: &str| -> Vec<String> {
        let all = needs(
            &compiled,
            &format!("discovery.istio_remote_secret.this[\"{pair}\"]"),
        );
        let links = all.iter().filter(|on| on.starts_with("link."));
        let mut links: Vec<String> = links
            .map(|on| on.split('.').take(2).collect::<Vec<_>>().join("."))
            .collect();
        links.dedup();
        links
    };
    assert_eq!(links("api->ml"), ["link.west-east"]);
    assert_eq!(links("web->api"), ["link.west-east"]);
    assert_eq!(links("ml->web"), [""; 0], "both are in one VPC");
}

#[test]
fn a_mesh_that_cannot_work_is_refused() {
    assert_snapshot!(mistakes(&example().replace("10.20.0.0/16", "10.10.128.0/17")));
    assert_snapshot!(mistakes(
        &example().replace("cluster \"ml\" {", "cluster \"ml\" {\n  name = \"api\"")
    ));
}

/// The root of the mesh in a cluster, which names `trust`'s cluster while every cluster comes after `trust`.
const LOCAL: &str = r#"
mesh "acme" {
  istio { charts = "charts" }
}
trust {
  authority "local" {
    cluster = cluster.api
  }
}
cluster "api" {
  operator_api { context = "a" }
}
cluster "ml" {
  operator_api { context = "b" }
}
"#;

#[test]
fn a_root_may_live_in_a_cluster() {
    let (sources, compiled) = compiled(LOCAL);
    assert_eq!(shown(&sources, &compiled), "");
    let needs = |address: &str| needs(&compiled, address);
    assert_eq!(
        needs("trust.istio_root_ca.root"),
        ["cluster.api.kubernetes_namespace.istio_system"]
    );
    for cluster in ["api", "ml"] {
        let secret = needs(&format!("cluster.{cluster}.istio_ca_secret.cacerts"));
        assert!(
            secret.iter().any(|on| on == "trust.istio_root_ca.root"),
            "{secret:?}"
        );
    }
}
