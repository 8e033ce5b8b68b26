//! `aws_route_table_association`.

use crate::kind;
use crate::spec::Rules;

kind! {
    /// Lets a subnet use a route table other than its VPC's main one.
    pub struct RouteTableAssociation: managed "aws_route_table_association" in Aws {
        /// The subnet.
        subnet_id: String => required.force_new(),
        /// The route table. A change replaces the association in one step, without a moment in which the subnet has the
        /// main table, but AWS gives it a new id.
        route_table_id: String => required,
        /// Its id.
        id: Option<String> => computed,
    }
}

impl Rules for RouteTableAssociation {}
