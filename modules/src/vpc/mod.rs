//! `vpc`: a virtual private cloud with private subnets, one in each zone, each with a route table of its own.

mod layout;

use std::collections::BTreeMap;

use meshform_engine::compile::{Context, Derived, Expanded, Expansion, Place, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Reach, Takes, WordSchema};
use meshform_lang::{Diagnostic, Diagnostics, Type, Value};
use meshform_state::addr::Key;
use meshform_state::{Address, Scope, Str};

use crate::account;
use layout::{Layout, MAX_ZONES};

pub(crate) const WORD: &str = "vpc";

const VPC: &str = "aws_vpc";
const SUBNET: &str = "aws_subnet";
const ROUTE_TABLE: &str = "aws_route_table";
const ASSOCIATION: &str = "aws_route_table_association";
const ZONES: &str = "aws_availability_zones";
const DEFAULT_ZONES: i64 = 3;

/// The tag by which load-balancer controllers find the subnets for internal load balancers.
const INTERNAL_LOAD_BALANCERS: &str = "kubernetes.io/role/internal-elb";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let account = Takes::Word(Reach::Whole, &[account::WORD]);
    let arguments = vec![
        Argument::optional("account", account, "The account; else that of the credentials."),
        Argument::optional(
            "region",
            Takes::Structural(Type::String),
            "The region; else that of the account.",
        ),
        Argument::required(
            "cidr_block",
            Takes::Structural(Type::String),
            "Its addresses, such as `10.10.0.0/16`.",
        ),
        Argument::optional(
            "zones",
            Takes::Structural(Type::Number),
            "In how many zones; 3 if not given.",
        ),
        Argument::optional(
            "tags",
            Takes::Value(Type::map(Type::String)),
            "Tags for all that it stands for.",
        ),
    ];
    let body = BlockSchema {
        arguments,
        blocks: Vec::new(),
        open: false,
    };
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        body,
        doc: "A virtual private cloud.",
    }
}

/// The name of a block for people: that of the block, with the key if there is one.
pub(crate) fn label(block: &WordBlock) -> String {
    match block.address.segments().pop() {
        Some(last) => match last.key {
            Some(Key::Text(key)) => format!("{}-{key}", last.name),
            Some(Key::Index(index)) => format!("{}-{index}", last.name),
            None => last.name,
        },
        None => block.address.to_string(),
    }
}

/// The VPC with its subnets.
pub(crate) fn expand(block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
    let mut found = Diagnostics::new();
    let scope = found.collect(scope(block));
    let layout = found.collect(layout(block));
    let count = found.collect(zone_count(block));
    let (Some(scope), Some(layout), Some(count)) = (scope, layout, count) else {
        return Err(found.into());
    };
    let zones = zones(block, &scope, count, context)?;
    Ok(Parts {
        block,
        context,
        layout,
        zones: &zones,
    }
    .expansion(scope))
}

fn scope(block: &WordBlock) -> Result<Scope, Diagnostics> {
    let arguments = &block.arguments;
    let own = Place::Regional {
        account: None,
        region: None,
        plan_role: None,
        apply_role: None,
    };
    let place = arguments.word("account").map_or(&own, |account| &account.place);
    place.scope(arguments.text("region")).map_err(|_| {
        let detail = format!("Nothing says in which region `{}` is.", block.address);
        let hint = "Give it or its account a `region`, such as `\"us-west-2\"`.";
        Diagnostic::error("No region", detail)
            .hint(hint)
            .at(arguments.range)
            .into()
    })
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
}

impl Parts<'_, '_> {
    fn expansion(&self, scope: Scope) -> Expansion {
        let mut resources = vec![self.vpc()];
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
        let attributes = vec![
            ("cidr_block", Value::from(self.layout.block().to_string())),
            ("enable_dns_support", Value::from(true)),
            ("enable_dns_hostnames", Value::from(true)),
            ("tags", self.tags(&label(self.block), &[])),
        ];
        derived(
            VPC,
            "this",
            None,
            attributes,
            format!("network {}", self.layout.block()),
        )
    }

