//! `aws_vpc_peering_connection`.

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::delete_vpc_peering_connection::{
    DeleteVpcPeeringConnectionError, DeleteVpcPeeringConnectionOutput,
};
use aws_sdk_ec2::types;
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::VpcPeeringConnection;
use meshform_state::journal::Intent;

use super::state::{ID, State, find};
use crate::clients::Clients;
use crate::ec2::Ec2;
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::{Sent, Step};
use crate::tagged::Tagged;
use crate::tags;

pub(crate) struct ConnectionResource;

#[async_trait]
impl Resource for ConnectionResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.vpc_peering_connections(vec![filter]);
        let connections = ec2.by_ids(ID, ids(targets), list).await?;
        Ok(seen(targets, &connections, |connection| {
            Some((from_answer(connection, ec2), readiness(connection)?))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::VpcPeeringConnection.locate(ec2, intent).await
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let peering: VpcPeeringConnection = spec(planned)?;
        let id = step
            .create(
                Tagged::VpcPeeringConnection,
                "ec2:CreateVpcPeeringConnection",
                &peering.tags,
                |client, tags| {
                    let request = client.create_vpc_peering_connection().vpc_id(&peering.vpc_id);
                    request
                        .peer_vpc_id(&peering.peer_vpc_id)
                        .set_peer_owner_id(peering.peer_owner_id.clone())
                        .set_peer_region(peering.peer_region.clone())
                        .tag_specifications(tags)
                        .send()
                },
                |answer| answer.vpc_peering_connection?.vpc_peering_connection_id,
            )
            .await?;
        end_doubles(step, &id).await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, peering): (VpcPeeringConnection, VpcPeeringConnection) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        step.retag(&id, &before.tags, &peering.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let (ec2, id) = (step.ec2, step.request.id);
        end_doubles(step, id).await?;
        let found = step.settings.read(|| find(ec2, id)).await?;
        match found.as_ref().map(State::of) {
            // "You can't delete a VPC peering connection that's in the failed or rejected state."
            Some(State::Over(_)) => Ok(()),
            _ => step.delete(DELETE, id, |client| end(client, id)).await,
        }
    }
}

const DELETE: &str = "ec2:DeleteVpcPeeringConnection";

/// The request that ends the connection `id`.
fn end(
    client: &Client,
    id: &str,
) -> impl Future<Output = Sent<DeleteVpcPeeringConnectionOutput, DeleteVpcPeeringConnectionError>> + use<> {
    client
        .delete_vpc_peering_connection()
        .vpc_peering_connection_id(id)
        .send()
}

async fn end_doubles(step: &mut Step<'_, '_>, id: &str) -> Result<(), AdapterError> {
    step.end_doubles(Tagged::VpcPeeringConnection, id, DELETE, end)
        .await
}

fn from_answer(connection: &types::VpcPeeringConnection, ec2: &Ec2) -> VpcPeeringConnection {
    let ours = connection.requester_vpc_info.as_ref();
    let theirs = connection.accepter_vpc_info.as_ref();
    VpcPeeringConnection {
        vpc_id: ours.and_then(|side| side.vpc_id.clone()).unwrap_or_default(),
        peer_vpc_id: theirs.and_then(|side| side.vpc_id.clone()).unwrap_or_default(),
        peer_owner_id: theirs.and_then(|side| side.owner_id.clone()),
        peer_region: theirs
            .and_then(|side| side.region.clone())
            .or_else(|| Some(ec2.region().to_owned())),
        tags: tags::from_sdk(connection.tags.as_deref()),
        id: connection.vpc_peering_connection_id.clone(),
    }
}

/// For the side that asks, a connection is there once it waits for consent; `None` for one that is no more.
fn readiness(connection: &types::VpcPeeringConnection) -> Option<Readiness> {
    match State::of(connection) {
        State::Gone => None,
        State::Coming => Some(Readiness::Pending(
            "the peering connection is being asked for".to_owned(),
        )),
        State::Asked | State::Provisioning | State::Active => Some(Readiness::Ready),
        State::Over(why) => Some(Readiness::Failed(why)),
    }
}
