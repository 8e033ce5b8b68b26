//! EC2 as the adapters see it: reads for whoever asks, changes only against a permit.

use std::sync::Arc;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    AvailabilityZone, Filter, InternetGateway, NetworkAcl, RouteTable, SecurityGroup, SecurityGroupRule,
    Subnet, Vpc, VpcAttributeName, VpcPeeringConnection,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::{AdapterError, ErrorClass, Permit};

use crate::error;

/// The most values that one filter takes: "Filtering" in "List and filter using the API" (EC2 user guide).
const FILTER_VALUES: usize = 200;

/// How many requests of one read are under way at once.
const AT_ONCE: usize = 4;

/// EC2 in one region of one account, with the rights of one role.
#[derive(Clone)]
pub(crate) struct Ec2 {
    client: Client,
    place: Arc<Place>,
}

/// Where and as whom the calls are made.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) region: String,
    pub(crate) partition: &'static str,
    /// The credentials, for messages.
    pub(crate) whom: String,
}

impl Ec2 {
    pub(crate) fn new(client: Client, place: Arc<Place>) -> Self {
        Ec2 { client, place }
    }

    /// The client, for the one change that the permit is for.
    pub(crate) fn change(&self, _: &Permit) -> &Client {
        &self.client
    }

    /// The failure of `call`, with what these credentials have to do with it.
    pub(crate) fn failed<E>(&self, call: &str, error: &SdkError<E, Response>) -> AdapterError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        error::from_sdk(call, &self.place.whom, error)
    }

    /// The result of `call` when nothing in its answer matters.
    pub(crate) fn done<T, E>(
        &self,
        call: &str,
        answer: Result<T, SdkError<E, Response>>,
    ) -> Result<(), AdapterError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        answer.map(|_| ()).map_err(|error| self.failed(call, &error))
    }

    /// The ARN of a resource of EC2, for those that EC2 does not tell the ARN of.
    pub(crate) fn arn(&self, owner: &str, kind: &str, id: &str) -> String {
        format!(
            "arn:{}:ec2:{}:{owner}:{kind}/{id}",
            self.place.partition, self.place.region
        )
    }

    pub(crate) fn region(&self) -> &str {
        &self.place.region
    }

    /// Reads what has one of `ids` in the field `name`, in as few requests as filters allow. A filter, unlike a list
    /// of ids, does not fail for one that is gone.
    pub(crate) async fn by_ids<T, F, Fut>(
        &self,
        name: &str,
        mut ids: Vec<String>,
        read: F,
    ) -> Result<Vec<T>, AdapterError>
    where
        F: Fn(Filter) -> Fut,
        Fut: Future<Output = Result<Vec<T>, AdapterError>>,
    {
        ids.sort();
        ids.dedup();
        let pages: Vec<Fut> = ids
            .chunks(FILTER_VALUES)
            .map(|page| read(filter(name, page)))
            .collect();
        let found: Vec<Vec<T>> = stream::iter(pages).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Whether a VPC has an attribute on; `None` if there is no such VPC.
    pub(crate) async fn vpc_attribute(
        &self,
        id: &str,
        name: VpcAttributeName,
    ) -> Result<Option<bool>, AdapterError> {
        let answer = self
            .client
            .describe_vpc_attribute()
            .vpc_id(id)
            .attribute(name.clone())
            .send()
            .await;
        let answer = match answer.map_err(|error| self.failed("ec2:DescribeVpcAttribute", &error)) {
            Ok(answer) => answer,
            Err(error) if error.class == ErrorClass::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let value = match name {
            VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames,
            _ => answer.enable_dns_support,
        };
        Ok(Some(value.and_then(|value| value.value).unwrap_or(false)))
    }

    /// The zones of the region that the account may use.
    pub(crate) async fn availability_zones(&self) -> Result<Vec<AvailabilityZone>, AdapterError> {
        let answer = self.client.describe_availability_zones().send().await;
        let answer = answer.map_err(|error| self.failed("ec2:DescribeAvailabilityZones", &error))?;
        Ok(answer.availability_zones.unwrap_or_default())
    }
}

macro_rules! reads {
    ($( $(#[$doc:meta])* $name:ident: $operation:ident as $call:literal -> $item:ident; )*) => {
        impl Ec2 {
            $(
                $(#[$doc])*
                pub(crate) async fn $name(&self, filters: Vec<Filter>) -> Result<Vec<$item>, AdapterError> {
                    let items = self.client.$operation().set_filters(Some(filters)).into_paginator().items().send();
                    let items: Result<Vec<$item>, _> = items.try_collect().await;
                    items.map_err(|error| self.failed($call, &error))
                }
            )*
        }
    };
}

reads! {
    /// VPCs.
    vpcs: describe_vpcs as "ec2:DescribeVpcs" -> Vpc;
    /// Subnets.
    subnets: describe_subnets as "ec2:DescribeSubnets" -> Subnet;
    /// Route tables with their routes and associations.
    route_tables: describe_route_tables as "ec2:DescribeRouteTables" -> RouteTable;
    /// Internet gateways.
    internet_gateways: describe_internet_gateways as "ec2:DescribeInternetGateways" -> InternetGateway;
    /// Security groups.
    security_groups: describe_security_groups as "ec2:DescribeSecurityGroups" -> SecurityGroup;
    /// Rules of security groups.
    security_group_rules: describe_security_group_rules as "ec2:DescribeSecurityGroupRules" -> SecurityGroupRule;
    /// Peering connections, of both sides.
    vpc_peering_connections: describe_vpc_peering_connections as "ec2:DescribeVpcPeeringConnections" -> VpcPeeringConnection;
    /// Network ACLs.
    network_acls: describe_network_acls as "ec2:DescribeNetworkAcls" -> NetworkAcl;
}

/// A filter that any of `values` passes.
pub(crate) fn filter<S: AsRef<str>>(name: &str, values: &[S]) -> Filter {
    let values = values.iter().map(|value| value.as_ref().to_owned()).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}
