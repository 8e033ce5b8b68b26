//! The data of Secrets: what is sent and never stored, and what of a live Secret is taken in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_engine::Object;
use meshform_engine::Schema;
use meshform_kinds::kubernetes::{DATA, DATA_KEYS, DATA_VERSION};
use meshform_state::{Type, Value};
use serde_json::{Map, Value as Json};

/// Whether `manifest` is one of a Secret.
pub(crate) fn is_secret(manifest: &Json) -> bool {
    let text = |name: &str| manifest.get(name).and_then(Json::as_str);
    text("apiVersion") == Some("v1") && text("kind") == Some("Secret")
}

/// Leaves of the live `manifest`'s data what was recorded: the rest belongs to others, or is not to be known.
pub(crate) fn keep_recorded(manifest: &mut Json, recorded: Option<&Value>) {
    let known = recorded.and_then(|recorded| recorded.get("data"));
    if let Some(data) = manifest.get_mut("data").and_then(Json::as_object_mut) {
        data.retain(|name, _| known.is_some_and(|known| known.get(name).is_some()));
        if data.is_empty() {
            remove(manifest, "data");
        }
    }
}

fn remove(manifest: &mut Json, name: &str) {
    if let Some(manifest) = manifest.as_object_mut() {
        manifest.remove(name);
    }
}

/// Puts into `manifest` what `object` sends beside it. Of a recorded object only the names are left, with nulls behind.
pub(crate) fn add_data(manifest: &mut Json, object: &Object, schema: &Schema) {
    let entries = entries(object, schema);
    if entries.is_empty() {
        return;
    }
    let data = &mut manifest["data"];
    if !data.is_object() {
        *data = Json::Object(Map::new());
    }
    if let Some(data) = data.as_object_mut() {
        data.extend(entries);
    }
}

/// Whether the live `manifest` has all that `object` sends beside its own.
pub(crate) fn has_data(manifest: &Json, object: &Object, schema: &Schema) -> bool {
    let there = |name: &str| manifest.get("data").and_then(|data| data.get(name));
    entries(object, schema)
        .iter()
        .all(|(name, value)| there(name) == Some(value))
}

fn entries(object: &Object, schema: &Schema) -> Map<String, Json> {
    let data = object.get(schema, DATA);
    if let Some(entries) = data.entries() {
        let encoded = entries.iter().filter_map(|(name, value)| {
            let text = value.reveal().0.as_str()?;
            Some((name.to_string(), Json::from(STANDARD.encode(text))))
        });
        return encoded.collect();
    }
    let names = object.get(schema, DATA_KEYS).items().unwrap_or_default().iter();
    names
        .filter_map(|name| Some((name.as_str()?.to_owned(), Json::Null)))
        .collect()
}

/// What `live` tells of the data that is not stored: which of the names that were `recorded` are there.
pub(crate) fn observe(object: &mut Object, schema: &Schema, live: &Json, recorded: Option<&Object>) {
    let Some(recorded) = recorded else { return };
    // Nobody but us knows which version was sent.
    object.set(schema, DATA_VERSION, recorded.get(schema, DATA_VERSION).clone());
    let Some(names) = recorded.get(schema, DATA_KEYS).items() else {
        object.set(schema, DATA_KEYS, Value::Null(Type::list(Type::String)));
        return;
    };
    let is_there = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        live.get("data").is_some_and(|data| data.get(name).is_some())
    };
    let there = names.iter().filter(|name| is_there(name)).cloned().collect();
    object.set(schema, DATA_KEYS, Value::list(Type::String, there));
}
