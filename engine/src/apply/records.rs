//! Records: how an object is written down before, during and after its step.

use std::sync::Arc;

use meshform_state::{Address, Record, Value};
use serde_json::value::RawValue;

use crate::adapter::{AdapterError, ErrorClass};
use crate::kind::Kind;
use crate::object::{EncodeError, Object};
use crate::plan::Change;

/// The record of a change's object, all but what only its creation or observation tells.
#[derive(Clone)]
pub(super) struct Template {
    address: Address,
    kind: Arc<dyn Kind>,
    scope: meshform_state::ScopeKey,
    dependencies: Vec<Address>,
    create_before_destroy: bool,
    keep: bool,
}

/// What a creation or an observation tells.
pub(super) struct Facts<'a> {
    pub(super) id: &'a str,
    pub(super) uid: &'a str,
    pub(super) object: &'a Object,
    pub(super) private: Option<Box<RawValue>>,
    pub(super) incomplete: bool,
}

impl Template {
    pub(super) fn of(change: &Change) -> Self {
        let mut dependencies: Vec<Address> = match (&change.resource, &change.record) {
            (Some(resource), _) => resource
                .dependencies
                .iter()
                .map(|dependency| dependency.on.clone())
                .collect(),
            (None, Some(record)) => record.dependencies.clone(),
            (None, None) => Vec::new(),
        };
        dependencies.sort();
        dependencies.dedup();
        let (create_before_destroy, keep) = match (&change.resource, &change.record) {
            (Some(resource), _) => (resource.lifecycle.create_before_destroy, resource.lifecycle.keep),
            (None, Some(record)) => (record.create_before_destroy, record.keep),
            (None, None) => (false, false),
        };
        Template {
            address: change.address.clone(),
            kind: Arc::clone(&change.kind),
            scope: change.scope.clone(),
            dependencies,
            create_before_destroy,
            keep,
        }
    }

    /// # Errors
    /// If the object holds a secret where it must not.
    pub(super) fn record(&self, facts: Facts<'_>) -> Result<Record, AdapterError> {
        let schema = self.kind.schema();
        Ok(Record {
            address: self.address.clone(),
            kind: schema.kind.to_owned(),
            schema_version: schema.version,
            scope: self.scope.clone(),
            id: facts.id.to_owned(),
            uid: facts.uid.to_owned(),
            attributes: known(facts.object, &*self.kind)
                .encode(schema)
                .map_err(|error| unstorable(&error))?,
            private: facts.private,
            dependencies: self.dependencies.clone(),
            create_before_destroy: self.create_before_destroy,
            keep: self.keep,
            incomplete: facts.incomplete,
        })
    }
}

fn unstorable(error: &EncodeError) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, format!("{error}: {}", error.source))
        .hint("A secret may only go into a write-only attribute; the state would keep it.")
}

/// The object with what is not known yet left out.
fn known(object: &Object, kind: &dyn Kind) -> Object {
    let schema = kind.schema();
    let fields = object
        .fields
        .iter()
        .zip(&schema.attributes)
        .map(|(value, attribute)| {
            if attribute.write_only || !value.is_known() {
                Value::Null(attribute.ty.clone())
            } else {
                value.clone()
            }
        });
    Object {
        fields: fields.collect(),
    }
}
