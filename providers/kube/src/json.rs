//! Objects as the API server writes them, as values of the language, and back.

use meshform_engine::{AdapterError, ErrorClass};
use meshform_state::{Number, Type, Value};
use serde_json::Value as Json;

/// `json` as a value: objects and tuples, without nulls in objects, as manifests are normalised.
pub(crate) fn to_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null(Type::Any),
        Json::Bool(truth) => Value::Bool(*truth),
        // What is a number in JSON is one here.
        Json::Number(number) => {
            let text = number.to_string();
            Number::parse(&text).map_or_else(|_| Value::from(text), Value::Number)
        }
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::tuple(items.iter().map(to_value).collect()),
        Json::Object(entries) => {
            let given = entries.iter().filter(|(_, value)| !value.is_null());
            Value::object(given.map(|(name, value)| (name.as_str().into(), to_value(value))))
        }
    }
}

/// `value`, which must be known and hold no secret, as JSON.
pub(crate) fn from_value(value: &Value) -> Result<Json, AdapterError> {
    meshform_state::value::to_json(value).map_err(|error| {
        AdapterError::refused(ErrorClass::Invalid, format!("the object cannot be sent: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_comes_back_as_it_was() {
        let object =
            json!({ "a": [1, "x", true, { "b": 1.5 }], "c": { "d": 18_446_744_073_709_551_615_u64 } });
        assert_eq!(from_value(&to_value(&object)).unwrap(), object);
    }

    #[test]
    fn secrets_and_later_values_are_not_sent() {
        let value = Value::object([("password".into(), Value::from("hunter2").into_secret())]);
        let error = from_value(&value).unwrap_err();
        assert!(!error.message.contains("hunter2"));
        assert!(from_value(&Value::later(Type::Any)).is_err());
    }
}
