//! The block: what may stand in it, and how the cluster's API is reached.

use std::collections::BTreeMap;

use meshform_engine::compile::{Absence, Arguments, Context, Expanded, Expansion, Place, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Reach, Takes, WordSchema};
use meshform_lang::{Diagnostic, Type, Value};
use meshform_state::{EksReach, Scope};

use super::facts::{self, Eks};
use super::istio;
use crate::make::{label, maybe, nested, object, said};
use crate::{account, mesh, network, trust, vpc};

pub(crate) const WORD: &str = "cluster";

/// Where Istio lives in every cluster of a mesh. Istio wants it to be the same everywhere.
pub(crate) const ISTIO_NAMESPACE: &str = "istio-system";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let operator_api = BlockSchema {
        arguments: vec![
            said(
                "kubeconfig",
                "The kubeconfig file; else the one that the environment names.",
            ),
            said("context", "The context in that file; else its current one."),
        ],
        ..BlockSchema::default()
    };
    let mesh_api = BlockSchema {
        arguments: vec![
            said(
                "server",
                "The URL at which istiods of other clusters reach its API; else the one that we use.",
            ),
            said(
                "tls_server_name",
                "The name in its certificate, where the URL has another.",
            ),
        ],
        ..BlockSchema::default()
    };
    let gateway = BlockSchema {
        arguments: vec![Argument::optional(
            "annotations",
            Takes::Structural(Type::map(Type::String)),
            "Annotations for the Service of the east-west gateway, beside or instead of ours.",
        )],
        ..BlockSchema::default()
    };
    let arguments = vec![
        said("name", "Its name in the mesh; else that of the block."),
        Argument::optional(
            "account",
            Takes::Word(Reach::Whole, &[account::WORD]),
            "The account of the EKS cluster; else that of its VPC.",
        ),
        Argument::optional(
            "vpc",
            Takes::Word(Reach::Whole, &[vpc::WORD]),
            "The VPC that it is in.",
        ),
        said("eks", "The name of the EKS cluster."),
        said("control", "`primary`: it has an istiod of its own."),
        Argument::optional(
            "security_group_ids",
            Takes::Structural(Type::list(Type::String)),
            "The security groups of its nodes; else the cluster security group of the EKS cluster.",
        ),
    ];
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        after: &[mesh::WORD, trust::WORD, network::WORD],
        body: BlockSchema {
            arguments,
            blocks: vec![
                nested("operator_api", operator_api, "How we reach its API."),
                nested(
                    "mesh_api",
                    mesh_api,
                    "How istiods of other clusters reach its API.",
                ),
                nested("gateway", gateway, "Its east-west gateway."),
            ],
            open: false,
        },
        exports: &[
            "certificate_authority_data",
            "name",
            "network",
            "security_group_ids",
            "server",
            "uid",
            "version",
        ],
        doc: "A Kubernetes cluster.",
    }
}

/// The cluster as a place and, where there is a mesh, as a member of it.
pub(crate) fn expand(block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
    let scope = scope(block)?;
    check_control(&block.arguments)?;
    let name = block
        .arguments
        .text("name")
        .map_or_else(|| label(block), str::to_owned);
    let mut expansion = Expansion {
        exports: BTreeMap::from([("name".into(), Value::from(name.as_str()))]),
        place: Place::Fixed(scope.clone()),
        ..Expansion::default()
    };
    let mesh = context
        .blocks(mesh::WORD)
        .next()
        .map(|mesh| mesh::Mesh::of(&mesh.block));
    if mesh.is_some() {
        let network = Value::from(network(block, context));
        expansion.exports.insert("network".into(), network);
    }
    let known = |stop: Stop, expansion: &Expansion| stop.with(|| expansion.clone());
    let eks = match facts::eks(block, context).map_err(|stop| known(stop, &expansion))? {
        Eks::None => None,
        Eks::There(eks) => Some(eks),
        Eks::Absent(told) => return Err(absent(block, expansion, *told).into()),
    };
    if let Some(mesh) = mesh {
        let network = network(block, context);
        let facts = facts::ask(block, &scope, eks.as_deref(), (&mesh, &network), context);
        let known = facts.map_err(|stop| known(stop, &expansion))?;
        let member = istio::Member {
            block,
            name,
            network,
            mesh,
            facts: known,
        };
        expansion.resources = member.resources(context)?;
        expansion.exports.extend(member.exports());
    }
    Ok(expansion)
}

