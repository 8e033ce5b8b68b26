//! `istio_chart`: all objects of a rendered chart, as one resource.
//!
//! `step` brings the objects to what is rendered, each by an effect of its own, and lets them go again; `put` does it
//! for one; `sweep` takes away what a control plane made itself. `owned` tells what of an object is ours and whether it
//! is still as we left it, `read` looks at all of them, `ready` says what is still waited for.

mod owned;
mod put;
mod read;
mod ready;
mod release;
mod step;
mod sweep;

use std::collections::BTreeMap;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effects, ErrorClass, Located, Object, Observation, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{Chart, ObjectKey};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::{Intent, Locator, Operation};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::UID_MARK;
use crate::live::Live;
use crate::read::look_whole;
use crate::served::{At, Served};
use owned::Kept;

/// The kind.
pub(crate) struct Charts;

/// What is kept of a chart beside its attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Private {
    /// By object.
    objects: BTreeMap<String, Kept>,
}

impl Private {
    fn read(raw: Option<&RawValue>) -> Self {
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    }

    fn raw(&self) -> Option<Box<RawValue>> {
        to_raw_value(self).ok()
    }

    /// The object `key` in the version in which we know it. Most APIs have a `v1`, and discovery looks further.
    fn name(&self, key: &ObjectKey) -> ObjectName {
        let kept = self.objects.get(&key.to_string());
        key.in_version(kept.map_or("v1", |kept| &kept.version))
    }
}

/// The id of a chart.
fn id(chart: &Chart) -> String {
    format!("{}/{}", chart.namespace, chart.release)
}

fn spec(object: &Object) -> Result<Chart, AdapterError> {
    Chart::from_object(object).map_err(|error| invalid(error.to_string()))
}

fn invalid(message: impl Into<String>) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, message)
}

fn key(text: &str) -> Result<ObjectKey, AdapterError> {
    text.parse().map_err(|error: String| invalid(error))
}

#[async_trait]
impl Served for Charts {
    async fn read_many(
        &self,
        at: At<'_>,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        read::read_many(at.cluster, targets).await
    }

    async fn locate(&self, at: At<'_>, intent: &Intent) -> Result<Located, AdapterError> {
        let (Locator::Natural(text), Some(draft)) = (&intent.locator, &intent.draft) else {
            return Ok(Located::Absent);
        };
        let name: ObjectName = text
            .parse()
            .map_err(|error: meshform_kinds::kubernetes::NameError| invalid(error.to_string()))?;
        let object =
            Object::decode(&draft.attributes, Chart::schema()).map_err(|error| invalid(error.to_string()))?;
        let found = look_whole(at.cluster, std::slice::from_ref(&name))
            .await?
            .into_iter()
            .next();
        let ours = |live: &Live| live.annotation(UID_MARK) == Some(intent.uid.as_str());
        Ok(match found.flatten() {
            Some(live) if ours(&live) => Located::Found(id(&spec(&object)?)),
            _ => Located::Absent,
        })
    }

    async fn apply(
        &self,
        at: At<'_>,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let cluster = at.cluster;
        match request.operation {
            Operation::Create | Operation::Update => step::bring(cluster, request, effects).await.map(Some),
            Operation::Delete => step::remove(cluster, request, effects).await.map(|()| None),
        }
    }
}
