//! EKS, answered by the door itself: the clusters that it describes are control planes of the sandbox, and their API
//! servers ask the door who bears a token, as an EKS control plane asks IAM.
//!
//! `registry` holds the clusters and the keys that tokens are signed with, for all doors of a sandbox, since an API
//! server has one webhook; `service` is the EKS API (Amazon EKS API reference); `review` answers TokenReviews by
//! `token` (the rules of aws-iam-authenticator, whose server EKS runs) and `sigv4` (the check that STS makes). It must
//! never make a cluster: EKS takes a quarter of an hour for it, and the sandbox does it with `Sandbox::builder`.

mod cluster;
mod registry;
mod review;
mod service;
mod sigv4;
mod token;
mod versions;

pub use cluster::{EksCluster, EksVpc};
pub(crate) use registry::{Identity, Place, Registry};
pub(crate) use review::{REVIEW, review, reviewer, webhook_kubeconfig};
pub(crate) use service::{answer, operation};
