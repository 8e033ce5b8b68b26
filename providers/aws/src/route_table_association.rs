//! `aws_route_table_association`. Associations carry no tags, and their ids change when their table does: an
//! association is known by its subnet, which has one at most.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{self, RouteTableAssociationStateCode};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Effect, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::RouteTableAssociation;
use meshform_state::journal::{Intent, Locator};

use crate::clients::Clients;
use crate::ec2::{Ec2, filter};
use crate::resource::{Resource, observation, spec, unread};
use crate::step::{Step, parents_may_be_late};

pub(crate) struct RouteTableAssociationResource;

const BY_SUBNET: &str = "association.subnet-id";
const BY_ID: &str = "association.route-table-association-id";

#[async_trait]
impl Resource for RouteTableAssociationResource {
    /// By subnet where it is recorded, so that a replacement whose answer was lost is seen; else by id.
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let (known, others): (Vec<&Target>, Vec<&Target>) = targets
            .iter()
            .partition(|target| recorded_subnet(target).is_some());
        let subnets = known.into_iter().filter_map(recorded_subnet).collect();
        let ids = others.into_iter().map(|target| target.id.clone()).collect();
        let tables = |filter| ec2.route_tables(vec![filter]);
        let (mut tables, more) = futures::try_join!(
            ec2.by_ids(BY_SUBNET, subnets, tables),
            ec2.by_ids(BY_ID, ids, tables)
        )?;
        tables.extend(more);
        let (mut by_subnet, mut by_id) = (HashMap::new(), HashMap::new());
        for (seen, readiness) in tables.iter().flat_map(associations) {
            let observed = observation(&seen, readiness);
            by_id.extend(seen.id.map(|id| (id, observed.clone())));
            by_subnet.insert(seen.subnet_id, observed);
        }
        let look = |target: &Target| match recorded_subnet(target) {
            Some(subnet) => by_subnet.get(&subnet).cloned(),
            None => by_id.get(&target.id).cloned(),
        };
        Ok(targets.iter().map(look).collect())
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        let (Locator::Natural(name) | Locator::Id(name)) = &intent.locator else {
            return Ok(Located::Absent);
        };
        let Some((subnet, table)) = name.split_once(':') else {
            return Ok(Located::Absent);
        };
        let found = of_subnet(ec2, subnet)
            .await?
            .filter(|found| found.route_table_id == table);
        Ok(found
            .and_then(|found| found.id)
            .map_or(Located::Absent, Located::Found))
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let wanted: RouteTableAssociation = spec(planned)?;
        let (ec2, settings) = (step.ec2, step.settings);
        let look = || of_subnet(ec2, &wanted.subnet_id);
        // An association bears no mark of ours, so that there was none before is what makes it ours.
        if let Some(found) = settings.read(look).await? {
            return Err(exists(&found));
        }
        let effect = Effect {
            name: "ec2:AssociateRouteTable",
            locator: Locator::Natural(natural(&wanted)),
            repeatable: false,
            creates: true,
        };
        let made = step.effects.run(effect, |permit| {
            let client = ec2.change(&permit);
            let request = client
                .associate_route_table()
                .subnet_id(&wanted.subnet_id)
                .route_table_id(&wanted.route_table_id);
            let wanted = &wanted;
            async move {
                let answer = request
                    .send()
                    .await
                    .map_err(|error| ec2.failed("ec2:AssociateRouteTable", &error));
                match answer {
                    Ok(answer) => Ok(answer.association_id),
                    Err(error) => instead(ec2, wanted, error).await,
                }
            }
        });
        identified(made.await?)
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, wanted): (RouteTableAssociation, RouteTableAssociation) =
            (spec(before)?, spec(planned)?);
        let (ec2, old) = (step.ec2, before.id.unwrap_or_else(|| step.request.id.to_owned()));
        let effect = Effect {
            name: "ec2:ReplaceRouteTableAssociation",
            locator: Locator::Natural(natural(&wanted)),
            // The old id is good for one replacement only.
            repeatable: false,
            creates: false,
        };
        let replaced = step.effects.run(effect, |permit| {
            let client = ec2.change(&permit);
            let request = client
                .replace_route_table_association()
                .association_id(&old)
                .route_table_id(&wanted.route_table_id);
            let wanted = &wanted;
            async move {
                let answer = request.send().await;
                match answer.map_err(|error| ec2.failed("ec2:ReplaceRouteTableAssociation", &error)) {
                    Ok(answer) => Ok(answer.new_association_id),
                    Err(error) => instead(ec2, wanted, error).await,
                }
            }
        });
        identified(replaced.await?)
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let before: Option<RouteTableAssociation> = step.request.before.map(spec).transpose()?;
        let id = before
            .and_then(|before| before.id)
            .unwrap_or_else(|| step.request.id.to_owned());
        step.delete("ec2:DisassociateRouteTable", &id, |client| {
            client.disassociate_route_table().association_id(&id).send()
        })
        .await
    }
}

