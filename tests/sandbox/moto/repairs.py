"""Where moto's EC2 differs from AWS's in peering, routes, gateways and groups, put right beside moto's own objects.

Each repair names the page of AWS that it follows, and has a test of its own in tests/it/door_ec2, which shows bare moto
and the door side by side. The door in front of this knows only the wire.
"""

import copy
import inspect
import ipaddress
from types import SimpleNamespace

from moto.core.responses import ActionResult
from moto.ec2 import exceptions
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError, InvalidVPCIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.route_tables import Route
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpc_peering_connections import VPCPeeringConnection
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.vpc_peering_connections import VPCPeeringConnections
from moto.ec2.utils import random_vpc_peering_connection_id

LIVE = ("pending-acceptance", "active")


def repair(method, owner=EC2Backend):
    """Replaces a method of moto's EC2 by one that gets the original as its second argument."""

    def decorate(function):
        original = getattr(owner, method)
        setattr(owner, method, lambda self, *args, **kwargs: function(self, original, *args, **kwargs))
        return function

    return decorate


def invalid(message):
    return EC2ClientError("InvalidParameterValue", message)


def networks(vpc):
    """All networks of a VPC, of both kinds."""
    held = vpc.get_cidr_block_association_set(ipv6=False) + vpc.get_cidr_block_association_set(ipv6=True)
    return [ipaddress.ip_network(item["cidr_block"]) for item in held if item.get("cidr_block")]


# Peering: API_CreateVpcPeeringConnection and its neighbours, "VPC peering connection lifecycle" of the peering guide.


def peering_not_found(error, peering):
    """ "Error codes for the Amazon EC2 API" spells it with ID in capitals."""
    message = f"The vpcPeeringConnection ID '{peering}' does not exist"
    EC2ClientError.__init__(error, "InvalidVpcPeeringConnectionID.NotFound", message)


exceptions.InvalidVPCPeeringConnectionIdError.__init__ = peering_not_found


def fail(peering):
    """A request that cannot be is made all the same, and has failed (lifecycle: "Failed")."""
    peering._status.code = "failed"
    peering._status.message = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"


@repair("create_vpc_peering_connection")
def create_vpc_peering_connection(backend, original, vpc, peer_vpc, tags=None):
    """One peering between two VPCs ("VPC peering limitations"); overlapping networks fail (the action's page)."""
    if not hasattr(peer_vpc, "cidr_block"):
        peering = VPCPeeringConnection(backend, random_vpc_peering_connection_id(), vpc, peer_vpc, tags)
        backend.vpc_pcxs[peering.id] = peering
        peer_vpc.cidr_block = None
        fail(peering)
        return peering
    for held in backend.vpc_pcxs.values():
        if {held.vpc.id, held.peer_vpc.id} == {vpc.id, peer_vpc.id} and held._status.code in LIVE:
            message = "A VPC peering connection between the VPCs already exists."
            raise EC2ClientError("VpcPeeringConnectionAlreadyExists", message)
    peering = original(backend, vpc, peer_vpc, tags)
    pairs = [(one, other) for one in networks(vpc) for other in networks(peer_vpc)]
    if any(one.version == other.version and one.overlaps(other) for one, other in pairs):
        fail(peering)
    return peering


@repair("create_vpc_peering_connection", VPCPeeringConnections)
def request_peering(response, original):
    """A VPC of another account or region is looked for later; the request itself is fine (lifecycle: "Failed")."""
    try:
        return original(response)
    except InvalidVPCIdError:
        owner = response._get_param("PeerOwnerId") or response.current_account
        region = response._get_param("PeerRegion") or response.region
        backend = response.ec2_backend
        if (owner, region) == (response.current_account, response.region):
            raise
        vpc = backend.get_vpc(response._get_param("VpcId"))
        peer = SimpleNamespace(owner_id=owner, region=region, id=response._get_param("PeerVpcId"))
        tags = response._parse_tag_specification().get("vpc-peering-connection", {})
        return ActionResult({"VpcPeeringConnection": backend.create_vpc_peering_connection(vpc, peer, tags)})


