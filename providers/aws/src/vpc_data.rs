//! `data "aws_vpc"`.

use aws_sdk_ec2::types::{VpcAttributeName, VpcCidrBlockStateCode};
use meshform_engine::{AdapterError, ErrorClass, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::VpcData;

use crate::ec2::{Ec2, filter};
use crate::resource::spec;
use crate::tags;

/// Answers the data source.
pub(crate) async fn query(ec2: &Ec2, arguments: &Object) -> Result<Object, AdapterError> {
    let asked: VpcData = spec(arguments)?;
    let id = asked.id.as_str();
    let main = vec![filter("vpc-id", &[id]), filter("association.main", &["true"])];
    let (vpcs, tables, support, hostnames) = futures::try_join!(
        ec2.vpcs(vec![filter("vpc-id", &[id])]),
        ec2.route_tables(main),
        ec2.vpc_attribute(id, VpcAttributeName::EnableDnsSupport),
        ec2.vpc_attribute(id, VpcAttributeName::EnableDnsHostnames),
    )?;
    let Some(vpc) = vpcs.into_iter().next() else {
        let message = format!("there is no VPC {id} in {}", ec2.region());
        return Err(
            AdapterError::refused(ErrorClass::NotFound, message).hint("Check id, region and account.")
        );
    };
    let mut more: Vec<String> = vpc
        .cidr_block_association_set()
        .iter()
        .filter(|block| {
            let state = block
                .cidr_block_state
                .as_ref()
                .and_then(|state| state.state.as_ref());
            state.is_none_or(|state| *state == VpcCidrBlockStateCode::Associated)
        })
        .filter_map(|block| block.cidr_block.clone())
        .filter(|block| Some(block) != vpc.cidr_block.as_ref())
        .collect();
    more.sort();
    let answer = VpcData {
        cidr_blocks: vpc.cidr_block.clone().into_iter().chain(more).collect(),
        cidr_block: vpc.cidr_block,
        arn: vpc.owner_id.as_deref().map(|owner| ec2.arn(owner, "vpc", id)),
        owner_id: vpc.owner_id,
        enable_dns_support: support,
        enable_dns_hostnames: hostnames,
        main_route_table_id: tables.into_iter().next().and_then(|table| table.route_table_id),
        tags: tags::from_sdk(vpc.tags.as_deref()),
        id: asked.id,
    };
    Ok(answer.to_object())
}
