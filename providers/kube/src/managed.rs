//! Who set what: `metadata.managedFields`, read.

use serde_json::{Map, Value as Json};

use crate::MANAGER;

/// Somebody who set parts of an object.
#[derive(Debug, Clone)]
pub(crate) struct Manager {
    /// Its name.
    pub(crate) name: String,
    /// Whether it applies; else it updates.
    pub(crate) applies: bool,
    /// When it last did.
    pub(crate) time: Option<String>,
    /// The leaves that it set.
    pub(crate) fields: Vec<Path>,
}

/// From the root of an object to one of its fields.
pub(crate) type Path = Vec<Step>;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// To an entry.
    Field(String),
    /// To the item of a list that has these values.
    Key(Map<String, Json>),
    /// To the item of a set that is this value.
    Item(Json),
    /// To the item at this place.
    Index(usize),
}

/// Where a path leads in one object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place<'a> {
    /// What is there.
    pub(crate) value: &'a Json,
    /// The way as keys and indices.
    pub(crate) way: Vec<Hop>,
}

/// One step in one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hop {
    /// Into an object.
    Name(String),
    /// Into a list.
    Index(usize),
}

impl Manager {
    /// Whether that is us.
    pub(crate) fn is_us(&self) -> bool {
        self.name == MANAGER && self.applies
    }
}

/// All who set parts of `object`, those who only wrote its status left out.
pub(crate) fn managers(object: &Json) -> Vec<Manager> {
    let entries = object.pointer("/metadata/managedFields").and_then(Json::as_array);
    let text = |entry: &Json, name: &str| entry.get(name).and_then(Json::as_str).map(str::to_owned);
    entries
        .into_iter()
        .flatten()
        .filter(|entry| text(entry, "subresource").is_none_or(|part| part.is_empty() || part == "scale"))
        .map(|entry| {
            let mut fields = Vec::new();
            if let Some(tree) = entry.get("fieldsV1") {
                leaves(tree, &mut Vec::new(), &mut fields);
            }
            Manager {
                name: text(entry, "manager").unwrap_or_default(),
                applies: text(entry, "operation").as_deref() == Some("Apply"),
                time: text(entry, "time"),
                fields,
            }
        })
        .collect()
}

fn leaves(tree: &Json, path: &mut Path, out: &mut Vec<Path>) {
    let mut is_leaf = true;
    for (name, below) in tree.as_object().into_iter().flatten() {
        if let Some(step) = step(name) {
            is_leaf = false;
            path.push(step);
            leaves(below, path, out);
            path.pop();
        }
    }
    if is_leaf && !path.is_empty() {
        out.push(path.clone());
    }
}

fn step(name: &str) -> Option<Step> {
    let (form, rest) = name.split_once(':')?;
    match form {
        "f" => Some(Step::Field(rest.to_owned())),
        "k" => serde_json::from_str(rest).ok().map(Step::Key),
        "v" => serde_json::from_str(rest).ok().map(Step::Item),
        "i" => rest.parse().ok().map(Step::Index),
        _ => None,
    }
}

/// Where `path` leads in `object`; `None` if there is nothing.
pub(crate) fn find<'a>(object: &'a Json, path: &[Step]) -> Option<Place<'a>> {
    let mut place = Place {
        value: object,
        way: Vec::with_capacity(path.len()),
    };
    for step in path {
        let (hop, value) = take(place.value, step)?;
        place.way.push(hop);
        place.value = value;
    }
    Some(place)
}

/// Where one `step` leads from `value`.
pub(crate) fn take<'a>(value: &'a Json, step: &Step) -> Option<(Hop, &'a Json)> {
    let item = |test: &dyn Fn(&Json) -> bool| {
        let (index, item) = value
            .as_array()?
            .iter()
            .enumerate()
            .find(|(_, item)| test(item))?;
        Some((Hop::Index(index), item))
    };
    match step {
        Step::Field(name) => Some((Hop::Name(name.clone()), value.get(name)?)),
        Step::Key(keys) => item(&|item| keys.iter().all(|(name, key)| has(item, name, key))),
        Step::Item(wanted) => item(&|item| item == wanted),
        Step::Index(index) => Some((Hop::Index(*index), value.get(*index)?)),
    }
}

fn has(item: &Json, name: &str, key: &Json) -> bool {
    match item.get(name) {
        Some(value) => value == key,
        // What the API server fills in, and a manifest may leave out.
        None => name == "protocol" && key == "TCP",
    }
}

impl Place<'_> {
    /// The way as an expression says it.
    pub(crate) fn expression(&self) -> String {
        let mut out = String::new();
        for hop in &self.way {
            match hop {
                Hop::Index(index) => out.push_str(&format!("[{index}]")),
                Hop::Name(name) if is_identifier(name) => {
                    out.push('.');
                    out.push_str(name);
                }
                Hop::Name(name) => out.push_str(&format!("[{}]", Json::from(name.as_str()))),
            }
        }
        out
    }

    /// The way as a JSON patch says it.
    pub(crate) fn pointer(&self) -> String {
        let mut out = String::new();
        for hop in &self.way {
            out.push('/');
            match hop {
                Hop::Index(index) => out.push_str(&index.to_string()),
                Hop::Name(name) => out.push_str(&name.replace('~', "~0").replace('/', "~1")),
            }
        }
        out
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object() -> Json {
        json!({
            "metadata": {
                "labels": { "app.kubernetes.io/name": "web" },
                "managedFields": [
                    { "manager": "kubectl-edit", "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": {
                        "f:metadata": { "f:labels": { ".": {}, "f:app.kubernetes.io/name": {} } },
                        "f:spec": { "f:containers": { "k:{\"name\":\"b\"}": { ".": {}, "f:image": {} } } },
                    } },
                    { "manager": "kubelet", "operation": "Update", "subresource": "status",
                        "fieldsV1": { "f:status": {} } },
                    { "manager": "meshform", "operation": "Apply",
                        "fieldsV1": { "f:metadata": { "f:finalizers": { "v:\"x\"": {} } } } },
                ],
                "finalizers": ["w", "x"],
            },
            "spec": { "containers": [{ "name": "a" }, { "name": "b", "image": "b:1" }] },
        })
    }

    #[test]
    fn leaves_are_found_in_the_object() {
        let object = object();
        let managers = managers(&object);
        assert_eq!(managers.len(), 2);
        let places = |manager: &Manager| -> Vec<(String, String)> {
            let found = manager.fields.iter().map(|path| find(&object, path).unwrap());
            found.map(|place| (place.expression(), place.pointer())).collect()
        };
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            places(&managers[0]),
            [
                text(
                    ".metadata.labels[\"app.kubernetes.io/name\"]",
                    "/metadata/labels/app.kubernetes.io~1name"
                ),
                text(".spec.containers[1].image", "/spec/containers/1/image"),
            ]
        );
        assert_eq!(
            places(&managers[1]),
            [text(".metadata.finalizers[1]", "/metadata/finalizers/1")]
        );
        assert!(managers[1].is_us() && !managers[0].is_us());
        assert_eq!(managers[0].time.as_deref(), Some("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_not_found() {
        let object = object();
        let path = [Step::Field("spec".to_owned()), Step::Field("replicas".to_owned())];
        assert_eq!(find(&object, &path), None);
    }

    #[test]
    fn a_port_is_found_without_its_default_protocol() {
        let object = json!({ "ports": [{ "port": 80 }] });
        let Json::Object(key) = json!({ "port": 80, "protocol": "TCP" }) else {
            unreachable!()
        };
        assert!(find(&object, &[Step::Field("ports".to_owned()), Step::Key(key)]).is_some());
    }
}
