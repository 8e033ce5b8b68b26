//! `link`: a way between two VPCs for what the mesh needs: here a peering connection with routes on both sides.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_engine::compile::{Context, Derived, Expanded, Expansion, Place, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Reach, Takes, WordSchema};
use meshform_lang::{Diagnostic, Diagnostics, Type, Value};
use meshform_state::{Address, Scope};

use crate::make::{export, label, map, object, resource, scope_of};
use crate::vpc;

pub(crate) const WORD: &str = "link";

const PEERING: &str = "aws_vpc_peering_connection";
const ACCEPTER: &str = "aws_vpc_peering_connection_accepter";
const OPTIONS: &str = "aws_vpc_peering_connection_options";
const THIS: &str = "this";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        after: &[],
        body: BlockSchema {
            arguments: vec![
                Argument::required(
                    "between",
                    Takes::Words(Reach::Whole, &[vpc::WORD]),
                    "The two VPCs.",
                ),
                Argument::required(
                    "via",
                    Takes::Structural(Type::String),
                    "How: `peering` makes a peering connection; `existing` takes what is there.",
                ),
            ],
            ..BlockSchema::default()
        },
        exports: &["id"],
        doc: "A way between two VPCs.",
    }
}

/// The two sides of a link.
pub(crate) fn sides(block: &WordBlock) -> Option<[&Arc<Expanded>; 2]> {
    match block.arguments.words("between") {
        [first, second] => Some([first.expanded.as_ref()?, second.expanded.as_ref()?]),
        _ => None,
    }
}

/// The link.
pub(crate) fn expand(block: &WordBlock, context: &Context<'_>) -> Result<Expansion, Stop> {
    let Some(sides) = sides(block) else {
        let detail = format!("`{}` needs two VPCs.", block.address);
        return Err(Diagnostic::error("Not two VPCs", detail)
            .hint("Write `between = [vpc.a, vpc.b]`.")
            .at(block.arguments.range("between"))
            .into());
    };
    check(block, sides)?;
    match block.arguments.text("via") {
        Some("peering") => Ok(peering(block, sides, context)),
        Some("existing") => Ok(Expansion::default()),
        via => {
            let via = via.unwrap_or_default();
            let detail = format!("This version cannot link VPCs by `{via}`.");
            Err(Diagnostic::error("Unknown kind of link", detail)
                .hint("Write `via = \"peering\"`, or `via = \"existing\"` if packets find their way already.")
                .at(block.arguments.range("via"))
                .into())
        }
    }
}

fn check(block: &WordBlock, [first, second]: [&Arc<Expanded>; 2]) -> Result<(), Stop> {
    let range = block.arguments.range("between");
    if first.block.address == second.block.address {
        let detail = format!("`{}` links `{}` with itself.", block.address, first.block.address);
        return Err(Diagnostic::error("Not two VPCs", detail).at(range).into());
    }
    Ok(())
}

/// Two VPCs are linked once: the routes of a second link would lead to where those of the first do.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen: BTreeMap<(Address, Address), &Expanded> = BTreeMap::new();
    for link in blocks.iter().filter(|block| &*block.block.word == WORD) {
        let [first, second] = link.block.arguments.words("between") else {
            continue;
        };
        let Some(other) = seen.insert(pair(&first.address, &second.address), link) else {
            continue;
        };
        let detail = format!(
            "`{}` and `{}` both link `{}` and `{}`.",
            other.block.address, link.block.address, first.address, second.address
        );
        found.push(
            Diagnostic::error("VPCs linked twice", detail)
                .hint("One link serves all clusters in both; take the other one out.")
                .at(link.block.arguments.range("between"))
                .related(other.block.arguments.range("between"), "the first link is here"),
        );
    }
    found
}

