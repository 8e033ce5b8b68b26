//! The one form of objects: slot `i` of an object is attribute `i` of its kind's schema.

use std::collections::BTreeMap;

use meshform_state::value::{DecodeError, NotStorable, decode, encode};
use meshform_state::{Str, Value};
use serde_json::value::RawValue;

use crate::kind::Schema;

/// A resource's attributes, in the order of its kind's schema. An attribute that is not set is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The values, one for each attribute.
    pub fields: Box<[Value]>,
}

/// Why an object cannot be stored: one of its attributes is not known or secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("attribute `{attribute}` cannot be stored")]
pub struct EncodeError {
    /// The attribute.
    pub attribute: &'static str,
    /// Why.
    #[source]
    pub source: NotStorable,
}

impl Object {
    /// An object of `schema` with every attribute null.
    #[must_use]
    pub fn empty(schema: &Schema) -> Self {
        Object {
            fields: schema
                .attributes
                .iter()
                .map(|attribute| Value::Null(attribute.ty.clone()))
                .collect(),
        }
    }

    /// The value of the attribute `name`; null if the schema has none of that name.
    #[must_use]
    pub fn get<'a>(&'a self, schema: &Schema, name: &str) -> &'a Value {
        const NULL: &Value = &Value::Null(meshform_state::Type::Any);
        schema
            .slot(name)
            .and_then(|slot| self.fields.get(slot))
            .unwrap_or(NULL)
    }

    /// Sets the attribute `name`; one that the schema does not have is left out.
    pub fn set(&mut self, schema: &Schema, name: &str, value: Value) {
        if let Some(field) = schema.slot(name).and_then(|slot| self.fields.get_mut(slot)) {
            *field = value;
        }
    }

    /// The object as a value of the language.
    #[must_use]
    pub fn to_value(&self, schema: &Schema) -> Value {
        Value::object(
            schema
                .attributes
                .iter()
                .zip(&self.fields)
                .map(|(attribute, value)| (Str::from(attribute.name), value.clone())),
        )
    }

    /// The stored form. Write-only attributes are left out.
    ///
    /// # Errors
    /// [`EncodeError`] if an attribute is not known or secret.
    pub fn encode(&self, schema: &Schema) -> Result<Box<RawValue>, EncodeError> {
        let mut out = String::from("{");
        for (attribute, value) in schema.attributes.iter().zip(&self.fields) {
            if attribute.write_only || value.is_null() {
                continue;
            }
            if out.len() > 1 {
                out.push(',');
            }
            out.push('"');
            out.push_str(attribute.name);
            out.push_str("\":");
            encode(value, &attribute.ty, &mut out).map_err(|source| EncodeError {
                attribute: attribute.name,
                source,
            })?;
        }
        out.push('}');
        // What `encode` writes is JSON.
        Ok(RawValue::from_string(out).unwrap_or_default())
    }

    /// Reads the stored form. Attributes that the schema does not have are left out, those that the text does not have
    /// are null: what changes more than that between versions of a schema is the kind's `upgrade`.
    ///
    /// # Errors
    /// [`DecodeError`] if an attribute is not of its type.
    pub fn decode(raw: &RawValue, schema: &Schema) -> Result<Self, DecodeError> {
        let entries: BTreeMap<&str, &RawValue> =
            serde_json::from_str(raw.get()).map_err(|_| DecodeError {
                path: String::new(),
                expected: "object".to_owned(),
            })?;
        let fields: Result<Box<[Value]>, DecodeError> = schema
            .attributes
            .iter()
            .map(|attribute| match entries.get(attribute.name) {
                None => Ok(Value::Null(attribute.ty.clone())),
                Some(raw) => decode(raw.get(), &attribute.ty).map_err(|error| DecodeError {
                    path: format!("{}{}", attribute.name, error.path),
                    expected: error.expected,
                }),
            })
            .collect();
        Ok(Object { fields: fields? })
    }
}
