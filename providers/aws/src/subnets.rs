//! `data "aws_subnets"`.

use aws_sdk_ec2::types::{Filter, Subnet};
use meshform_engine::{AdapterError, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::{SubnetSummary, Subnets, Tags};

use crate::ec2::{Ec2, filter};
use crate::resource::spec;
use crate::tags;

/// Answers the data source.
pub(crate) async fn query(ec2: &Ec2, arguments: &Object) -> Result<Object, AdapterError> {
    let asked: Subnets = spec(arguments)?;
    let mut filters: Vec<Filter> = asked.vpc_id.iter().map(|vpc| filter("vpc-id", &[vpc])).collect();
    filters.extend(by_tags(&asked.tags));
    filters.extend(asked.filters.iter().map(|(name, values)| filter(name, values)));
    let found = ec2.subnets(filters).await?;
    let mut subnets: Vec<SubnetSummary> = found.iter().filter_map(summary).collect();
    subnets.sort();
    let answer = Subnets {
        ids: subnets.iter().map(|subnet| subnet.id.clone()).collect(),
        subnets,
        id: Some(ec2.region().to_owned()),
        ..asked
    };
    Ok(answer.to_object())
}

/// Filters that pass what has all of `tags`.
pub(crate) fn by_tags(tags: &Tags) -> impl Iterator<Item = Filter> + '_ {
    tags.iter()
        .map(|(key, value)| filter(&format!("tag:{key}"), &[value]))
}

fn summary(subnet: &Subnet) -> Option<SubnetSummary> {
    Some(SubnetSummary {
        id: subnet.subnet_id.clone()?,
        availability_zone: subnet.availability_zone.clone().unwrap_or_default(),
        availability_zone_id: subnet.availability_zone_id.clone().unwrap_or_default(),
        cidr_block: subnet.cidr_block.clone().unwrap_or_default(),
        map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or(false),
        tags: tags::from_sdk(subnet.tags.as_deref()),
    })
}
