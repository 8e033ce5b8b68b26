//! `aws_subnet`.

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, AttributeBooleanValue, SubnetState};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::Subnet;
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::Step;
use crate::tagged::Tagged;
use crate::tags;

pub(crate) struct SubnetResource;

#[async_trait]
impl Resource for SubnetResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.subnets(vec![filter]);
        let subnets = ec2.by_ids("subnet-id", ids(targets), list).await?;
        Ok(seen(targets, &subnets, |subnet| {
            Some((from_answer(subnet), readiness(subnet)))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::Subnet.locate(ec2, intent).await
    }

    /// A second delivery of the request conflicts with the first: two subnets of a VPC cannot share addresses.
    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let subnet: Subnet = spec(planned)?;
        let id = step
            .create(
                Tagged::Subnet,
                "ec2:CreateSubnet",
                &subnet.tags,
                |client, tags| {
                    let request = client.create_subnet().vpc_id(&subnet.vpc_id);
                    request
                        .cidr_block(&subnet.cidr_block)
                        .set_availability_zone(subnet.availability_zone.clone())
                        .tag_specifications(tags)
                        .send()
                },
                |answer| answer.subnet?.subnet_id,
            )
            .await?;
        // AWS makes subnets without it ("Modify the IP addressing attributes of your subnet").
        set_public_addresses(step, &id, false, subnet.map_public_ip_on_launch).await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, subnet): (Subnet, Subnet) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        set_public_addresses(
            step,
            &id,
            before.map_public_ip_on_launch,
            subnet.map_public_ip_on_launch,
        )
        .await?;
        step.retag(&id, &before.tags, &subnet.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        let call = |client: &Client| client.delete_subnet().subnet_id(id).send();
        step.delete("ec2:DeleteSubnet", id, call).await
    }
}

async fn set_public_addresses(
    step: &mut Step<'_, '_>,
    id: &str,
    before: bool,
    planned: bool,
) -> Result<(), AdapterError> {
    if planned == before {
        return Ok(());
    }
    step.change("ec2:ModifySubnetAttribute", id, |client| {
        let value = AttributeBooleanValue::builder().value(planned).build();
        let request = client.modify_subnet_attribute().subnet_id(id);
        request.map_public_ip_on_launch(value).send()
    })
    .await
}

fn from_answer(subnet: &types::Subnet) -> Subnet {
    Subnet {
        vpc_id: subnet.vpc_id.clone().unwrap_or_default(),
        cidr_block: subnet.cidr_block.clone().unwrap_or_default(),
        availability_zone: subnet.availability_zone.clone(),
        availability_zone_id: subnet.availability_zone_id.clone(),
        map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or(false),
        tags: tags::from_sdk(subnet.tags.as_deref()),
        id: subnet.subnet_id.clone(),
        arn: subnet.subnet_arn.clone(),
        owner_id: subnet.owner_id.clone(),
    }
}

fn readiness(subnet: &types::Subnet) -> Readiness {
    match &subnet.state {
        Some(SubnetState::Pending) => Readiness::Pending("the subnet is pending".to_owned()),
        Some(SubnetState::Failed | SubnetState::FailedInsufficientCapacity) => {
            let state = subnet.state.as_ref().map_or("failed", SubnetState::as_str);
            Readiness::Failed(format!("the subnet is in state `{state}`"))
        }
        _ => Readiness::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_tell_whether_a_subnet_can_be_used() {
        let state = |state| readiness(&types::Subnet::builder().state(state).build());
        assert_eq!(state(SubnetState::Available), Readiness::Ready);
        assert!(matches!(state(SubnetState::Pending), Readiness::Pending(_)));
        assert!(matches!(state(SubnetState::Failed), Readiness::Failed(_)));
    }
}
