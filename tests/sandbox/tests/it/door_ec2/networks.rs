//! What ends with a VPC or a subnet, and what holds it (API_DeleteVpc, API_DeleteSubnet).

use super::side::{Side, differs};

fn delete_vpc(side: &Side, vpc: &str) -> String {
    side.code(&format!("DeleteVpc&VpcId={vpc}"))
}

/// "When you delete the VPC, it deletes the VPC's default security group, network ACL, and route table."
pub(crate) fn a_vpc_takes_its_default_list_with_it(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let list = format!("DescribeNetworkAcls&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}");
        let before = side.count(&list, "networkAclId");
        assert_eq!(delete_vpc(side, &vpc), "ok");
        [before, side.count(&list, "networkAclId")]
    };
    differs(bare, door, script, [1, 1], [1, 0]);
}

/// "You must detach or delete all gateways and resources that are associated with the VPC before you can delete it."
pub(crate) fn a_vpc_in_use_stays(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpcs = [(); 3].map(|()| side.vpc("10.1.0.0/16"));
        let gateway = side.made("CreateInternetGateway", "internetGatewayId");
        let attach = format!(
            "AttachInternetGateway&InternetGatewayId={gateway}&VpcId={}",
            vpcs[0]
        );
        assert_eq!(side.code(&attach), "ok");
        side.group(&vpcs[1], "g");
        side.made(&format!("CreateNetworkAcl&VpcId={}", vpcs[2]), "networkAclId");
        vpcs.map(|vpc| delete_vpc(side, &vpc))
    };
    differs(
        bare,
        door,
        script,
        ["ok"; 3].map(str::to_owned),
        ["DependencyViolation"; 3].map(str::to_owned),
    );
}

/// "Delete your subnet" of the VPC user guide: what associates a subnet ends with it, so that its table can go.
pub(crate) fn a_subnet_takes_its_associations_with_it(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let subnet = side.made(
            &format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.1.0.0/24"),
            "subnetId",
        );
        let table = side.made(&format!("CreateRouteTable&VpcId={vpc}"), "routeTableId");
        let associate = format!("AssociateRouteTable&RouteTableId={table}&SubnetId={subnet}");
        assert_eq!(side.code(&associate), "ok");
        assert_eq!(side.code(&format!("DeleteSubnet&SubnetId={subnet}")), "ok");
        side.code(&format!("DeleteRouteTable&RouteTableId={table}"))
    };
    differs(bare, door, script, "DependencyViolation", "ok");
}

/// "Ensuring idempotency in Amazon EC2 API requests".
pub(crate) fn a_create_with_a_token_is_done_once(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let create = format!("CreateRouteTable&VpcId={vpc}&ClientToken=once");
        let [first, second] = [(); 2].map(|()| side.made(&create, "routeTableId"));
        first == second
    };
    differs(bare, door, script, false, true);
}
