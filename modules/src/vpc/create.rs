//! A VPC that we create: private subnets, one in each zone, each with a route table of its own.

use std::collections::BTreeMap;

use meshform_engine::compile::{Context, Derived, Expansion, Place, Stop, WordBlock};
use meshform_lang::{Diagnostic, Diagnostics, Type, Value};
use meshform_state::addr::Key;
use meshform_state::{Address, Scope, Str};

use ipnet::Ipv4Net;

use super::layout::{Layout, MAX_ZONES};
use super::{ROUTE_TABLE, SUBNET, VPC, account_id, region};
use crate::make::{label, resource};

const GATEWAY: &str = "aws_internet_gateway";
const ASSOCIATION: &str = "aws_route_table_association";
const ZONES: &str = "aws_availability_zones";
const DEFAULT_ZONES: i64 = 3;

/// The tag by which load-balancer controllers find the subnets for internal load balancers.
const INTERNAL_LOAD_BALANCERS: &str = "kubernetes.io/role/internal-elb";

/// The one for load balancers that face the internet.
const LOAD_BALANCERS: &str = "kubernetes.io/role/elb";

/// The names of the parts below the block.
const THIS: &str = "this";
const PRIVATE: &str = "private";
const PUBLIC: &str = "public";

/// The VPC with its subnets.
pub(super) fn expand(
    block: &WordBlock,
    scope: Result<Scope, Diagnostics>,
    context: &mut Context<'_>,
) -> Result<Expansion, Stop> {
    let mut found = Diagnostics::new();
    let scope = found.collect(scope);
    let layout = found.collect(layout(block));
    let count = found.collect(zone_count(block));
    let (Some(scope), Some(layout), Some(count)) = (scope, layout, count) else {
        return Err(found.into());
    };
    let zones = zones(block, &scope, count, context);
    let parts = |zones| Parts {
        block,
        context,
        layout,
        zones,
        is_public: block.arguments.value("public_subnets").and_then(Value::as_bool) == Some(true),
    };
    match zones {
        Ok(zones) => Ok(parts(&zones).expansion(scope)),
        Err(stop) => Err(stop.with(|| parts(&[]).expansion(scope))),
    }
}

fn layout(block: &WordBlock) -> Result<Layout, Diagnostics> {
    Layout::new(block.arguments.text("cidr_block").unwrap_or_default()).map_err(|(detail, hint)| {
        Diagnostic::error("Invalid CIDR block", detail)
            .hint(hint)
            .at(block.arguments.range("cidr_block"))
            .into()
    })
}

fn zone_count(block: &WordBlock) -> Result<usize, Diagnostics> {
    let given = block
        .arguments
        .value("zones")
        .map_or(Some(DEFAULT_ZONES), Value::as_i64);
    match given.and_then(|count| usize::try_from(count).ok()) {
        Some(count) if (1..=MAX_ZONES).contains(&count) => Ok(count),
        _ => {
            let detail = format!("`zones` takes a whole number from 1 to {MAX_ZONES}.");
            Err(Diagnostic::error("Invalid number of zones", detail)
                .at(block.arguments.range("zones"))
                .into())
        }
    }
}

/// The first zones of the region.
fn zones(
    block: &WordBlock,
    scope: &Scope,
    count: usize,
    context: &mut Context<'_>,
) -> Result<Vec<String>, Stop> {
    let arguments = &block.arguments;
    let answer = context.ask(
        ZONES,
        scope,
        &[("state", Value::from("available"))],
        arguments.range,
    )?;
    let names = context
        .answer(ZONES, &answer, "names")
        .and_then(Value::items)
        .unwrap_or_default();
    let mut names: Vec<String> = names
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    names.sort();
    if names.len() < count {
        let region = if let Scope::Aws { region, .. } = scope {
            region.as_str()
        } else {
            ""
        };
        let detail = format!(
            "`{}` needs {count} zones; {region} has {}: {}.",
            block.address,
            names.len(),
            names.join(", ")
        );
        let hint = format!("Say `zones = {}`.", names.len());
        return Err(Diagnostic::error("Too few zones", detail)
            .hint(hint)
            .at(arguments.range("zones"))
            .into());
    }
    names.truncate(count);
    Ok(names)
}

/// What the resources of one block are made of.
struct Parts<'a, 'c> {
    block: &'a WordBlock,
    context: &'a Context<'c>,
    layout: Layout,
    zones: &'a [String],
    /// Whether there are public subnets with a way to the internet, too.
    is_public: bool,
}

impl Parts<'_, '_> {
    fn expansion(&self, scope: Scope) -> Expansion {
        let mut resources = vec![self.vpc()];
        if self.is_public {
            resources.push(self.gateway());
        }
        for (index, zone) in self.zones.iter().enumerate() {
            resources.extend(self.zone(index, zone));
        }
        Expansion {
            resources,
            exports: self.exports(&scope),
            place: Place::Fixed(scope),
        }
    }

