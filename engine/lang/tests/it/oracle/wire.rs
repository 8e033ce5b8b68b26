//! Values as both sides write them: exactly one field says which form it is. Where later values come from is left out.

use meshform_lang::{Type, Value};
use serde_json::{Map, Value as Json, json};

/// `value` in the common form.
pub(super) fn encode(value: &Value) -> Json {
    match value {
        Value::Null(of) => json!({ "null": ty(of) }),
        Value::Bool(truth) => json!({ "bool": truth }),
        Value::Number(number) => json!({ "number": number.to_string() }),
        Value::String(text) => json!({ "string": &**text }),
        Value::List(list) => json!({ "list": all(&list.items), "of": ty(&list.element) }),
        Value::Set(set) => json!({ "set": all(&set.items), "of": ty(&set.element) }),
        Value::Tuple(items) => json!({ "tuple": all(items) }),
        Value::Map(map) => json!({ "map": entries(map.entries.iter()), "of": ty(&map.element) }),
        Value::Object(attributes) => json!({ "object": entries(attributes.iter()) }),
        Value::Later(later) if later.not_null => json!({ "later": ty(&later.ty), "not_null": true }),
        Value::Later(later) => json!({ "later": ty(&later.ty) }),
        Value::Secret(inner) => json!({ "secret": encode(inner) }),
    }
}

fn all(items: &[Value]) -> Vec<Json> {
    items.iter().map(encode).collect()
}

fn entries<'a>(all: impl Iterator<Item = (&'a meshform_lang::Str, &'a Value)>) -> Map<String, Json> {
    all.map(|(name, value)| (name.to_string(), encode(value)))
        .collect()
}

fn ty(of: &Type) -> Json {
    match of {
        Type::Any => json!("dynamic"),
        Type::List(element) => json!(["list", ty(element)]),
        Type::Set(element) => json!(["set", ty(element)]),
        Type::Map(element) => json!(["map", ty(element)]),
        Type::Tuple(items) => json!(["tuple", items.iter().map(ty).collect::<Vec<_>>()]),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, of)| (name.to_string(), ty(of)));
            json!(["object", attributes.collect::<Map<_, _>>()])
        }
        simple => json!(simple.to_string()),
    }
}

/// `form` without marks inside of what is secret as a whole.
pub(super) fn settled(form: &Json) -> Json {
    let Some((name, inner)) = form.as_object().and_then(|fields| {
        fields
            .iter()
            .find(|(name, _)| !matches!(name.as_str(), "of" | "not_null"))
    }) else {
        return form.clone();
    };
    let inner = match name.as_str() {
        "list" | "tuple" | "set" => {
            let items = inner.as_array().into_iter().flatten().map(settled);
            items.collect::<Vec<Json>>().into()
        }
        "map" | "object" => {
            let entries = inner.as_object().into_iter().flatten();
            entries
                .map(|(name, item)| (name.clone(), settled(item)))
                .collect::<Map<_, _>>()
                .into()
        }
        "secret" => settled(&revealed(inner)),
        _ => inner.clone(),
    };
    let mut out = form.clone();
    out[name] = inner;
    out
}

/// `form` without secret marks.
pub(super) fn revealed(form: &Json) -> Json {
    match form {
        Json::Object(fields) => match fields.get("secret") {
            // The field of a value, not an attribute: those stand below `object`.
            Some(inner) if fields.len() == 1 => revealed(inner),
            _ => fields
                .iter()
                .map(|(name, inner)| (name.clone(), revealed(inner)))
                .collect::<Map<_, _>>()
                .into(),
        },
        Json::Array(items) => items.iter().map(revealed).collect(),
        plain => plain.clone(),
    }
}
