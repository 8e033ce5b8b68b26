//! `aws_vpc_peering_connection_accepter`.

use async_trait::async_trait;
use aws_sdk_ec2::types;
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Effect, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::VpcPeeringConnectionAccepter;
use meshform_state::journal::{Intent, Locator};

use super::state::{ID, State, find};
use crate::clients::Clients;
use crate::ec2::Ec2;
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::Step;

pub(crate) struct AccepterResource;

const ACCEPT: &str = "ec2:AcceptVpcPeeringConnection";

#[async_trait]
impl Resource for AccepterResource {
    /// What nobody has accepted has no accepter.
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.vpc_peering_connections(vec![filter]);
        let connections = ec2.by_ids(ID, ids(targets), list).await?;
        Ok(seen(targets, &connections, |connection| {
            Some((from_answer(connection)?, readiness(connection)?))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        let (Locator::Natural(id) | Locator::Id(id)) = &intent.locator else {
            return Ok(Located::Absent);
        };
        let found = find(ec2, id).await?;
        let accepted = found.as_ref().and_then(readiness).is_some();
        Ok(if accepted {
            Located::Found(id.clone())
        } else {
            Located::Absent
        })
    }

    /// Waits until the request has arrived on this side, then accepts it. One that is accepted already is well: that
    /// takes nothing from anybody.
    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let accepter: VpcPeeringConnectionAccepter = spec(planned)?;
        let (ec2, id) = (step.ec2, accepter.vpc_peering_connection_id.as_str());
        if step.settings.read(|| is_accepted(ec2, id)).await? {
            return Ok(unread(id));
        }
        let effect = Effect {
            name: ACCEPT,
            locator: Locator::Natural(id.to_owned()),
            repeatable: true,
            creates: true,
        };
        let accepted = step.effects.run(effect, |permit| {
            let request = ec2.change(&permit).accept_vpc_peering_connection();
            let request = request.vpc_peering_connection_id(id);
            async move {
                match ec2.done(ACCEPT, request.send().await) {
                    Ok(()) => Ok(Some(id.to_owned())),
                    // A repetition no longer finds it waiting.
                    Err(error) if matches!(error.class, ErrorClass::Invalid | ErrorClass::Conflict) => {
                        match is_accepted(ec2, id).await {
                            Ok(true) => Ok(Some(id.to_owned())),
                            Ok(false) | Err(_) => Err(error),
                        }
                    }
                    Err(error) => Err(error),
                }
            }
        });
        accepted.await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        _before: &Object,
        _planned: &Object,
    ) -> Result<Applied, AdapterError> {
        Ok(unread(step.request.id))
    }

    /// Consent is not taken back: the connection is ended where it was asked for.
    async fn delete(&self, _step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        Ok(())
    }
}

/// Whether the connection `id` is accepted already.
///
/// # Errors
/// Of class Busy, if it has not arrived yet; refused, if it can never be accepted.
async fn is_accepted(ec2: &Ec2, id: &str) -> Result<bool, AdapterError> {
    let state = find(ec2, id).await?.as_ref().map(State::of);
    match state {
        Some(State::Asked) => Ok(false),
        Some(State::Active | State::Provisioning) => Ok(true),
        Some(State::Over(why)) => Err(AdapterError::refused(ErrorClass::Invalid, why)),
        Some(State::Gone) => {
            let message = format!("the peering connection {id} is deleted");
            Err(AdapterError::refused(ErrorClass::NotFound, message))
        }
        Some(State::Coming) | None => {
            let message =
                format!("the peering connection {id} has not arrived on the side that is to accept it");
            Err(AdapterError::refused(ErrorClass::Busy, message)
                .hint("The accepter must be in the account and region of the VPC that is asked."))
        }
    }
}

fn from_answer(connection: &types::VpcPeeringConnection) -> Option<VpcPeeringConnectionAccepter> {
    let (theirs, ours) = (&connection.requester_vpc_info, &connection.accepter_vpc_info);
    let theirs = theirs.as_ref();
    Some(VpcPeeringConnectionAccepter {
        vpc_peering_connection_id: connection.vpc_peering_connection_id.clone()?,
        vpc_id: ours.as_ref().and_then(|side| side.vpc_id.clone()),
        peer_vpc_id: theirs.and_then(|side| side.vpc_id.clone()),
        peer_owner_id: theirs.and_then(|side| side.owner_id.clone()),
        peer_region: theirs.and_then(|side| side.region.clone()),
        id: connection.vpc_peering_connection_id.clone(),
    })
}

fn readiness(connection: &types::VpcPeeringConnection) -> Option<Readiness> {
    match State::of(connection) {
        State::Active => Some(Readiness::Ready),
        State::Provisioning => Some(Readiness::Pending(
            "the peering connection is being made".to_owned(),
        )),
        State::Coming | State::Asked | State::Over(_) | State::Gone => None,
    }
}