@repair("delete_vpc_peering_connection")
def delete_vpc_peering_connection(backend, original, vpc_pcx_id):
    """ "You can't delete a VPC peering connection that's in the failed or rejected state" (the action's page)."""
    if backend.get_vpc_peering_connection(vpc_pcx_id)._status.code in ("failed", "rejected"):
        raise exceptions.InvalidVPCPeeringConnectionStateTransitionError(vpc_pcx_id)
    return original(backend, vpc_pcx_id)


@repair("modify_vpc_peering_connection_options")
def modify_options(backend, original, vpc_pcx_id, accepter_options=None, requester_options=None):
    """Only of an active peering; "if the peered VPCs are in different accounts or Regions, each owner must initiate a
    separate request" (the action's page)."""
    peering = backend.get_vpc_peering_connection(vpc_pcx_id)
    if peering._status.code != "active":
        raise exceptions.OperationNotPermitted(
            f"Peering {vpc_pcx_id} is not active. Peering options can be added only to active peerings."
        )
    here = (backend.account_id, backend.region_name)
    for options, vpc, side in (
        (accepter_options, peering.peer_vpc, "accepter"),
        (requester_options, peering.vpc, "requester"),
    ):
        if options and (vpc.owner_id, vpc.region) != here:
            raise exceptions.OperationNotPermitted(
                f"User ({backend.account_id}) in {backend.region_name} cannot modify {side} options of {vpc_pcx_id}"
            )
    return original(backend, vpc_pcx_id, accepter_options, requester_options)


def seen_from(peering, backend):
    """Tags are of the account that set them ("Tag your Amazon EC2 resources": tags are not shared)."""
    seen = copy.copy(peering)
    seen.ec2_backend = backend
    return seen


PEERING_FILTERS = {
    "accepter-vpc-info.cidr-block": lambda peering: peering.peer_vpc.cidr_block,
    "accepter-vpc-info.owner-id": lambda peering: peering.peer_vpc.owner_id,
    "accepter-vpc-info.vpc-id": lambda peering: peering.peer_vpc.id,
    "requester-vpc-info.cidr-block": lambda peering: peering.vpc.cidr_block,
    "requester-vpc-info.owner-id": lambda peering: peering.vpc.owner_id,
    "requester-vpc-info.vpc-id": lambda peering: peering.vpc.id,
    "status-code": lambda peering: peering._status.code,
    "status-message": lambda peering: peering._status.message,
    "vpc-peering-connection-id": lambda peering: peering.id,
}


def fits(peering, name, values):
    tags = {tag["key"]: tag["value"] for tag in peering.get_tags()}
    if name == "tag-key":
        return any(key in values for key in tags)
    if name.startswith("tag:"):
        return tags.get(name.removeprefix("tag:")) in values
    if name not in PEERING_FILTERS:
        raise invalid(f"The filter '{name}' is invalid")
    return PEERING_FILTERS[name](peering) in values


@repair("describe_vpc_peering_connections", VPCPeeringConnections)
def describe_vpc_peering_connections(response, _original):
    """The filters of the action's page; an id that is not there is an error."""
    backend = response.ec2_backend
    ids = response._get_param("VpcPeeringConnectionIds", [])
    held = [backend.get_vpc_peering_connection(one) for one in ids] if ids else backend.vpc_pcxs.values()
    shown = [seen_from(peering, backend) for peering in held]
    for name, values in (response._filters_from_querystring() or {}).items():
        shown = [peering for peering in shown if fits(peering, name, values)]
    return ActionResult({"VpcPeeringConnections": shown})


@repair("accept_vpc_peering_connection", VPCPeeringConnections)
def accept_vpc_peering_connection(response, _original):
    backend = response.ec2_backend
    peering = backend.accept_vpc_peering_connection(response._get_param("VpcPeeringConnectionId"))
    return ActionResult({"VpcPeeringConnection": seen_from(peering, backend)})


