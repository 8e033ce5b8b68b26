//! `aws_vpc_peering_connection_options`. Options bear no mark: they are known by the connection, and by what they are.

use async_trait::async_trait;
use aws_sdk_ec2::operation::modify_vpc_peering_connection_options::builders::ModifyVpcPeeringConnectionOptionsFluentBuilder;
use aws_sdk_ec2::{Client, types};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Effect, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::{PeeringOptions, VpcPeeringConnectionOptions as Options};
use meshform_state::journal::{Intent, Locator};

use super::state::{ID, State, find};
use crate::clients::Clients;
use crate::ec2::Ec2;
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::Step;

pub(crate) struct OptionsResource;

const MODIFY: &str = "ec2:ModifyVpcPeeringConnectionOptions";

/// What both sides are to allow; `None` leaves a side alone.
type Sides = (Option<bool>, Option<bool>);

#[async_trait]
impl Resource for OptionsResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.vpc_peering_connections(vec![filter]);
        let connections = ec2.by_ids(ID, ids(targets), list).await?;
        Ok(seen(targets, &connections, |connection| {
            Some((from_answer(connection)?, Readiness::Ready))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        let Locator::Natural(name) = &intent.locator else {
            return Ok(Located::Absent);
        };
        let id = name.split('>').next().unwrap_or_default();
        let found = find(ec2, id).await?.as_ref().and_then(from_answer);
        // A side that was to be left alone counts as it is.
        let is = found.is_some_and(|found| {
            let accepter = [
                natural(id, sides(&found)),
                natural(id, (allows(&found.accepter), None)),
            ];
            accepter.contains(name) || natural(id, (None, allows(&found.requester))) == *name
        });
        Ok(if is {
            Located::Found(id.to_owned())
        } else {
            Located::Absent
        })
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let options: Options = spec(planned)?;
        let (ec2, id) = (step.ec2, options.vpc_peering_connection_id.as_str());
        let sides = sides(&options);
        let effect = Effect {
            name: MODIFY,
            locator: Locator::Natural(natural(id, sides)),
            repeatable: true,
            creates: true,
        };
        let set = step.effects.run(effect, |permit| {
            let request = request(ec2.change(&permit), id, sides);
            async move {
                ec2.done(MODIFY, request.send().await)
                    .map(|()| Some(id.to_owned()))
            }
        });
        set.await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, options): (Options, Options) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        // A side that is no longer ours is left as AWS makes it.
        let back = |planned: &Option<PeeringOptions>, before: &Option<PeeringOptions>| {
            allows(planned).or_else(|| before.as_ref().map(|_| false))
        };
        let sides = (
            back(&options.accepter, &before.accepter),
            back(&options.requester, &before.requester),
        );
        step.change(MODIFY, &id, |client| request(client, &id, sides).send())
            .await?;
        Ok(unread(id))
    }

    /// Back to what AWS makes connections with.
    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let (ec2, id) = (step.ec2, step.request.id);
        let before: Option<Options> = step.request.before.map(spec).transpose()?;
        let back = |side: Option<bool>| side.filter(|on| *on).map(|_| false);
        let sides = before.as_ref().map(sides).unwrap_or_default();
        let sides = (back(sides.0), back(sides.1));
        if sides == (None, None) {
            return Ok(());
        }
        step.change_or_else(MODIFY, id, |client| {
            let request = request(client, id, sides);
            async move {
                match ec2.done(MODIFY, request.send().await) {
                    // One that carries no traffic any more has no options.
                    Err(error) if error.class == ErrorClass::NotFound || !is_active(ec2, id).await? => Ok(()),
                    result => result,
                }
            }
        })
        .await
    }
}

async fn is_active(ec2: &Ec2, id: &str) -> Result<bool, AdapterError> {
    Ok(find(ec2, id).await?.as_ref().map(State::of) == Some(State::Active))
}

fn request(
    client: &Client,
    id: &str,
    (accepter, requester): Sides,
) -> ModifyVpcPeeringConnectionOptionsFluentBuilder {
    let side = |on: Option<bool>| {
        on.map(|on| {
            types::PeeringConnectionOptionsRequest::builder()
                .allow_dns_resolution_from_remote_vpc(on)
                .build()
        })
    };
    client
        .modify_vpc_peering_connection_options()
        .vpc_peering_connection_id(id)
        .set_accepter_peering_connection_options(side(accepter))
        .set_requester_peering_connection_options(side(requester))
}

fn allows(side: &Option<PeeringOptions>) -> Option<bool> {
    side.as_ref()
        .map(|options| options.allow_remote_vpc_dns_resolution)
}

fn sides(options: &Options) -> Sides {
    (allows(&options.accepter), allows(&options.requester))
}

/// What the options are, whole: `CONNECTION>ACCEPTER,REQUESTER`.
fn natural(id: &str, (accepter, requester): Sides) -> String {
    let text = |side: Option<bool>| side.map_or("-".to_owned(), |on| on.to_string());
    format!("{id}>{},{}", text(accepter), text(requester))
}

/// The options of an active connection: only one has any.
fn from_answer(connection: &types::VpcPeeringConnection) -> Option<Options> {
    if State::of(connection) != State::Active {
        return None;
    }
    let id = connection.vpc_peering_connection_id.clone()?;
    let side = |side: &Option<types::VpcPeeringConnectionVpcInfo>| {
        let options = side.as_ref().and_then(|side| side.peering_options.as_ref());
        PeeringOptions {
            allow_remote_vpc_dns_resolution: options
                .and_then(|options| options.allow_dns_resolution_from_remote_vpc)
                .unwrap_or(false),
        }
    };
    Some(Options {
        vpc_peering_connection_id: id.clone(),
        accepter: Some(side(&connection.accepter_vpc_info)),
        requester: Some(side(&connection.requester_vpc_info)),
        id: Some(id),
    })
}
