//! Steps: creating, changing and deleting one object.

mod content;
mod create;
mod delete;
mod update;

use meshform_engine::adapter::Request;
use meshform_engine::{AdapterError, ErrorClass, Object};
use meshform_kinds::kubernetes::ObjectName;
use serde_json::{Value as Json, json};

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use update::update;

use crate::client::{Cluster, Resource};
use crate::shape::Shape;
use crate::{LINEAGE_MARK, MANAGER, UID_MARK};

/// How often an object that changes under our hands is looked at anew within one attempt.
const LOOKS: usize = 4;

/// The API server stops working on a request of ours after this; it must be shorter than our patience.
const SERVER_TIMEOUT: &str = "15s";

/// An object as it should become.
struct Wanted<'a> {
    planned: &'a Object,
    name: ObjectName,
    body: Json,
}

impl<'a> Wanted<'a> {
    fn of(shape: Shape<'_>, request: &Request<'a>) -> Result<Self, AdapterError> {
        let invalid = |message: &str| AdapterError::refused(ErrorClass::Invalid, message);
        let planned = request
            .planned
            .ok_or_else(|| invalid("a step without a planned object"))?;
        let mut body = shape.sent(planned)?;
        let name = ObjectName::of_manifest(&crate::json::to_value(&body))
            .ok_or_else(|| invalid("the manifest needs apiVersion, kind and metadata.name"))?;
        mark(&mut body, request);
        Ok(Wanted { planned, name, body })
    }
}

/// Marks an object as made by this attempt and kept by this state.
fn mark(body: &mut Json, request: &Request<'_>) {
    let annotations = &mut body["metadata"]["annotations"];
    if annotations.is_null() {
        *annotations = json!({});
    }
    annotations[UID_MARK] = Json::from(request.uid);
    annotations[LINEAGE_MARK] = Json::from(request.lineage);
}

/// Where objects of the kind of `name` are.
async fn place(cluster: &Cluster, name: &ObjectName) -> Result<Resource, AdapterError> {
    let found = cluster.discovery.resource(&cluster.wire, name).await;
    let found = found.map_err(|failure| failure.into_error(&cluster.subject("get", name.kind.clone())))?;
    let resource = found
        .filter(|resource| resource.api_version == name.api_version)
        .ok_or_else(|| {
            // A definition that was made a moment ago is served in a moment.
            let message = format!("the cluster does not serve {} of {}", name.kind, name.api_version);
            AdapterError::refused(ErrorClass::Unavailable, message).hint(
                "Check apiVersion and kind. For a custom kind, make this resource depend on its definition.",
            )
        })?;
    let invalid = |message: String| Err(AdapterError::refused(ErrorClass::Invalid, message));
    match (&name.namespace, resource.namespaced) {
        (None, true) => invalid(format!(
            "{name} needs metadata.namespace: objects of its kind live in namespaces"
        )),
        (Some(_), false) => invalid(format!(
            "{name} has a metadata.namespace: objects of its kind live in none"
        )),
        _ => Ok(resource),
    }
}

/// The path of a server-side apply.
fn apply_path(resource: &Resource, name: &ObjectName, force: bool) -> String {
    let path = resource.path(name.namespace.as_deref(), Some(&name.name));
    format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict&force={force}&timeout={SERVER_TIMEOUT}")
}
