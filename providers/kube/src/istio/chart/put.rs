//! One object of a chart: made where nothing is, changed where it is ours, refused where it is not.

use meshform_engine::{AdapterError, ErrorClass, Permit, Readiness};
use serde_json::Value as Json;

use super::owned::{Kept, taken_over};
use super::release::is_left_behind;
use crate::client::{APPLY, Cluster, Resource};
use crate::conflict::{FieldConflict, conflicts};
use crate::live::Live;
use crate::managed::find;
use crate::read::get;
use crate::ready::readiness;
use crate::rendered::Rendered;
use crate::step::{LOOKS, Wanted, apply_path, going, make, place, taken, unseen};
use crate::{DIGEST_MARK, UID_MARK};

/// What an object is to become.
pub(super) struct Put<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) object: &'a Rendered,
    /// The same with our marks.
    pub(super) wanted: &'a Wanted,
    /// Our name of the chart.
    pub(super) uid: &'a str,
    /// What was kept of the object at the last apply.
    pub(super) kept: Option<&'a Kept>,
}

impl Put<'_> {
    /// Does it. Doing it twice is doing it once. A definition is done when its objects can be made.
    pub(super) async fn attempt(&self, permit: &Permit) -> Result<Live, AdapterError> {
        let live = self.put(permit).await?;
        match readiness(&live) {
            // It is there, whatever comes next: its intent must stay open.
            Readiness::Pending(what) if self.object.name.kind == "CustomResourceDefinition" => {
                Err(AdapterError::lost(
                    ErrorClass::Unavailable,
                    format!("{} waits for {what}", self.object.name),
                ))
            }
            _ => Ok(live),
        }
    }

    async fn put(&self, permit: &Permit) -> Result<Live, AdapterError> {
        let name = &self.object.name;
        let resource = place(self.cluster, name).await?;
        for _ in 0..LOOKS {
            let Some(live) = get(self.cluster, &resource, name).await? else {
                match make(self.cluster, &resource, self.wanted, permit).await? {
                    Some(live) => return Ok(live),
                    None => continue,
                }
            };
            if live.is_terminating() {
                return Err(going(name, &live));
            }
            if !self.is_ours(&live) {
                return Err(stranger(self.object, &live));
            }
            if self.is_done(&live) {
                return Ok(live);
            }
            if let Some(live) = self.change(permit, &resource, &live).await? {
                return Ok(live);
            }
        }
        Err(unseen(name))
    }

    fn is_ours(&self, live: &Live) -> bool {
        live.annotation(UID_MARK) == Some(self.uid) || is_left_behind(live)
    }

    fn is_done(&self, live: &Live) -> bool {
        live.annotation(UID_MARK) == Some(self.uid)
            && live.annotation(DIGEST_MARK) == Some(self.object.digest.as_str())
            && self.kept.is_none_or(|kept| kept.agrees(live))
    }

    /// Applies over `live`; `None` if it moved in between.
    async fn change(
        &self,
        permit: &Permit,
        resource: &Resource,
        live: &Live,
    ) -> Result<Option<Live>, AdapterError> {
        let name = &self.object.name;
        let mut body = self.wanted.body.clone();
        for path in taken_over(live) {
            if let Some(pointer) = find(&body, &path).map(|place| place.pointer()) {
                take_out(&mut body, &pointer);
            }
        }
        body["metadata"]["uid"] = Json::from(live.uid());
        body["metadata"]["resourceVersion"] = Json::from(live.resource_version());
        for force in [false, true] {
            let path = apply_path(resource, name, force);
            let failure = match self.cluster.wire.patch(permit, &path, APPLY, &body).await {
                Ok(answer) => return Ok(Some(Live(answer))),
                Err(failure) => failure,
            };
            let Some(status) = failure.conflict() else {
                return Err(failure.into_error(&self.cluster.subject("patch", name.to_string())));
            };
            let found = conflicts(status);
            if found.is_empty() {
                return Ok(None);
            }
            self.require_ours(&found)?;
            // Still under the same uid and version: nothing else can be forced by this.
        }
        Ok(None)
    }

    /// Refuses to take fields that were never ours.
    fn require_ours(&self, found: &[FieldConflict]) -> Result<(), AdapterError> {
        let had = |conflict: &&FieldConflict| self.kept.is_some_and(|kept| kept.had(&conflict.field));
        let foreign: Vec<String> = found
            .iter()
            .filter(|conflict| !had(conflict))
            .map(|conflict| format!("`{}` (set by {})", conflict.field, conflict.manager))
            .collect();
        if foreign.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{} has fields of others: {}",
            self.object.name,
            foreign.join(", ")
        );
        Err(AdapterError::refused(ErrorClass::Conflict, message)
            .hint("Have their owner let them go, or set the chart's values to what they are."))
    }
}

/// The error for an object of the chart that somebody else made; it names a helm release, if it is of one.
pub(super) fn stranger(object: &Rendered, live: &Live) -> AdapterError {
    let error = taken(&object.name, live);
    match live.annotation("meta.helm.sh/release-name") {
        Some(release) => {
            let namespace = live
                .annotation("meta.helm.sh/release-namespace")
                .unwrap_or_default();
            let message = format!(
                "{} exists already and belongs to helm release `{release}` of namespace `{namespace}`",
                object.name
            );
            AdapterError::refused(ErrorClass::Conflict, message).hint(format!(
                "`helm uninstall {release} --namespace {namespace}` removes the release; or leave Istio in this cluster to it with `manage {{ istio = \"observe\" }}`."
            ))
        }
        None => error,
    }
}

/// Removes what is at `pointer`.
fn take_out(json: &mut Json, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Some(entries) = json.pointer_mut(parent).and_then(Json::as_object_mut) {
        entries.remove(&name);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_helm_release_is_named_with_the_way_out() {
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "istio" } });
        let object = Rendered::new(object).unwrap();
        let annotations = json!({ "meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "istio-system" });
        let error = stranger(
            &object,
            &Live(json!({ "metadata": { "annotations": annotations } })),
        );
        assert!(error.message.contains("helm release `istiod`"), "{error}");
        assert!(error.hint.unwrap().contains("helm uninstall istiod"));
        let error = stranger(&object, &Live(json!({ "metadata": {} })));
        assert!(error.message.contains("belongs to somebody else"), "{error}");
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        let mut json = json!({ "a": [{ "b/c": 1, "d": 2 }] });
        take_out(&mut json, "/a/0/b~1c");
        take_out(&mut json, "/a/7/x");
        assert_eq!(json, json!({ "a": [{ "d": 2 }] }));
    }
}
