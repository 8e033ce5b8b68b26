//! `istio_chart`: a rendered chart with all its objects, as one resource.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use meshform_engine::{Object, Problem};
use meshform_state::{Type, Value};

use crate::kind;
use crate::kubernetes::ObjectName;
use crate::spec::{Rules, Spec as _};

kind! {
    /// A chart of Istio in a namespace: every object that it renders to, applied one by one under our name.
    pub struct Chart: managed "istio_chart" in Cluster {
        /// The chart, such as `istiod`.
        chart: String => required.force_new(),
        /// The version of the chart.
        version: String => required,
        /// The name of the release.
        release: String => required.force_new(),
        /// The namespace of the release.
        namespace: String => required.force_new(),
        /// The values that it was rendered with, as JSON.
        values: Option<String> => optional.normalised(canonical_json),
        /// The SHA-256 of each object as it was rendered, by `group/Kind/namespace/name`; `changed` where it was
        /// changed outside.
        objects: BTreeMap<String, String> => required,
        /// The rendered objects, a JSON array in the order in which they are made.
        manifests: Option<String> => required.write_only(),
        /// The addresses of its services' load balancers, sorted.
        load_balancer: Option<Vec<String>> => computed,
        /// Namespace and release, as `istio-system/istiod`.
        id: Option<String> => computed,
    }
}

/// An object of a chart, by which it is known whatever version of its API is in use. Prints as
/// `apps/Deployment/istio-system/istiod`, with `core` for the core group and without the namespace where the kind has
/// none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace, if the kind lives in one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

/// The core group in keys.
const CORE: &str = "core";

impl ObjectKey {
    /// The key of the object `name`.
    #[must_use]
    pub fn of(name: &ObjectName) -> Self {
        ObjectKey {
            group: name.group().to_owned(),
            kind: name.kind.clone(),
            namespace: name.namespace.clone(),
            name: name.name.clone(),
        }
    }

    /// The object in `version` of its group.
    #[must_use]
    pub fn in_version(&self, version: &str) -> ObjectName {
        ObjectName {
            api_version: if self.group.is_empty() {
                version.to_owned()
            } else {
                format!("{}/{version}", self.group)
            },
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = if self.group.is_empty() { CORE } else { &self.group };
        write!(f, "{group}/{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

impl FromStr for ObjectKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (group, kind, namespace, name) = match parts.as_slice() {
            [group, kind, name] => (group, kind, None, name),
            [group, kind, namespace, name] => (group, kind, Some((*namespace).to_owned()), name),
            _ => return Err(wrong_key(text)),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(wrong_key(text));
        }
        Ok(ObjectKey {
            group: if *group == CORE {
                String::new()
            } else {
                (*group).to_owned()
            },
            kind: (*kind).to_owned(),
            namespace,
            name: (*name).to_owned(),
        })
    }
}

fn wrong_key(text: &str) -> String {
    format!("`{text}` names no object, as `apps/Deployment/istio-system/istiod` does")
}

/// JSON in its one form: keys sorted, no spaces.
pub(super) fn canonical_json(value: Value) -> Result<Value, String> {
    let Some(text) = value.as_str() else {
        return Ok(value);
    };
    serde_json::from_str::<serde_json::Value>(text)
        .map(|json| Value::from(json.to_string()))
        .map_err(|error| format!("it is not JSON: {error}"))
}

impl Rules for Chart {
    fn validate(object: &Object) -> Vec<Problem> {
        let keys = object.get(Chart::schema(), "objects").entries();
        let wrong = keys.into_iter().flatten().filter_map(|(key, _)| {
            let message = key.parse::<ObjectKey>().err()?;
            Some(Problem {
                attribute: "objects",
                message: format!("{message}."),
                hint: None,
            })
        });
        wrong.collect()
    }

    fn refine(_prior: Option<&Object>, planned: &mut Object) {
        let schema = Chart::schema();
        let text = |name: &str| planned.get(schema, name).as_str().map(str::to_owned);
        let id = match (text("namespace"), text("release")) {
            (Some(namespace), Some(release)) => Value::from(format!("{namespace}/{release}")),
            _ => Value::later(Type::String),
        };
        planned.set(schema, "id", id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were() {
        for text in [
            "apps/Deployment/istio-system/istiod",
            "core/ConfigMap/istio-system/istio",
            "rbac.authorization.k8s.io/ClusterRole/istiod",
            "core/Namespace/istio-system",
        ] {
            assert_eq!(text.parse::<ObjectKey>().unwrap().to_string(), text);
        }
        for text in ["", "a/b", "a/b/c/d/e", "apps//x/y"] {
            assert!(text.parse::<ObjectKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_object_keeps_its_key_in_every_version() {
        let name: ObjectName = "autoscaling/v2/HorizontalPodAutoscaler/a/b".parse().unwrap();
        let other: ObjectName = "autoscaling/v1/HorizontalPodAutoscaler/a/b".parse().unwrap();
        assert_eq!(ObjectKey::of(&name), ObjectKey::of(&other));
        assert_eq!(ObjectKey::of(&name).in_version("v2"), name);
        let core: ObjectName = "v1/ConfigMap/a/b".parse().unwrap();
        assert_eq!(ObjectKey::of(&core).in_version("v1"), core);
    }

    #[test]
    fn values_have_one_form() {
        let form = |text: &str| canonical_json(Value::from(text));
        assert_eq!(
            form("{ \"b\": 1,\n \"a\": 2 }"),
            Ok(Value::from(r#"{"a":2,"b":1}"#))
        );
        assert!(form("a: 1").is_err());
        assert_eq!(
            canonical_json(Value::later(Type::String)),
            Ok(Value::later(Type::String))
        );
    }

    #[test]
    fn its_id_is_namespace_and_release() {
        let schema = Chart::schema();
        let mut object = Object::empty(schema);
        object.set(schema, "namespace", Value::from("istio-system"));
        object.set(schema, "release", Value::from("istiod"));
        Chart::refine(None, &mut object);
        assert_eq!(object.get(schema, "id"), &Value::from("istio-system/istiod"));
    }
}
