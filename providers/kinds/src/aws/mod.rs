//! Kinds that live in an AWS account and region, one file each.
//!
//! Names and meanings are those of Terraform's AWS provider; where one differs, the attribute says so.

mod availability_zones;
mod caller_identity;
mod eks_cluster;
mod internet_gateway;
mod route;
mod route_table;
mod route_table_association;
mod subnet;
mod tags;
mod vpc;

use meshform_engine::Kinds;

pub use availability_zones::AvailabilityZones;
pub use caller_identity::CallerIdentity;
pub use eks_cluster::EksCluster;
pub use internet_gateway::InternetGateway;
pub use route::{Route, RouteTarget};
pub use route_table::RouteTable;
pub use route_table_association::RouteTableAssociation;
pub use subnet::Subnet;
pub use tags::{RESERVED_PREFIX, Tags};
pub use vpc::Vpc;

use crate::kind_of;

/// Adds all kinds of AWS.
pub(crate) fn add(kinds: &mut Kinds) {
    kinds.add(kind_of::<Vpc>());
    kinds.add(kind_of::<Subnet>());
    kinds.add(kind_of::<InternetGateway>());
    kinds.add(kind_of::<RouteTable>());
    kinds.add(kind_of::<Route>());
    kinds.add(kind_of::<RouteTableAssociation>());
    kinds.add(kind_of::<AvailabilityZones>());
    kinds.add(kind_of::<CallerIdentity>());
    kinds.add(kind_of::<EksCluster>());
}
