//! `data "aws_route_tables"`.

use aws_sdk_ec2::types::{Filter, Route, RouteState, RouteTable};
use meshform_engine::{AdapterError, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::{RouteSummary, RouteTableSummary, RouteTables};

use crate::ec2::{Ec2, filter};
use crate::resource::spec;
use crate::subnets::by_tags;
use crate::tags;

/// Answers the data source.
pub(crate) async fn query(ec2: &Ec2, arguments: &Object) -> Result<Object, AdapterError> {
    let asked: RouteTables = spec(arguments)?;
    let in_vpc = filter("vpc-id", &[&asked.vpc_id]);
    let filters: Vec<Filter> = [in_vpc].into_iter().chain(by_tags(&asked.tags)).collect();
    let found = ec2.route_tables(filters).await?;
    let mut tables: Vec<RouteTableSummary> = found.iter().filter_map(summary).collect();
    tables.sort();
    let answer = RouteTables {
        ids: tables.iter().map(|table| table.id.clone()).collect(),
        route_tables: tables,
        id: Some(ec2.region().to_owned()),
        ..asked
    };
    Ok(answer.to_object())
}

fn summary(table: &RouteTable) -> Option<RouteTableSummary> {
    let associations = table.associations();
    let mut subnet_ids: Vec<String> = associations
        .iter()
        .filter_map(|association| association.subnet_id.clone())
        .collect();
    subnet_ids.sort();
    let mut routes: Vec<RouteSummary> = table.routes().iter().filter_map(route).collect();
    routes.sort();
    Some(RouteTableSummary {
        id: table.route_table_id.clone()?,
        main: associations
            .iter()
            .any(|association| association.main == Some(true)),
        subnet_ids,
        routes,
        tags: tags::from_sdk(table.tags.as_deref()),
    })
}

fn route(route: &Route) -> Option<RouteSummary> {
    let destination = route
        .destination_cidr_block()
        .or(route.destination_ipv6_cidr_block())
        .or(route.destination_prefix_list_id())?;
    let target = [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.transit_gateway_id(),
        route.vpc_peering_connection_id(),
        route.network_interface_id(),
        route.egress_only_internet_gateway_id(),
        route.local_gateway_id(),
        route.carrier_gateway_id(),
        route.core_network_arn(),
        route.instance_id(),
    ];
    Some(RouteSummary {
        destination: destination.to_owned(),
        target: target.into_iter().flatten().next().unwrap_or_default().to_owned(),
        active: route.state != Some(RouteState::Blackhole),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_told_by_where_it_goes_and_who_takes_it() {
        let told = route(
            &Route::builder()
                .destination_cidr_block("10.1.0.0/16")
                .vpc_peering_connection_id("pcx-1")
                .state(RouteState::Blackhole)
                .build(),
        );
        let expected = RouteSummary {
            destination: "10.1.0.0/16".to_owned(),
            target: "pcx-1".to_owned(),
            active: false,
        };
        assert_eq!(told, Some(expected));
    }
}
