//! What is in the way of a mesh: each mistake of the outside with its place and its remedy, and the report.

use insta::assert_snapshot;
use meshform_engine::Query;
use meshform_lang::{Type, Value};

use super::mesh::example;
use super::roots::{MESH, OTHER};
use super::{compiled, compiled_where, mistakes, mistakes_where};
use crate::make::{map, object};
use crate::preflight::{Denied, Met, Outlook, Problem, report};
use crate::report::Verdict;

fn texts(items: &[&str]) -> Value {
    Value::list(
        Type::String,
        items.iter().map(|item| Value::from(*item)).collect(),
    )
}

/// An istiod of `lineage` in `cluster`.
fn istiod(lineage: Option<&str>, domain: &str) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Null(Type::String), Value::from);
    Value::tuple(vec![object([
        ("namespace", Value::from("istio-system")),
        ("name", Value::from("istiod")),
        ("revision", Value::from("default")),
        ("version", Value::from("1.29.2")),
        ("trust_domain", Value::from(domain)),
        ("lineage", text(lineage)),
    ])])
}

fn is_installation(query: &Query, cluster: &str) -> bool {
    query.kind == "istio_installation" && query.scope.key().to_string() == format!("cluster:{cluster}")
}

#[test]
fn addresses_of_an_adopted_vpc_that_overlap_are_told_once() {
    let real = |query: &Query, set: &mut dyn FnMut(&str, Value)| {
        if query.kind == "aws_vpc" {
            set("cidr_blocks", texts(&["10.10.0.0/16", "10.20.64.0/18"]));
        }
    };
    assert_snapshot!(mistakes_where(&example(), &real));
    let network = "network \"one\" { vpcs = [vpc.west, vpc.east] }\n";
    let unlinked = example().replace("between = [vpc.west, vpc.east]", "between = [vpc.west, vpc.west]");
    assert_snapshot!(mistakes_where(&format!("{unlinked}{network}"), &real));
}

#[test]
fn an_istio_of_others_is_told_with_all_that_comes_with_it() {
    assert_snapshot!(mistakes_where(&example(), &|query, set| {
        if is_installation(query, "ml") {
            set("istiods", istiod(None, "cluster.local"));
            set("root_certificate", Value::from(OTHER));
            set("network", Value::from("network1"));
        }
    }));
}

#[test]
fn another_state_of_ours_is_another_too_and_our_own_is_none() {
    let of = |lineage: &'static str| {
        move |query: &Query, set: &mut dyn FnMut(&str, Value)| {
            if is_installation(query, "ml") {
                set("istiods", istiod(Some(lineage), "acme.example"));
                set("root_certificate", Value::from(OTHER));
                set("ca_lineage", Value::from(lineage));
                set("ca_exists", Value::from(true));
            }
        }
    };
    assert_snapshot!(mistakes_where(&example(), &of("theirs")));
    assert_eq!(mistakes_where(&example(), &of("ours")), "");
}

#[test]
fn another_trust_domain_of_our_own_istio_is_a_warning() {
    assert_snapshot!(mistakes_where(&example(), &|query, set| {
        if is_installation(query, "api") {
            set("istiods", istiod(Some("ours"), "old.example"));
        }
    }));
}

#[test]
fn an_intermediate_of_others_is_not_overwritten() {
    assert_snapshot!(mistakes_where(&example(), &|query, set| {
        if is_installation(query, "api") {
            set("ca_exists", Value::from(true));
        }
    }));
}

#[test]
fn the_root_in_place_is_compared_with_one_that_is_adopted() {
    let adopted = example().replace(
        "key_algorithm = \"EC_prime256v1\"",
        "arn = \"arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/1\"",
    );
    let with = |root: &'static str, lineage: Option<&'static str>| {
        let adopted = adopted.clone();
        move || {
            mistakes_where(&adopted, &|query, set| {
                match query.kind {
                    "aws_acmpca_certificate_authority" => {
                        set("status", Value::from("ACTIVE"));
                        set("certificate", Value::from(MESH));
                    }
                    "istio_installation" if is_installation(query, "ml") => {
                        set("root_certificate", Value::from(root));
                        if let Some(lineage) = lineage {
                            set("ca_lineage", Value::from(lineage));
                        }
                    }
                    _ => {}
                };
            })
        }
    };
    assert_eq!(with(MESH, None)(), "");
    assert_snapshot!(with(OTHER, None)());
    // What we made ourselves: the authority in the configuration was exchanged.
    assert_snapshot!(with(OTHER, Some("ours"))());
}

#[test]
fn one_cluster_is_described_once_and_is_new_enough() {
    assert_snapshot!(mistakes_where(&example(), &|query, set| {
        match query.kind {
            "kubernetes_cluster" => {
                set("uid", Value::from("one"));
                set("version", Value::from("1.31.2"));
            }
            "helm_chart" => set("version", Value::from("1.31.1")),
            _ => {}
        }
    }));
    assert_snapshot!(mistakes_where(&example(), &|query, set| {
        if query.kind == "kubernetes_cluster" {
            set("uid", Value::from("one"));
        }
    }));
}

#[test]
fn readers_without_secrets_are_refused_with_the_reason() {
    assert_snapshot!(mistakes(&format!(
        "{}discovery {{ secrets = \"deny\" }}\n",
        example()
    )));
    assert_snapshot!(mistakes(&format!(
        "{}discovery {{ secrets = \"none\" }}\n",
        example()
    )));
    assert_eq!(
        mistakes(&format!("{}discovery {{ secrets = \"allow\" }}\n", example())),
        ""
    );
}

