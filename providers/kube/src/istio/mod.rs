//! The kinds of Istio: certificate authorities, and the right and the means to read other clusters.
//!
//! Each resource is several objects, all marked with its uid, and each object is one effect. Looks ask for the metadata
//! of Secrets only; contents are read in the middle of a step and nowhere else.

mod ca_secret;
mod kubeconfig;
mod look;
mod reader_account;
mod remote_secret;
mod root_ca;

pub(crate) use ca_secret::Intermediate;
pub(crate) use reader_account::Reader;
pub(crate) use remote_secret::Remote;
pub(crate) use root_ca::Root;