    fn zone(&self, index: usize, zone: &str) -> Vec<Derived> {
        let Some(cidr) = self.layout.private(index) else {
            return Vec::new();
        };
        let name = format!("{}-private-{zone}", label(self.block));
        let subnet = vec![
            ("vpc_id", self.id(VPC, "this", None)),
            ("cidr_block", Value::from(cidr.to_string())),
            ("availability_zone", Value::from(zone)),
            ("tags", self.tags(&name, &[(INTERNAL_LOAD_BALANCERS, "1")])),
        ];
        let table = vec![
            ("vpc_id", self.id(VPC, "this", None)),
            ("tags", self.tags(&name, &[])),
        ];
        let association = vec![
            ("subnet_id", self.id(SUBNET, "private", Some(zone))),
            ("route_table_id", self.id(ROUTE_TABLE, "private", Some(zone))),
        ];
        vec![
            derived(
                SUBNET,
                "private",
                Some(zone),
                subnet,
                format!("private subnet in zone {zone}"),
            ),
            derived(
                ROUTE_TABLE,
                "private",
                Some(zone),
                table,
                format!("routes of the private subnet in zone {zone}"),
            ),
            derived(
                ASSOCIATION,
                "private",
                Some(zone),
                association,
                format!("gives the subnet in {zone} its routes"),
            ),
        ]
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
        let each = |kind: &str| {
            let ids = self.zones.iter().map(|zone| self.id(kind, "private", Some(zone)));
            Value::list(Type::String, ids.collect())
        };
        let zones = self.zones.iter().map(|zone| Value::from(zone.as_str())).collect();
        let (account, region) = match scope {
            Scope::Aws { account, region, .. } => (account.clone(), region.clone()),
            Scope::Local | Scope::Cluster { .. } => (None, String::new()),
        };
        BTreeMap::from([
            ("id".into(), self.id(VPC, "this", None)),
            ("cidr_block".into(), Value::from(self.layout.block().to_string())),
            ("private_subnet_ids".into(), each(SUBNET)),
            ("private_route_table_ids".into(), each(ROUTE_TABLE)),
            ("zones".into(), Value::list(Type::String, zones)),
            ("region".into(), Value::from(region)),
            (
                "account_id".into(),
                account.map_or(Value::Null(Type::String), Value::from),
            ),
        ])
    }
}

fn derived(
    kind: &'static str,
    name: &'static str,
    zone: Option<&str>,
    attributes: Vec<(&'static str, Value)>,
    why: String,
) -> Derived {
    let key = zone.map(|zone| Key::Text(zone.to_owned()));
    Derived {
        kind,
        name,
        key,
        scope: None,
        attributes,
        depends_on: Vec::new(),
        keep: false,
        why,
    }
}

/// Blocks whose addresses overlap can never be linked. That is no mistake as long as nobody links them.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let vpcs: Vec<(&Expanded, Layout)> = blocks
        .iter()
        .filter(|block| &*block.block.word == WORD)
        .filter_map(|block| {
            Some((
                *block,
                Layout::new(block.block.arguments.text("cidr_block")?).ok()?,
            ))
        })
        .collect();
    let mut found = Diagnostics::new();
    for (index, (second, second_layout)) in vpcs.iter().enumerate() {
        for (first, first_layout) in &vpcs[..index] {
            let (a, b) = (first_layout.block(), second_layout.block());
            if a.contains(&b) || b.contains(&a) {
                let detail = format!(
                    "`{}` ({a}) and `{}` ({b}) share addresses, so they can never be linked or be in one network.",
                    first.block.address, second.block.address
                );
                let diagnostic = Diagnostic::warning("Overlapping CIDR blocks", detail);
                let diagnostic = diagnostic.at(second.block.arguments.range("cidr_block"));
                found.push(
                    diagnostic.related(first.block.arguments.range("cidr_block"), "the other one is here"),
                );
            }
        }
    }
    found
}
