//! Changes: an apply on exactly the object and the version that was looked at.

use std::sync::{Mutex, PoisonError};

use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass, Object, Permit, Readiness};
use meshform_kinds::kubernetes::MARK;
use meshform_state::journal::Locator;
use serde_json::{Value as Json, json};

use super::{LOOKS, Wanted, apply_path, place};
use crate::client::{APPLY, Cluster, JSON_PATCH, Resource};
use crate::conflict::{FieldConflict, conflicts, has};
use crate::live::Live;
use crate::managed::{Hop, Path, Step, find};
use crate::read::{Private, get};
use crate::ready::readiness;
use crate::shape::Shape;

/// Fields that others may have without our taking them away when we no longer want them: an autoscaler's replicas.
const HANDED_OVER: &[&str] = &[".spec.replicas"];

/// One change of one object.
struct Change<'a> {
    cluster: &'a Cluster,
    shape: Shape<'a>,
    request: &'a Request<'a>,
    planned: &'a Object,
    wanted: Wanted,
    /// What we set at the last apply.
    recorded: Option<Json>,
    /// What we want, without marks and preconditions.
    manifest: Json,
    uid: Option<String>,
}

/// Changes the object.
pub(crate) async fn update(
    cluster: &Cluster,
    shape: Shape<'_>,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<Applied, AdapterError> {
    let wanted = Wanted::of(shape, request)?;
    let missing = || AdapterError::refused(ErrorClass::Invalid, "a step without a planned object");
    let planned = request.planned.ok_or_else(missing)?;
    let manifest = shape.sent(planned)?;
    let recorded = request
        .recorded
        .map(|recorded| shape.sent(recorded))
        .transpose()?;
    let uid = Private::read(request.private).map(|private| private.uid);
    let change = Change {
        cluster,
        shape,
        request,
        planned,
        wanted,
        recorded,
        manifest,
        uid,
    };
    let name = || Locator::Natural(change.wanted.name.to_string());
    // Before the apply, while the API server still tells apart what somebody took over from what is shared with us.
    if !change.taken_over(&change.look().await?.1).is_empty() {
        let effect = Effect {
            name: "kubernetes:remove",
            locator: name(),
            repeatable: true,
            creates: false,
        };
        let change = &change;
        effects
            .run(effect, |permit| async move {
                change.remove(&permit).await.map(|()| None)
            })
            .await?;
    }
    let effect = Effect {
        name: "kubernetes:apply",
        locator: name(),
        repeatable: true,
        creates: false,
    };
    let made: Mutex<Option<Live>> = Mutex::new(None);
    let (attempted, kept) = (&change, &made);
    effects
        .run(effect, |permit| async move {
            let live = attempted.apply(&permit).await?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(live);
            Ok(None)
        })
        .await?;
    let live = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    // What the last answer gave, if it can be used already.
    let ready = live.as_ref().filter(|live| readiness(live) == Readiness::Ready);
    Ok(Applied {
        id: shape.id(&change.wanted.name),
        object: ready.map(|live| shape.object(live, Some(planned))),
        private: live.as_ref().and_then(|live| Private::of(live, request.private)),
    })
}

