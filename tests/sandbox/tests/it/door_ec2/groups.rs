//! Security groups and their rules (API_CreateSecurityGroup, API_AuthorizeSecurityGroupIngress and their neighbours).

use super::side::{Side, differs};
use crate::wire::element;

fn ingress(group: &str, port: &str, source: &str) -> String {
    format!(
        "AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&\
         IpPermissions.1.FromPort={port}&IpPermissions.1.ToPort={port}&IpPermissions.1.{source}"
    )
}

fn cidr(cidr: &str) -> String {
    format!("IpRanges.1.CidrIp={cidr}")
}

/// The rules of a group that let traffic in.
fn rules(side: &Side, group: &str) -> usize {
    let form = format!("DescribeSecurityGroupRules&Filter.1.Name=group-id&Filter.1.Value.1={group}");
    side.ask(&form).1.matches("<isEgress>false</isEgress>").count()
}

/// "It cannot start with sg-"; InvalidGroup.Reserved: "The name 'default' is reserved".
pub(crate) fn names_are_checked(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        ["sg-mesh", "default"].map(|name| {
            let form = format!("CreateSecurityGroup&VpcId={vpc}&GroupName={name}&GroupDescription=d");
            side.code(&form)
        })
    };
    differs(
        bare,
        door,
        script,
        ["ok", "InvalidGroup.Duplicate"].map(str::to_owned),
        ["InvalidParameterValue", "InvalidGroup.Reserved"].map(str::to_owned),
    );
}

pub(crate) fn a_group_needs_its_vpc(bare: &Side, door: &Side) {
    let form = "CreateSecurityGroup&VpcId=vpc-00000000000000000&GroupName=g&GroupDescription=d";
    differs(bare, door, |side| side.code(form), "ok", "InvalidVpcID.NotFound");
}

/// API_DeleteSecurityGroup: "… or is referenced by another security group in the same VPC, the operation fails with
/// DependencyViolation". Its own rules do not count.
pub(crate) fn a_group_in_use_stays(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let (named, other) = (side.group(&vpc, "named"), side.group(&vpc, "other"));
        for group in [&named, &other] {
            let form = ingress(group, "443", &format!("Groups.1.GroupId={named}"));
            assert_eq!(side.code(&form), "ok");
        }
        let subnet = side.made(
            &format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.1.1.0/24"),
            "subnetId",
        );
        let form = format!("CreateNetworkInterface&SubnetId={subnet}&SecurityGroupId.1={other}");
        let interface = side.made(&form, "networkInterfaceId");
        let delete = |group: &str| side.code(&format!("DeleteSecurityGroup&GroupId={group}"));
        let refused = [delete(&named), delete(&other)];
        let interface = format!("DeleteNetworkInterface&NetworkInterfaceId={interface}");
        assert_eq!(side.code(&interface), "ok");
        let [one, two] = refused;
        [one, two, delete(&other), delete(&named)]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok", "InvalidGroup.NotFound", "InvalidGroup.NotFound"].map(str::to_owned),
        ["DependencyViolation", "DependencyViolation", "ok", "ok"].map(str::to_owned),
    );
}

/// "Error codes": CannotDelete; the group goes with its VPC.
pub(crate) fn the_default_group_stays(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let list = format!(
            "DescribeSecurityGroups&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}&\
             Filter.2.Name=group-name&Filter.2.Value.1=default"
        );
        let group = side.made(&list, "groupId");
        let refused = side.code(&format!("DeleteSecurityGroup&GroupId={group}"));
        [refused, side.code(&format!("DeleteVpc&VpcId={vpc}"))]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok"].map(str::to_owned),
        ["CannotDelete", "ok"].map(str::to_owned),
    );
}

/// The answer has all rules of all permissions; a duplicate among them leaves none.
pub(crate) fn a_request_adds_all_of_its_rules_or_none(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let group = side.group(&side.vpc("10.1.0.0/16"), "g");
        let second = "IpPermissions.2.IpProtocol=tcp&IpPermissions.2.FromPort=2&IpPermissions.2.ToPort=2";
        let form = |first: &str| {
            format!(
                "{}&{second}&IpPermissions.2.{}",
                ingress(&group, first, &cidr("10.0.0.0/8")),
                cidr("10.0.0.0/8")
            )
        };
        let answered = side.count(&form("1"), "securityGroupRuleId");
        assert_eq!(side.code(&form("3")), "InvalidPermission.Duplicate");
        [answered, rules(side, &group)]
    };
    differs(bare, door, script, [1, 3], [2, 2]);
}

