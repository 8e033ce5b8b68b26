//! `aws_vpc`.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::delete_vpc::{DeleteVpcError, DeleteVpcOutput};
use aws_sdk_ec2::types::{self, AttributeBooleanValue, Tenancy, VpcAttributeName, VpcState};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::Vpc;
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::ec2::{Ec2, filter};
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::{Sent, Step};
use crate::tagged::Tagged;
use crate::tags;

/// How many VPCs are asked for their attributes at once: EC2 tells them of one VPC at a time.
const ATTRIBUTES_AT_ONCE: usize = 4;

pub(crate) struct VpcResource;

/// What other calls than DescribeVpcs tell of VPCs, by the id of the VPC.
#[derive(Default)]
struct Extras {
    main_route_tables: HashMap<String, String>,
    default_security_groups: HashMap<String, String>,
    default_network_acls: HashMap<String, String>,
    /// Whether DNS support and DNS host names are on; none for a VPC that has gone meanwhile.
    dns: HashMap<String, (bool, bool)>,
}

#[async_trait]
impl Resource for VpcResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.vpcs(vec![filter]);
        let vpcs = ec2.by_ids("vpc-id", ids(targets), list).await?;
        let extras = extras(ec2, vpcs.iter().filter_map(|vpc| vpc.vpc_id.clone()).collect()).await?;
        Ok(seen(targets, &vpcs, |vpc| {
            Some((from_answer(vpc, &extras, ec2)?, readiness(vpc)))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::Vpc.locate(ec2, intent).await
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let vpc: Vpc = spec(planned)?;
        let id = step
            .create(
                Tagged::Vpc,
                "ec2:CreateVpc",
                &vpc.tags,
                |client, tags| {
                    let request = client.create_vpc().cidr_block(&vpc.cidr_block);
                    request
                        .instance_tenancy(Tenancy::from(vpc.instance_tenancy.as_str()))
                        .tag_specifications(tags)
                        .send()
                },
                |answer| answer.vpc?.vpc_id,
            )
            .await?;
        end_doubles(step, &id).await?;
        // AWS makes VPCs with DNS support and without DNS host names ("View and update DNS attributes for your VPC").
        let made = Vpc {
            enable_dns_support: true,
            enable_dns_hostnames: false,
            ..vpc.clone()
        };
        set_dns(step, &id, &made, &vpc).await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, vpc): (Vpc, Vpc) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        set_dns(step, &id, &before, &vpc).await?;
        step.retag(&id, &before.tags, &vpc.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        end_doubles(step, id).await?;
        step.delete(DELETE, id, |client| end(client, id)).await
    }
}

const DELETE: &str = "ec2:DeleteVpc";

/// The request that ends the VPC `id`.
fn end(client: &Client, id: &str) -> impl Future<Output = Sent<DeleteVpcOutput, DeleteVpcError>> + use<> {
    client.delete_vpc().vpc_id(id).send()
}

async fn end_doubles(step: &mut Step<'_, '_>, id: &str) -> Result<(), AdapterError> {
    step.end_doubles(Tagged::Vpc, id, DELETE, end).await
}

/// Brings the DNS attributes to what is planned. EC2 takes one in a request.
async fn set_dns(step: &mut Step<'_, '_>, id: &str, before: &Vpc, planned: &Vpc) -> Result<(), AdapterError> {
    let value = |on| AttributeBooleanValue::builder().value(on).build();
    let set_support = planned.enable_dns_support != before.enable_dns_support;
    let set_hostnames = planned.enable_dns_hostnames != before.enable_dns_hostnames;
    // Host names need support: switched on after it, and off before it.
    let support_first = planned.enable_dns_support;
    for support in [support_first, !support_first] {
        if !(if support { set_support } else { set_hostnames }) {
            continue;
        }
        step.change("ec2:ModifyVpcAttribute", id, |client| {
            let request = client.modify_vpc_attribute().vpc_id(id);
            let request = if support {
                request.enable_dns_support(value(planned.enable_dns_support))
            } else {
                request.enable_dns_hostnames(value(planned.enable_dns_hostnames))
            };
            request.send()
        })
        .await?;
    }
    Ok(())
}

async fn extras(ec2: &Ec2, ids: Vec<String>) -> Result<Extras, AdapterError> {
    if ids.is_empty() {
        return Ok(Extras::default());
    }
    let tables = ec2.by_ids("vpc-id", ids.clone(), |vpcs| {
        ec2.route_tables(vec![vpcs, filter("association.main", &["true"])])
    });
    let groups = ec2.by_ids("vpc-id", ids.clone(), |vpcs| {
        ec2.security_groups(vec![vpcs, filter("group-name", &["default"])])
    });
    let acls = ec2.by_ids("vpc-id", ids.clone(), |vpcs| {
        ec2.network_acls(vec![vpcs, filter("default", &["true"])])
    });
    let dns = stream::iter(ids)
        .map(|id| dns(ec2, id))
        .buffered(ATTRIBUTES_AT_ONCE)
        .try_collect::<Vec<_>>();
    let (tables, groups, acls, dns) = futures::try_join!(tables, groups, acls, dns)?;
    Ok(Extras {
        main_route_tables: tables
            .into_iter()
            .filter_map(|table| table.vpc_id.zip(table.route_table_id))
            .collect(),
        default_security_groups: groups
            .into_iter()
            .filter_map(|group| group.vpc_id.zip(group.group_id))
            .collect(),
        default_network_acls: acls
            .into_iter()
            .filter_map(|acl| acl.vpc_id.zip(acl.network_acl_id))
            .collect(),
        dns: dns.into_iter().flatten().collect(),
    })
}

async fn dns(ec2: &Ec2, id: String) -> Result<Option<(String, (bool, bool))>, AdapterError> {
    let (support, hostnames) = futures::try_join!(
        ec2.vpc_attribute(&id, VpcAttributeName::EnableDnsSupport),
        ec2.vpc_attribute(&id, VpcAttributeName::EnableDnsHostnames),
    )?;
    Ok(support.zip(hostnames).map(|dns| (id, dns)))
}

/// The spec of a VPC; none for one that has gone meanwhile.
fn from_answer(vpc: &types::Vpc, extras: &Extras, ec2: &Ec2) -> Option<Vpc> {
    let id = vpc.vpc_id.clone()?;
    let (enable_dns_support, enable_dns_hostnames) = *extras.dns.get(&id)?;
    let main_route_table_id = extras.main_route_tables.get(&id).cloned();
    Some(Vpc {
        cidr_block: vpc.cidr_block.clone().unwrap_or_default(),
        instance_tenancy: vpc
            .instance_tenancy
            .as_ref()
            .map_or("default", Tenancy::as_str)
            .to_owned(),
        enable_dns_support,
        enable_dns_hostnames,
        tags: tags::from_sdk(vpc.tags.as_deref()),
        arn: vpc.owner_id.as_deref().map(|owner| ec2.arn(owner, "vpc", &id)),
        owner_id: vpc.owner_id.clone(),
        default_route_table_id: main_route_table_id.clone(),
        main_route_table_id,
        default_security_group_id: extras.default_security_groups.get(&id).cloned(),
        default_network_acl_id: extras.default_network_acls.get(&id).cloned(),
        id: Some(id),
    })
}

fn readiness(vpc: &types::Vpc) -> Readiness {
    match vpc.state {
        Some(VpcState::Pending) => Readiness::Pending("the VPC is pending".to_owned()),
        _ => Readiness::Ready,
    }
}
