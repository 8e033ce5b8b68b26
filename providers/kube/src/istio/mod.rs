//! The kinds of Istio: certificate authorities, the right and the means to read other clusters, charts, and what a
//! cluster has of Istio.
//!
//! Each resource is several objects, all marked with its uid, and each object is one effect. Looks ask for the metadata
//! of Secrets of ours only; their contents are read in the middle of a step and nowhere else.

mod ca_secret;
mod chart;
mod cluster;
mod installation;
mod kubeconfig;
mod look;
mod reader_account;
mod remote_secret;
mod root_ca;
mod several;

pub(crate) use ca_secret::Intermediate;
pub(crate) use chart::Charts;
pub(crate) use cluster::KubernetesClusters;
pub(crate) use installation::Installations;
pub(crate) use reader_account::Reader;
pub(crate) use remote_secret::Remote;
pub(crate) use root_ca::Root;