/// What to make of a refusal: a request that is delivered twice conflicts with itself, or no longer finds the
/// association that it has replaced.
async fn instead(
    ec2: &Ec2,
    wanted: &RouteTableAssociation,
    error: AdapterError,
) -> Result<Option<String>, AdapterError> {
    if matches!(error.class, ErrorClass::Conflict | ErrorClass::NotFound)
        && let Ok(Some(found)) = of_subnet(ec2, &wanted.subnet_id).await
        && found.route_table_id == wanted.route_table_id
    {
        return Ok(found.id);
    }
    Err(parents_may_be_late(error))
}

fn identified(id: Option<String>) -> Result<Applied, AdapterError> {
    id.map(unread)
        .ok_or_else(|| AdapterError::lost(ErrorClass::Other, "AWS answered without an association id"))
}

fn exists(found: &RouteTableAssociation) -> AdapterError {
    let message = format!(
        "subnet {} is associated already, with route table {}, and not by us",
        found.subnet_id, found.route_table_id
    );
    AdapterError::refused(ErrorClass::Conflict, message)
        .hint("Remove that association, or leave this one out of the configuration.")
}

/// The name that nothing else bears.
fn natural(association: &RouteTableAssociation) -> String {
    format!("{}:{}", association.subnet_id, association.route_table_id)
}

fn recorded_subnet(target: &Target) -> Option<String> {
    let recorded = target.recorded.get()?;
    recorded
        .get(RouteTableAssociation::schema(), "subnet_id")
        .as_str()
        .map(str::to_owned)
}

async fn of_subnet(ec2: &Ec2, subnet: &str) -> Result<Option<RouteTableAssociation>, AdapterError> {
    let tables = ec2.route_tables(vec![filter(BY_SUBNET, &[subnet])]).await?;
    Ok(tables
        .iter()
        .flat_map(associations)
        .map(|(seen, _)| seen)
        .find(|seen| seen.subnet_id == subnet))
}

/// The associations of a table with subnets that are there or coming.
fn associations(table: &types::RouteTable) -> impl Iterator<Item = (RouteTableAssociation, Readiness)> + '_ {
    table.associations().iter().filter_map(|association| {
        let state = association.association_state.as_ref();
        let readiness = match state.and_then(|state| state.state.as_ref()) {
            Some(
                RouteTableAssociationStateCode::Disassociating
                | RouteTableAssociationStateCode::Disassociated,
            ) => {
                return None;
            }
            Some(RouteTableAssociationStateCode::Associating) => {
                Readiness::Pending("it is being made".to_owned())
            }
            Some(RouteTableAssociationStateCode::Failed) => {
                let why = state
                    .and_then(|state| state.status_message.clone())
                    .unwrap_or_default();
                Readiness::Failed(format!("the association has failed: {why}"))
            }
            _ => Readiness::Ready,
        };
        let seen = RouteTableAssociation {
            subnet_id: association.subnet_id.clone()?,
            route_table_id: association
                .route_table_id
                .clone()
                .or_else(|| table.route_table_id.clone())?,
            id: association.route_table_association_id.clone(),
        };
        Some((seen, readiness))
    })
}
