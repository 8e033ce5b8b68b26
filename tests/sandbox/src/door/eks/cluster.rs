//! A cluster as EKS describes it (API_Cluster). It must never leave out what a client reads to reach the cluster.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The network of a cluster (API_VpcConfigResponse).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EksVpc {
    /// The VPC.
    pub vpc_id: String,
    /// The subnets of the control plane's interfaces.
    pub subnet_ids: Vec<String>,
    /// The groups that were given in addition.
    pub security_group_ids: Vec<String>,
    /// The group that EKS made; its nodes bear it.
    pub cluster_security_group_id: String,
    /// Whether the public endpoint is off.
    pub private_endpoint_only: bool,
}

/// A cluster that a test registers with the door: an API server of the sandbox under a name of EKS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EksCluster {
    /// Its name.
    pub name: String,
    /// The account that owns it; empty for the door's own.
    #[serde(default)]
    pub account: String,
    /// Its region.
    pub region: String,
    /// The URL of its API server.
    pub endpoint: String,
    /// The authority of its API server, as PEM.
    pub certificate_authority: String,
    /// Its minor version.
    #[serde(default = "version")]
    pub version: String,
    /// Its state (API_Cluster, status).
    #[serde(default = "active")]
    pub status: String,
    /// Its network.
    #[serde(default)]
    pub vpc: EksVpc,
    /// The addresses of its services.
    #[serde(default = "service_cidr")]
    pub service_ipv4_cidr: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its access entries: the ARN of an IAM user or role, and the groups that it is in. EKS grants its cluster
    /// administrators by a policy of its own; here they are of `system:masters`.
    #[serde(default)]
    pub access_entries: BTreeMap<String, Vec<String>>,
}

fn version() -> String {
    "1.34".to_owned()
}

fn active() -> String {
    "ACTIVE".to_owned()
}

fn service_cidr() -> String {
    "10.96.0.0/16".to_owned()
}

impl EksCluster {
    /// Describes an active cluster of the door's own account that nobody may enter yet.
    #[must_use]
    pub fn new(name: &str, region: &str, endpoint: &str, certificate_authority: &str) -> Self {
        Self {
            name: name.to_owned(),
            account: String::new(),
            region: region.to_owned(),
            endpoint: endpoint.to_owned(),
            certificate_authority: certificate_authority.to_owned(),
            version: version(),
            status: active(),
            vpc: EksVpc::default(),
            service_ipv4_cidr: service_cidr(),
            tags: BTreeMap::new(),
            access_entries: BTreeMap::new(),
        }
    }

    /// Sets the account that owns it.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }

    /// Sets its network.
    #[must_use]
    pub fn vpc(mut self, vpc: EksVpc) -> Self {
        self.vpc = vpc;
        self
    }

    /// Lets an IAM user or role in as an administrator, by its ARN.
    #[must_use]
    pub fn admin(mut self, principal: &str) -> Self {
        self.access_entries
            .insert(principal.to_owned(), vec!["system:masters".to_owned()]);
        self
    }

    /// Returns its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:eks:{}:{}:cluster/{}",
            self.region, self.account, self.name
        )
    }

    /// Writes it as API_Cluster.
    pub(crate) fn describe(&self, created_at: Timestamp) -> Value {
        let mut shown = json!({
            "name": self.name,
            "arn": self.arn(),
            "createdAt": created_at.as_second(),
            "version": self.version,
            "roleArn": format!("arn:aws:iam::{}:role/eks-{}", self.account, self.name),
            "resourcesVpcConfig": {
                "subnetIds": self.vpc.subnet_ids,
                "securityGroupIds": self.vpc.security_group_ids,
                "clusterSecurityGroupId": self.vpc.cluster_security_group_id,
                "vpcId": self.vpc.vpc_id,
                "endpointPublicAccess": !self.vpc.private_endpoint_only,
                "endpointPrivateAccess": self.vpc.private_endpoint_only,
                "publicAccessCidrs": if self.vpc.private_endpoint_only { vec![] } else { vec!["0.0.0.0/0"] },
            },
            "kubernetesNetworkConfig": { "serviceIpv4Cidr": self.service_ipv4_cidr, "ipFamily": "ipv4" },
            "logging": { "clusterLogging": [] },
            "status": self.status,
            "platformVersion": "eks.1",
            "tags": self.tags,
            "health": { "issues": [] },
            "accessConfig": { "authenticationMode": "API" },
            "upgradePolicy": { "supportType": "EXTENDED" },
            "deletionProtection": false,
        });
        // A cluster that is being made has neither endpoint nor authority yet (API_DescribeCluster, the note).
        if self.status != "CREATING" {
            shown["endpoint"] = self.endpoint.clone().into();
            shown["certificateAuthority"] = json!({ "data": STANDARD.encode(&self.certificate_authority) });
        }
        shown
    }
}
