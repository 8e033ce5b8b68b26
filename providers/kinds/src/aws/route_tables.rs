//! `data "aws_route_tables"`.

use super::tags::Tags;
use crate::spec::Rules;
use crate::{kind, nested};

nested! {
    /// One route of a table.
    pub struct RouteSummary {
        /// Where the traffic goes to: an IPv4 or IPv6 block, or a prefix list.
        destination: String,
        /// The id of what takes the traffic; `local` for the VPC itself.
        target: String,
        /// Whether the target is there; if not, the traffic is dropped.
        active: bool
    }
}

nested! {
    /// One route table.
    pub struct RouteTableSummary {
        /// Its id.
        id: String,
        /// Whether it is the table of subnets that are associated with none.
        main: bool,
        /// The subnets that are associated with it, sorted.
        subnet_ids: Vec<String>,
        /// Its routes, sorted by destination.
        routes: Vec<RouteSummary>,
        /// Its tags.
        tags: Tags
    }
}

kind! {
    /// The route tables of a VPC, whoever made them.
    pub struct RouteTables: data "aws_route_tables" in Aws {
        /// The VPC.
        vpc_id: String => required,
        /// Tags that they must all have.
        tags: Tags => optional,
        /// Their ids, sorted.
        ids: Vec<String> => computed,
        /// The tables, in the order of `ids`.
        route_tables: Vec<RouteTableSummary> => computed,
        /// The region, as in Terraform.
        id: Option<String> => computed,
    }
}

impl Rules for RouteTables {}
