//! `aws_vpc_peering_connection_accepter`.

use meshform_engine::Object;

use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// The consent of the side that is asked to peer. It lives in the account and region of the VPC that is asked. Its
    /// deletion leaves the connection as it is: that is ended where it was asked for.
    pub struct VpcPeeringConnectionAccepter: managed "aws_vpc_peering_connection_accepter" in Aws {
        /// The peering connection.
        vpc_peering_connection_id: String => required.force_new(),
        /// The VPC that is asked.
        vpc_id: Option<String> => computed,
        /// The VPC that asks.
        peer_vpc_id: Option<String> => computed,
        /// The account of the VPC that asks.
        peer_owner_id: Option<String> => computed,
        /// The region of the VPC that asks.
        peer_region: Option<String> => computed,
        /// The id of the connection again.
        id: Option<String> => computed,
    }
}

impl Rules for VpcPeeringConnectionAccepter {
    /// The id follows from what is accepted.
    fn refine(_prior: Option<&Object>, planned: &mut Object) {
        let schema = VpcPeeringConnectionAccepter::schema();
        let id = planned.get(schema, "vpc_peering_connection_id").clone();
        if id.as_str().is_some() {
            planned.set(schema, "id", id);
        }
    }
}
