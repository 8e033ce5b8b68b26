//! What somebody made before Meshform came: networks that meshes adopt.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use meshform_sandbox::{Door, EksVpc};

use super::sandbox::runtime;

/// How AWS is reached through `door`.
pub(super) fn sdk(door: &Door) -> SdkConfig {
    let keys = door.credentials();
    config(door.endpoint(), (&keys.access_key, &keys.secret_key))
}

fn config(endpoint: &str, (key, secret): (&str, &str)) -> SdkConfig {
    let keys = Credentials::new(key, secret, None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build()
}

fn client(config: &SdkConfig, region: &'static str) -> aws_sdk_ec2::Client {
    let region = aws_config::Region::new(region);
    aws_sdk_ec2::Client::new(&config.to_builder().region(region).build())
}

/// A client of the account of `door`.
pub(crate) fn ec2(door: &Door, region: &'static str) -> aws_sdk_ec2::Client {
    client(&sdk(door), region)
}

/// A client of somebody with any key at `endpoint`.
pub(crate) fn ec2_at(endpoint: &str, region: &'static str) -> aws_sdk_ec2::Client {
    client(&config(endpoint, ("AKIABARE", "any")), region)
}

/// Makes a VPC `block.0.0/16` with two subnets, a route table for both beside the main one, and the security group that
/// EKS would make for a cluster in it.
pub(crate) fn network(door: &Door, region: &'static str, block: &str) -> EksVpc {
    let client = ec2(door, region);
    runtime().block_on(async {
        let vpc = client.create_vpc().cidr_block(format!("{block}.0.0/16")).send();
        let vpc_id = vpc.await.unwrap().vpc.unwrap().vpc_id.unwrap();
        let table = client.create_route_table().vpc_id(&vpc_id).send().await.unwrap();
        let table = table.route_table.unwrap().route_table_id.unwrap();
        let mut subnet_ids = Vec::new();
        for (third, zone) in [(0, "a"), (1, "b")] {
            let subnet = client
                .create_subnet()
                .vpc_id(&vpc_id)
                .cidr_block(format!("{block}.{third}.0/24"))
                .availability_zone(format!("{region}{zone}"));
            let subnet = subnet.send().await.unwrap().subnet.unwrap().subnet_id.unwrap();
            let associate = client.associate_route_table().route_table_id(&table);
            associate.subnet_id(&subnet).send().await.unwrap();
            subnet_ids.push(subnet);
        }
        let group = client
            .create_security_group()
            .group_name("eks-cluster-sg")
            .description("EKS created security group")
            .vpc_id(&vpc_id);
        EksVpc {
            cluster_security_group_id: group.send().await.unwrap().group_id.unwrap(),
            vpc_id,
            subnet_ids,
            ..EksVpc::default()
        }
    })
}
