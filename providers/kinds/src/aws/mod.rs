//! Kinds that live in an AWS account and region, one file each.
//!
//! Names and meanings are those of Terraform's AWS provider; where one differs, the attribute says so.

mod acmpca_certificate;
mod acmpca_certificate_authority;
mod acmpca_certificate_authority_data;
mod availability_zones;
mod caller_identity;
mod eks_cluster;
mod internet_gateway;
mod route;
mod route_table;
mod route_table_association;
mod route_tables;
mod security_group;
mod security_group_rule;
mod subnet;
mod subnets;
mod tags;
mod vpc;
mod vpc_data;
mod vpc_peering_connection;
mod vpc_peering_connection_accepter;
mod vpc_peering_connection_options;

use meshform_engine::Kinds;

pub use acmpca_certificate::Certificate;
pub use acmpca_certificate_authority::{CertificateAuthority, CertificateSubject};
pub use acmpca_certificate_authority_data::CertificateAuthorityData;
pub use availability_zones::AvailabilityZones;
pub use caller_identity::CallerIdentity;
pub use eks_cluster::EksCluster;
pub use internet_gateway::InternetGateway;
pub use route::{Route, RouteTarget};
pub use route_table::RouteTable;
pub use route_table_association::RouteTableAssociation;
pub use route_tables::{RouteSummary, RouteTableSummary, RouteTables};
pub use security_group::SecurityGroup;
pub use security_group_rule::{
    SecurityGroupDirection, SecurityGroupEgressRule, SecurityGroupIngressRule, SecurityGroupRule,
};
pub use subnet::Subnet;
pub use subnets::{SubnetSummary, Subnets};
pub use tags::{RESERVED_PREFIX, Tags};
pub use vpc::Vpc;
pub use vpc_data::VpcData;
pub use vpc_peering_connection::VpcPeeringConnection;
pub use vpc_peering_connection_accepter::VpcPeeringConnectionAccepter;
pub use vpc_peering_connection_options::{PeeringOptions, VpcPeeringConnectionOptions};

use crate::kind_of;

/// Adds all kinds of AWS.
pub(crate) fn add(kinds: &mut Kinds) {
    kinds.add(kind_of::<Vpc>());
    kinds.add(kind_of::<Subnet>());
    kinds.add(kind_of::<InternetGateway>());
    kinds.add(kind_of::<RouteTable>());
    kinds.add(kind_of::<Route>());
    kinds.add(kind_of::<RouteTableAssociation>());
    kinds.add(kind_of::<SecurityGroup>());
    kinds.add(kind_of::<SecurityGroupIngressRule>());
    kinds.add(kind_of::<SecurityGroupEgressRule>());
    kinds.add(kind_of::<VpcPeeringConnection>());
    kinds.add(kind_of::<VpcPeeringConnectionAccepter>());
    kinds.add(kind_of::<VpcPeeringConnectionOptions>());
    kinds.add(kind_of::<CertificateAuthority>());
    kinds.add(kind_of::<Certificate>());
    kinds.add(kind_of::<AvailabilityZones>());
    kinds.add(kind_of::<CallerIdentity>());
    kinds.add(kind_of::<CertificateAuthorityData>());
    kinds.add(kind_of::<EksCluster>());
    kinds.add(kind_of::<RouteTables>());
    kinds.add(kind_of::<Subnets>());
    kinds.add(kind_of::<VpcData>());
}
