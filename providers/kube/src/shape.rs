//! From the attributes of a kind to a manifest, and from a live object to attributes.

use meshform_engine::adapter::Owner;
use meshform_engine::{AdapterError, ErrorClass, Kind, Object};
use meshform_kinds::kubernetes::{MANIFEST, Manifest, NAMESPACE, Namespace, ObjectName};
use meshform_state::{Type, Value};
use serde_json::{Value as Json, json};

use crate::json::{from_value, to_value};
use crate::live::Live;
use crate::managed::{Path, find};
use crate::secret;

/// The kinds that this adapter serves.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    namespace: Namespace,
    manifest: Manifest,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape<'a> {
    /// `kubernetes_namespace`.
    Namespace(&'a Namespace),
    /// `kubernetes_manifest`.
    Manifest(&'a Manifest),
}

impl Shapes {
    /// The shape of `kind`.
    pub(crate) fn of(&self, kind: &str) -> Result<Shape<'_>, AdapterError> {
        match kind {
            NAMESPACE => Ok(Shape::Namespace(&self.namespace)),
            MANIFEST => Ok(Shape::Manifest(&self.manifest)),
            _ => Err(AdapterError::refused(
                ErrorClass::Invalid,
                format!("`{kind}` is no kind of Kubernetes"),
            )),
        }
    }
}

