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

/// `form` with the elements of sets in an order of their own: a set has none.
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
            let mut items: Vec<Json> = inner.as_array().into_iter().flatten().map(settled).collect();
            if name == "set" {
                items.sort_by_cached_key(ToString::to_string);
            }
            items.into()
        }
        "map" | "object" => {
            let entries = inner.as_object().into_iter().flatten();
            entries
                .map(|(name, item)| (name.clone(), settled(item)))
                .collect::<Map<_, _>>()
                .into()
        }
        "secret" => settled(inner),
        _ => inner.clone(),
    };
    let mut out = form.clone();
    out[name] = inner;
    out
}

/// Whether what `ours` leaves for later is known in `theirs`, and all else is the same.
///
/// The reference narrows what is not known by more than "never null": lengths, bounds and first letters. With them it
/// can tell, for one, that a text beginning with `a` is not `b`.
pub(super) fn is_wider(ours: &Json, theirs: &Json) -> bool {
    if ours == theirs {
        return true;
    }
    if let Some(later) = ours.get("later") {
        return theirs.get("secret").is_none() && *later == type_of(theirs)
            // What is known, or refined, may be what ours is only said to be.
            && (ours.get("not_null").is_none() || theirs.get("null").is_none());
    }
    match (ours.get("secret"), theirs.get("secret")) {
        (Some(ours), Some(theirs)) => return is_wider(ours, theirs),
        (None, None) => {}
        _ => return false,
    }
    ["list", "tuple"]
        .iter()
        .any(|name| match (ours[*name].as_array(), theirs[*name].as_array()) {
            (Some(ours), Some(theirs)) => {
                ours.len() == theirs.len()
                    && ours
                        .iter()
                        .zip(theirs)
                        .all(|(ours, theirs)| is_wider(ours, theirs))
            }
            _ => false,
        })
        || ["map", "object"].iter().any(
            |name| match (ours[*name].as_object(), theirs[*name].as_object()) {
                (Some(ours), Some(theirs)) => {
                    ours.len() == theirs.len()
                        && ours
                            .iter()
                            .all(|(name, ours)| theirs.get(name).is_some_and(|theirs| is_wider(ours, theirs)))
                }
                _ => false,
            },
        )
}

fn type_of(form: &Json) -> Json {
    let collection = |name: &str| json!([name, form["of"]]);
    for name in ["null", "later"] {
        if let Some(of) = form.get(name) {
            return of.clone();
        }
    }
    for name in ["bool", "number", "string"] {
        if form.get(name).is_some() {
            return json!(name);
        }
    }
    for name in ["list", "set", "map"] {
        if form.get(name).is_some() {
            return collection(name);
        }
    }
    if let Some(inner) = form.get("secret") {
        return type_of(inner);
    }
    if let Some(items) = form["tuple"].as_array() {
        return json!(["tuple", items.iter().map(type_of).collect::<Vec<_>>()]);
    }
    let attributes = form["object"].as_object().into_iter().flatten();
    json!([
        "object",
        attributes
            .map(|(name, item)| (name.clone(), type_of(item)))
            .collect::<Map<_, _>>()
    ])
}
