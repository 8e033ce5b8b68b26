//! A VPC that exists: nothing of it is made or changed, only asked for.

use std::collections::BTreeMap;

use meshform_engine::compile::{Context, Expansion, Place, Stop, WordBlock};
use meshform_lang::{Diagnostic, Type, Value};
use meshform_state::Scope;

use super::{VPC, region};

const SUBNETS: &str = "aws_subnets";
const ROUTE_TABLES: &str = "aws_route_tables";

/// What is there.
pub(super) fn expand(
    id: &str,
    scope: Scope,
    block: &WordBlock,
    context: &mut Context<'_>,
) -> Result<Expansion, Stop> {
    let range = block.arguments.range("id");
    if !id.starts_with("vpc-") {
        let detail = format!("`{id}` is not the id of a VPC.");
        return Err(Diagnostic::error("Invalid VPC id", detail)
            .hint("Write it as the console shows it, such as `vpc-0123456789abcdef0`.")
            .at(range)
            .into());
    }
    // All three are asked in one round.
    let vpc = context.ask(VPC, &scope, &[("id", Value::from(id))], range);
    let subnets = context.ask(SUBNETS, &scope, &[("vpc_id", Value::from(id))], range);
    let tables = context.ask(ROUTE_TABLES, &scope, &[("vpc_id", Value::from(id))], range);
    let known = |stop: Stop| {
        stop.with(|| Expansion {
            resources: Vec::new(),
            exports: BTreeMap::from([("id".into(), Value::from(id)), ("region".into(), region(&scope))]),
            place: Place::Fixed(scope.clone()),
        })
    };
    let vpc = vpc.map_err(known)?;
    let subnets = subnets.map_err(known)?;
    let tables = tables.map_err(known)?;
    let said = |name: &str, empty: Value| context.answer(VPC, &vpc, name).cloned().unwrap_or(empty);
    let members = |kind: &str, answer, list: &str| -> Vec<Value> {
        let items = context.answer(kind, answer, list).and_then(Value::items);
        items.unwrap_or_default().to_vec()
    };
    let ids = |items: &[Value]| {
        let ids = items.iter().filter_map(|item| item.get("id").cloned()).collect();
        Value::list(Type::String, ids)
    };
    let subnets = members(SUBNETS, &subnets, "subnets");
    let tables = members(ROUTE_TABLES, &tables, "route_tables");
    let mut zones: Vec<&str> = subnets
        .iter()
        .filter_map(|subnet| subnet.get("availability_zone")?.as_str())
        .collect();
    zones.sort_unstable();
    zones.dedup();
    let zones = zones.into_iter().map(Value::from).collect();
    let exports = BTreeMap::from([
        ("id".into(), Value::from(id)),
        ("cidr_block".into(), said("cidr_block", Value::Null(Type::String))),
        (
            "cidr_blocks".into(),
            said("cidr_blocks", Value::list(Type::String, Vec::new())),
        ),
        ("subnet_ids".into(), ids(&subnets)),
        ("route_table_ids".into(), ids(&tables)),
        ("zones".into(), Value::list(Type::String, zones)),
        ("region".into(), region(&scope)),
        ("account_id".into(), said("owner_id", Value::Null(Type::String))),
    ]);
    Ok(Expansion {
        resources: Vec::new(),
        exports,
        place: Place::Fixed(scope),
    })
}
