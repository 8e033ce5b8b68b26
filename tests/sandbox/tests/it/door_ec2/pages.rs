//! Pages of lists ("Pagination" of the EC2 developer guide): of 5 items at least, of MaxResults at most.

use super::side::{Side, differs};
use crate::wire::element;

/// Six rules of one group come in two pages.
pub(crate) fn lists_have_pages(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let group = side.group(&side.vpc("10.1.0.0/16"), "g");
        for port in 1..6 {
            let form = format!(
                "AuthorizeSecurityGroupIngress&GroupId={group}&IpProtocol=tcp&FromPort={port}&ToPort={port}&\
                 CidrIp=10.0.0.0/8"
            );
            assert_eq!(side.code(&form), "ok");
        }
        let list = format!(
            "DescribeSecurityGroupRules&Filter.1.Name=group-id&Filter.1.Value.1={group}&MaxResults=5"
        );
        let (_, first) = side.ask(&list);
        let mut sizes = vec![first.matches("<securityGroupRuleId>").count()];
        if let Some(token) = element(&first, "nextToken") {
            sizes.push(side.count(&format!("{list}&NextToken={token}"), "securityGroupRuleId"));
        }
        let refused = [
            "DescribeSecurityGroupRules",
            "DescribeSecurityGroups",
            "DescribeInternetGateways",
            "DescribeVpcPeeringConnections",
        ]
        .map(|list| side.code(&format!("{list}&MaxResults=4")));
        (sizes, refused)
    };
    differs(
        bare,
        door,
        script,
        (vec![6], ["ok"; 4].map(str::to_owned)),
        (vec![5, 1], ["InvalidParameterValue"; 4].map(str::to_owned)),
    );
}
