//! Peering (API_CreateVpcPeeringConnection and its neighbours, "VPC peering connection lifecycle").

use meshform_sandbox::Door;

use super::side::{Side, differs};
use crate::aws::assume;
use crate::wire::element;

fn request(side: &Side, vpc: &str, peer: &str) -> String {
    let form = format!("CreateVpcPeeringConnection&VpcId={vpc}&PeerVpcId={peer}");
    side.made(&form, "vpcPeeringConnectionId")
}

/// Peers two VPCs of one account.
pub(crate) fn peer(side: &Side) -> (String, String, String) {
    let (vpc, other) = (side.vpc("10.1.0.0/16"), side.vpc("10.2.0.0/16"));
    let peering = request(side, &vpc, &other);
    let accepted = side.code(&format!(
        "AcceptVpcPeeringConnection&VpcPeeringConnectionId={peering}"
    ));
    assert_eq!(accepted, "ok");
    (vpc, other, peering)
}

fn status(side: &Side, peering: &str) -> String {
    let form = format!("DescribeVpcPeeringConnections&VpcPeeringConnectionId.1={peering}");
    side.made(&form, "code")
}

/// "If you create a VPC peering connection request between VPCs with overlapping CIDR blocks, the VPC peering
/// connection has a status of failed."
pub(crate) fn overlapping_networks_fail(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let peering = request(side, &side.vpc("10.1.0.0/16"), &side.vpc("10.1.128.0/20"));
        status(side, &peering)
    };
    differs(bare, door, script, "pending-acceptance", "failed");
}

/// "You cannot have more than one VPC peering connection between two VPCs at the same time."
pub(crate) fn two_vpcs_have_one_peering(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (vpc, other, _) = peer(side);
        side.code(&format!(
            "CreateVpcPeeringConnection&VpcId={other}&PeerVpcId={vpc}"
        ))
    };
    differs(bare, door, script, "ok", "VpcPeeringConnectionAlreadyExists");
}

/// "Peering options can be added only to active peerings."
pub(crate) fn options_are_of_active_peerings(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let peering = request(side, &side.vpc("10.1.0.0/16"), &side.vpc("10.2.0.0/16"));
        let options = "RequesterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc=true";
        let modify = format!("ModifyVpcPeeringConnectionOptions&VpcPeeringConnectionId={peering}&{options}");
        let before = side.code(&modify);
        side.code(&format!(
            "AcceptVpcPeeringConnection&VpcPeeringConnectionId={peering}"
        ));
        [before, side.code(&modify)]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok"].map(str::to_owned),
        ["OperationNotPermitted", "ok"].map(str::to_owned),
    );
}

/// "Error codes for the Amazon EC2 API".
pub(crate) fn an_absent_peering_is_an_error_by_its_documented_name(bare: &Side, door: &Side) {
    let absent = "pcx-00000000000000000";
    let script = |side: &Side| {
        [
            side.code(&format!(
                "DescribeVpcPeeringConnections&VpcPeeringConnectionId.1={absent}"
            )),
            side.code(&format!(
                "DeleteVpcPeeringConnection&VpcPeeringConnectionId={absent}"
            )),
        ]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "InvalidVpcPeeringConnectionId.NotFound"].map(str::to_owned),
        ["InvalidVpcPeeringConnectionID.NotFound"; 2].map(str::to_owned),
    );
}

/// API_DescribeVpcPeeringConnections, "Filter.N".
pub(crate) fn filters_narrow_the_list(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (vpc, ..) = peer(side);
        let third = side.vpc("10.3.0.0/16");
        request(side, &vpc, &third);
        let filtered = |name: &str, value: &str| {
            let form = format!("DescribeVpcPeeringConnections&Filter.1.Name={name}&Filter.1.Value.1={value}");
            side.count(&form, "vpcPeeringConnectionId")
        };
        [
            filtered("accepter-vpc-info.vpc-id", &third),
            filtered("requester-vpc-info.vpc-id", &third),
            filtered("status-code", "active"),
        ]
    };
    differs(bare, door, script, [2, 2, 2], [1, 0, 1]);
}

