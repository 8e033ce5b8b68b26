//! `aws_vpc_peering_connection`.

use meshform_engine::{Object, Problem};

use super::tags::{self, Tags};
use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// A peering connection, as the side that asks for it sees it. Unlike in Terraform there is no `auto_accept`: the
    /// other side is an `aws_vpc_peering_connection_accepter`, also where both are of one account and region.
    pub struct VpcPeeringConnection: managed "aws_vpc_peering_connection" in Aws {
        /// The VPC that asks.
        vpc_id: String => required.force_new(),
        /// The VPC that is asked.
        peer_vpc_id: String => required.force_new(),
        /// The account of the VPC that is asked; the own one if it is not given.
        peer_owner_id: Option<String> => optional.force_new().or_computed(),
        /// The region of the VPC that is asked; the own one if it is not given.
        peer_region: Option<String> => optional.force_new().or_computed(),
        /// Tags, in this account.
        tags: Tags => optional,
        /// Its id.
        id: Option<String> => computed,
    }
}

impl Rules for VpcPeeringConnection {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = VpcPeeringConnection::schema();
        let mut problems = tags::check(schema, object);
        let text = |name: &str| object.get(schema, name).as_str();
        if text("vpc_id").is_some() && text("vpc_id") == text("peer_vpc_id") {
            problems.push(Problem {
                attribute: "peer_vpc_id",
                message: "A VPC cannot be peered with itself.".to_owned(),
                hint: None,
            });
        }
        problems
    }
}