impl Shape<'_> {
    /// The name behind an id.
    pub(crate) fn name(self, id: &str) -> Result<ObjectName, AdapterError> {
        match self {
            Shape::Namespace(_) => Ok(ObjectName::of_namespace(id)),
            Shape::Manifest(_) => id
                .parse()
                .map_err(|error| AdapterError::refused(ErrorClass::Invalid, format!("{error}"))),
        }
    }

    /// The id of an object.
    pub(crate) fn id(self, name: &ObjectName) -> String {
        match self {
            Shape::Namespace(_) => name.name.clone(),
            Shape::Manifest(_) => name.to_string(),
        }
    }

    /// The manifest that `object` stands for.
    pub(crate) fn manifest(self, object: &Object) -> Result<Json, AdapterError> {
        match self {
            Shape::Manifest(kind) => from_value(object.get(kind.schema(), "manifest")),
            Shape::Namespace(kind) => {
                let mut metadata = serde_json::Map::new();
                for name in ["name", "labels", "annotations"] {
                    let value = object.get(kind.schema(), name);
                    if !value.is_null() {
                        metadata.insert(name.to_owned(), from_value(value)?);
                    }
                }
                Ok(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata }))
            }
        }
    }

    /// The manifest that `object` stands for, with the data that is not stored: of a recorded object the names alone.
    pub(crate) fn sent(self, object: &Object) -> Result<Json, AdapterError> {
        let mut manifest = self.manifest(object)?;
        if let Shape::Manifest(kind) = self {
            secret::add_data(&mut manifest, object, kind.schema());
        }
        Ok(manifest)
    }

    /// Whether an object that is there already is to be adopted.
    pub(crate) fn adopts(self, planned: &Object) -> bool {
        match self {
            Shape::Namespace(kind) => planned.get(kind.schema(), "existing").as_str() == Some("adopt"),
            Shape::Manifest(_) => false,
        }
    }

    /// Cuts `observed` down to what counts for `planned`.
    pub(crate) fn project(self, observed: &Object, planned: &Object) -> Object {
        match self {
            Shape::Namespace(kind) => kind.project(observed, planned, None),
            Shape::Manifest(kind) => kind.project(observed, planned, None),
        }
    }

    /// Whether `live` is as planned, in all that is configured and in all that is sent.
    pub(crate) fn agrees(self, live: &Live, planned: &Object) -> bool {
        if let Shape::Manifest(kind) = self
            && !secret::has_data(&live.0, planned, kind.schema())
        {
            return false;
        }
        let observed = self.object(live, Some(planned));
        let observed = self.project(&observed, planned);
        self.configured()
            .iter()
            .all(|name| self.get(&observed, name) == self.get(planned, name))
    }

    /// Whether `a` and `b` are the same in all that counts for `planned`.
    pub(crate) fn same(self, a: &Object, b: &Object, planned: &Object) -> bool {
        let (a, b) = (self.project(a, planned), self.project(b, planned));
        self.configured()
            .iter()
            .all(|name| self.get(&a, name) == self.get(&b, name))
    }

    fn configured(self) -> &'static [&'static str] {
        match self {
            Shape::Namespace(_) => &["name", "labels", "annotations"],
            Shape::Manifest(_) => &["manifest"],
        }
    }

    fn get<'o>(self, object: &'o Object, name: &str) -> &'o Value {
        match self {
            Shape::Namespace(kind) => object.get(kind.schema(), name),
            Shape::Manifest(kind) => object.get(kind.schema(), name),
        }
    }

    /// The attributes of a live object. Of a Secret's data only what was recorded is taken in: the rest belongs to
    /// others and is none of our business, nor that of a plan.
    pub(crate) fn object(self, live: &Live, recorded: Option<&Object>) -> Object {
        let uid = Value::from(live.uid());
        match self {
            Shape::Namespace(kind) => {
                let schema = kind.schema();
                let manifest = live.manifest();
                let texts = |name: &str| {
                    let entries = manifest
                        .pointer(&format!("/metadata/{name}"))
                        .and_then(Json::as_object)?;
                    let texts = entries
                        .iter()
                        .map(|(name, value)| (name.as_str().into(), to_value(value)));
                    Some(Value::map(Type::String, texts.collect()))
                };
                let mut object = Object::empty(schema);
                for name in ["labels", "annotations"] {
                    if let Some(texts) = texts(name) {
                        object.set(schema, name, texts);
                    }
                }
                // Only we know what was wished when it was made.
                let existing = recorded.map(|recorded| recorded.get(schema, "existing").clone());
                let existing = existing.filter(|existing| !existing.is_null());
                object.set(
                    schema,
                    "existing",
                    existing.unwrap_or_else(|| Value::from("error")),
                );
                object.set(schema, "name", Value::from(live.name()));
                object.set(schema, "id", Value::from(live.name()));
                object.set(schema, "uid", uid);
                object
            }
            Shape::Manifest(kind) => {
                let schema = kind.schema();
                let mut manifest = live.manifest();
                let is_secret = secret::is_secret(&manifest);
                if is_secret {
                    let recorded = recorded.map(|recorded| recorded.get(schema, "manifest"));
                    secret::keep_recorded(&mut manifest, recorded);
                }
                let mut object = Object::empty(schema);
                object.set(schema, "manifest", to_value(&manifest));
                kind.refine(None, &mut object);
                if is_secret {
                    secret::observe(&mut object, schema, &live.0, recorded);
                }
                object.set(schema, "uid", uid);
                object
            }
        }
    }

    /// Who set which part of `live`, in parts that were recorded, by their place in the attributes.
    pub(crate) fn owners(self, live: &Live, recorded: Option<&Object>) -> Vec<Owner> {
        let recorded = recorded.and_then(|recorded| self.manifest(recorded).ok());
        let counts = |path: &Path| {
            recorded
                .as_ref()
                .is_none_or(|recorded| find(recorded, path).is_some())
        };
        let manifest = live.manifest();
        let mut owners = Vec::new();
        for manager in live.managers() {
            for path in manager.fields.iter().filter(|path| counts(path)) {
                let Some(place) = find(&manifest, path) else {
                    continue;
                };
                let expression = place.expression();
                let path = match self {
                    Shape::Manifest(_) => Some(format!(".manifest{expression}")),
                    Shape::Namespace(_) => expression.strip_prefix(".metadata").map(str::to_owned),
                };
                owners.extend(path.map(|path| Owner {
                    path,
                    manager: manager.name.clone(),
                    time: manager.time.clone(),
                }));
            }
        }
        owners.sort_by(|a, b| (&a.path, &a.manager).cmp(&(&b.path, &b.manager)));
        owners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(kind: &str, extra: Json) -> Live {
        let mut object = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": "a", "namespace": "shop",
            "uid": "u", "labels": { "team": "x" }, "managedFields": [{ "manager": "kubectl-edit", "operation": "Update",
            "time": "t", "fieldsV1": { "f:metadata": { "f:labels": { "f:team": {} } } } }] } });
        for (name, value) in extra.as_object().into_iter().flatten() {
            object[name] = value.clone();
        }
        Live(object)
    }

    #[test]
    fn of_a_secret_only_what_was_recorded_is_taken_in() {
        let shapes = Shapes::default();
        let shape = shapes.of(MANIFEST).unwrap();
        let secret = live(
            "Secret",
            json!({ "data": { "ours": "b3Vycw==", "theirs": "aHVudGVyMg==" } }),
        );
        let first = shape.object(&secret, None);
        assert!(!format!("{first:?}").contains("aHVudGVyMg"));
        let ours = shape.object(&live("Secret", json!({ "data": { "ours": "eA==" } })), None);
        assert!(!format!("{ours:?}").contains("eA=="));
        let mut recorded = ours;
        let manifest = json!({ "data": { "ours": "eA==" } });
        recorded.set(Manifest::new().schema(), "manifest", to_value(&manifest));
        let text = format!("{:?}", shape.object(&secret, Some(&recorded)));
        assert!(
            text.contains("b3Vycw==") && !text.contains("aHVudGVyMg"),
            "{text}"
        );
    }

    #[test]
    fn owners_are_named_by_attribute() {
        let shapes = Shapes::default();
        let path = |kind: &str, live: &Live| shapes.of(kind).unwrap().owners(live, None)[0].path.clone();
        assert_eq!(
            path(MANIFEST, &live("ConfigMap", json!({}))),
            ".manifest.metadata.labels.team"
        );
        assert_eq!(path(NAMESPACE, &live("Namespace", json!({}))), ".labels.team");
    }

    #[test]
    fn a_namespace_is_a_manifest_and_back() {
        let shapes = Shapes::default();
        let shape = shapes.of(NAMESPACE).unwrap();
        let object = shape.object(&live("Namespace", json!({})), None);
        assert_eq!(
            shape.manifest(&object).unwrap(),
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "a", "labels": { "team": "x" } } })
        );
        assert_eq!(shape.id(&ObjectName::of_namespace("a")), "a");
    }
}
