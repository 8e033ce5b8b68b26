//! `aws_route_table`.

use async_trait::async_trait;
use aws_sdk_ec2::{Client, types};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::RouteTable;
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::ec2::Ec2;
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::Step;
use crate::tagged::Tagged;
use crate::tags;

pub(crate) struct RouteTableResource;

#[async_trait]
impl Resource for RouteTableResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.route_tables(vec![filter]);
        let tables = ec2.by_ids("route-table-id", ids(targets), list).await?;
        Ok(seen(targets, &tables, |table| {
            Some((from_answer(table, ec2), Readiness::Ready))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::RouteTable.locate(ec2, intent).await
    }

    /// The uid is the client token too, so that a second delivery of the request makes nothing more.
    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let table: RouteTable = spec(planned)?;
        let token = step.request.uid;
        let id = step
            .create(
                Tagged::RouteTable,
                "ec2:CreateRouteTable",
                &table.tags,
                |client, tags| {
                    let request = client.create_route_table().vpc_id(&table.vpc_id);
                    request.client_token(token).tag_specifications(tags).send()
                },
                |answer| answer.route_table?.route_table_id,
            )
            .await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, table): (RouteTable, RouteTable) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        step.retag(&id, &before.tags, &table.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        let call = |client: &Client| client.delete_route_table().route_table_id(id).send();
        step.delete("ec2:DeleteRouteTable", id, call).await
    }
}

fn from_answer(table: &types::RouteTable, ec2: &Ec2) -> RouteTable {
    let owned = table.owner_id.as_deref().zip(table.route_table_id.as_deref());
    RouteTable {
        vpc_id: table.vpc_id.clone().unwrap_or_default(),
        tags: tags::from_sdk(table.tags.as_deref()),
        id: table.route_table_id.clone(),
        arn: owned.map(|(owner, id)| ec2.arn(owner, "route-table", id)),
        owner_id: table.owner_id.clone(),
    }
}
