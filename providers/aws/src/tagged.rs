//! Resources that carry our uid as a tag: found by it when the answer to their creation was lost.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, VpcPeeringConnection};
use meshform_engine::{AdapterError, Located};
use meshform_state::journal::{Intent, Locator};

use crate::ec2::{Ec2, filter};
use crate::{peering, tags};

/// A type of EC2 resource that takes tags at its creation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tagged {
    Vpc,
    Subnet,
    InternetGateway,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    VpcPeeringConnection,
}

impl Tagged {
    /// What tags call it.
    pub(crate) fn resource_type(self) -> ResourceType {
        match self {
            Tagged::Vpc => ResourceType::Vpc,
            Tagged::Subnet => ResourceType::Subnet,
            Tagged::InternetGateway => ResourceType::InternetGateway,
            Tagged::RouteTable => ResourceType::RouteTable,
            Tagged::SecurityGroup => ResourceType::SecurityGroup,
            Tagged::SecurityGroupRule => ResourceType::SecurityGroupRule,
            Tagged::VpcPeeringConnection => ResourceType::VpcPeeringConnection,
        }
    }

    /// Whether its creation takes a client token, so that repeating it makes nothing more ("Ensuring idempotency in
    /// Amazon EC2 API requests", EC2 developer guide). The others have none.
    pub(crate) fn takes_token(self) -> bool {
        matches!(self, Tagged::RouteTable)
    }

    /// The name of the filter by id.
    pub(crate) fn id_filter(self) -> &'static str {
        match self {
            Tagged::Vpc => "vpc-id",
            Tagged::Subnet => "subnet-id",
            Tagged::InternetGateway => "internet-gateway-id",
            Tagged::RouteTable => "route-table-id",
            Tagged::SecurityGroup => "group-id",
            Tagged::SecurityGroupRule => "security-group-rule-id",
            Tagged::VpcPeeringConnection => "vpc-peering-connection-id",
        }
    }

    /// The ids of those that carry `uid`, sorted.
    pub(crate) async fn with_uid(self, ec2: &Ec2, uid: &str) -> Result<Vec<String>, AdapterError> {
        self.ids(ec2, filter(&format!("tag:{}", tags::UID), &[uid])).await
    }

    /// Whether the effect of `intent` is there: what carries its uid, or the object that it names.
    pub(crate) async fn locate(self, ec2: &Ec2, intent: &Intent) -> Result<Located, AdapterError> {
        let ids = match &intent.locator {
            Locator::Id(id) => self.ids(ec2, filter(self.id_filter(), &[id])).await?,
            Locator::Uid | Locator::Token(_) | Locator::Natural(_) => self.with_uid(ec2, &intent.uid).await?,
        };
        Ok(Located::any(ids))
    }

    async fn ids(self, ec2: &Ec2, wanted: Filter) -> Result<Vec<String>, AdapterError> {
        let filters = vec![wanted.clone()];
        let found: Vec<Marked> = match self {
            Tagged::Vpc => each(ec2.vpcs(filters).await?, |vpc| (vpc.vpc_id, vpc.tags)),
            Tagged::Subnet => each(ec2.subnets(filters).await?, |subnet| {
                (subnet.subnet_id, subnet.tags)
            }),
            Tagged::InternetGateway => each(ec2.internet_gateways(filters).await?, |gateway| {
                (gateway.internet_gateway_id, gateway.tags)
            }),
            Tagged::RouteTable => each(ec2.route_tables(filters).await?, |table| {
                (table.route_table_id, table.tags)
            }),
            Tagged::SecurityGroup => each(ec2.security_groups(filters).await?, |group| {
                (group.group_id, group.tags)
            }),
            Tagged::SecurityGroupRule => each(ec2.security_group_rules(filters).await?, |rule| {
                (rule.security_group_rule_id, rule.tags)
            }),
            Tagged::VpcPeeringConnection => {
                let connections = ec2.vpc_peering_connections(filters).await?;
                each(of_use(connections), |connection| {
                    (connection.vpc_peering_connection_id, connection.tags)
                })
            }
        };
        // What is taken for ours, and perhaps ended, must bear the mark itself, whatever a filter let through.
        let marked = found.into_iter().filter(|found| passes(&wanted, found));
        let mut ids: Vec<String> = marked.filter_map(|(id, _)| id).collect();
        ids.sort();
        Ok(ids)
    }
}

/// An id, and the tags of what has it.
type Marked = (Option<String>, Option<Vec<Tag>>);

fn each<T>(answers: Vec<T>, mark: fn(T) -> Marked) -> Vec<Marked> {
    answers.into_iter().map(mark).collect()
}

/// Whether what has this id and these tags passes the filter by a tag or by id.
fn passes(wanted: &Filter, (id, found): &Marked) -> bool {
    let accepted =
        |value: Option<&str>| value.is_some_and(|value| wanted.values().iter().any(|wanted| wanted == value));
    match wanted.name().and_then(|name| name.strip_prefix("tag:")) {
        Some(key) => {
            let mut tags = found.iter().flatten();
            accepted(tags.find(|tag| tag.key() == Some(key)).and_then(Tag::value))
        }
        None => accepted(id.as_deref()),
    }
}

/// Deleted connections stay listed for a while, and so do failed ones, which only count if there is no other.
fn of_use(mut connections: Vec<VpcPeeringConnection>) -> Vec<VpcPeeringConnection> {
    connections.retain(|connection| !peering::is_gone(connection));
    if connections.iter().any(|connection| !peering::is_over(connection)) {
        connections.retain(|connection| !peering::is_over(connection));
    }
    connections
}
