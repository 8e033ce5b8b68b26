//! `cluster`: a Kubernetes cluster. Without a `mesh` block it is only a place where resources live; with one it becomes
//! a member of the mesh.
//!
//! `word` is the block and how its API is reached; `facts` is what must be asked of it, `installed` and `versions` what of
//! that is in the way; `istio` is what a member gets,
//! and `authority` what its istiod signs with; `values` are the values of Istio's charts; `review` finds what is wrong
//! between clusters.

mod authority;
mod facts;
mod installed;
mod istio;
mod review;
mod values;
mod versions;
mod word;

pub(crate) use authority::assemble;
pub(crate) use istio::{chart, gateway, namespace};
pub(crate) use review::review;
pub(crate) use word::{ISTIO_NAMESPACE, WORD, expand, is_member, reach, schema};
