//! `data "aws_eks_cluster"`.

use crate::kind;
use crate::spec::Rules;

kind! {
    /// An EKS cluster, or the answer that there is none.
    pub struct EksCluster: data "aws_eks_cluster" in Aws {
        /// Its name.
        name: String => required,
        /// Whether there is one. Unlike in Terraform, a cluster that is not there is an answer and not an error.
        exists: Option<bool> => computed,
        /// Its ARN.
        arn: Option<String> => computed,
        /// Its address, `https://…`.
        endpoint: Option<String> => computed,
        /// The certificates that vouch for the address: PEM in base64.
        certificate_authority_data: Option<String> => computed,
        /// Its Kubernetes version, such as `1.34`.
        version: Option<String> => computed,
        /// Its status, such as `ACTIVE`.
        status: Option<String> => computed,
        /// The VPC that it is in.
        vpc_id: Option<String> => computed,
        /// The subnets that its control plane reaches, sorted.
        subnet_ids: Vec<String> => computed,
        /// The security groups that its control plane was given, sorted.
        security_group_ids: Vec<String> => computed,
        /// The security group that EKS made for control plane and nodes.
        cluster_security_group_id: Option<String> => computed,
        /// Whether the VPC reaches the address privately.
        endpoint_private_access: Option<bool> => computed,
        /// Whether the internet reaches the address.
        endpoint_public_access: Option<bool> => computed,
        /// The blocks of the internet that may reach it, sorted.
        public_access_cidrs: Vec<String> => computed,
        /// The name again, as in Terraform.
        id: Option<String> => computed,
    }
}

impl Rules for EksCluster {}
