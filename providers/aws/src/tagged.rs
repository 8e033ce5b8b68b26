//! Resources that carry our uid as a tag: found by it when the answer to their creation was lost.

use aws_sdk_ec2::types::{Filter, ResourceType};
use meshform_engine::{AdapterError, Located};
use meshform_state::journal::{Intent, Locator};

use crate::ec2::{Ec2, filter};
use crate::tags;

/// A type of EC2 resource that takes tags at its creation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tagged {
    Vpc,
    Subnet,
    InternetGateway,
    RouteTable,
}

impl Tagged {
    /// What tags call it.
    pub(crate) fn resource_type(self) -> ResourceType {
        match self {
            Tagged::Vpc => ResourceType::Vpc,
            Tagged::Subnet => ResourceType::Subnet,
            Tagged::InternetGateway => ResourceType::InternetGateway,
            Tagged::RouteTable => ResourceType::RouteTable,
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

    async fn ids(self, ec2: &Ec2, filter: Filter) -> Result<Vec<String>, AdapterError> {
        let filters = vec![filter];
        let ids: Vec<Option<String>> = match self {
            Tagged::Vpc => each(ec2.vpcs(filters).await?, |vpc| vpc.vpc_id),
            Tagged::Subnet => each(ec2.subnets(filters).await?, |subnet| subnet.subnet_id),
            Tagged::InternetGateway => each(ec2.internet_gateways(filters).await?, |gateway| {
                gateway.internet_gateway_id
            }),
            Tagged::RouteTable => each(ec2.route_tables(filters).await?, |table| table.route_table_id),
        };
        let mut ids: Vec<String> = ids.into_iter().flatten().collect();
        ids.sort();
        Ok(ids)
    }
}

fn each<T>(answers: Vec<T>, id: fn(T) -> Option<String>) -> Vec<Option<String>> {
    answers.into_iter().map(id).collect()
}