@repair("delete_vpc")
def delete_vpc(backend, original, vpc_id):
    """A VPC with a peering that lives is refused (API_DeleteVpc: "detach or delete all resources"); its own group goes
    with it although nobody may delete that one alone."""
    for peering in backend.vpc_pcxs.values():
        if vpc_id in (peering.vpc.id, peering.peer_vpc.id) and peering._status.code in LIVE:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    backend.leaving = vpc_id
    try:
        return original(backend, vpc_id)
    finally:
        backend.leaving = None


# Routes: API_CreateRoute, API_Route, "Route tables" of the VPC user guide.

TARGETS = (
    "gateway_id",
    "instance_id",
    "nat_gateway_id",
    "egress_only_igw_id",
    "transit_gateway_id",
    "interface_id",
    "vpc_peering_connection_id",
    "carrier_gateway_id",
    "vpc_endpoint_id",
)
# "Middlebox routing": what may stand between a VPC's own subnets.
INSIDE = ("instance_id", "nat_gateway_id", "interface_id", "vpc_endpoint_id")
CREATE_ROUTE = inspect.signature(EC2Backend.create_route)


def state(route):
    """ "The blackhole state indicates that the route's target isn't available" (API_Route)."""
    if route.vpc_pcx and route.vpc_pcx._status.code != "active":
        return "blackhole"
    if route.nat_gateway and route.nat_gateway.state != "available":
        return "blackhole"
    if isinstance(route.gateway, InternetGateway):
        vpc = route.gateway.vpc
        return "active" if vpc and vpc.id == route.route_table.vpc_id else "blackhole"
    return "active"


Route.state = property(state)


@repair("create_route")
def create_route(backend, original, *args, **kwargs):
    asked = CREATE_ROUTE.bind(backend, *args, **kwargs).arguments
    if not asked.get("local"):
        check_route(backend, backend.get_route_table(asked["route_table_id"]), asked)
    return original(**asked)


def check_route(backend, table, asked):
    given = [name for name in TARGETS if asked.get(name)]
    if not given:
        raise EC2ClientError("MissingParameter", "The request must contain a target for the route.")
    block = asked.get("destination_cidr_block") or asked.get("destination_ipv6_cidr_block")
    if block:
        check_destination(backend, table, block, given)
    if asked.get("destination_cidr_block"):
        # "We modify the specified CIDR block to its canonical form" (API_CreateRoute).
        asked["destination_cidr_block"] = str(ipaddress.ip_network(block, strict=False))
    nat = asked.get("nat_gateway_id")
    if nat and nat not in backend.nat_gateways:
        raise EC2ClientError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
    transit = asked.get("transit_gateway_id")
    if transit and transit not in backend.transit_gateways:
        message = f"The transitGateway ID '{transit}' does not exist."
        raise EC2ClientError("InvalidTransitGatewayID.NotFound", message)
    gateway = asked.get("gateway_id") or ""
    if gateway.startswith("igw-"):
        vpc = backend.get_internet_gateway(gateway).vpc
        if not vpc or vpc.id != table.vpc_id:
            raise invalid(f"route table {table.id} and network gateway {gateway} belong to different networks")
    peering = asked.get("vpc_peering_connection_id")
    if peering:
        held = backend.get_vpc_peering_connection(peering)
        if table.vpc_id not in (held.vpc.id, held.peer_vpc.id):
            raise invalid(f"route table {table.id} and interface {peering} belong to different networks")


def check_destination(backend, table, block, given):
    try:
        destination = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return
    own = [net for net in networks(backend.get_vpc(table.vpc_id)) if net.version == destination.version]
    if any(destination.subnet_of(net) for net in own) and not set(given) & set(INSIDE):
        raise invalid(
            f"The destination CIDR block {block} is equal to or more specific than one of this VPC's CIDR blocks. "
            "This route can target only an interface or an instance."
        )


