//! `kubernetes_manifest`.

use meshform_engine::{Attribute, Home, Kind, Object, Problem, Schema};
use meshform_state::{Str, Type, Value};

use super::data::{self, DATA, DATA_KEYS};
use super::name::group_of;
use super::{MANIFEST, MARK, ObjectName, project};

/// Any one object. It is applied by the server under our name, and only what is in its manifest is ours, with the data of
/// a Secret, which is not stored.
#[derive(Debug)]
pub struct Manifest {
    schema: Schema,
}

/// What an API server writes; a manifest that has it was copied from a live object.
const SERVER_FIELDS: &[&str] = &[
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

impl Manifest {
    /// The kind.
    #[must_use]
    pub fn new() -> Self {
        let mut attributes = vec![
            Attribute::required(
                "manifest",
                Type::Any,
                "The object, as `kubectl apply` would take it.",
            )
            .owned()
            .normalised(normalise),
            Attribute::computed(
                "api_group",
                Type::String,
                "The group of its API; empty for the core group.",
            )
            .force_new(),
            Attribute::computed("object_kind", Type::String, "Its Kubernetes kind.").force_new(),
            Attribute::computed(
                "namespace",
                Type::String,
                "Its namespace, if its kind lives in one.",
            )
            .force_new(),
            Attribute::computed("name", Type::String, "Its name.").force_new(),
            Attribute::computed(
                "id",
                Type::String,
                "Its whole name, as `v1/ConfigMap/namespace/name`.",
            ),
            Attribute::computed(
                "uid",
                Type::String,
                "What Kubernetes calls this one object for ever.",
            ),
        ];
        attributes.extend(data::attributes());
        Manifest {
            schema: Schema::new(MANIFEST, Home::Cluster, attributes),
        }
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest::new()
    }
}

impl Kind for Manifest {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, object: &Object) -> Vec<Problem> {
        let mut found = problems(object.get(&self.schema, "manifest"));
        found.extend(data::problems(&self.schema, object));
        found
    }

    fn refine(&self, _prior: Option<&Object>, planned: &mut Object) {
        let manifest = planned.get(&self.schema, "manifest").clone();
        let version = part(&manifest, &["apiVersion"]);
        let group = match version.as_str() {
            Some(version) => Value::from(group_of(version)),
            None => version,
        };
        planned.set(&self.schema, "api_group", group);
        planned.set(&self.schema, "object_kind", part(&manifest, &["kind"]));
        planned.set(
            &self.schema,
            "namespace",
            part(&manifest, &["metadata", "namespace"]),
        );
        planned.set(&self.schema, "name", part(&manifest, &["metadata", "name"]));
        let id = ObjectName::of_manifest(&manifest).map_or_else(
            || Value::later(Type::String),
            |name| Value::from(name.to_string()),
        );
        planned.set(&self.schema, "id", id);
        let names = data::names(planned.get(&self.schema, DATA));
        planned.set(&self.schema, DATA_KEYS, names);
    }

    fn project(&self, observed: &Object, desired: &Object, recorded: Option<&Object>) -> Object {
        let mut projected = observed.clone();
        let cut = project::manifest(
            observed.get(&self.schema, "manifest"),
            desired.get(&self.schema, "manifest"),
            recorded.map(|recorded| recorded.get(&self.schema, "manifest")),
        );
        projected.set(&self.schema, "manifest", cut);
        projected
    }
}

/// The text at `path`: later while it is not known, null where there is none.
fn part(manifest: &Value, path: &[&str]) -> Value {
    let mut value = manifest;
    for name in path {
        match value.reveal().0 {
            Value::Later(_) => return Value::later(Type::String),
            _ => match value.get(name) {
                Some(inner) => value = inner,
                None => return Value::Null(Type::String),
            },
        }
    }
    match value.reveal().0 {
        Value::Later(_) => Value::later(Type::String),
        text @ Value::String(_) => text.clone(),
        _ => Value::Null(Type::String),
    }
}

/// One form for every manifest, whatever types its expression had: objects and tuples only, without nulls, since a null
/// in a manifest stands for a field that is not given.
#[expect(clippy::unnecessary_wraps, reason = "the signature of every normaliser")]
fn normalise(value: Value) -> Result<Value, String> {
    Ok(plain(&value))
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Map(_) | Value::Object(_) => Value::object(
            value
                .entries()
                .into_iter()
                .flatten()
                .filter(|(_, inner)| !matches!(inner, Value::Null(_)))
                .map(|(name, inner)| (name.clone(), plain(inner)))
                .collect::<Vec<(Str, Value)>>(),
        ),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            Value::tuple(value.items().unwrap_or_default().iter().map(plain).collect())
        }
        Value::Secret(inner) => plain(inner).into_secret(),
        Value::Null(_) => Value::Null(Type::Any),
        other => other.clone(),
    }
}

