//! `aws_subnet`.

use meshform_engine::{Object, Problem};
use meshform_state::Value;

use super::tags::{self, Tags};
use crate::spec::{Rules, Spec as _};
use crate::{kind, network};

kind! {
    /// A subnet of a VPC, in one zone.
    pub struct Subnet: managed "aws_subnet" in Aws {
        /// The VPC.
        vpc_id: String => required.force_new(),
        /// Its IPv4 block, from /16 to /28, inside the VPC's.
        cidr_block: String => required.force_new().normalised(network::ipv4),
        /// The zone, such as `us-west-2a`; AWS picks one if it is not given.
        availability_zone: Option<String> => optional.force_new().or_computed(),
        /// The zone's id, which is the same in every account.
        availability_zone_id: Option<String> => computed,
        /// Whether instances get a public address at start.
        map_public_ip_on_launch: bool => optional.default(Value::Bool(false)),
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

impl Rules for Subnet {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = Subnet::schema();
        let mut problems = tags::check(schema, object);
        // Sizes: "Subnet sizing" in the VPC user guide.
        problems.extend(network::check_ipv4(schema, object, "cidr_block", 16..=28));
        problems
    }
}