@repair("attach_internet_gateway")
def attach_internet_gateway(backend, original, internet_gateway_id, vpc_id):
    """A VPC has one internet gateway ("Amazon VPC quotas": one per VPC, cannot be increased)."""
    for gateway in backend.internet_gateways.values():
        if gateway.id != internet_gateway_id and gateway.vpc and gateway.vpc.id == vpc_id:
            raise invalid(f"Network {vpc_id} already has an internet gateway attached")
    return original(backend, internet_gateway_id, vpc_id)


# Security groups: API_CreateSecurityGroup, API_AuthorizeSecurityGroupIngress and their neighbours.


@repair("create_security_group")
def create_security_group(backend, original, name, description, vpc_id=None, tags=None, force=False, is_default=None):
    own = force or is_default
    if not own and name == "default":
        raise EC2ClientError("InvalidGroup.Reserved", "The security group name 'default' is reserved")
    if name and name.startswith("sg-"):
        raise invalid(f"Invalid value '{name}' for groupName. It cannot start with sg-.")
    if vpc_id and not own and vpc_id not in backend.vpcs:
        raise EC2ClientError("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    return original(backend, name, description, vpc_id, tags, force, is_default)


@repair("delete_security_group")
def delete_security_group(backend, original, name=None, group_id=None):
    """Refused for the default group, for one in use, and for one that another group's rule names (the action's page)."""
    group = backend.get_security_group_from_id(group_id) if group_id else None
    if group and group.vpc_id != getattr(backend, "leaving", None):
        if group.name == "default":
            message = f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
            raise EC2ClientError("CannotDelete", message)
        others = [one for groups in backend.groups.values() for one in groups.values() if one.id != group_id]
        rules = [rule for one in others for rule in [*one.ingress_rules, *one.egress_rules]]
        referenced = any(rule.source_group.get("GroupId") == group_id for rule in rules)
        used = any(group_id in [held.id for held in eni.group_set] for eni in backend.enis.values())
        if referenced or used:
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
    return original(backend, name, group_id)


def identity(rule):
    """What makes two rules the same: not their descriptions."""
    ports = None if rule.ip_protocol == "-1" else (rule.from_port, rule.to_port)
    source = (rule.source_group.get("GroupId"), rule.source_group.get("UserId")) if rule.source_group else None
    return (rule.ip_protocol, ports, rule.cidr_ipv4, rule.cidr_ipv6, source, rule.prefix_list_id)


SecurityGroupRule.__eq__ = lambda self, other: identity(self) == identity(other)
SecurityGroupRule.__hash__ = lambda self: hash(identity(self))
SecurityGroupRule.group_owner_id = property(lambda self: self.owner_id)
SecurityGroupRule.description = property(
    lambda self: self.ip_range.get("Description") or self.source_group.get("Description")
)


def canonical(permission):
    """ "AWS canonicalizes IPv4 and IPv6 CIDRs" (API_IpRange, API_Ipv6Range); port ranges go upwards."""
    for item in permission.get("ip_ranges") or []:
        for name in ("CidrIp", "CidrIpv6"):
            if isinstance(item, dict) and item.get(name):
                try:
                    item[name] = str(ipaddress.ip_network(item[name], strict=False))
                except ValueError:
                    raise invalid(f"CIDR block {item[name]} is malformed") from None
    low, high = permission.get("from_port"), permission.get("to_port")
    if str(permission.get("ip_protocol")).lower() in ("tcp", "udp", "6", "17"):
        if low is None or high is None or not 0 <= int(low) <= int(high) <= 65535:
            raise invalid(f"Invalid TCP/UDP port range ({low}:{high})")


def authorize(response, direction):
    """All permissions of a request or none, and all of their rules in the answer."""
    response.error_on_dryrun()
    permissions = list(response._process_rules_from_querystring())
    backend, attribute = response.ec2_backend, f"{direction}_rules"
    group = backend.get_security_group_by_name_or_id(permissions[0]["group_name_or_id"])
    before = list(getattr(group, attribute)) if group else []
    made = []
    try:
        for permission in permissions:
            canonical(permission)
            made += getattr(backend, f"authorize_security_group_{direction}")(**permission)[0]
    except EC2ClientError:
        if group:
            for rule in getattr(group, attribute)[len(before) :]:
                backend.tags.pop(rule.id, None)
            setattr(group, attribute, before)
        raise
    return ActionResult({"Return": True, "SecurityGroupRules": made})


SecurityGroups.authorize_security_group_ingress = lambda self: authorize(self, "ingress")
SecurityGroups.authorize_security_group_egress = lambda self: authorize(self, "egress")


def revoke(backend, original, security_rule_ids=None, **kwargs):
    """A rule id that is nowhere has a code of its own ("Error codes": InvalidSecurityGroupRuleId.NotFound)."""
    groups = [group for held in backend.groups.values() for group in held.values()]
    known = {rule.id for group in groups for rule in [*group.ingress_rules, *group.egress_rules]}
    for rule_id in security_rule_ids or []:
        if rule_id not in known:
            raise exceptions.InvalidSecurityGroupRuleIdNotFoundError(rule_id)
    if not security_rule_ids:
        canonical(kwargs)
    return original(backend, security_rule_ids=security_rule_ids, **kwargs)


repair("revoke_security_group_ingress")(revoke)
repair("revoke_security_group_egress")(revoke)


@repair("modify_security_group_rules")
def modify_security_group_rules(backend, _original, group_id, rules):
    """Changes all that a rule says, never its kind, and never into one that exists (API_ModifySecurityGroupRules)."""
    group = backend.get_security_group_by_name_or_id(group_id)
    if group is None:
        raise exceptions.InvalidSecurityGroupNotFoundError(group_id)
    for rule_id, asked in rules.items():
        rule = group.get_rule(rule_id)
        if rule is None:
            raise exceptions.InvalidSecurityGroupRuleIdNotFoundError(rule_id)
        ip_range = {name: asked[key] for name, key in (("CidrIp", "CidrIpv4"), ("CidrIpv6", "CidrIpv6")) if key in asked}
        reference = {"GroupId": asked["ReferencedGroupId"]} if "ReferencedGroupId" in asked else {}
        targets = [*ip_range, *reference, *([asked["PrefixListId"]] if "PrefixListId" in asked else [])]
        if len(targets) != 1:
            names = "cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
            raise EC2ClientError("MissingParameter", f"The request must contain exactly one of: {names}")
        protocol = asked.get("IpProtocol")
        permission = {
            "ip_protocol": protocol,
            "from_port": asked.get("FromPort"),
            "to_port": asked.get("ToPort"),
            "ip_ranges": [ip_range] if ip_range else [],
        }
        canonical(permission)
        if set(ip_range) != set(rule.ip_range) & {"CidrIp", "CidrIpv6"} or bool(reference) != bool(rule.source_group):
            raise invalid(f"Invalid rule type for security group rule '{rule_id}'.")
        changed = copy.copy(rule)
        changed.ip_protocol = protocol
        ports = (None, None) if protocol == "-1" else (permission["from_port"], permission["to_port"])
        changed.from_port, changed.to_port = (None if port is None else int(port) for port in ports)
        changed.ip_range, changed.source_group = dict(ip_range), {**rule.source_group, **reference}
        changed.source_group.pop("Description", None)
        if asked.get("Description") is not None:
            (changed.ip_range if ip_range else changed.source_group)["Description"] = asked["Description"]
        held = group.egress_rules if rule.is_egress else group.ingress_rules
        if any(one.id != rule_id and one == changed for one in held):
            raise exceptions.InvalidPermissionDuplicateError()
        held[[one.id for one in held].index(rule_id)] = changed