fn peering(block: &WordBlock, [first, second]: [&Arc<Expanded>; 2], context: &Context<'_>) -> Expansion {
    let (here, there) = (scope_of(first), scope_of(second));
    let names = format!("{} and {}", label(&first.block), label(&second.block));
    let peering = block.resource(PEERING, THIS, None);
    let accepter = block.resource(ACCEPTER, THIS, None);
    // Only the accepter's id says that the connection is there for use.
    let id = context.attribute(&accepter, ACCEPTER, "id");
    let tags = map([("Name", &*label(block))]);
    let is_other_region = export(first, "region") != export(second, "region");
    let owner = export(second, "account_id");
    let asked = resource(PEERING, THIS, format!("asks for a way between {names}"))
        .within(&here)
        .set("vpc_id", export(first, "id"))
        .set("peer_vpc_id", export(second, "id"))
        .set_some("peer_owner_id", (!owner.is_null()).then_some(owner))
        .set_some("peer_region", is_other_region.then(|| export(second, "region")))
        .set("tags", tags)
        .done();
    let accepted = resource(ACCEPTER, THIS, format!("accepts the way between {names}"))
        .within(&there)
        .set(
            "vpc_peering_connection_id",
            context.attribute(&peering, PEERING, "id"),
        )
        .done();
    let mut resources = vec![asked, accepted];
    for (side, scope, name) in [(first, &here, "requester"), (second, &there, "accepter")] {
        let why = format!(
            "lets names of the peer resolve to private addresses in {}",
            label(&side.block)
        );
        resources.push(
            resource(OPTIONS, name, why)
                .within(scope)
                .set("vpc_peering_connection_id", id.clone())
                .set(
                    name,
                    object([("allow_remote_vpc_dns_resolution", Value::from(true))]),
                )
                .done(),
        );
    }
    resources.extend(routes(first, second, &here, &id));
    resources.extend(routes(second, first, &there, &id));
    Expansion {
        resources,
        exports: BTreeMap::from([("id".into(), context.attribute(&peering, PEERING, "id"))]),
        place: Place::Nowhere,
    }
}

/// The routes in all tables of `from` to all networks of `to`.
fn routes(from: &Expanded, to: &Expanded, scope: &Scope, peering: &Value) -> Vec<Derived> {
    let networks = vpc::blocks_of(to);
    let (source, target) = (label(&from.block), label(&to.block));
    let mut routes = Vec::new();
    for (table, id) in vpc::route_tables(from) {
        for network in &networks {
            let route = resource("aws_route", "to", format!("the way from {source} to {target}"))
                .key(&format!("{source}/{table}->{network}"))
                .within(scope)
                .set("route_table_id", id.clone())
                .set("destination_cidr_block", network.to_string())
                .set("vpc_peering_connection_id", peering.clone());
            routes.push(route.done());
        }
    }
    routes
}

/// What must be there before traffic finds its way from VPC to VPC: the routes of the links between them.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    /// By the two VPCs, the smaller address first.
    between: BTreeMap<(Address, Address), Vec<Address>>,
    all: Vec<Address>,
}

impl Ways {
    /// Those of all links among `blocks`.
    pub(crate) fn of(blocks: &[Arc<Expanded>]) -> Self {
        let mut ways = Ways::default();
        for link in blocks.iter().filter(|block| &*block.block.word == WORD) {
            let Some([first, second]) = sides(&link.block) else {
                continue;
            };
            let own = through(link, first, second);
            ways.all.extend(own.iter().cloned());
            let pair = pair(&first.block.address, &second.block.address);
            ways.between.entry(pair).or_default().extend(own);
        }
        ways
    }

    /// Those between the VPCs of two clusters; all of them where a cluster does not say which VPC it is in.
    pub(crate) fn between(&self, first: &Expanded, second: &Expanded) -> &[Address] {
        let vpc = |cluster: &Expanded| {
            cluster
                .block
                .arguments
                .word("vpc")
                .map(|vpc| vpc.block.address.clone())
        };
        match (vpc(first), vpc(second)) {
            (Some(first), Some(second)) => self
                .between
                .get(&pair(&first, &second))
                .map_or(&[], Vec::as_slice),
            _ => &self.all,
        }
    }
}

fn pair(first: &Address, second: &Address) -> (Address, Address) {
    let (low, high) = (first.min(second), first.max(second));
    (low.clone(), high.clone())
}

/// The routes of a link, if it is one that has some.
fn through(link: &Expanded, first: &Expanded, second: &Expanded) -> Vec<Address> {
    if link.block.arguments.text("via") != Some("peering") {
        return Vec::new();
    }
    let both = [(first, second), (second, first)];
    both.into_iter()
        .flat_map(|(from, to)| {
            routes(from, to, &scope_of(from), &Value::Null(Type::String))
                .into_iter()
                .map(|route| link.block.resource(route.kind, route.name, route.key.as_ref()))
        })
        .collect()
}
