//! `istio_ca_secret`: the authority of one istiod.
//!
//! `look` says what is there, `obtain` gets a key and a certificate for it, `write` puts both where istiod takes them
//! from. In the order of effects: the key is in a pending Secret before anybody is asked for a certificate, so that a
//! kill leaves no certificate without the holder of its key; the Secret of istiod is written once the certificate has
//! been checked; the ConfigMap beside it follows; the pending Secret goes last.

mod look;
mod obtain;
mod write;

use async_trait::async_trait;
use meshform_engine::{AdapterError, Observation, Target};
use meshform_kinds::istio::CaSecret;
use meshform_kinds::kubernetes::ObjectName;

use super::several::Several;
use crate::served::At;
use crate::step::Parts;
use look::{Names, Seen};

/// The kind.
pub(crate) struct Intermediate;

#[async_trait]
impl Several for Intermediate {
    type Spec = CaSecret;
    type Names = Names;
    type Seen = Seen;

    fn names(namespace: &str, name: &str) -> Names {
        Names::of(namespace, name)
    }

    fn all(names: Names) -> Vec<ObjectName> {
        vec![names.pending, names.secret, names.map]
    }

    fn id(spec: &CaSecret) -> (&str, String) {
        (&spec.namespace, spec.name.clone())
    }

    async fn look(at: At<'_>, names: &[Names]) -> Result<Vec<Seen>, AdapterError> {
        look::seen(at, names).await
    }

    fn observe(target: &Target, seen: &Seen) -> Result<Option<Observation>, AdapterError> {
        look::observe(target, seen)
    }

    async fn ensure(at: At<'_>, spec: &CaSecret, parts: &mut Parts<'_, '_>) -> Result<(), AdapterError> {
        write::ensure(at, spec, parts).await
    }
}
