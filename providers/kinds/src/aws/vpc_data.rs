//! `data "aws_vpc"`.

use super::tags::Tags;
use crate::kind;
use crate::spec::Rules;

kind! {
    /// A VPC that others made.
    pub struct VpcData: data "aws_vpc" in Aws {
        /// Its id.
        id: String => required,
        /// Its first IPv4 block.
        cidr_block: Option<String> => computed,
        /// All its IPv4 blocks, the first one first and the others sorted.
        cidr_blocks: Vec<String> => computed,
        /// The account that owns it.
        owner_id: Option<String> => computed,
        /// Its ARN.
        arn: Option<String> => computed,
        /// Whether it has a DNS resolver.
        enable_dns_support: Option<bool> => computed,
        /// Whether instances with public addresses get DNS names.
        enable_dns_hostnames: Option<bool> => computed,
        /// The route table of subnets that are associated with none.
        main_route_table_id: Option<String> => computed,
        /// Its tags.
        tags: Tags => computed,
    }
}

impl Rules for VpcData {}
