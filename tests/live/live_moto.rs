//! The network of a mesh against moto as it comes, without the door and its repairs: applied, planned empty, destroyed. So
//! the product fits more than what stands behind the door. How the two differ is in the sandbox's own tests (`door_ec2`).

use std::collections::BTreeSet;

use crate::support::{Binary, REGION, adopted, runtime, sandbox};

const NETWORK: &str = include_str!("configs/network.hcl");
const REGIONS: [&str; 2] = [REGION, "us-east-1"];

/// What is there, as `region kind id`; peerings that have ended stay listed for a while.
async fn objects(endpoint: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for region in REGIONS {
        let ec2 = adopted::ec2_at(endpoint, region);
        let mut add = |kind: &str, id: Option<&str>| all.insert(format!("{region} {kind} {}", id.unwrap()));
        for vpc in ec2.describe_vpcs().send().await.unwrap().vpcs() {
            add("vpc", vpc.vpc_id());
        }
        for subnet in ec2.describe_subnets().send().await.unwrap().subnets() {
            add("subnet", subnet.subnet_id());
        }
        for table in ec2.describe_route_tables().send().await.unwrap().route_tables() {
            add("route-table", table.route_table_id());
        }
        let gateways = ec2.describe_internet_gateways().send().await.unwrap();
        for gateway in gateways.internet_gateways() {
            add("gateway", gateway.internet_gateway_id());
        }
        for group in ec2
            .describe_security_groups()
            .send()
            .await
            .unwrap()
            .security_groups()
        {
            add("group", group.group_id());
        }
        for list in ec2.describe_network_acls().send().await.unwrap().network_acls() {
            add("list", list.network_acl_id());
        }
        let peerings = ec2.describe_vpc_peering_connections().send().await.unwrap();
        for peering in peerings.vpc_peering_connections() {
            let code = peering.status().and_then(|status| status.code());
            if code.is_none_or(|code| code.as_str() != "deleted") {
                add("peering", peering.vpc_peering_connection_id());
            }
        }
    }
    all
}

/// How many there are of each kind, as `region kind`.
fn kinds(objects: impl IntoIterator<Item = String>) -> Vec<String> {
    let kind = |object: String| object.rsplit_once(' ').unwrap().0.to_owned();
    objects.into_iter().map(kind).collect()
}

#[test]
fn a_network_lives_and_ends_in_bare_moto() {
    let moto = sandbox().bare_moto().unwrap();
    let mut binary = Binary::of(sandbox(), NETWORK);
    binary
        .env
        .insert("AWS_ENDPOINT_URL".to_owned(), moto.endpoint().to_owned());
    let before = runtime().block_on(objects(moto.endpoint()));

    binary.run(&["init"]).ended(0);
    binary
        .run(&["apply", "-auto-approve"])
        .ended(0)
        .said(&["35 added"]);
    binary.run(&["plan", "-detailed-exitcode"]).ended(0);
    let made = runtime().block_on(objects(moto.endpoint()));
    let made = kinds(made.difference(&before).cloned());
    for (kind, count) in [("vpc", 2), ("subnet", 6), ("gateway", 1), ("peering", 2)] {
        let found = made.iter().filter(|made| made.ends_with(kind)).count();
        assert_eq!(found, count, "{kind}: {made:?}");
    }

    binary.run(&["destroy", "-auto-approve"]).ended(0);
    let after = runtime().block_on(objects(moto.endpoint()));
    assert_eq!(before.difference(&after).count(), 0);
    // What AWS takes away with a VPC and bare moto does not.
    let left = kinds(after.difference(&before).cloned());
    assert_eq!(left, ["us-east-1 list", "us-west-2 list"]);
}
