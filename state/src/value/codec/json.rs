//! JSON as it is. serde_json keeps a number that serde cannot hold as an object with one attribute of a certain name, and
//! takes an object with such an attribute for a number: here each stays what it was.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

/// The name of that attribute.
const NUMBER: &str = "$serde_json::private::Number";

/// The JSON value that `text` is.
///
/// # Errors
/// That it is none, and where.
pub fn parse_json(text: &str) -> Result<Json, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let found = reader.deserialize_any(Reader)?;
    reader.end()?;
    Ok(found.json())
}

struct Reader;

/// What was read.
enum Found {
    Json(Json),
    /// A text that is handed over, which only that of a number is: what stands between quotes is lent.
    Owned(String),
}

impl Found {
    fn json(self) -> Json {
        match self {
            Found::Json(json) => json,
            Found::Owned(text) => Json::String(text),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Json(Json::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Found, E> {
        Ok(Found::Json(Json::Bool(truth)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Found, E> {
        Ok(Found::Json(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Found, E> {
        Ok(Found::Json(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(Found::Json(Json::String(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Found, E> {
        Ok(Found::Owned(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        let mut values = Vec::new();
        while let Some(item) = items.next_element_seed(Reader)? {
            values.push(item.json());
        }
        Ok(Found::Json(Json::Array(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Found, A::Error> {
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let found = entries.next_value_seed(Reader)?;
            if let Found::Owned(text) = &found
                && name == NUMBER
            {
                let number: Number = text.parse().map_err(A::Error::custom)?;
                return Ok(Found::Json(Json::Number(number)));
            }
            object.insert(name, found.json());
        }
        Ok(Found::Json(Json::Object(object)))
    }
}
