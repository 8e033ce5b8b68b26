//! `data "aws_availability_zones"`.

use meshform_engine::{Object, Problem};

use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// The zones of the region. Unlike in Terraform, local and wavelength zones are left out even when the account has
    /// opted in to them: EKS control planes, NAT gateways and most instance types are not to be had there.
    pub struct AvailabilityZones: data "aws_availability_zones" in Aws {
        /// Only zones in this state: `available`, `information`, `impaired`, `unavailable` or `constrained`.
        state: Option<String> => optional,
        /// The names to leave out.
        exclude_names: Vec<String> => optional,
        /// The names, such as `us-west-2a`, sorted.
        names: Vec<String> => computed,
        /// The zones' ids, such as `usw2-az1`, in the order of `names`. They mean the same zone in every account.
        zone_ids: Vec<String> => computed,
        /// The region.
        id: Option<String> => computed,
    }
}

const STATES: [&str; 5] = [
    "available",
    "information",
    "impaired",
    "unavailable",
    "constrained",
];

impl Rules for AvailabilityZones {
    fn validate(object: &Object) -> Vec<Problem> {
        match object.get(AvailabilityZones::schema(), "state").as_str() {
            Some(state) if !STATES.contains(&state) => vec![Problem {
                attribute: "state",
                message: format!("`{state}` is not a state of zones."),
                hint: Some(format!("States are `{}`.", STATES.join("`, `"))),
            }],
            _ => Vec::new(),
        }
    }
}
