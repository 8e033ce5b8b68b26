//! Objects that are there already and are taken over: read by their ids, and planned as if they had been recorded.
//!
//! Only reading happens here. That they are ours is written by apply, before it does anything else.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::{Address, Record, ScopeKey, Snapshot, Value};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::adapter::Observation;
use crate::compile::Import;
use crate::desired::{Desired, Resource};
use crate::event::Silent;
use crate::hash::HashMap;
use crate::kind::{Compare, Kind};
use crate::object::Object;
use crate::plan::relocate;
use crate::refresh::{Reader, RefreshError};

/// An object that is taken over.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// What will be recorded of it first.
    pub record: Arc<Record>,
    /// What was read.
    pub observation: Arc<Observation>,
}

/// Why objects cannot be taken over.
#[derive(Debug)]
pub enum AdoptError {
    /// The configuration asks for what is not possible.
    Refused(Diagnostics),
    /// They cannot be read.
    Unreadable(Vec<RefreshError>),
}

impl Reader<'_> {
    /// Reads what `imports` name, but for what `snapshot` has at their addresses already.
    ///
    /// # Errors
    /// All that is wrong with the imports, or what cannot be read.
    pub async fn adopt(
        &self,
        imports: &[Import],
        desired: &Desired,
        snapshot: &Snapshot,
    ) -> Result<Vec<Adopted>, AdoptError> {
        let wanted = wanted(imports, desired, snapshot).map_err(AdoptError::Refused)?;
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let (mut asked, mut scopes) = (Snapshot::default(), BTreeMap::new());
        for (import, resource) in &wanted {
            let bare = Object::empty(resource.kind.schema());
            let record = record(import, resource, snapshot, &bare, None).map_err(AdoptError::Refused)?;
            asked.records.insert(record.address.clone(), Arc::new(record));
            let scope = desired.scopes.get(&resource.scope);
            scopes.extend(scope.map(|scope| (resource.scope.clone(), scope.clone())));
        }
        let seen = self
            .read(&asked, &scopes, &Silent, |_| true)
            .await
            .map_err(AdoptError::Unreadable)?;
        let (mut adopted, mut found) = (Vec::new(), Diagnostics::new());
        for (import, resource) in wanted {
            match seen.objects.get(&import.to) {
                Some(Some(observation)) => {
                    let object = ours(&observation.object, &*resource.kind);
                    let private = observation.private.clone();
                    let record = found.collect(record(import, resource, snapshot, &object, private));
                    adopted.extend(record.map(|record| Adopted {
                        record: Arc::new(record),
                        observation: Arc::clone(observation),
                    }));
                }
                _ => found.push(missing(import, resource)),
            }
        }
        if found.has_errors() {
            Err(AdoptError::Refused(found))
        } else {
            Ok(adopted)
        }
    }
}