/// "AWS canonicalizes IPv4 and IPv6 CIDRs … if you attempt to add another rule with the non-canonical form …, the API
/// throws a duplicate rule error" (API_IpRange).
pub(crate) fn networks_are_canonical_and_ports_go_upwards(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let group = side.group(&side.vpc("10.1.0.0/16"), "g");
        let authorize = |text: &str| side.code(&ingress(&group, "443", &cidr(text)));
        let backwards = format!(
            "AuthorizeSecurityGroupIngress&GroupId={group}&IpProtocol=tcp&FromPort=9&ToPort=8&CidrIp=10.0.0.0/8"
        );
        [
            authorize("10.1.2.3/8"),
            authorize("10.0.0.0/8"),
            side.code(&backwards),
        ]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok", "ok"].map(str::to_owned),
        ["ok", "InvalidPermission.Duplicate", "InvalidParameterValue"].map(str::to_owned),
    );
}

pub(crate) fn descriptions_do_not_make_rules_differ(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let (group, other) = (side.group(&vpc, "g"), side.group(&vpc, "o"));
        ["one", "two"].map(|text| {
            let source = format!("Groups.1.GroupId={other}&IpPermissions.1.Groups.1.Description={text}");
            side.code(&ingress(&group, "443", &source))
        })
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok"].map(str::to_owned),
        ["ok", "InvalidPermission.Duplicate"].map(str::to_owned),
    );
}

/// API_SecurityGroupRule: groupOwnerId, and the description of a rule for a group.
pub(crate) fn a_rule_names_its_owner_and_says_its_description(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let vpc = side.vpc("10.1.0.0/16");
        let (group, other) = (side.group(&vpc, "g"), side.group(&vpc, "o"));
        let source = format!("Groups.1.GroupId={other}&IpPermissions.1.Groups.1.Description=text");
        let (_, body) = side.ask(&ingress(&group, "443", &source));
        [element(&body, "groupOwnerId"), element(&body, "description")]
    };
    let aws = ["123456789012", "text"].map(|text| Some(text.to_owned()));
    differs(bare, door, script, [None, None], aws);
}

/// API_ModifySecurityGroupRules: all but a rule's kind can change, into no rule that exists.
pub(crate) fn a_rule_can_become_another(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let group = side.group(&side.vpc("10.1.0.0/16"), "g");
        let six = |network: &str| format!("Ipv6Ranges.1.CidrIpv6={network}");
        let id = side.made(
            &ingress(&group, "443", &six("fd00:1::/32")),
            "securityGroupRuleId",
        );
        side.made(
            &ingress(&group, "443", &six("fd00:2::/32")),
            "securityGroupRuleId",
        );
        let modify = |network: &str| {
            side.code(&format!(
                "ModifySecurityGroupRules&GroupId={group}&SecurityGroupRule.1.SecurityGroupRuleId={id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=443&\
                 SecurityGroupRule.1.SecurityGroupRule.ToPort=443&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv6={network}"
            ))
        };
        let answers = [modify("fd00:2::/32"), modify("fd00:3::/32")];
        let (_, body) = side.ask(&format!("DescribeSecurityGroupRules&SecurityGroupRuleId.1={id}"));
        let [first, second] = answers;
        [first, second, element(&body, "cidrIpv6").unwrap_or_default()]
    };
    differs(
        bare,
        door,
        script,
        ["ok", "ok", "fd00:1::/32"].map(str::to_owned),
        ["InvalidPermission.Duplicate", "ok", "fd00:3::/32"].map(str::to_owned),
    );
}

/// "Error codes": InvalidSecurityGroupRuleId.NotFound.
pub(crate) fn an_absent_rule_has_a_code_of_its_own(bare: &Side, door: &Side) {
    let script = |side: &Side| {
        let group = side.group(&side.vpc("10.1.0.0/16"), "g");
        let rule = "SecurityGroupRuleId.1=sgr-00000000000000000";
        side.code(&format!("RevokeSecurityGroupIngress&GroupId={group}&{rule}"))
    };
    differs(
        bare,
        door,
        script,
        "InvalidPermission.NotFound",
        "InvalidSecurityGroupRuleId.NotFound",
    );
}
