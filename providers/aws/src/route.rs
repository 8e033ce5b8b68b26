//! `aws_route`. Routes carry no tags: a route is known by its destination, unique in its table.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_ec2::types;
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, Effect, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::{Route, RouteTarget};
use meshform_state::journal::{Intent, Locator};

use crate::clients::Clients;
use crate::ec2::{Ec2, filter};
use crate::resource::{Resource, in_order, observation, spec, unread};
use crate::step::{Step, parents_may_be_late};

pub(crate) struct RouteResource;

/// The target of a route is one of several arguments, whether it is made or replaced.
macro_rules! to_target {
    ($request:expr, $route:expr) => {{
        let request = $request
            .route_table_id(&$route.route_table_id)
            .destination_cidr_block(&$route.destination_cidr_block);
        match $route.target() {
            None => request,
            Some(RouteTarget::Gateway(id)) => request.gateway_id(id),
            Some(RouteTarget::NatGateway(id)) => request.nat_gateway_id(id),
            Some(RouteTarget::TransitGateway(id)) => request.transit_gateway_id(id),
            Some(RouteTarget::Peering(id)) => request.vpc_peering_connection_id(id),
            Some(RouteTarget::NetworkInterface(id)) => request.network_interface_id(id),
        }
    }};
}

#[async_trait]
impl Resource for RouteResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let tables = targets
            .iter()
            .filter_map(|target| Some(parts(&target.id)?.0.to_owned()))
            .collect();
        let tables = ec2
            .by_ids("route-table-id", tables, |filter| ec2.route_tables(vec![filter]))
            .await?;
        let mut found = HashMap::new();
        for route in tables.iter().flat_map(routes) {
            found.insert(id_of(&route), observation(&route, Readiness::Ready));
        }
        Ok(in_order(targets, &found))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        let Locator::Natural(name) = &intent.locator else {
            return Ok(Located::Absent);
        };
        let found = match name.split_once('>') {
            Some((id, _)) => find(ec2, id).await?,
            None => None,
        };
        // One to somewhere else is not ours, whoever was quicker.
        let ours = found.filter(|found| natural(found) == *name);
        Ok(ours.map_or(Located::Absent, |found| Located::Found(id_of(&found))))
    }

    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let route: Route = spec(planned)?;
        let (ec2, settings, id) = (step.ec2, step.settings, id_of(&route));
        let look = || find(ec2, &id);
        // A route bears no mark of ours, so that it was not there before is what makes it ours.
        if settings.read(look).await?.is_some() {
            return Err(exists(&route));
        }
        let effect = Effect {
            name: "ec2:CreateRoute",
            locator: Locator::Natural(natural(&route)),
            repeatable: false,
            creates: true,
        };
        let made = step.effects.run(effect, |permit| {
            let request = to_target!(ec2.change(&permit).create_route(), route);
            let id = &id;
            async move {
                let answer = ec2.done("ec2:CreateRoute", request.send().await);
                answer.map(|()| Some(id.clone())).map_err(parents_may_be_late)
            }
        });
        made.await?;
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        _before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let route: Route = spec(planned)?;
        let id = id_of(&route);
        step.change("ec2:ReplaceRoute", &id, |client| {
            to_target!(client.replace_route(), route).send()
        })
        .await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        let Some((table, destination)) = parts(id) else {
            let message = format!("`{id}` is not the id of a route, as `rtb-1_10.0.0.0/16` is");
            return Err(AdapterError::refused(ErrorClass::Invalid, message));
        };
        step.delete("ec2:DeleteRoute", id, |client| {
            let request = client.delete_route().route_table_id(table);
            request.destination_cidr_block(destination).send()
        })
        .await
    }
}

fn exists(route: &Route) -> AdapterError {
    let message = format!(
        "route table {} has a route to {} already that is not ours",
        route.route_table_id, route.destination_cidr_block
    );
    AdapterError::refused(ErrorClass::Conflict, message)
        .hint("Remove that route, or leave this one out of the configuration.")
}

async fn find(ec2: &Ec2, id: &str) -> Result<Option<Route>, AdapterError> {
    let Some((table, _)) = parts(id) else {
        return Ok(None);
    };
    let tables = ec2.route_tables(vec![filter("route-table-id", &[table])]).await?;
    Ok(tables.iter().flat_map(routes).find(|route| id_of(route) == id))
}

/// The routes of a table that go to IPv4 blocks.
fn routes(table: &types::RouteTable) -> impl Iterator<Item = Route> + '_ {
    table.routes().iter().filter_map(|route| {
        let table = table.route_table_id.clone()?;
        let destination = route.destination_cidr_block.clone()?;
        Some(Route {
            id: Some(format!("{table}_{destination}")),
            route_table_id: table,
            destination_cidr_block: destination,
            gateway_id: route.gateway_id.clone(),
            nat_gateway_id: route.nat_gateway_id.clone(),
            transit_gateway_id: route.transit_gateway_id.clone(),
            vpc_peering_connection_id: route.vpc_peering_connection_id.clone(),
            network_interface_id: route.network_interface_id.clone(),
        })
    })
}

fn id_of(route: &Route) -> String {
    format!("{}_{}", route.route_table_id, route.destination_cidr_block)
}

/// What a route is, whole: `TABLE_DESTINATION>TARGET`.
fn natural(route: &Route) -> String {
    let target = match route.target() {
        None => String::new(),
        Some(
            RouteTarget::Gateway(id)
            | RouteTarget::NatGateway(id)
            | RouteTarget::TransitGateway(id)
            | RouteTarget::Peering(id)
            | RouteTarget::NetworkInterface(id),
        ) => id,
    };
    format!("{}>{target}", id_of(route))
}

fn parts(id: &str) -> Option<(&str, &str)> {
    id.split_once('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_known_by_table_and_destination() {
        let to = |block: &str| {
            types::Route::builder()
                .destination_cidr_block(block)
                .gateway_id("igw-1")
                .build()
        };
        let six = types::Route::builder()
            .destination_ipv6_cidr_block("::/0")
            .build();
        let table = types::RouteTable::builder()
            .route_table_id("rtb-1")
            .routes(to("0.0.0.0/0"))
            .routes(six)
            .build();
        let seen: Vec<Route> = routes(&table).collect();
        assert_eq!(seen.len(), 1);
        assert_eq!(id_of(&seen[0]), "rtb-1_0.0.0.0/0");
        assert_eq!(natural(&seen[0]), "rtb-1_0.0.0.0/0>igw-1");
        assert_eq!(parts("rtb-1_0.0.0.0/0"), Some(("rtb-1", "0.0.0.0/0")));
        assert_eq!(seen[0].target(), Some(RouteTarget::Gateway("igw-1".to_owned())));
    }
}
