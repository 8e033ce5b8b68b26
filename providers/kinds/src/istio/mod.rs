//! What a cluster needs to be part of a mesh of Istio: its charts, a certificate authority, and the right and the means
//! to read other clusters; and what is there of it. One file each.
//!
//! [`chart`] is a rendered chart as one resource; [`helm`] are the facts that rendering gives; [`cluster`] are the
//! facts of a cluster and of the Istio in it. Each kind is one line of [`kinds`].
//!
//! None of these has a secret among its attributes: keys and tokens are where they are used and nowhere else.

mod ca_secret;
pub mod chart;
pub mod cluster;
pub mod helm;
mod reach;
mod reader_account;
mod remote_secret;
mod root_ca;

use std::sync::Arc;

use meshform_engine::{Kind, Problem};
use meshform_state::Value;

pub use ca_secret::{CaSecret, CertificateAuthority, LocalAuthority};
pub use chart::{Chart, ObjectKey};
pub use cluster::{Installation, Istiod, KubernetesCluster};
pub use helm::{HelmChart, HelmTemplate};
pub use reach::{ClusterReach, EksClusterReach};
pub use reader_account::ReaderAccount;
pub use remote_secret::{RemoteAccount, RemoteSecret};
pub use root_ca::RootCa;

use crate::kind_of;

/// The name of the kind [`Chart`].
pub const CHART: &str = "istio_chart";

/// The name of the data kind [`HelmChart`].
pub const HELM_CHART: &str = "helm_chart";

/// The name of the data kind [`HelmTemplate`].
pub const HELM_TEMPLATE: &str = "helm_template";

/// The name of the data kind [`KubernetesCluster`].
pub const CLUSTER: &str = "kubernetes_cluster";

/// The name of the data kind [`Installation`].
pub const INSTALLATION: &str = "istio_installation";

/// What the attribute `content` says of objects that are as they were written.
pub const WRITTEN: &str = "written";

/// What the attribute `content`, and `objects` of a chart, say of objects that somebody changed or removed since.
pub const CHANGED: &str = "changed";

/// What the attribute `content` says of objects whose writing was interrupted.
pub const INTERRUPTED: &str = "interrupted";

/// The algorithms of keys that Istio's proxies can use.
pub const KEY_ALGORITHMS: &[&str] = &["RSA_2048", "RSA_4096", "EC_prime256v1", "EC_secp384r1"];

/// The kinds of this module.
#[must_use]
pub fn kinds() -> Vec<Arc<dyn Kind>> {
    vec![
        kind_of::<Chart>(),
        kind_of::<RootCa>(),
        kind_of::<CaSecret>(),
        kind_of::<ReaderAccount>(),
        kind_of::<RemoteSecret>(),
        kind_of::<HelmChart>(),
        kind_of::<HelmTemplate>(),
        kind_of::<KubernetesCluster>(),
        kind_of::<Installation>(),
    ]
}

/// Refuses an `attribute` whose value is not one of those that there are.
fn one_of(attribute: &'static str, value: &Value, known: &[&str]) -> Option<Problem> {
    let text = value.as_str().filter(|text| !known.contains(text))?;
    Some(Problem {
        attribute,
        message: format!("`{text}` is none of {}.", known.join(", ")),
        hint: None,
    })
}

/// Refuses an `attribute` that cannot be the name of an object of Kubernetes.
fn name(attribute: &'static str, value: &Value) -> Option<Problem> {
    let text = value.as_str()?;
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let fits = bytes.len() <= 253
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(byte));
    (!fits).then(|| Problem {
        attribute,
        message: format!("`{text}` cannot be the name of an object in Kubernetes."),
        hint: Some("Use lower-case letters, digits, `-` and `.`, a letter or digit at both ends.".to_owned()),
    })
}

#[cfg(test)]
mod tests;
