//! EKS clusters: what AWS says of them, and the tokens that they accept.
//!
//! Nothing here changes a cluster, and nothing here speaks to one: that is for whoever brings endpoint and token to
//! the Kubernetes API.

mod access;
mod cluster;
mod token;

pub use access::{EksClusters, Endpoint, Token};

pub(crate) use cluster::query;
