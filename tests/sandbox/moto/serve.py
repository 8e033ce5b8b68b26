"""Runs moto for a sandbox: one process, loopback only, in-memory state that dies with the process that started it.

What moto leaves behind where AWS leaves nothing, and what it allows where AWS refuses, is put right here, beside
moto's own objects; the door in front of it knows only the wire. Each repair names the page of AWS that it follows.
"""

import os
import sys
import threading

from moto.ec2.exceptions import DependencyViolationError
from moto.server import main

from repairs import repair


def die_with_parent():
    """The sandbox holds the other end of standard input: it ends when the sandbox does, even by kill -9."""
    while os.read(0, 4096):
        pass
    os._exit(0)


@repair("delete_subnet")
def delete_subnet(backend, original, subnet_id):
    """A subnet takes its associations with it (API_DeleteSubnet, VPC user guide "Delete your subnet")."""
    deleted = original(backend, subnet_id)
    for acl in backend.network_acls.values():
        for key in [key for key, held in acl._associations.items() if held.subnet_id == subnet_id]:
            del acl._associations[key]
    for table in backend.route_tables.values():
        for key in [key for key, held in table._associations.items() if held == subnet_id]:
            del table._associations[key]
    return deleted


@repair("delete_vpc")
def delete_vpc(backend, original, vpc_id):
    """A VPC with gateways, groups or lists of its own is refused, and takes its default ones with it (API_DeleteVpc)."""
    if vpc_id in backend.vpcs:
        gateways = [g for g in backend.internet_gateways.values() if g.vpc and g.vpc.id == vpc_id]
        groups = [g for g in backend.groups.get(vpc_id, {}).values() if g.name != "default"]
        lists = [a for a in backend.network_acls.values() if a.vpc_id == vpc_id and not a.default]
        if gateways or groups or lists:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    deleted = original(backend, vpc_id)
    for key in [key for key, acl in backend.network_acls.items() if acl.vpc_id == vpc_id]:
        del backend.network_acls[key]
    return deleted


if __name__ == "__main__":
    threading.Thread(target=die_with_parent, daemon=True).start()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
