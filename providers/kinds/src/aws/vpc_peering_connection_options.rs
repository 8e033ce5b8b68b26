//! `aws_vpc_peering_connection_options`.

use meshform_engine::{Object, Problem};
use meshform_state::Value;

use crate::spec::{Rules, Spec as _};
use crate::{kind, nested};

nested! {
    /// What one side of a peering connection allows.
    pub struct PeeringOptions {
        /// Whether public DNS names of instances of this side resolve to private addresses on the other side.
        allow_remote_vpc_dns_resolution: bool
    }
}

kind! {
    /// What the sides of an active peering connection allow. Each side is set in its own account and region; where both
    /// are the same, one resource may set both.
    pub struct VpcPeeringConnectionOptions: managed "aws_vpc_peering_connection_options" in Aws {
        /// The peering connection.
        vpc_peering_connection_id: String => required.force_new(),
        /// What the side that accepted allows; left alone if it is not given.
        accepter: Option<PeeringOptions> => optional.owned(),
        /// What the side that asked allows; left alone if it is not given.
        requester: Option<PeeringOptions> => optional.owned(),
        /// The id of the connection again.
        id: Option<String> => computed,
    }
}

const SIDES: [&str; 2] = ["accepter", "requester"];

impl Rules for VpcPeeringConnectionOptions {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = VpcPeeringConnectionOptions::schema();
        if SIDES.iter().any(|side| !object.get(schema, side).is_null()) {
            return Vec::new();
        }
        vec![Problem {
            attribute: "",
            message: "Options of neither side are given.".to_owned(),
            hint: Some("Give `accepter`, `requester` or both.".to_owned()),
        }]
    }

    /// The id follows from the connection.
    fn refine(_prior: Option<&Object>, planned: &mut Object) {
        let schema = VpcPeeringConnectionOptions::schema();
        let id = planned.get(schema, "vpc_peering_connection_id").clone();
        if id.as_str().is_some() {
            planned.set(schema, "id", id);
        }
    }

    /// A side that was never set is not ours.
    fn project(observed: &Object, desired: &Object, recorded: Option<&Object>) -> Object {
        let schema = VpcPeeringConnectionOptions::schema();
        let mut ours = observed.clone();
        for side in SIDES {
            let set = |object: &Object| !object.get(schema, side).is_null();
            if !set(desired) && !recorded.is_some_and(set) {
                let ty = observed.get(schema, side).ty();
                ours.set(schema, side, Value::Null(ty));
            }
        }
        ours
    }
}
