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
use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effects, Located, Observation, Target};
use meshform_kinds::istio::CaSecret;
use meshform_state::journal::{Intent, Operation};

use super::look::{planned, split};
use crate::served::{At, Served};
use crate::step::{Parts, locate};
use look::{Names, observe, seen};

/// The kind.
pub(crate) struct Intermediate;

#[async_trait]
impl Served for Intermediate {
    async fn read_many(
        &self,
        at: At<'_>,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let names: Result<Vec<Names>, _> = targets
            .iter()
            .map(|target| split(&target.id).map(|(namespace, name)| Names::of(namespace, name)))
            .collect();
        let seen = seen(at, &names?).await?;
        let observe = |(target, seen)| observe(target, seen);
        targets.iter().zip(&seen).map(observe).collect()
    }

    async fn locate(&self, at: At<'_>, intent: &Intent) -> Result<Located, AdapterError> {
        locate(at.cluster, intent).await
    }

    async fn apply(
        &self,
        at: At<'_>,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let mut parts = Parts::of(at.cluster, request, effects);
        if request.operation == Operation::Delete {
            let (namespace, name) = split(request.id)?;
            let names = Names::of(namespace, name);
            for part in [names.pending, names.secret, names.map] {
                parts.delete(part).await?;
            }
            return Ok(None);
        }
        let spec: CaSecret = planned(request)?;
        parts.id = format!("{}/{}", spec.namespace, spec.name);
        write::ensure(at, &spec, &mut parts).await?;
        Ok(Some(parts.done()))
    }
}
