//! The adapter of kinds that live in the state alone: what is recorded is what is there.

use std::time::Duration;

use async_trait::async_trait;
use meshform_state::journal::{Intent, Operation};
use meshform_state::{Scope, Value};

use crate::adapter::{
    Adapter, AdapterError, Applied, ErrorClass, Identity, Located, Observation, Readiness, Request, Target,
    Timing,
};
use crate::effects::Effects;
use crate::kind::Kinds;
use crate::object::Object;

/// Serves kinds of [`crate::Home::Local`]. It has no effects: creating such an object is recording it.
#[derive(Debug)]
pub struct LocalAdapter {
    kinds: Kinds,
}

impl LocalAdapter {
    /// An adapter for the local ones of `kinds`.
    #[must_use]
    pub fn new(kinds: Kinds) -> Self {
        LocalAdapter { kinds }
    }
}

#[async_trait]
impl Adapter for LocalAdapter {
    async fn identify(&self, _scope: &Scope) -> Result<Identity, AdapterError> {
        Ok(Identity {
            id: "local".to_owned(),
            caller: "local".to_owned(),
        })
    }

    async fn read_many(
        &self,
        _scope: &Scope,
        _kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let observe = |target: &Target| {
            target.recorded.get().cloned().map(|object| Observation {
                object,
                private: None,
                readiness: Readiness::Ready,
                owners: Vec::new(),
                version: None,
            })
        };
        Ok(targets.iter().map(observe).collect())
    }

    async fn query(&self, _scope: &Scope, kind: &str, _arguments: &Object) -> Result<Object, AdapterError> {
        Err(AdapterError::refused(
            ErrorClass::Invalid,
            format!("`{kind}` is no local data source"),
        ))
    }

    async fn locate(&self, _scope: &Scope, _intent: &Intent) -> Result<Located, AdapterError> {
        Ok(Located::Absent)
    }

    async fn apply(
        &self,
        _scope: &Scope,
        request: &Request<'_>,
        _effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let Some(planned) = request.planned else {
            return Ok(None);
        };
        let kind = self.kinds.managed(request.kind).ok_or_else(|| {
            AdapterError::refused(
                ErrorClass::Invalid,
                format!("`{}` is no local kind", request.kind),
            )
        })?;
        let id = if request.operation == Operation::Create {
            request.uid
        } else {
            request.id
        };
        let mut object = planned.clone();
        object.set(kind.schema(), "id", Value::string(id));
        for (field, attribute) in object.fields.iter_mut().zip(&kind.schema().attributes) {
            if !field.is_known() || attribute.write_only {
                *field = Value::Null(attribute.ty.clone());
            }
        }
        Ok(Some(Applied {
            id: id.to_owned(),
            object: Some(object),
            private: None,
        }))
    }

    fn timing(&self, _kind: &str) -> Timing {
        Timing {
            call: Duration::ZERO,
            settle: Duration::ZERO,
            ready: Duration::ZERO,
        }
    }

    fn typical(&self, _kind: &str) -> Duration {
        Duration::ZERO
    }
}