/// "You can't delete a VPC peering connection that's in the failed or rejected state."
pub(crate) fn what_failed_cannot_be_deleted(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let peering = request(side, &side.vpc("10.1.0.0/16"), &side.vpc("10.2.0.0/16"));
        side.code(&format!(
            "RejectVpcPeeringConnection&VpcPeeringConnectionId={peering}"
        ));
        side.code(&format!(
            "DeleteVpcPeeringConnection&VpcPeeringConnectionId={peering}"
        ))
    };
    differs(bare, door, script, "ok", "InvalidStateTransition");
}

/// API_DeleteVpc: "You must detach or delete all gateways and resources that are associated with the VPC".
pub(crate) fn a_vpc_with_a_live_peering_stays(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let (_, other, peering) = peer(side);
        let before = side.code(&format!("DeleteVpc&VpcId={other}"));
        side.code(&format!(
            "DeleteVpcPeeringConnection&VpcPeeringConnectionId={peering}"
        ));
        [before, side.code(&format!("DeleteVpc&VpcId={other}"))]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "InvalidVpcID.NotFound"].map(str::to_owned),
        ["DependencyViolation", "ok"].map(str::to_owned),
    );
}

/// Another account in another region accepts, and sees neither the requester's tags nor its options to change.
pub(crate) fn accounts_and_regions_peer(door: &Door) {
    let here = Side::of(door);
    let there = here.with(&assume(door, "222222222222", "mesh").id, "us-east-1");
    let (vpc, other) = (here.vpc("10.1.0.0/16"), there.vpc("10.2.0.0/16"));
    let form = format!(
        "CreateVpcPeeringConnection&VpcId={vpc}&PeerVpcId={other}&PeerOwnerId=222222222222&PeerRegion=us-east-1&\
         TagSpecification.1.ResourceType=vpc-peering-connection&TagSpecification.1.Tag.1.Key=whose&\
         TagSpecification.1.Tag.1.Value=requester"
    );
    let peering = here.made(&form, "vpcPeeringConnectionId");
    let accept = format!("AcceptVpcPeeringConnection&VpcPeeringConnectionId={peering}");
    assert_eq!(here.code(&accept), "OperationNotPermitted");
    assert_eq!(status(&there, &peering), "pending-acceptance");
    let (answered, body) = there.ask(&accept);
    assert_eq!(
        (answered, element(&body, "code").as_deref()),
        (200, Some("active")),
        "{body}"
    );
    assert!(!body.contains("requester</value>"), "{body}");
    assert_eq!(status(&here, &peering), "active");

    let list = format!("DescribeVpcPeeringConnections&VpcPeeringConnectionId.1={peering}");
    assert!(here.ask(&list).1.contains("requester") && !there.ask(&list).1.contains("<key>whose</key>"));
    let options = |side: &Side, whose: &str| {
        let name = format!("{whose}PeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc=true");
        side.code(&format!(
            "ModifyVpcPeeringConnectionOptions&VpcPeeringConnectionId={peering}&{name}"
        ))
    };
    assert_eq!(options(&here, "Requester"), "ok");
    assert_eq!(options(&here, "Accepter"), "OperationNotPermitted");
    assert_eq!(options(&there, "Accepter"), "ok");
    assert_eq!(options(&there, "Requester"), "OperationNotPermitted");

    // A VPC that is not there fails later; in one's own account it is refused at once.
    let absent = "vpc-00000000000000000";
    let form = format!("CreateVpcPeeringConnection&VpcId={vpc}&PeerVpcId={absent}");
    assert_eq!(here.code(&form), "InvalidVpcID.NotFound");
    let failed = here.made(
        &format!("{form}&PeerOwnerId=222222222222"),
        "vpcPeeringConnectionId",
    );
    assert_eq!(status(&here, &failed), "failed");
}
