//! The adapter: which kind is whose.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::{Adapter, AdapterError, Effects, ErrorClass, Located, Object, Observation, Target};
use meshform_kinds::aws::{SecurityGroupEgressRule, SecurityGroupIngressRule};
use meshform_state::Scope;
use meshform_state::journal::{Intent, Operation};

use crate::clients::ClientCache;
use crate::eks::EksClusters;
use crate::internet_gateway::InternetGatewayResource;
use crate::pca::{Authorities, AuthorityResource, CertificateResource};
use crate::peering::{AccepterResource, ConnectionResource, OptionsResource};
use crate::resource::Resource;
use crate::route::RouteResource;
use crate::route_table::RouteTableResource;
use crate::route_table_association::RouteTableAssociationResource;
use crate::security_group::{RuleResource, SecurityGroupResource};
use crate::settings::AwsSettings;
use crate::step::Step;
use crate::subnet::SubnetResource;
use crate::vpc::VpcResource;
use crate::{availability_zones, caller_identity, eks, pca, route_tables, subnets, vpc_data};

/// The managed kinds that [`AwsAdapter`] serves.
pub const KINDS: [&str; 14] = [
    "aws_acmpca_certificate",
    "aws_acmpca_certificate_authority",
    "aws_internet_gateway",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_security_group",
    "aws_subnet",
    "aws_vpc",
    "aws_vpc_peering_connection",
    "aws_vpc_peering_connection_accepter",
    "aws_vpc_peering_connection_options",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
];

/// The data kinds that [`AwsAdapter`] serves.
pub const DATA_KINDS: [&str; 7] = [
    "aws_acmpca_certificate_authority",
    "aws_availability_zones",
    "aws_caller_identity",
    "aws_eks_cluster",
    "aws_route_tables",
    "aws_subnets",
    "aws_vpc",
];

/// Everything of AWS.
pub struct AwsAdapter {
    settings: AwsSettings,
    clients: Arc<ClientCache>,
}

impl AwsAdapter {
    /// An adapter that asks nothing of AWS yet.
    #[must_use]
    pub fn new(settings: AwsSettings) -> Self {
        let clients = Arc::new(ClientCache::new(&settings));
        AwsAdapter { settings, clients }
    }

    /// EKS clusters, reached with the clients of this adapter.
    #[must_use]
    pub fn eks(&self) -> EksClusters {
        EksClusters::with(self.settings.clone(), Arc::clone(&self.clients))
    }

    /// Private CAs, reached with the clients of this adapter.
    #[must_use]
    pub fn authorities(&self) -> Authorities {
        Authorities::with(self.settings.clone(), Arc::clone(&self.clients))
    }
}

impl std::fmt::Debug for AwsAdapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsAdapter")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn resource(kind: &str) -> Result<&'static dyn Resource, AdapterError> {
    Ok(match kind {
        "aws_vpc" => &VpcResource,
        "aws_subnet" => &SubnetResource,
        "aws_internet_gateway" => &InternetGatewayResource,
        "aws_route_table" => &RouteTableResource,
        "aws_route" => &RouteResource,
        "aws_route_table_association" => &RouteTableAssociationResource,
        "aws_security_group" => &SecurityGroupResource,
        "aws_vpc_security_group_ingress_rule" => &RuleResource::<SecurityGroupIngressRule>(PhantomData),
        "aws_vpc_security_group_egress_rule" => &RuleResource::<SecurityGroupEgressRule>(PhantomData),
        "aws_vpc_peering_connection" => &ConnectionResource,
        "aws_vpc_peering_connection_accepter" => &AccepterResource,
        "aws_vpc_peering_connection_options" => &OptionsResource,
        "aws_acmpca_certificate_authority" => &AuthorityResource,
        "aws_acmpca_certificate" => &CertificateResource,
        _ => return Err(unknown(kind)),
    })
}

fn unknown(kind: &str) -> AdapterError {
    AdapterError::refused(
        ErrorClass::Invalid,
        format!("`{kind}` is not a kind of AWS that this version knows"),
    )
}

#[async_trait]
impl Adapter for AwsAdapter {
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError> {
        caller_identity::identify(&self.clients.of(scope).await?).await
    }

    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let clients = self.clients.of(scope).await?;
        resource(kind)?.read(&clients, targets).await
    }

    async fn query(&self, scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        let clients = self.clients.of(scope).await?;
        match kind {
            "aws_availability_zones" => availability_zones::query(&clients.ec2, arguments).await,
            "aws_caller_identity" => caller_identity::query(&clients).await,
            "aws_eks_cluster" => eks::query(&clients, arguments).await,
            "aws_vpc" => vpc_data::query(&clients.ec2, arguments).await,
            "aws_subnets" => subnets::query(&clients.ec2, arguments).await,
            "aws_route_tables" => route_tables::query(&clients.ec2, arguments).await,
            "aws_acmpca_certificate_authority" => pca::query(&clients.pca, arguments).await,
            _ => Err(unknown(kind)),
        }
    }

    async fn locate(&self, scope: &Scope, intent: &Intent) -> Result<Located, AdapterError> {
        let clients = self.clients.of(scope).await?;
        resource(&intent.kind)?.locate(&clients, intent).await
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let clients = self.clients.of(scope).await?;
        let resource = resource(request.kind)?;
        let mut step = Step {
            ec2: &clients.ec2,
            pca: &clients.pca,
            request,
            effects,
            settings: &self.settings,
        };
        match (request.operation, request.before, request.planned) {
            (Operation::Create, _, Some(planned)) => resource.create(&mut step, planned).await.map(Some),
            (Operation::Update, Some(before), Some(planned)) => {
                resource.update(&mut step, before, planned).await.map(Some)
            }
            (Operation::Delete, _, _) => resource.delete(&mut step).await.map(|()| None),
            (Operation::Create | Operation::Update, _, _) => Err(AdapterError::refused(
                ErrorClass::Invalid,
                "the step lacks the object that it is about",
            )
            .hint("This is a mistake in meshform, not in the configuration: please report it.")),
        }
    }

    fn timing(&self, _kind: &str) -> Timing {
        self.settings.timing
    }

    fn service(&self, kind: &str) -> &'static str {
        // Each of these counts calls on its own; what is no other service's is EC2's.
        match kind.split('_').nth(1) {
            Some("acmpca") => "acm-pca",
            Some("eks") => "eks",
            Some("ram") => "ram",
            Some("route53") => "route53",
            _ => "ec2",
        }
    }

    fn typical(&self, kind: &str) -> Duration {
        // In the order of what the documentation and experience say; only the proportions count.
        Duration::from_secs(match kind {
            "aws_nat_gateway" => 120,
            "aws_ec2_transit_gateway" | "aws_ec2_transit_gateway_vpc_attachment" => 60,
            "aws_acmpca_certificate_authority" => 20,
            "aws_vpc_peering_connection" => 5,
            _ => 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_aws_is_served_and_no_other() {
        let kinds = meshform_kinds::kinds();
        let aws = |data| -> BTreeSet<&str> {
            kinds
                .names(data)
                .filter(|name| name.starts_with("aws_"))
                .collect()
        };
        assert_eq!(aws(false), KINDS.into_iter().collect());
        assert_eq!(aws(true), DATA_KINDS.into_iter().collect());
        assert!(KINDS.into_iter().all(|kind| resource(kind).is_ok()));
    }
}