/// A cluster that is not there yet: what only it can say is later, and stands for the cluster itself.
fn absent(block: &WordBlock, mut expansion: Expansion, told: Diagnostic) -> Absence {
    let on = block.resource(facts::EKS, "this", None);
    let exports = ["server", "certificate_authority_data", "uid", "version"].map(|name| (name, Type::String));
    let exports = exports
        .into_iter()
        .chain([("security_group_ids", Type::list(Type::String))]);
    for (name, ty) in exports {
        let later = Value::later_from(ty, &on, name);
        expansion.exports.insert(name.into(), later);
    }
    Absence { expansion, on, told }
}

/// Whether `block` is a cluster of a mesh.
pub(crate) fn is_member(block: &Expanded) -> bool {
    &*block.block.word == WORD && block.exports.contains_key("network")
}

/// The Istio network that its pods are in.
fn network(block: &WordBlock, context: &Context<'_>) -> String {
    match block.arguments.word("vpc") {
        Some(vpc) => network::of_vpc(vpc, context),
        // Nothing says whose pods reach it, so nobody's do.
        None => label(block),
    }
}

fn check_control(arguments: &Arguments) -> Result<(), Stop> {
    match arguments.text("control") {
        None | Some("primary") => Ok(()),
        Some(other) => {
            let detail = format!("This version has no `control = \"{other}\"`.");
            Err(Diagnostic::error("Unknown kind of control plane", detail)
                .hint("Write `control = \"primary\"`: each cluster has an istiod of its own.")
                .at(arguments.range("control"))
                .into())
        }
    }
}

fn scope(block: &WordBlock) -> Result<Scope, Stop> {
    let arguments = &block.arguments;
    let api = arguments.block("operator_api");
    let text = |name: &str| api.and_then(|api| api.text(name)).map(str::to_owned);
    let eks = match (arguments.text("eks"), api) {
        (None, None) => {
            let detail = format!("Nothing says how the API of `{}` is reached.", block.address);
            return Err(Diagnostic::error("No way to the cluster", detail)
                .hint("Give `eks = \"NAME\"`, or an `operator_api` block with a kubeconfig context.")
                .at(arguments.range)
                .into());
        }
        (Some(name), None) => Some(eks(name, block)?),
        // The kubeconfig is how we reach it; that it is an EKS cluster stays known for its network.
        (_, Some(_)) => None,
    };
    let handle = block.address.as_str();
    Ok(Scope::Cluster {
        // The state knows the cluster by its block, since `name` is the user's to change.
        name: handle.strip_prefix("cluster.").unwrap_or(handle).to_owned(),
        uid: None,
        kubeconfig: text("kubeconfig"),
        context: text("context"),
        eks,
    })
}

/// Where the EKS cluster `name` of `block` is.
fn eks(name: &str, block: &WordBlock) -> Result<EksReach, Stop> {
    let aws = aws_scope(block)?;
    let Scope::Aws {
        account,
        region,
        plan_role,
        apply_role,
    } = aws
    else {
        return Err(no_region(block));
    };
    Ok(EksReach {
        account,
        region,
        cluster: name.to_owned(),
        plan_role,
        apply_role,
    })
}

/// The account and region of the EKS cluster of `block`.
pub(super) fn aws_scope(block: &WordBlock) -> Result<Scope, Stop> {
    let arguments = &block.arguments;
    let region = match arguments.word("vpc").map(|vpc| &vpc.place) {
        Some(Place::Fixed(scope)) if arguments.word("account").is_none() => return Ok(scope.clone()),
        Some(Place::Fixed(Scope::Aws { region, .. })) => Some(region.as_str()),
        _ => None,
    };
    arguments
        .word("account")
        .and_then(|account| account.place.scope(region).ok())
        .ok_or_else(|| no_region(block))
}

fn no_region(block: &WordBlock) -> Stop {
    let detail = format!("Nothing says in which account and region `{}` is.", block.address);
    Diagnostic::error("No region", detail)
        .hint("Give it a `vpc`, or an `account` that has a `region`.")
        .at(block.arguments.range)
        .into()
}

/// How the cluster is reached, as attributes of resources in other clusters say it.
pub(crate) fn reach(cluster: &Expanded) -> Option<Value> {
    let Place::Fixed(Scope::Cluster {
        name,
        kubeconfig,
        context,
        eks,
        ..
    }) = &cluster.place
    else {
        return None;
    };
    let eks = eks.as_ref().map_or(Value::Null(Type::Any), |eks| {
        object([
            ("account", maybe(eks.account.as_deref())),
            ("region", Value::from(eks.region.as_str())),
            ("cluster", Value::from(eks.cluster.as_str())),
            ("plan_role", maybe(eks.plan_role.as_deref())),
            ("apply_role", maybe(eks.apply_role.as_deref())),
        ])
    });
    Some(object([
        ("name", Value::from(name.as_str())),
        ("kubeconfig", maybe(kubeconfig.as_deref())),
        ("context", maybe(context.as_deref())),
        ("eks", eks),
    ]))
}
