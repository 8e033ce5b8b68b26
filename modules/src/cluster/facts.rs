//! What must be asked of a cluster before it can be said what it gets.

use std::sync::Arc;

use meshform_engine::Object;
use meshform_engine::compile::{Context, Stop, WordBlock};
use meshform_lang::{Diagnostic, Diagnostics, Value};
use meshform_state::Scope;

use super::installed::{self, Place};
use super::versions;
use super::word::{ISTIO_NAMESPACE, aws_scope};
use crate::mesh::{Chart, Mesh};

pub(super) const EKS: &str = "aws_eks_cluster";

/// The status of an EKS cluster that has no API yet (EKS, `Cluster.status`).
const CREATING: &str = "CREATING";

const API: &str = "kubernetes_cluster";
pub(super) const INSTALLATION: &str = "istio_installation";

/// What a cluster said of itself.
pub(super) struct Facts {
    /// What no other cluster has: the uid of its `kube-system` namespace.
    pub(super) uid: String,
    /// Its version, such as `1.34.4`.
    pub(super) version: String,
    /// Where its API is.
    pub(super) server: String,
    /// The authorities of its API's certificate, PEM in base64.
    pub(super) certificate_authority_data: String,
    /// The security groups of its nodes.
    pub(super) security_group_ids: Vec<String>,
    /// The charts, each with version and digest, in the order of [`CHARTS`](crate::mesh::CHARTS).
    pub(super) charts: Vec<Chart>,
}

/// Asks everything, in as few rounds as can be.
pub(super) fn ask(
    block: &WordBlock,
    scope: &Scope,
    eks: Option<&Object>,
    (mesh, network): (&Mesh, &str),
    context: &mut Context<'_>,
) -> Result<Facts, Stop> {
    let charts = mesh.charts(block.arguments.range, context);
    let range = block.arguments.range;
    let api = context.ask(API, scope, &[], range);
    let namespace = [("namespace", Value::from(ISTIO_NAMESPACE))];
    let installation = context.ask(INSTALLATION, scope, &namespace, range);
    let (api, installation, charts) = (api?, installation?, charts?);
    let version = text(context, API, &api, "version");
    if !context.is_destroying() {
        let mut found = Diagnostics::new();
        let place = Place { block, mesh, network };
        found.extend(installed::review(&place, &installation, context));
        found.extend(versions::review(block, &version, &charts));
        if found.has_errors() {
            return Err(found.into());
        }
        found.0.into_iter().for_each(|warning| context.note(warning));
    }
    let said = |name| text(context, API, &api, name);
    let given = block.arguments.value("security_group_ids").map(texts);
    let own = eks.and_then(|eks| {
        context
            .answer(EKS, eks, "cluster_security_group_id")?
            .as_str()
            .map(str::to_owned)
    });
    Ok(Facts {
        uid: said("uid"),
        version,
        server: said("server"),
        certificate_authority_data: said("certificate_authority_data"),
        security_group_ids: given.unwrap_or_else(|| own.into_iter().collect()),
        charts,
    })
}

/// The EKS cluster that a block names.
pub(super) enum Eks {
    /// It names none.
    None,
    /// What AWS says of it.
    There(Arc<Object>),
    /// It is not there, or not yet: what to tell.
    Absent(Box<Diagnostic>),
}

/// What AWS says of the EKS cluster, if it is one.
pub(super) fn eks(block: &WordBlock, context: &mut Context<'_>) -> Result<Eks, Stop> {
    let Some(name) = block.arguments.text("eks") else {
        return Ok(Eks::None);
    };
    let range = block.arguments.range("eks");
    let scope = aws_scope(block)?;
    let answer = context.ask(EKS, &scope, &[("name", Value::from(name))], range)?;
    let is_there = context.answer(EKS, &answer, "exists").and_then(Value::as_bool);
    let status = text(context, EKS, &answer, "status");
    if is_there != Some(true) || status == CREATING {
        let place = scope.key();
        let detail = if status == CREATING {
            format!("The EKS cluster `{name}` in {place} is still being created.")
        } else {
            format!("There is no EKS cluster `{name}` in {place} yet.")
        };
        let detail = format!(
            "{detail} `{}` is left out, and the next plan looks again.",
            block.address
        );
        let told = Diagnostic::warning("EKS cluster is not there yet", detail)
            .hint("Make it, and plan again. If it is there, check its name, account and region.")
            .check("P10")
            .at(range);
        return Ok(Eks::Absent(Box::new(told)));
    }
    let vpc = block.arguments.word("vpc");
    let (said, is) = (
        vpc.and_then(|vpc| vpc.exports.get("id")?.as_str()),
        context.answer(EKS, &answer, "vpc_id").and_then(Value::as_str),
    );
    if let (Some(said), Some(is)) = (said, is)
        && said != is
    {
        let detail = format!("The EKS cluster `{name}` is in `{is}`, not in `{said}`.");
        return Err(Diagnostic::error("Cluster in another VPC", detail)
            .hint("Name the VPC that the cluster is in.")
            .check("P04")
            .at(block.arguments.range("vpc"))
            .into());
    }
    Ok(Eks::There(answer))
}

fn text(context: &Context<'_>, kind: &str, answer: &Object, name: &str) -> String {
    let value = context.answer(kind, answer, name).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.items().unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
