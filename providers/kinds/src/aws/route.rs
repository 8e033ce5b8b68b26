//! `aws_route`.

use meshform_engine::{Object, Problem};
use meshform_state::Value;

use crate::spec::{Rules, Spec as _};
use crate::{kind, network};

kind! {
    /// One route of a route table.
    pub struct Route: managed "aws_route" in Aws {
        /// The route table.
        route_table_id: String => required.force_new(),
        /// Where the traffic goes to: an IPv4 block, unique in the table.
        destination_cidr_block: String => required.force_new().normalised(network::ipv4),
        /// An internet gateway or virtual private gateway that takes the traffic.
        gateway_id: Option<String> => optional,
        /// A NAT gateway that takes the traffic.
        nat_gateway_id: Option<String> => optional,
        /// A transit gateway that takes the traffic.
        transit_gateway_id: Option<String> => optional,
        /// A peering connection that takes the traffic.
        vpc_peering_connection_id: Option<String> => optional,
        /// A network interface that takes the traffic.
        network_interface_id: Option<String> => optional,
        /// `TABLE_DESTINATION`, the form that Terraform imports by.
        id: Option<String> => computed,
    }
}

/// What takes a route's traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteTarget {
    /// An internet gateway or virtual private gateway.
    Gateway(String),
    /// A NAT gateway.
    NatGateway(String),
    /// A transit gateway.
    TransitGateway(String),
    /// A peering connection.
    Peering(String),
    /// A network interface.
    NetworkInterface(String),
}

const TARGETS: [&str; 5] = [
    "gateway_id",
    "nat_gateway_id",
    "transit_gateway_id",
    "vpc_peering_connection_id",
    "network_interface_id",
];

impl Route {
    /// What takes the traffic; the first, if wrongly there are several.
    #[must_use]
    pub fn target(&self) -> Option<RouteTarget> {
        let any = |id: &Option<String>, target: fn(String) -> RouteTarget| id.clone().map(target);
        any(&self.gateway_id, RouteTarget::Gateway)
            .or_else(|| any(&self.nat_gateway_id, RouteTarget::NatGateway))
            .or_else(|| any(&self.transit_gateway_id, RouteTarget::TransitGateway))
            .or_else(|| any(&self.vpc_peering_connection_id, RouteTarget::Peering))
            .or_else(|| any(&self.network_interface_id, RouteTarget::NetworkInterface))
    }
}

impl Rules for Route {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = Route::schema();
        let mut problems: Vec<Problem> =
            network::check_ipv4(schema, object, "destination_cidr_block", 0..=32)
                .into_iter()
                .collect();
        let value = |name: &str| object.get(schema, name);
        // A target that is not known yet may turn out to be null.
        let undecided = TARGETS.iter().any(|name| matches!(value(name), Value::Later(_)));
        let given: Vec<&str> = TARGETS
            .into_iter()
            .filter(|name| value(name).as_str().is_some())
            .collect();
        let message = match given.len() {
            0 if !undecided => "A route needs one target.".to_owned(),
            0 | 1 => return problems,
            _ => format!(
                "A route has one target, but these are given: `{}`.",
                given.join("`, `")
            ),
        };
        let hint = Some(format!("Give exactly one of `{}`.", TARGETS.join("`, `")));
        problems.push(Problem {
            attribute: "",
            message,
            hint,
        });
        problems
    }

    /// The id follows from what the route is.
    fn refine(_prior: Option<&Object>, planned: &mut Object) {
        let schema = Route::schema();
        let text = |name| planned.get(schema, name).as_str();
        if let (Some(table), Some(destination)) = (text("route_table_id"), text("destination_cidr_block")) {
            let id = Value::string(format!("{table}_{destination}"));
            planned.set(schema, "id", id);
        }
    }
}
