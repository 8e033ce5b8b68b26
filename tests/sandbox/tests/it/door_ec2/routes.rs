//! Routes and internet gateways (API_CreateRoute, API_Route, "Route tables" and "Quotas" of the VPC user guide).

use super::peering::peer;
use super::side::{Side, differs};

fn table(side: &Side, vpc: &str) -> String {
    side.made(&format!("CreateRouteTable&VpcId={vpc}"), "routeTableId")
}

fn route(side: &Side, table: &str, destination: &str, target: &str) -> String {
    side.code(&format!(
        "CreateRoute&RouteTableId={table}&DestinationCidrBlock={destination}&{target}"
    ))
}

fn blackholes(side: &Side, table: &str) -> usize {
    let form = format!("DescribeRouteTables&RouteTableId.1={table}");
    side.ask(&form).1.matches("<state>blackhole</state>").count()
}

fn gateway(side: &Side) -> String {
    side.made("CreateInternetGateway", "internetGatewayId")
}

/// "The blackhole state indicates that the route's target isn't available."
pub(crate) fn a_route_to_an_ended_peering_is_a_blackhole(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (vpc, _, peering) = peer(side);
        let table = table(side, &vpc);
        let target = format!("VpcPeeringConnectionId={peering}");
        assert_eq!(route(side, &table, "10.2.0.0/16", &target), "ok");
        let before = blackholes(side, &table);
        side.code(&format!("DeleteVpcPeeringConnection&{target}"));
        [before, blackholes(side, &table)]
    };
    differs(bare, door, script, [0, 0], [0, 1]);
}

pub(crate) fn a_route_to_a_detached_gateway_is_a_blackhole(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let (table, gateway) = (table(side, &vpc), gateway(side));
        let attachment = format!("InternetGateway&InternetGatewayId={gateway}&VpcId={vpc}");
        assert_eq!(side.code(&format!("Attach{attachment}")), "ok");
        assert_eq!(
            route(side, &table, "0.0.0.0/0", &format!("GatewayId={gateway}")),
            "ok"
        );
        let before = blackholes(side, &table);
        assert_eq!(side.code(&format!("Detach{attachment}")), "ok");
        [before, blackholes(side, &table)]
    };
    differs(bare, door, script, [0, 0], [0, 1]);
}

/// "The route can target only an interface or an instance": a peering would take the VPC's own addresses away.
pub(crate) fn a_route_inside_the_vpc_is_refused(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (vpc, _, peering) = peer(side);
        let (table, target) = (table(side, &vpc), format!("VpcPeeringConnectionId={peering}"));
        ["10.1.0.0/16", "10.1.2.0/24"].map(|destination| route(side, &table, destination, &target))
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok"].map(str::to_owned),
        ["InvalidParameterValue"; 2].map(str::to_owned),
    );
}

/// Without a target, to a gateway of no network, to a peering of other networks, to what is not there.
pub(crate) fn a_route_needs_a_target_in_its_network(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (_, _, peering) = peer(side);
        let (table, gateway) = (table(side, &side.vpc("10.3.0.0/16")), gateway(side));
        [
            String::new(),
            format!("GatewayId={gateway}"),
            format!("VpcPeeringConnectionId={peering}"),
            "NatGatewayId=nat-00000000000000000".to_owned(),
            "TransitGatewayId=tgw-00000000000000000".to_owned(),
        ]
        .iter()
        .enumerate()
        .map(|(place, target)| route(side, &table, &format!("10.{}.0.0/16", 100 + place), target))
        .collect::<Vec<_>>()
    };
    let codes = [
        "MissingParameter",
        "InvalidParameterValue",
        "InvalidParameterValue",
        "InvalidNatGatewayID.NotFound",
        "InvalidTransitGatewayID.NotFound",
    ];
    differs(
        bare,
        door,
        script,
        vec!["ok".to_owned(); 5],
        codes.map(str::to_owned),
    );
}

/// "We modify the specified CIDR block to its canonical form."
pub(crate) fn a_destination_is_canonical(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (vpc, _, peering) = peer(side);
        let table = table(side, &vpc);
        route(
            side,
            &table,
            "10.2.3.4/16",
            &format!("VpcPeeringConnectionId={peering}"),
        );
        let (_, body) = side.ask(&format!("DescribeRouteTables&RouteTableId.1={table}"));
        body.contains("<destinationCidrBlock>10.2.0.0/16</destinationCidrBlock>")
    };
    differs(bare, door, script, false, true);
}

/// "Internet gateways per Region … Only one internet gateway can be attached to a VPC at a time."
pub(crate) fn a_vpc_has_one_internet_gateway(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        [gateway(side), gateway(side)].map(|gateway| {
            side.code(&format!(
                "AttachInternetGateway&InternetGatewayId={gateway}&VpcId={vpc}"
            ))
        })
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok"].map(str::to_owned),
        ["ok", "InvalidParameterValue"].map(str::to_owned),
    );
}
