//! `aws_route_table`.

use meshform_engine::{Object, Problem};

use super::tags::{self, Tags};
use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// A route table of a VPC. Its routes are `aws_route`s: unlike in Terraform there is no `route` inside, so that two
    /// owners of one table's routes cannot undo each other's.
    pub struct RouteTable: managed "aws_route_table" in Aws {
        /// The VPC.
        vpc_id: String => required.force_new(),
        /// Tags.
        tags: Tags => optional,
        /// Its id.
        id: Option<String> => computed,
        /// Its ARN.
        arn: Option<String> => computed,
        /// The account that owns it.
        owner_id: Option<String> => computed,
    }
}

impl Rules for RouteTable {
    fn validate(object: &Object) -> Vec<Problem> {
        tags::check(RouteTable::schema(), object)
    }
}
