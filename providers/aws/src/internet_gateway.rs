//! `aws_internet_gateway`.

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::delete_internet_gateway::{
    DeleteInternetGatewayError, DeleteInternetGatewayOutput,
};
use aws_sdk_ec2::types::{self, AttachmentStatus};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::InternetGateway;
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::ec2::{Ec2, filter};
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::{Sent, Step, parents_may_be_late};
use crate::tagged::Tagged;
use crate::tags;

pub(crate) struct InternetGatewayResource;

#[async_trait]
impl Resource for InternetGatewayResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.internet_gateways(vec![filter]);
        let gateways = ec2.by_ids("internet-gateway-id", ids(targets), list).await?;
        Ok(seen(targets, &gateways, |gateway| {
            Some((from_answer(gateway, ec2), readiness(gateway)))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::InternetGateway.locate(ec2, intent).await
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let gateway: InternetGateway = spec(planned)?;
        let id = step
            .create(
                Tagged::InternetGateway,
                "ec2:CreateInternetGateway",
                &gateway.tags,
                |client, tags| client.create_internet_gateway().tag_specifications(tags).send(),
                |answer| answer.internet_gateway?.internet_gateway_id,
            )
            .await?;
        end_doubles(step, &id).await?;
        if let Some(vpc) = &gateway.vpc_id {
            attach(step, &id, vpc).await?;
        }
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, gateway): (InternetGateway, InternetGateway) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        if gateway.vpc_id != before.vpc_id {
            if let Some(vpc) = &before.vpc_id {
                detach(step, &id, vpc).await?;
            }
            if let Some(vpc) = &gateway.vpc_id {
                attach(step, &id, vpc).await?;
            }
        }
        step.retag(&id, &before.tags, &gateway.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        end_doubles(step, id).await?;
        let before: Option<InternetGateway> = step.request.before.map(spec).transpose()?;
        if let Some(vpc) = before.and_then(|before| before.vpc_id) {
            detach(step, id, &vpc).await?;
        }
        step.delete(DELETE, id, |client| end(client, id)).await
    }
}

const DELETE: &str = "ec2:DeleteInternetGateway";

/// The request that ends the gateway `id`.
fn end(
    client: &Client,
    id: &str,
) -> impl Future<Output = Sent<DeleteInternetGatewayOutput, DeleteInternetGatewayError>> + use<> {
    client.delete_internet_gateway().internet_gateway_id(id).send()
}

async fn end_doubles(step: &mut Step<'_, '_>, id: &str) -> Result<(), AdapterError> {
    step.end_doubles(Tagged::InternetGateway, id, DELETE, end).await
}

/// Attaches the gateway. A repetition conflicts with what it repeats, which is as good as done.
async fn attach(step: &mut Step<'_, '_>, id: &str, vpc: &str) -> Result<(), AdapterError> {
    let ec2 = step.ec2;
    let name = "ec2:AttachInternetGateway";
    step.change_or_else(name, id, |client| {
        let request = client.attach_internet_gateway().internet_gateway_id(id);
        let request = request.vpc_id(vpc);
        async move {
            match ec2.done(name, request.send().await) {
                Err(error) if error.class == ErrorClass::Conflict && is_attached(ec2, id, vpc).await? => {
                    Ok(())
                }
                Err(error) => Err(parents_may_be_late(error)),
                Ok(()) => Ok(()),
            }
        }
    })
    .await
}

async fn is_attached(ec2: &Ec2, id: &str, vpc: &str) -> Result<bool, AdapterError> {
    let filters = vec![
        filter("internet-gateway-id", &[id]),
        filter("attachment.vpc-id", &[vpc]),
    ];
    Ok(!ec2.internet_gateways(filters).await?.is_empty())
}

async fn detach(step: &mut Step<'_, '_>, id: &str, vpc: &str) -> Result<(), AdapterError> {
    step.delete("ec2:DetachInternetGateway", id, |client| {
        let request = client.detach_internet_gateway().internet_gateway_id(id);
        request.vpc_id(vpc).send()
    })
    .await
}

fn from_answer(gateway: &types::InternetGateway, ec2: &Ec2) -> InternetGateway {
    let owned = gateway
        .owner_id
        .as_deref()
        .zip(gateway.internet_gateway_id.as_deref());
    InternetGateway {
        vpc_id: gateway
            .attachments()
            .first()
            .and_then(|attachment| attachment.vpc_id.clone()),
        tags: tags::from_sdk(gateway.tags.as_deref()),
        id: gateway.internet_gateway_id.clone(),
        arn: owned.map(|(owner, id)| ec2.arn(owner, "internet-gateway", id)),
        owner_id: gateway.owner_id.clone(),
    }
}

fn readiness(gateway: &types::InternetGateway) -> Readiness {
    match gateway
        .attachments()
        .first()
        .and_then(|attachment| attachment.state.as_ref())
    {
        Some(state @ (AttachmentStatus::Attaching | AttachmentStatus::Detaching)) => {
            Readiness::Pending(format!("the gateway is {}", state.as_str()))
        }
        _ => Readiness::Ready,
    }
}
