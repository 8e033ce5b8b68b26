//! Steps: creating, changing and deleting one object, which may be one of several that a resource is made of.

mod adopt;
mod content;
mod create;
mod delete;
mod parts;
mod update;

use meshform_engine::adapter::Request;
use meshform_engine::{AdapterError, ErrorClass, Permit};
use meshform_kinds::kubernetes::ObjectName;
use serde_json::{Value as Json, json};

pub(crate) use create::{create, going, make, taken, unseen};
pub(crate) use delete::{Deletion, Ours, delete};
pub(crate) use parts::{Parts, locate, other};
pub(crate) use update::update;

use crate::client::{APPLY, Cluster, Resource};
use crate::failure::Failure;
use crate::live::Live;
use crate::read::Private;
use crate::sealed::Contents;
use crate::shape::Shape;
use crate::{ADOPTED_MARK, LINEAGE_MARK, MANAGER, UID_MARK};

/// How often an object that changes under our hands is looked at anew within one attempt.
pub(crate) const LOOKS: usize = 4;

/// The API server stops working on a request of ours after this; it must be shorter than our patience.
pub(crate) const SERVER_TIMEOUT: &str = "15s";

/// An object as it should become.
pub(crate) struct Wanted {
    /// Its name.
    pub(crate) name: ObjectName,
    /// What is applied, with our marks.
    pub(crate) body: Json,
    /// What is in it, if it is a Secret whose contents nobody else may see.
    pub(crate) contents: Option<Contents>,
}

impl Wanted {
    /// What `body` says, marked as made by the attempt of `request` and kept by its state.
    pub(crate) fn new(
        mut body: Json,
        contents: Option<Contents>,
        request: &Request<'_>,
    ) -> Result<Self, AdapterError> {
        let name = ObjectName::of_manifest(&crate::json::to_value(&body)).ok_or_else(|| {
            let message = "the manifest needs apiVersion, kind and metadata.name";
            AdapterError::refused(ErrorClass::Invalid, message)
        })?;
        mark(&mut body, request);
        Ok(Wanted { name, body, contents })
    }

    fn of(shape: Shape<'_>, request: &Request<'_>) -> Result<Self, AdapterError> {
        let missing = || AdapterError::refused(ErrorClass::Invalid, "a step without a planned object");
        let planned = request.planned.ok_or_else(missing)?;
        Wanted::new(shape.sent(planned)?, None, request)
    }

    /// Applies `body`, which is its own with a precondition.
    async fn send(
        &self,
        cluster: &Cluster,
        permit: &Permit,
        path: &str,
        body: &Json,
    ) -> Result<Live, Failure> {
        let answer = match &self.contents {
            Some(contents) => cluster.wire.seal(permit, path, contents.within(body)).await,
            None => cluster.wire.patch(permit, path, APPLY, body).await,
        };
        answer.map(Live)
    }

    /// The object as it is now; of one with contents only the metadata.
    async fn look(&self, cluster: &Cluster, resource: &Resource) -> Result<Option<Live>, AdapterError> {
        match self.contents {
            Some(_) => crate::read::get_metadata(cluster, resource, &self.name).await,
            None => crate::read::get(cluster, resource, &self.name).await,
        }
    }
}

/// Marks an object as made by this attempt and kept by this state.
pub(crate) fn mark(body: &mut Json, request: &Request<'_>) {
    let annotations = &mut body["metadata"]["annotations"];
    if annotations.is_null() {
        *annotations = json!({});
    }
    if Private::read(request.private).is_some_and(|private| private.adopted) {
        annotations[ADOPTED_MARK] = Json::from(request.uid);
        return;
    }
    annotations[UID_MARK] = Json::from(request.uid);
    annotations[LINEAGE_MARK] = Json::from(request.lineage);
}

/// Where objects of the kind of `name` are.
pub(crate) async fn place(cluster: &Cluster, name: &ObjectName) -> Result<Resource, AdapterError> {
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
pub(crate) fn apply_path(resource: &Resource, name: &ObjectName, force: bool) -> String {
    let path = resource.path(name.namespace.as_deref(), Some(&name.name));
    format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict&force={force}&timeout={SERVER_TIMEOUT}")
}
