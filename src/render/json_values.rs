//! Values for machines, in the three parallel trees that plans of the reference have: what is known, what is later,
//! what is sensitive.

use meshform_engine::Object;
use meshform_engine::kind::Schema;
use meshform_state::{Type, Value};
use serde_json::{Map, Value as Json, json};

use super::values::Secrets;

/// The three trees of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trees {
    /// What is known and may be shown.
    pub(crate) known: Json,
    /// `true` where the value is later.
    pub(crate) later: Json,
    /// `true` where the value must not be shown.
    pub(crate) sensitive: Json,
}

/// The trees of an attribute or output.
pub(crate) fn value(secrets: &Secrets, value: &Value) -> Trees {
    canonical(&secrets.canonical(value))
}

fn canonical(value: &Value) -> Trees {
    let leaf = |known| Trees {
        known,
        later: json!(false),
        sensitive: json!(false),
    };
    match value {
        Value::Null(_) => leaf(Json::Null),
        Value::Bool(truth) => leaf(json!(truth)),
        Value::Number(number) => leaf(serde_json::from_str(&number.to_string()).unwrap_or(Json::Null)),
        Value::String(text) => leaf(json!(&**text)),
        Value::Later(_) => Trees {
            later: json!(true),
            ..leaf(Json::Null)
        },
        Value::Secret(inner) => Trees {
            later: json!(!inner.is_known()),
            sensitive: json!(true),
            known: Json::Null,
        },
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            let trees: Vec<Trees> = value.items().into_iter().flatten().map(canonical).collect();
            Trees {
                known: trees.iter().map(|tree| tree.known.clone()).collect(),
                later: trees.iter().map(|tree| tree.later.clone()).collect(),
                sensitive: trees.iter().map(|tree| tree.sensitive.clone()).collect(),
            }
        }
        Value::Map(_) | Value::Object(_) => {
            let entries = value.entries().into_iter().flatten();
            object(
                entries
                    .map(|(name, item)| (name.to_string(), canonical(item), matches!(item, Value::Later(_)))),
            )
        }
    }
}

/// The trees of a whole object. Write-only attributes are null and sensitive.
pub(crate) fn fields(secrets: &Secrets, schema: &Schema, fields: &Object) -> Trees {
    object(
        schema
            .attributes
            .iter()
            .zip(&fields.fields)
            .map(|(attribute, field)| {
                let trees = if attribute.write_only {
                    Trees {
                        known: Json::Null,
                        later: json!(false),
                        sensitive: json!(true),
                    }
                } else {
                    value(secrets, field)
                };
                (attribute.name.to_owned(), trees, matches!(field, Value::Later(_)))
            }),
    )
}

/// What is later is left out of the known tree, and what is not later or sensitive out of those two.
fn object(entries: impl Iterator<Item = (String, Trees, bool)>) -> Trees {
    let (mut known, mut later, mut sensitive) = (Map::new(), Map::new(), Map::new());
    for (name, trees, is_later) in entries {
        if trees.later != json!(false) {
            later.insert(name.clone(), trees.later);
        }
        if trees.sensitive != json!(false) {
            sensitive.insert(name.clone(), trees.sensitive);
        }
        if !is_later {
            known.insert(name, trees.known);
        }
    }
    Trees {
        known: known.into(),
        later: later.into(),
        sensitive: sensitive.into(),
    }
}

/// A type as the reference writes it: `"string"`, `["list","string"]`.
pub(crate) fn ty(ty: &Type) -> Json {
    match ty {
        Type::Any => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(element) => json!(["list", self::ty(element)]),
        Type::Set(element) => json!(["set", self::ty(element)]),
        Type::Map(element) => json!(["map", self::ty(element)]),
        Type::Tuple(items) => json!(["tuple", items.iter().map(self::ty).collect::<Vec<_>>()]),
        Type::Object(attributes) => {
            let attributes: Map<String, Json> = attributes
                .iter()
                .map(|(name, ty)| (name.to_string(), self::ty(ty)))
                .collect();
            json!(["object", attributes])
        }
    }
}