const ROLE: &str = r#"[{ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
    "metadata": { "name": "istio-reader-clusterrole-istio-system" }, "rules": [
        { "apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["list", "watch", "get"] },
        { "apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"] }] }]"#;

fn lines(outlook: &Outlook) -> String {
    let findings = report(outlook).findings;
    let line = |finding: &crate::report::Finding| {
        let hint = finding
            .hint
            .as_deref()
            .map(|hint| format!("\n    -> {hint}"))
            .unwrap_or_default();
        format!(
            "{} {} {}: {}{hint}",
            finding.verdict, finding.check, finding.place, finding.detail
        )
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_in_order_and_what_readers_may_is_said() {
    let (_, compiled) = compiled_where(&example(), &|query, set| {
        if query.kind == "helm_template" {
            set("manifests", Value::from(ROLE));
            set(
                "objects",
                map([(
                    "rbac.authorization.k8s.io/ClusterRole/istio-reader-clusterrole-istio-system",
                    "0",
                )]),
            );
        }
    });
    let right = meshform_kinds::kubernetes::Right::all();
    let outlook = Outlook {
        blocks: compiled.blocks,
        met: vec![Met {
            place: "cluster api".to_owned(),
            caller: "arn:aws:iam::123456789012:role/plan".to_owned(),
        }],
        denied: vec![
            Denied {
                place: "cluster api".to_owned(),
                rights: Ok(vec![right]),
            },
            Denied {
                place: "cluster ml".to_owned(),
                rights: Err("no answer".to_owned()),
            },
        ],
        problems: vec![Problem {
            check: "P05",
            is_error: false,
            place: "mesh.hcl:1:1".to_owned(),
            detail: "Overlapping CIDR blocks.".to_owned(),
            hint: None,
        }],
        desired: compiled.desired,
    };
    assert!(!report(&outlook).holds());
    assert_snapshot!(lines(&outlook));
}

#[test]
fn what_applying_needs_follows_from_what_is_applied() {
    let (_, compiled) = compiled(&example());
    let needed = crate::preflight::needed(&compiled.desired);
    let (scope, rights) = needed.iter().next().unwrap();
    let rights: Vec<String> = rights.iter().map(ToString::to_string).collect();
    assert_snapshot!(format!("{scope}: {}", rights.join(", ")));
    let outlook = Outlook {
        blocks: compiled.blocks,
        desired: compiled.desired,
        ..Outlook::default()
    };
    // Nothing is wrong; that nobody knows what the readers may is.
    assert_eq!(report(&outlook).count(Verdict::Failed), 0);
}

fn absent(query: &Query, set: &mut dyn FnMut(&str, Value)) {
    if query.kind == "aws_eks_cluster" {
        set("exists", Value::from(false));
    }
}

#[test]
fn an_eks_cluster_that_is_not_there_yet_is_left_out_with_all_that_needs_it() {
    let output = "output \"api\" { value = cluster.api.server }\noutput \"network\" { value = cluster.api.network }\n\
                  resource \"kubernetes_namespace\" \"raw\" {\n  in   = cluster.api\n  name = \"raw\"\n}\n";
    let text = format!("{}{output}", example());
    let (sources, compiled) = compiled_where(&text, &absent);
    assert_snapshot!(super::shown(&sources, &compiled));
    let left: Vec<&str> = compiled
        .desired
        .resources
        .iter()
        .map(|one| one.address.as_str())
        .collect();
    assert_snapshot!(left.join("\n"));
    let outputs: Vec<&str> = compiled.desired.outputs.iter().map(|one| &*one.name).collect();
    assert_eq!(outputs, ["network", "peering"]);
    assert!(
        !compiled
            .desired
            .scopes
            .keys()
            .any(|key| key.to_string() == "cluster:api")
    );
    assert_eq!(compiled.desired.deferred.scopes.len(), 1);
}

#[test]
fn without_the_keeper_of_the_root_nobody_signs() {
    let trust = example();
    let (start, rest) = trust.split_once("trust {").unwrap();
    let (_, rest) = rest.split_once("\n}\n").unwrap();
    let text = format!("{start}trust {{\n  authority \"local\" {{ cluster = cluster.api }}\n}}\n{rest}");
    let (_, compiled) = compiled_where(&text, &absent);
    assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
    let of_ml = compiled.desired.resources.iter().map(|one| one.address.as_str());
    let of_ml: Vec<&str> = of_ml
        .filter(|address| address.starts_with("cluster.ml"))
        .collect();
    // The istiod of `ml` would sign for itself without its intermediate.
    assert_eq!(
        of_ml,
        [
            "cluster.ml.istio_chart.base",
            "cluster.ml.kubernetes_namespace.istio_system"
        ]
    );
}

#[test]
fn what_is_in_the_way_of_a_mesh_is_not_in_the_way_of_its_end() {
    let (_, compiled) = super::compiled_for(
        meshform_engine::compile::Purpose::Destroy,
        &example(),
        &|query, set| {
            if is_installation(query, "ml") {
                set("istiods", istiod(None, "cluster.local"));
            }
            if query.kind == "aws_vpc" {
                set("cidr_blocks", texts(&["10.20.0.0/16"]));
            }
        },
    );
    assert_eq!(compiled.diagnostics.0, []);
}
