//! `data "aws_subnets"`.

use std::collections::BTreeMap;

use super::tags::Tags;
use crate::spec::Rules;
use crate::{kind, nested};

nested! {
    /// One subnet.
    pub struct SubnetSummary {
        /// Its id.
        id: String,
        /// Its zone, such as `us-west-2a`.
        availability_zone: String,
        /// The zone's id, which is the same in every account.
        availability_zone_id: String,
        /// Its IPv4 block.
        cidr_block: String,
        /// Whether instances get a public address at start.
        map_public_ip_on_launch: bool,
        /// Its tags.
        tags: Tags
    }
}

kind! {
    /// Subnets that others made.
    pub struct Subnets: data "aws_subnets" in Aws {
        /// The VPC that they are in; any if it is not given.
        vpc_id: Option<String> => optional,
        /// Tags that they must all have.
        tags: Tags => optional,
        /// More filters by their names in EC2's `DescribeSubnets`, each with the values that pass.
        filters: BTreeMap<String, Vec<String>> => optional,
        /// Their ids, sorted.
        ids: Vec<String> => computed,
        /// The subnets, in the order of `ids`.
        subnets: Vec<SubnetSummary> => computed,
        /// The region, as in Terraform.
        id: Option<String> => computed,
    }
}

impl Rules for Subnets {}
