//! What is wrong between clusters of one mesh.

use std::collections::BTreeMap;

use meshform_engine::compile::{Expanded, Place};
use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::Scope;

use super::word::{WORD, is_member};
use crate::make::text;
use crate::{mesh, trust};

/// Names must tell clusters apart, and a mesh must have one root.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = names(blocks);
    found.extend(twins(blocks));
    let mesh = blocks.iter().find(|block| &*block.block.word == mesh::WORD);
    let has_trust = blocks.iter().any(|block| &*block.block.word == trust::WORD);
    let has_members = blocks.iter().any(|block| is_member(block));
    if let Some(mesh) = mesh.filter(|_| has_members && !has_trust) {
        let detail = "Without a `trust` block each istiod would sign for itself, and no cluster would believe another.";
        found.push(
            Diagnostic::error("Mesh without trust", detail)
                .hint("Write `trust { authority \"aws_private_ca\" { … } }`, or `authority \"local\"` for a mesh without AWS.")
                .at(mesh.block.arguments.range),
        );
    }
    found
}

fn names(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen: BTreeMap<String, &Expanded> = BTreeMap::new();
    for cluster in blocks.iter().filter(|block| &*block.block.word == WORD) {
        let Some(name) = text(cluster, "name") else {
            continue;
        };
        if is_member(cluster)
            && let Some(problem) = unfit(&name)
        {
            found.push(
                Diagnostic::error("Invalid name of a cluster", problem)
                    .check("P01")
                    .hint("Give it a `name` of lower-case letters, digits and dashes.")
                    .at(place(cluster)),
            );
        }
        if let Some(first) = seen.insert(name.clone(), cluster) {
            let detail = format!(
                "`{}` and `{}` are both called `{name}`. Istio tells clusters apart by their names alone.",
                first.block.address, cluster.block.address
            );
            found.push(
                Diagnostic::error("Two clusters of one name", detail)
                    .check("P01")
                    .hint("Give one of them another `name`.")
                    .at(place(cluster))
                    .related(place(first), "the other one is here"),
            );
        }
    }
    found
}

/// Two blocks that reach one cluster: each would install an Istio there.
fn twins(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen: BTreeMap<String, &Expanded> = BTreeMap::new();
    for cluster in blocks.iter().filter(|block| is_member(block)) {
        let uid = text(cluster, "uid").filter(|uid| !uid.is_empty());
        let same_object = uid.and_then(|uid| seen.insert(uid, cluster));
        let same_way = way(cluster).and_then(|way| seen.insert(way, cluster));
        let Some(first) = same_object.or(same_way) else {
            continue;
        };
        let why = if same_object.is_some() {
            "its namespace `kube-system` is the same object"
        } else {
            "by the same way"
        };
        let detail = format!(
            "`{}` and `{}` reach the same cluster ({why}).",
            first.block.address, cluster.block.address
        );
        found.push(
            Diagnostic::error("One cluster described twice", detail)
                .check("P01")
                .hint("Check the kubeconfig contexts, or the names of the EKS clusters, of both.")
                .at(cluster.block.arguments.range)
                .related(first.block.arguments.range, "the other one is here"),
        );
    }
    found
}

/// How a cluster is reached, as a text that is no uid.
fn way(cluster: &Expanded) -> Option<String> {
    let Place::Fixed(Scope::Cluster {
        kubeconfig,
        context,
        eks,
        ..
    }) = &cluster.place
    else {
        return None;
    };
    Some(match eks {
        Some(eks) => format!("eks {:?} {} {}", eks.account, eks.region, eks.cluster),
        None => format!("kubeconfig {kubeconfig:?} {context:?}"),
    })
}

/// Why Istio cannot take `name` for a cluster: `istioctl create-remote-secret` wants a DNS label, and `Kubernetes` is
/// what clusters are called that were given no name.
fn unfit(name: &str) -> Option<String> {
    let well = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(well)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if is_label {
        return None;
    }
    Some(format!(
        "`{name}` cannot be the name of a cluster in a mesh: it is no DNS label."
    ))
}

fn place(cluster: &Expanded) -> Range {
    cluster.block.arguments.range("name")
}
