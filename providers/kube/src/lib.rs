//! Kubernetes adapters: server-side apply with preconditions.
//!
//! [`KubeAdapter`] serves the kinds in the table of `served`, [`HelmAdapter`] what helm knows. Read in this order:
//!
//! 1. `client` reaches a cluster: how a scope becomes a client, the only requests that there are (those that change
//!    something ask for a [`Permit`](meshform_engine::Permit)), which kinds the cluster serves.
//! 2. `live` is an object as the API server gives it, `managed` says who set what in it, `shape` turns it into the
//!    attributes of a kind and back.
//! 3. `read` looks at many objects at once; `step` creates, changes and deletes one; `single` is the kinds whose
//!    resources are one object each.
//! 4. `istio` has the kinds that are many objects, and what there is of Istio; `pki` makes keys and reads certificates,
//!    `authority` is the seam to whoever issues them outside of clusters.
//! 5. `rights` asks what we may do; `helm` runs helm, `rendered` is what it gives.
//!
//! Two rules hold everywhere: "absent" and "as observed" are conditions that the API server checks, never a look
//! before a leap; and a field that was never ours is never forced. Contents of Secrets are in no message and no log.

mod adapter;
mod authority;
mod client;
mod conflict;
mod failure;
mod helm;
mod istio;
mod json;
mod live;
mod managed;
mod pki;
pub mod probe;
mod read;
mod ready;
mod rendered;
mod rights;
mod sealed;
mod secret;
mod served;
mod shape;
mod single;
mod step;
#[cfg(feature = "testing")]
pub mod testing;

pub use adapter::KubeAdapter;
pub use authority::{Authority, AuthorityReach, IssueRequest, Issued};
pub use client::{EksAccess, EksEndpoint, EksToken, Wrap};
pub use helm::{HelmAdapter, HelmSettings};

/// The name under which the API server keeps what we set.
pub const MANAGER: &str = "meshform";

/// The annotation with the uid of the attempt that made an object, see [`meshform_state::Record::uid`].
pub const UID_MARK: &str = "meshform.io/uid";

/// The annotation of an object that was there before us, with the uid of the attempt that adopted it.
pub const ADOPTED_MARK: &str = "meshform.io/adopted";

/// The annotation with a digest: of the rendered object of a chart that was applied last, or of what is public in a
/// Secret.
pub const DIGEST_MARK: &str = "meshform.io/digest";

/// The annotation of an object that outlived what made it: with the lineage of the state that did.
pub const KEPT_MARK: &str = "meshform.io/kept";

/// The annotation with the lineage of the state that an object belongs to.
pub const LINEAGE_MARK: &str = "meshform.io/lineage";
