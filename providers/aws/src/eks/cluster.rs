//! `data "aws_eks_cluster"`.

use aws_sdk_eks::types::{Cluster, ClusterStatus};
use meshform_engine::{AdapterError, ErrorClass, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::EksCluster;

use crate::clients::Clients;
use crate::error;
use crate::resource::spec;

/// Answers the data source. A cluster that is not there is an answer too.
pub(crate) async fn query(clients: &Clients, arguments: &Object) -> Result<Object, AdapterError> {
    let asked: EksCluster = spec(arguments)?;
    let found = find(clients, &asked.name).await?;
    Ok(answer(asked.name, found).to_object())
}

/// The cluster `name`, if there is one.
pub(super) async fn find(clients: &Clients, name: &str) -> Result<Option<Cluster>, AdapterError> {
    let call = "eks:DescribeCluster";
    let answer = clients.eks.describe_cluster().name(name).send().await;
    match answer.map_err(|error| error::from_sdk(call, &clients.place.whom, &error)) {
        Ok(answer) => Ok(answer.cluster),
        Err(error) if error.class == ErrorClass::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn answer(name: String, found: Option<Cluster>) -> EksCluster {
    let exists = found.is_some();
    let cluster = found.unwrap_or_else(|| Cluster::builder().build());
    let vpc = cluster.resources_vpc_config;
    let list = |pick: fn(&aws_sdk_eks::types::VpcConfigResponse) -> &[String]| {
        let mut list = vpc.as_ref().map(|vpc| pick(vpc).to_vec()).unwrap_or_default();
        list.sort();
        list
    };
    EksCluster {
        id: exists.then(|| name.clone()),
        name,
        exists: Some(exists),
        arn: cluster.arn,
        endpoint: cluster.endpoint,
        certificate_authority_data: cluster.certificate_authority.and_then(|authority| authority.data),
        version: cluster.version,
        status: cluster
            .status
            .as_ref()
            .map(ClusterStatus::as_str)
            .map(str::to_owned),
        vpc_id: vpc.as_ref().and_then(|vpc| vpc.vpc_id.clone()),
        subnet_ids: list(|vpc| vpc.subnet_ids()),
        security_group_ids: list(|vpc| vpc.security_group_ids()),
        cluster_security_group_id: vpc.as_ref().and_then(|vpc| vpc.cluster_security_group_id.clone()),
        endpoint_private_access: vpc.as_ref().map(|vpc| vpc.endpoint_private_access),
        endpoint_public_access: vpc.as_ref().map(|vpc| vpc.endpoint_public_access),
        public_access_cidrs: list(|vpc| vpc.public_access_cidrs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_that_is_not_there_is_told_as_that() {
        let answer = answer("west".to_owned(), None);
        assert_eq!(
            (answer.exists, answer.id, answer.endpoint),
            (Some(false), None, None)
        );
        assert!(answer.subnet_ids.is_empty());
    }
}