impl Change<'_> {
    /// The object as it is now, if it is still the one that was planned for.
    async fn look(&self) -> Result<(Resource, Live), AdapterError> {
        let name = &self.wanted.name;
        let resource = place(self.cluster, name).await?;
        let Some(live) = get(self.cluster, &resource, name).await? else {
            return Err(
                AdapterError::refused(ErrorClass::NotFound, format!("{name} is gone"))
                    .hint("Plan again: it will be created anew."),
            );
        };
        live.require(self.uid.as_deref(), &name.to_string())?;
        Ok((resource, live))
    }

    async fn apply(&self, permit: &Permit) -> Result<Live, AdapterError> {
        for _ in 0..LOOKS {
            let (resource, live) = self.look().await?;
            if self.is_done(&live) {
                return Ok(live);
            }
            self.require_unchanged(&live).await?;
            let mut body = self.wanted.body.clone();
            body["metadata"]["uid"] = Json::from(live.uid());
            body["metadata"]["resourceVersion"] = Json::from(live.resource_version());
            let mut force = false;
            loop {
                let path = apply_path(&resource, &self.wanted.name, force);
                let failure = match self.cluster.wire.patch(permit, &path, APPLY, &body).await {
                    Ok(answer) => return Ok(Live(answer)),
                    Err(failure) => failure,
                };
                let Some(status) = failure.conflict() else {
                    return Err(self.error(failure));
                };
                let found = conflicts(status);
                if found.is_empty() || force {
                    // Something else moved in between: look again.
                    break;
                }
                self.require_ours(&found)?;
                // Still under the same uid and version: nothing else can be forced by this.
                force = true;
            }
        }
        Err(self.restless())
    }

    /// Removes what we no longer want from those who took it over.
    async fn remove(&self, permit: &Permit) -> Result<(), AdapterError> {
        for _ in 0..LOOKS {
            let (resource, live) = self.look().await?;
            let pointers = self.taken_over(&live);
            if pointers.is_empty() {
                return Ok(());
            }
            let test = |path: &str, value: &str| json!({ "op": "test", "path": path, "value": value });
            let mut operations = vec![
                test("/metadata/uid", live.uid()),
                test("/metadata/resourceVersion", live.resource_version()),
            ];
            operations.extend(
                pointers
                    .iter()
                    .map(|pointer| json!({ "op": "remove", "path": pointer })),
            );
            let path = resource.path(
                self.wanted.name.namespace.as_deref(),
                Some(&self.wanted.name.name),
            );
            let path = format!(
                "{path}?fieldManager={}&timeout={}",
                crate::MANAGER,
                super::SERVER_TIMEOUT
            );
            let failure = match self
                .cluster
                .wire
                .patch(permit, &path, JSON_PATCH, &Json::from(operations))
                .await
            {
                Ok(_) => return Ok(()),
                Err(failure) => failure,
            };
            let (_, now) = self.look().await?;
            if failure.conflict().is_none() && now.resource_version() == live.resource_version() {
                return Err(self.error(failure));
            }
        }
        Err(self.restless())
    }

    /// Whether the change has happened already: the answer to an earlier attempt was lost.
    fn is_done(&self, live: &Live) -> bool {
        let managers = live.managers();
        let mut ours = managers
            .iter()
            .filter(|manager| manager.is_us())
            .flat_map(|manager| &manager.fields);
        self.shape.agrees(live, self.planned)
            && ours.all(|path| is_mark(path) || find(&self.manifest, path).is_some())
            && managers.iter().any(crate::managed::Manager::is_us)
    }

    async fn require_unchanged(&self, live: &Live) -> Result<(), AdapterError> {
        let Some(before) = self.request.before else {
            return Ok(());
        };
        let mut now = live.clone();
        let seen = self.shape.name(self.request.id)?;
        if seen.api_version != self.wanted.name.api_version {
            // It was looked at in another version, in which its fields may have other names.
            let place = place(self.cluster, &seen).await?;
            now = get(self.cluster, &place, &seen).await?.unwrap_or(now);
        }
        let unmoved = now.resource_version() == live.resource_version();
        let now = self.shape.object(&now, self.request.recorded);
        // Compared in what was ours: in another version nothing of what is wanted may be there yet.
        let counts = self.request.recorded.unwrap_or(self.planned);
        let counts = if seen.api_version == self.wanted.name.api_version {
            self.planned
        } else {
            counts
        };
        if unmoved && self.shape.same(&now, before, counts) {
            return Ok(());
        }
        let message = format!("{} has changed since it was planned", self.wanted.name);
        Err(AdapterError::refused(ErrorClass::Conflict, message).hint("Plan again to see what it is now."))
    }

    /// Refuses to take fields that were never ours.
    fn require_ours(&self, found: &[FieldConflict]) -> Result<(), AdapterError> {
        let ours = |conflict: &&FieldConflict| {
            self.recorded
                .as_ref()
                .is_some_and(|recorded| has(recorded, &conflict.field))
        };
        let foreign: Vec<String> = found
            .iter()
            .filter(|conflict| !ours(conflict))
            .map(|conflict| format!("`{}` (set by {})", conflict.field, conflict.manager))
            .collect();
        if foreign.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{} has fields of others: {}",
            self.wanted.name,
            foreign.join(", ")
        );
        Err(AdapterError::refused(ErrorClass::Conflict, message).hint(
            "Leave them out of the manifest, set them to what they are, or have their owner let them go.",
        ))
    }

    /// What we set at the last apply, no longer want, and somebody else has now: as places in `live`, last first.
    fn taken_over(&self, live: &Live) -> Vec<String> {
        let Some(recorded) = &self.recorded else {
            return Vec::new();
        };
        let managers = live.managers();
        let (ours, theirs): (Vec<_>, Vec<_>) = managers.iter().partition(|manager| manager.is_us());
        let stale = |path: &Path| {
            find(recorded, path).is_some()
                && find(&self.manifest, path).is_none()
                && !ours.iter().any(|manager| manager.fields.contains(path))
        };
        let all: Vec<&Path> = theirs.iter().flat_map(|manager| &manager.fields).collect();
        let mut ways: Vec<(Vec<Hop>, String)> = all
            .iter()
            .filter(|path| stale(path))
            .filter_map(|path| {
                let place = find(&live.0, self.widest(path, &all))?;
                let pointer = place.pointer();
                (!HANDED_OVER.contains(&place.expression().as_str())).then_some((place.way, pointer))
            })
            .collect();
        ways.sort();
        ways.dedup();
        ways.into_iter().rev().map(|(_, pointer)| pointer).collect()
    }

    /// The list item around `path`, if we want nothing of it any more and it is wholly of what we set; else `path`.
    fn widest<'p>(&self, path: &'p [Step], all: &[&Path]) -> &'p [Step] {
        let recorded = self.recorded.as_ref();
        let item = (1..path.len()).map(|end| &path[..end]).find(|part| {
            !matches!(part.last(), Some(Step::Field(_)) | None)
                && find(&self.manifest, part).is_none()
                && all
                    .iter()
                    .filter(|other| other.starts_with(part))
                    .all(|other| recorded.is_some_and(|recorded| find(recorded, other).is_some()))
        });
        item.unwrap_or(path)
    }

    fn error(&self, failure: crate::failure::Failure) -> AdapterError {
        failure.into_error(&self.cluster.subject("patch", self.wanted.name.to_string()))
    }

    fn restless(&self) -> AdapterError {
        let message = format!("{} changes faster than it can be changed", self.wanted.name);
        AdapterError::refused(ErrorClass::Busy, message)
    }
}

/// Whether `path` is one of our marks.
fn is_mark(path: &[Step]) -> bool {
    matches!(path, [Step::Field(metadata), Step::Field(annotations), Step::Field(name)]
        if metadata == "metadata" && annotations == "annotations" && name.starts_with(MARK))
}
