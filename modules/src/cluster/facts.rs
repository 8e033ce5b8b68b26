//! What must be asked of a cluster before it can be said what it gets, and what must not be there.

use std::sync::Arc;

use meshform_engine::Object;
use meshform_engine::compile::{Context, Stop, WordBlock};
use meshform_lang::{Diagnostic, Diagnostics, Value};
use meshform_state::Scope;

use super::word::{ISTIO_NAMESPACE, aws_scope};
use crate::mesh::{Chart, Mesh};

const EKS: &str = "aws_eks_cluster";
const API: &str = "kubernetes_cluster";
const INSTALLATION: &str = "istio_installation";

/// What a cluster said of itself.
pub(super) struct Facts {
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
    mesh: &Mesh,
    context: &mut Context<'_>,
) -> Result<Facts, Stop> {
    let charts = mesh.charts(block.arguments.range, context);
    let eks = eks(block, context)?;
    let range = block.arguments.range;
    let api = context.ask(API, scope, &[], range);
    let namespace = [("namespace", Value::from(ISTIO_NAMESPACE))];
    let installation = context.ask(INSTALLATION, scope, &namespace, range);
    let (api, installation, charts) = (api?, installation?, charts?);
    check(block, &installation, context)?;
    let said = |name| text(context, API, &api, name);
    let given = block.arguments.value("security_group_ids").map(texts);
    let own = eks.and_then(|eks| {
        context
            .answer(EKS, &eks, "cluster_security_group_id")?
            .as_str()
            .map(str::to_owned)
    });
    Ok(Facts {
        version: said("version"),
        server: said("server"),
        certificate_authority_data: said("certificate_authority_data"),
        security_group_ids: given.unwrap_or_else(|| own.into_iter().collect()),
        charts,
    })
}

/// What AWS says of the EKS cluster, if it is one.
fn eks(block: &WordBlock, context: &mut Context<'_>) -> Result<Option<Arc<Object>>, Stop> {
    let Some(name) = block.arguments.text("eks") else {
        return Ok(None);
    };
    let range = block.arguments.range("eks");
    let scope = aws_scope(block)?;
    let answer = context.ask(EKS, &scope, &[("name", Value::from(name))], range)?;
    let there = context.answer(EKS, &answer, "exists").and_then(Value::as_bool);
    if there != Some(true) {
        let place = scope.key();
        let detail = format!("There is no EKS cluster `{name}` in {place}.");
        return Err(Diagnostic::error("EKS cluster not found", detail)
            .hint("Check its name, account and region; Meshform joins clusters and creates none.")
            .at(range)
            .into());
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
            .at(block.arguments.range("vpc"))
            .into());
    }
    Ok(Some(answer))
}

/// Refuses what is there and is not ours to change.
fn check(block: &WordBlock, installation: &Object, context: &Context<'_>) -> Result<(), Stop> {
    let mut found = Diagnostics::new();
    let said = |name| {
        context
            .answer(INSTALLATION, installation, name)
            .filter(|value| !value.is_null())
    };
    let istiods = said("istiods").and_then(Value::items).unwrap_or_default();
    let foreign = |istiod: &&Value| istiod.get("lineage").is_none_or(Value::is_null);
    for istiod in istiods.iter().filter(foreign) {
        let part = |name: &str| istiod.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
        let detail = format!(
            "In `{}` an Istio is installed that Meshform did not install: Deployment `{}` in namespace `{}`, version {}.",
            block.address,
            part("name"),
            part("namespace"),
            part("version"),
        );
        let hint = "Two istiods would fight over webhooks and workloads. Uninstall that one, or leave the cluster out \
                    of the mesh.";
        found.push(
            Diagnostic::error("Istio is there already", detail)
                .hint(hint)
                .at(block.arguments.range),
        );
    }
    if said("root_certificate").is_some() && said("ca_lineage").is_none() && istiods.is_empty() {
        let detail = format!(
            "Workloads of `{}` are given a root to trust that is not of this mesh (ConfigMap `istio-ca-root-cert` in \
             namespace `{ISTIO_NAMESPACE}`).",
            block.address
        );
        let hint =
            "What still runs with it would trust nobody in the mesh. Remove what is left of the other Istio.";
        found.push(
            Diagnostic::error("Another root is in place", detail)
                .hint(hint)
                .at(block.arguments.range),
        );
    }
    if found.has_errors() {
        return Err(found.into());
    }
    Ok(())
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