fn problems(manifest: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |message: String, hint: &str| {
        problems.push(Problem {
            attribute: "manifest",
            message,
            hint: Some(hint.to_owned()),
        });
    };
    if matches!(manifest.reveal().0, Value::Later(_)) {
        return problems;
    }
    if manifest.entries().is_none() {
        problem(
            "A manifest is one object.".to_owned(),
            "Write `{ apiVersion = …, kind = …, metadata = { … }, … }`.",
        );
        return problems;
    }
    for path in [["apiVersion"].as_slice(), &["kind"], &["metadata", "name"]] {
        let value = part(manifest, path);
        if value.is_null() || value.as_str().is_some_and(str::is_empty) {
            problem(
                format!("The manifest has no `{}`.", path.join(".")),
                "Kubernetes needs apiVersion, kind and metadata.name to know which object is meant.",
            );
        }
    }
    if manifest.get("status").is_some() {
        problem(
            "The manifest has a `status`.".to_owned(),
            "Leave it out: the cluster says what the status is.",
        );
    }
    if manifest.get("items").is_some()
        && part(manifest, &["kind"])
            .as_str()
            .is_some_and(|kind| kind.ends_with("List"))
    {
        problem(
            "The manifest is a list of objects.".to_owned(),
            "Make one resource of each, with `for_each`.",
        );
    }
    let metadata = manifest.get("metadata");
    for field in SERVER_FIELDS {
        if metadata.is_some_and(|metadata| metadata.get(field).is_some()) {
            problem(
                format!("The manifest has `metadata.{field}`."),
                "Leave it out: only the cluster sets it.",
            );
        }
    }
    let annotations = metadata
        .and_then(|metadata| metadata.get("annotations"))
        .and_then(Value::entries);
    for name in annotations
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(MARK))
    {
        problem(
            format!("The annotation `{name}` is set by meshform itself."),
            "Leave it out.",
        );
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn object(entries: &[(&str, Value)]) -> Value {
        Value::object(
            entries
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone())),
        )
    }

    fn config_map(extra: &[(&str, Value)]) -> Value {
        let metadata = object(&[("name", "settings".into()), ("namespace", "shop".into())]);
        let mut entries = vec![
            ("apiVersion", "v1".into()),
            ("kind", "ConfigMap".into()),
            ("metadata", metadata),
        ];
        entries.extend_from_slice(extra);
        object(&entries)
    }

    fn planned(manifest: Value) -> Object {
        let kind = Manifest::new();
        let mut planned = Object::empty(kind.schema());
        planned.set(kind.schema(), "manifest", manifest);
        kind.refine(None, &mut planned);
        planned
    }

    #[test]
    fn what_names_the_object_forces_a_new_one() {
        let kind = Manifest::new();
        let planned = planned(config_map(&[]));
        for (name, value) in [
            ("api_group", ""),
            ("object_kind", "ConfigMap"),
            ("namespace", "shop"),
            ("name", "settings"),
            ("id", "v1/ConfigMap/shop/settings"),
        ] {
            assert_eq!(planned.get(kind.schema(), name), &Value::from(value), "{name}");
        }
    }

    #[test]
    fn a_new_version_of_the_same_group_is_the_same_object() {
        let kind = Manifest::new();
        let group = |version: &str| {
            let manifest = object(&[("apiVersion", version.into()), ("kind", "Deployment".into())]);
            planned(manifest).get(kind.schema(), "api_group").clone()
        };
        assert_eq!(group("apps/v1"), group("apps/v1beta1"));
    }

    #[test]
    fn parts_that_are_not_known_stay_later() {
        let kind = Manifest::new();
        let manifest = object(&[
            ("apiVersion", "v1".into()),
            ("kind", "ConfigMap".into()),
            ("metadata", object(&[("name", Value::later(Type::String))])),
        ]);
        let planned = planned(manifest.clone());
        assert_eq!(planned.get(kind.schema(), "name"), &Value::later(Type::String));
        assert_eq!(planned.get(kind.schema(), "id"), &Value::later(Type::String));
        assert!(problems(&manifest).is_empty());
        assert!(problems(&Value::later(Type::Any)).is_empty());
    }

    #[test]
    fn mistakes_are_all_named_at_once() {
        let metadata = object(&[
            ("uid", "x".into()),
            ("annotations", object(&[("meshform.io/uid", "x".into())])),
        ]);
        let manifest = object(&[
            ("kind", "ConfigMap".into()),
            ("metadata", metadata),
            ("status", object(&[])),
        ]);
        let messages: Vec<String> = problems(&manifest)
            .into_iter()
            .map(|problem| problem.message)
            .collect();
        assert_eq!(
            messages,
            [
                "The manifest has no `apiVersion`.",
                "The manifest has no `metadata.name`.",
                "The manifest has a `status`.",
                "The manifest has `metadata.uid`.",
                "The annotation `meshform.io/uid` is set by meshform itself.",
            ]
        );
        assert_eq!(problems(&Value::from("text")).len(), 1);
        assert!(problems(&config_map(&[])).is_empty());
    }

    #[test]
    fn manifests_have_one_form() {
        let map = Value::map(Type::String, BTreeMap::from([("a".into(), "1".into())]));
        let list = Value::list(Type::String, vec!["x".into()]);
        let given = config_map(&[("data", map), ("list", list), ("gone", Value::Null(Type::String))]);
        let expected = config_map(&[
            ("data", object(&[("a", "1".into())])),
            ("list", Value::tuple(vec!["x".into()])),
        ]);
        assert_eq!(normalise(given), Ok(expected));
    }
}
