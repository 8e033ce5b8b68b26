//! The data of a Secret: sent and never stored. Only the names of its entries are, so that one that is gone is missed.

use meshform_engine::{Attribute, Object, Problem, Schema};
use meshform_state::{Type, Value};

/// The attribute that holds the entries.
pub const DATA: &str = "data_wo";
/// The attribute that says when to send them again.
pub const DATA_VERSION: &str = "data_wo_version";
/// The attribute that keeps their names.
pub const DATA_KEYS: &str = "data_wo_keys";

pub(super) fn attributes() -> [Attribute; 3] {
    [
        Attribute::optional(
            DATA,
            Type::map(Type::String),
            "Entries of a Secret's `data` as plain texts: sent, never stored, compared or shown.",
        )
        .write_only(),
        Attribute::optional(
            DATA_VERSION,
            Type::Number,
            "Another number has `data_wo` sent again.",
        ),
        Attribute::computed(
            DATA_KEYS,
            Type::list(Type::String),
            "The names of the entries that `data_wo` has set, unless they are sensitive themselves.",
        ),
    ]
}

/// The names of the entries of `data`. Those of a map that is sensitive as a whole are nobody's business.
pub(super) fn names(data: &Value) -> Value {
    let ty = || Type::list(Type::String);
    match data {
        Value::Later(_) => Value::later(ty()),
        Value::Map(_) | Value::Object(_) => {
            let entries = data.entries().into_iter().flatten();
            let given = entries.filter(|(_, value)| !value.reveal().0.is_null());
            Value::list(
                Type::String,
                given.map(|(name, _)| Value::from(&**name)).collect(),
            )
        }
        _ => Value::Null(ty()),
    }
}

/// What is wrong with the data of the Secret, or of what is none.
pub(super) fn problems(schema: &Schema, object: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |attribute, message: String, hint: &str| {
        problems.push(Problem {
            attribute,
            message,
            hint: Some(hint.to_owned()),
        });
    };
    let (manifest, data) = (object.get(schema, "manifest"), object.get(schema, DATA));
    let text = |name: &str| manifest.get(name).map(|value| value.reveal().0.clone());
    let is_secret = text("kind").is_none_or(|kind| kind.as_str().is_none_or(|kind| kind == "Secret"));
    let is_known = text("kind").is_some_and(|kind| kind.as_str() == Some("Secret"));
    if is_known {
        for field in ["data", "stringData"] {
            let is_there = manifest
                .get(field)
                .is_some_and(|data| data.entries().is_none_or(|entries| !entries.is_empty()));
            if is_there {
                problem(
                    "manifest",
                    format!("The manifest of a Secret has `{field}`, which the state would keep in clear."),
                    "Move its entries to `data_wo`, as plain texts, beside a `data_wo_version` that says when to send \
                     them again: they are sent and never stored.",
                );
            }
        }
    }
    if data.is_null() {
        return problems;
    }
    if !is_secret && !matches!(manifest.reveal().0, Value::Later(_)) {
        problem(
            DATA,
            "Only a Secret has data that is not stored.".to_owned(),
            "Write it into the manifest, or make the object a Secret.",
        );
    }
    if object.get(schema, DATA_VERSION).is_null() {
        problem(
            DATA,
            "Nothing says when to send `data_wo` again, since it is not compared.".to_owned(),
            "Write `data_wo_version = 1`, and another number whenever the data has changed.",
        );
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use meshform_engine::Kind as _;

    use super::super::Manifest;
    use super::*;

    fn object(kind: &str, fields: &[(&str, Value)], data: &[(&str, Value)]) -> Object {
        let schema_of = Manifest::new();
        let schema = schema_of.schema();
        let texts = |fields: &[(&str, Value)]| -> BTreeMap<_, _> {
            fields
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect()
        };
        let metadata = Value::object([("name".into(), "a".into())]);
        let mut manifest = texts(fields);
        manifest.extend([
            ("apiVersion".into(), "v1".into()),
            ("kind".into(), kind.into()),
            ("metadata".into(), metadata),
        ]);
        let mut object = Object::empty(schema);
        object.set(schema, "manifest", Value::object(manifest));
        if !data.is_empty() {
            object.set(schema, DATA, Value::map(Type::String, texts(data)));
            object.set(schema, DATA_VERSION, Value::int(1));
        }
        object
    }

    fn told(object: &Object) -> Vec<(&'static str, String)> {
        let kind = Manifest::new();
        kind.validate(object)
            .into_iter()
            .map(|problem| (problem.attribute, problem.message))
            .collect()
    }

    #[test]
    fn a_secrets_data_is_refused_where_it_would_be_stored() {
        let entries = Value::object([("password".into(), "aHVudGVyMg==".into())]);
        for (field, value) in [
            ("data", entries.clone()),
            ("stringData", entries.clone()),
            ("data", Value::later(Type::Any)),
        ] {
            let told = told(&object("Secret", &[(field, value)], &[]));
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].0 == "manifest" && told[0].1.contains(field) && !told[0].1.contains("hunter"));
        }
        assert!(told(&object("Secret", &[("data", Value::object([]))], &[])).is_empty());
        assert!(told(&object("ConfigMap", &[("data", entries)], &[])).is_empty());
    }

    #[test]
    fn data_that_is_not_stored_is_a_secrets_and_has_a_version() {
        let secret = Value::from("hunter2").into_secret();
        let mut whole = object("Secret", &[], &[("password", secret.clone())]);
        assert!(told(&whole).is_empty());
        let kind = Manifest::new();
        kind.refine(None, &mut whole);
        let names = whole.get(kind.schema(), DATA_KEYS);
        assert_eq!(names, &Value::list(Type::String, vec!["password".into()]));
        whole.set(kind.schema(), DATA_VERSION, Value::Null(Type::Number));
        assert_eq!(told(&whole)[0].0, DATA);
        let wrong = told(&object("ConfigMap", &[], &[("password", secret)]));
        assert!(wrong[0].1.contains("Only a Secret"), "{wrong:?}");
    }

    #[test]
    fn names_of_a_map_that_is_sensitive_as_a_whole_are_not_kept() {
        let map = Value::map(Type::String, BTreeMap::from([("who".into(), "x".into())]));
        assert!(names(&map.into_secret()).is_null());
        assert!(matches!(names(&Value::later(Type::Any)), Value::Later(_)));
        assert!(names(&Value::Null(Type::Any)).is_null());
    }
}