/// The imports that have something to do, each with the resource that it becomes.
fn wanted<'a>(
    imports: &'a [Import],
    desired: &'a Desired,
    snapshot: &Snapshot,
) -> Result<Vec<(&'a Import, &'a Resource)>, Diagnostics> {
    if imports.is_empty() {
        return Ok(Vec::new());
    }
    // What is wrong with the moves is said where the plan is built.
    let moved = relocate(&snapshot.records, &desired.moved, &desired.recounted);
    let mut found = Diagnostics::new();
    let mut wanted = Vec::new();
    let mut takers: HashMap<&Address, &Import> = HashMap::default();
    let mut owners: HashMap<(&ScopeKey, &str, &str), (String, Option<Range>)> = moved
        .records
        .values()
        .map(|record| {
            (
                (&record.scope, &*record.kind, &*record.id),
                (format!("recorded as `{}`", record.address), None),
            )
        })
        .collect();
    for import in imports {
        let at = desired
            .resources
            .binary_search_by(|resource| resource.address.cmp(&import.to));
        let Some(resource) = at.ok().map(|at| &desired.resources[at]) else {
            let detail = format!(
                "`{}` is to be imported, but no such resource is configured.",
                import.to
            );
            found.push(
                Diagnostic::error("Import without a resource", detail)
                    .at(import.range)
                    .hint("Write the resource block that describes the object."),
            );
            continue;
        };
        if let Some(first) = takers.insert(&import.to, import) {
            found.push(first.twice(import));
            continue;
        }
        // Once it is recorded, the block has done its work.
        if moved.records.contains_key(&import.to) {
            continue;
        }
        let schema = resource.kind.schema();
        if schema.data {
            let detail = format!("`{}` is a data source: it is read, not managed.", import.to);
            found.push(Diagnostic::error("Invalid import", detail).at(import.range));
            continue;
        }
        let key = (&resource.scope, schema.kind, &*import.id);
        let owner = (format!("imported as `{}` too", import.to), Some(import.range));
        let Some((owner, place)) = owners.insert(key, owner) else {
            wanted.push((import, resource));
            continue;
        };
        let detail = format!(
            "The object `{}` cannot be `{}`: it is {owner}.",
            import.id, import.to
        );
        let diagnostic = Diagnostic::error("Object has two addresses", detail).at(import.range);
        found.push(match place.filter(|place| *place != import.range) {
            Some(place) => diagnostic
                .related(place, "the other import is here")
                .hint("Leave one of the two out: an object has one address."),
            None => diagnostic.hint("Use a `moved` block to give a recorded object another address."),
        });
    }
    if found.has_errors() {
        Err(found)
    } else {
        Ok(wanted)
    }
}

fn missing(import: &Import, resource: &Resource) -> Diagnostic {
    let detail = format!(
        "There is no `{}` with the id `{}` in scope `{}`.",
        resource.kind.schema().kind,
        import.id,
        resource.scope
    );
    Diagnostic::error("Object to import not found", detail)
        .at(import.range)
        .about(&import.to)
        .hint("Check the id, and in which account, region or cluster the resource is.")
}

fn record(
    import: &Import,
    resource: &Resource,
    snapshot: &Snapshot,
    object: &Object,
    private: Option<Box<RawValue>>,
) -> Result<Record, Diagnostics> {
    let schema = resource.kind.schema();
    let mut object = object.clone();
    if object.get(schema, "id").is_null() {
        object.set(schema, "id", Value::String(import.id.clone()));
    }
    let attributes = object.encode(schema).map_err(|error| {
        let detail = format!("The object `{}` cannot be recorded: {error}.", import.id);
        Diagnostic::error("Object cannot be imported", detail)
            .at(import.range)
            .about(&import.to)
    })?;
    let mut dependencies: Vec<Address> = resource
        .dependencies
        .iter()
        .map(|dependency| dependency.on.clone())
        .collect();
    dependencies.sort();
    dependencies.dedup();
    Ok(Record {
        address: import.to.clone(),
        kind: schema.kind.to_owned(),
        schema_version: schema.version,
        scope: resource.scope.clone(),
        id: import.id.to_string(),
        uid: uid(import, resource, snapshot),
        attributes,
        private,
        dependencies,
        create_before_destroy: resource.lifecycle.create_before_destroy,
        keep: resource.lifecycle.keep,
        incomplete: false,
    })
}

/// Our name of the object. It bears no mark of ours, so this only has to be the same each time that it is planned.
fn uid(import: &Import, resource: &Resource, snapshot: &Snapshot) -> String {
    let mut hasher = Sha256::new();
    for part in [
        &snapshot.lineage,
        import.to.as_str(),
        &*resource.scope.0,
        &*import.id,
    ] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    let mut out = String::new();
    _ = write!(out, "{}", uuid::Builder::from_custom_bytes(bytes).into_uuid());
    out
}

/// What of an object is recorded as ours: where only parts of an attribute can be, nothing of it yet.
fn ours(object: &Object, kind: &dyn Kind) -> Object {
    let fields = object
        .fields
        .iter()
        .zip(&kind.schema().attributes)
        .map(|(value, attribute)| {
            if attribute.compare == Compare::Owned || attribute.write_only {
                Value::Null(attribute.ty.clone())
            } else {
                value.clone()
            }
        });
    Object {
        fields: fields.collect(),
    }
}
