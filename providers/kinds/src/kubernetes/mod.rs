//! Kubernetes: namespaces, and any object that an API server knows.
//!
//! [`namespace`] and [`manifest`] are the kinds; [`name`] is how an object is called; [`project`] cuts a live object
//! down to what counts in a comparison; [`right`] is what somebody may do.

mod data;
mod list;
mod manifest;
mod name;
mod namespace;
mod project;
mod quantity;
mod right;

use std::sync::Arc;

use meshform_engine::Kind;

pub use data::{DATA, DATA_KEYS, DATA_VERSION};
pub use manifest::Manifest;
pub use name::{NameError, ObjectName};
pub use namespace::Namespace;
pub use right::Right;

/// The name of the kind [`Namespace`].
pub const NAMESPACE: &str = "kubernetes_namespace";

/// The name of the kind [`Manifest`].
pub const MANIFEST: &str = "kubernetes_manifest";

/// Annotations that start with this are ours: they mark whose attempt made an object and are never configured.
pub const MARK: &str = "meshform.io/";

/// The kinds of this module.
#[must_use]
pub fn kinds() -> Vec<Arc<dyn Kind>> {
    vec![Arc::new(Namespace::new()), Arc::new(Manifest::new())]
}
