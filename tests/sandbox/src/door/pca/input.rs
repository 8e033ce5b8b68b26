//! The members of a request's JSON. It must never guess a value: what is missing or of another type is refused as AWS
//! does it ("Common errors" of the ACM PCA API reference).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::error::PcaError;

/// A structure of a request.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a>(&'a Map<String, Value>);

impl<'a> Input<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, PcaError> {
        value
            .as_object()
            .map(Self)
            .ok_or_else(|| serialization("a structure"))
    }

    /// Returns a member that is there; JSON's null counts as absent.
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn keys(self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn optional_text(self, name: &str) -> Result<Option<&'a str>, PcaError> {
        self.get(name)
            .map(|value| value.as_str().ok_or_else(|| serialization(name)))
            .transpose()
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str, PcaError> {
        self.optional_text(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn optional_number(self, name: &str) -> Result<Option<i64>, PcaError> {
        self.get(name)
            .map(|value| value.as_i64().ok_or_else(|| serialization(name)))
            .transpose()
    }

    pub(crate) fn number(self, name: &str) -> Result<i64, PcaError> {
        self.optional_number(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn optional_structure(self, name: &str) -> Result<Option<Self>, PcaError> {
        self.get(name).map(Self::of).transpose()
    }

    pub(crate) fn structure(self, name: &str) -> Result<Self, PcaError> {
        self.optional_structure(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn list(self, name: &str) -> Result<Option<&'a Vec<Value>>, PcaError> {
        self.get(name)
            .map(|value| value.as_array().ok_or_else(|| serialization(name)))
            .transpose()
    }

    /// Returns bytes, which travel in Base64 (AWS JSON 1.1 protocol, "Blob").
    pub(crate) fn optional_blob(self, name: &str) -> Result<Option<Vec<u8>>, PcaError> {
        self.optional_text(name)?
            .map(|text| STANDARD.decode(text).map_err(|_| serialization(name)))
            .transpose()
    }

    pub(crate) fn blob(self, name: &str) -> Result<Vec<u8>, PcaError> {
        self.optional_blob(name)?.ok_or_else(|| missing(name))
    }

    /// Returns the value of a name among those that are allowed.
    pub(crate) fn one_of<T: Copy>(self, name: &str, allowed: &[(&str, T)]) -> Result<Option<T>, PcaError> {
        let Some(text) = self.optional_text(name)? else {
            return Ok(None);
        };
        let found = allowed.iter().find(|(known, _)| *known == text);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let names: Vec<&str> = allowed.iter().map(|(known, _)| *known).collect();
            PcaError::validation(format!(
                "1 validation error detected: Value '{text}' at '{name}' failed to satisfy constraint: Member must \
                 satisfy enum value set: [{}]",
                names.join(", ")
            ))
        })
    }
}

pub(crate) fn missing(name: &str) -> PcaError {
    PcaError::validation(format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    ))
}

fn serialization(name: &str) -> PcaError {
    PcaError::new(
        "SerializationException",
        format!("the value of {name} has another type"),
    )
}
