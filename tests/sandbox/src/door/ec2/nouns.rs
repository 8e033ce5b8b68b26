//! The objects of EC2 that the door knows by name: how each is listed, and how EC2 says that it is not there.
//!
//! The list, item and code names are those of the Amazon EC2 API Reference (API_Describe…, "Error codes for the Amazon
//! EC2 API").

/// How one kind of object is listed.
#[derive(Debug)]
pub(crate) struct Noun {
    /// What it is called in the sandbox's lists.
    pub(crate) kind: &'static str,
    /// The action that lists it.
    pub(crate) describe: &'static str,
    /// The element that holds the items.
    pub(crate) set: &'static str,
    /// The element of an item that identifies it.
    pub(crate) id: &'static str,
    /// The error code of an id that is not there.
    pub(crate) not_found: &'static str,
    /// The prefix of its ids.
    pub(crate) prefix: &'static str,
}

const fn noun(
    kind: &'static str,
    describe: &'static str,
    set: &'static str,
    id: &'static str,
    not_found: &'static str,
    prefix: &'static str,
) -> Noun {
    Noun {
        kind,
        describe,
        set,
        id,
        not_found,
        prefix,
    }
}

/// Longer prefixes of ids stand before those that begin them.
#[rustfmt::skip]
pub(crate) const NOUNS: &[Noun] = &[
    noun("vpc-peering-connection", "DescribeVpcPeeringConnections", "vpcPeeringConnectionSet", "vpcPeeringConnectionId", "InvalidVpcPeeringConnectionID.NotFound", "pcx-"),
    noun("vpc-endpoint", "DescribeVpcEndpoints", "vpcEndpointSet", "vpcEndpointId", "InvalidVpcEndpointId.NotFound", "vpce-"),
    noun("vpc", "DescribeVpcs", "vpcSet", "vpcId", "InvalidVpcID.NotFound", "vpc-"),
    noun("subnet", "DescribeSubnets", "subnetSet", "subnetId", "InvalidSubnetID.NotFound", "subnet-"),
    noun("route-table", "DescribeRouteTables", "routeTableSet", "routeTableId", "InvalidRouteTableID.NotFound", "rtb-"),
    noun("egress-only-internet-gateway", "DescribeEgressOnlyInternetGateways", "egressOnlyInternetGatewaySet", "egressOnlyInternetGatewayId", "InvalidGatewayID.NotFound", "eigw-"),
    noun("internet-gateway", "DescribeInternetGateways", "internetGatewaySet", "internetGatewayId", "InvalidInternetGatewayID.NotFound", "igw-"),
    noun("nat-gateway", "DescribeNatGateways", "natGatewaySet", "natGatewayId", "NatGatewayNotFound", "nat-"),
    noun("address", "DescribeAddresses", "addressesSet", "allocationId", "InvalidAllocationID.NotFound", "eipalloc-"),
    noun("security-group-rule", "DescribeSecurityGroupRules", "securityGroupRuleSet", "securityGroupRuleId", "InvalidSecurityGroupRuleId.NotFound", "sgr-"),
    noun("security-group", "DescribeSecurityGroups", "securityGroupInfo", "groupId", "InvalidGroup.NotFound", "sg-"),
    noun("network-acl", "DescribeNetworkAcls", "networkAclSet", "networkAclId", "InvalidNetworkAclID.NotFound", "acl-"),
    noun("network-interface", "DescribeNetworkInterfaces", "networkInterfaceSet", "networkInterfaceId", "InvalidNetworkInterfaceID.NotFound", "eni-"),
    noun("dhcp-options", "DescribeDhcpOptions", "dhcpOptionsSet", "dhcpOptionsId", "InvalidDhcpOptionID.NotFound", "dopt-"),
    noun("managed-prefix-list", "DescribeManagedPrefixLists", "prefixListSet", "prefixListId", "InvalidPrefixListID.NotFound", "pl-"),
    noun("transit-gateway-attachment", "DescribeTransitGatewayAttachments", "transitGatewayAttachments", "transitGatewayAttachmentId", "InvalidTransitGatewayAttachmentID.NotFound", "tgw-attach-"),
    noun("transit-gateway-route-table", "DescribeTransitGatewayRouteTables", "transitGatewayRouteTables", "transitGatewayRouteTableId", "InvalidRouteTableID.NotFound", "tgw-rtb-"),
    noun("transit-gateway", "DescribeTransitGateways", "transitGatewaySet", "transitGatewayId", "InvalidTransitGatewayID.NotFound", "tgw-"),
    noun("instance", "DescribeInstances", "reservationSet", "reservationId", "InvalidInstanceID.NotFound", "i-"),
];

/// Tags are listed by the object they are on.
pub(crate) const TAGS: Noun = noun("tag", "DescribeTags", "tagSet", "resourceId", "InvalidID", "");

/// Returns the kind of object that an action lists.
pub(crate) fn listed_by(action: &str) -> Option<&'static Noun> {
    const LISTED: &Noun = &TAGS;
    NOUNS
        .iter()
        .chain(std::iter::once(LISTED))
        .find(|noun| noun.describe == action)
}

/// Returns the kind of object that an id is of.
pub(crate) fn of_id(id: &str) -> Option<&'static Noun> {
    NOUNS.iter().find(|noun| id.starts_with(noun.prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart() {
        for (id, kind) in [
            ("vpc-0a", "vpc"),
            ("vpce-0a", "vpc-endpoint"),
            ("tgw-0a", "transit-gateway"),
            ("tgw-rtb-0a", "transit-gateway-route-table"),
            ("igw-0a", "internet-gateway"),
            ("eigw-0a", "egress-only-internet-gateway"),
            ("sg-0a", "security-group"),
            ("sgr-0a", "security-group-rule"),
        ] {
            assert_eq!(of_id(id).map(|noun| noun.kind), Some(kind));
        }
        assert!(of_id("ami-0a").is_none());
    }
}