    fn address(&self, kind: &str, name: &str, zone: Option<&str>) -> Address {
        let key = zone.map(|zone| Key::Text(zone.to_owned()));
        self.block.resource(kind, name, key.as_ref())
    }

    fn id(&self, kind: &str, name: &str, zone: Option<&str>) -> Value {
        self.context
            .attribute(&self.address(kind, name, zone), kind, "id")
    }

    fn vpc(&self) -> Derived {
        resource(VPC, THIS, format!("network {}", self.layout.block()))
            .set("cidr_block", self.layout.block().to_string())
            .set("enable_dns_support", true)
            .set("enable_dns_hostnames", true)
            .set("tags", self.tags(&label(self.block), &[]))
            .done()
    }

    fn zone(&self, index: usize, zone: &str) -> Vec<Derived> {
        let mut all = Vec::new();
        if let Some(cidr) = self.layout.private(index) {
            all.extend(self.subnet(PRIVATE, zone, cidr, INTERNAL_LOAD_BALANCERS));
        }
        if self.is_public
            && let Some(cidr) = self.layout.public(index)
        {
            all.extend(self.subnet(PUBLIC, zone, cidr, LOAD_BALANCERS));
            let why = format!("the way from the public subnet in zone {zone} to the internet");
            let route = resource("aws_route", PUBLIC, why)
                .key(zone)
                .set("route_table_id", self.id(ROUTE_TABLE, PUBLIC, Some(zone)))
                .set("destination_cidr_block", "0.0.0.0/0")
                .set("gateway_id", self.id(GATEWAY, THIS, None));
            all.push(route.done());
        }
        all
    }

    /// A subnet of the sort `name`, with a route table of its own.
    fn subnet(&self, name: &'static str, zone: &str, cidr: Ipv4Net, role: &str) -> [Derived; 3] {
        let tag = format!("{}-{name}-{zone}", label(self.block));
        let subnet = resource(SUBNET, name, format!("{name} subnet in zone {zone}"))
            .set("vpc_id", self.id(VPC, THIS, None))
            .set("cidr_block", cidr.to_string())
            .set("availability_zone", zone)
            .set("tags", self.tags(&tag, &[(role, "1")]));
        let table = resource(
            ROUTE_TABLE,
            name,
            format!("routes of the {name} subnet in zone {zone}"),
        )
        .set("vpc_id", self.id(VPC, THIS, None))
        .set("tags", self.tags(&tag, &[]));
        let association = resource(
            ASSOCIATION,
            name,
            format!("gives the {name} subnet in {zone} its routes"),
        )
        .set("subnet_id", self.id(SUBNET, name, Some(zone)))
        .set("route_table_id", self.id(ROUTE_TABLE, name, Some(zone)));
        [subnet, table, association].map(|made| made.key(zone).done())
    }

    fn gateway(&self) -> Derived {
        resource(GATEWAY, THIS, "the way from public subnets to the internet")
            .set("vpc_id", self.id(VPC, THIS, None))
            .set("tags", self.tags(&label(self.block), &[]))
            .done()
    }

    /// The tags of the block with a name, and with those that we set, which the block's own may override.
    fn tags(&self, name: &str, more: &[(&str, &str)]) -> Value {
        let mut tags: BTreeMap<Str, Value> = more
            .iter()
            .map(|(key, value)| (Str::from(*key), Value::from(*value)))
            .collect();
        tags.insert("Name".into(), Value::from(name));
        match self.block.arguments.value("tags") {
            None => {}
            Some(given) => match given.entries() {
                Some(entries) => tags.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone()))),
                // Which tags there are is known only later: they stand alone.
                None => return given.clone(),
            },
        }
        Value::map(Type::String, tags)
    }

    fn exports(&self, scope: &Scope) -> BTreeMap<Str, Value> {
        let each = |kind: &str, name: &str| {
            let ids = self.zones.iter().map(|zone| self.id(kind, name, Some(zone)));
            Value::list(Type::String, ids.collect())
        };
        let public = |kind: &str| {
            if self.is_public {
                each(kind, PUBLIC)
            } else {
                Value::list(Type::String, Vec::new())
            }
        };
        let zones = self.zones.iter().map(|zone| Value::from(zone.as_str())).collect();
        BTreeMap::from([
            ("id".into(), self.id(VPC, THIS, None)),
            ("cidr_block".into(), Value::from(self.layout.block().to_string())),
            ("private_subnet_ids".into(), each(SUBNET, PRIVATE)),
            ("private_route_table_ids".into(), each(ROUTE_TABLE, PRIVATE)),
            ("public_subnet_ids".into(), public(SUBNET)),
            ("public_route_table_ids".into(), public(ROUTE_TABLE)),
            ("zones".into(), Value::list(Type::String, zones)),
            ("region".into(), region(scope)),
            ("account_id".into(), account_id(scope)),
        ])
    }
}
