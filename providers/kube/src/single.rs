//! Kinds whose resources are one object each.

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effects, ErrorClass, Located, Observation, Target};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::{Intent, Locator, Operation};

use crate::read;
use crate::served::{At, Served};
use crate::shape::{Shape, Shapes};
use crate::step;
use crate::{ADOPTED_MARK, UID_MARK};

/// One of those kinds.
pub(crate) struct Single {
    shapes: Shapes,
    kind: &'static str,
}

impl Single {
    /// The kind of that name.
    pub(crate) fn of(kind: &'static str) -> Self {
        Single {
            shapes: Shapes::default(),
            kind,
        }
    }

    fn shape(&self) -> Result<Shape<'_>, AdapterError> {
        self.shapes.of(self.kind)
    }
}

#[async_trait]
impl Served for Single {
    async fn read_many(
        &self,
        at: At<'_>,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        read::read_many(at.cluster, self.shape()?, targets).await
    }

    async fn locate(&self, at: At<'_>, intent: &Intent) -> Result<Located, AdapterError> {
        let (cluster, shape) = (at.cluster, self.shape()?);
        let name: ObjectName = match &intent.locator {
            Locator::Natural(text) => text
                .parse()
                .map_err(|error| AdapterError::refused(ErrorClass::Invalid, format!("{error}")))?,
            Locator::Id(id) => shape.name(id)?,
            Locator::Token(_) | Locator::Uid => {
                let message = format!("nothing of Kubernetes is found by {:?}", intent.locator);
                return Err(AdapterError::refused(ErrorClass::Invalid, message));
            }
        };
        let resource = cluster.discovery.resource(&cluster.wire, &name).await;
        let resource =
            resource.map_err(|failure| failure.into_error(&cluster.subject("get", name.kind.clone())))?;
        let Some(resource) = resource else {
            return Ok(Located::Absent);
        };
        // A stranger's object of the same name is not what the intent would have made.
        let ours = |live: &crate::live::Live| {
            [UID_MARK, ADOPTED_MARK]
                .into_iter()
                .any(|mark| live.annotation(mark) == Some(intent.uid.as_str()))
        };
        Ok(match read::get(cluster, &resource, &name).await? {
            Some(live) if ours(&live) => Located::Found(shape.id(&name)),
            _ => Located::Absent,
        })
    }

    async fn apply(
        &self,
        at: At<'_>,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let (cluster, shape) = (at.cluster, self.shape()?);
        match request.operation {
            Operation::Create => step::create(cluster, shape, request, effects).await.map(Some),
            Operation::Update => step::update(cluster, shape, request, effects).await.map(Some),
            Operation::Delete => step::delete(cluster, shape, request, effects)
                .await
                .map(|()| None),
        }
    }
}
