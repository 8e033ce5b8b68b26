//! Contents of Secrets: in memory while they are needed, and wiped then. Nothing here can be printed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use zeroize::{Zeroize as _, Zeroizing};

use crate::live::Live;

/// What is in a Secret, by key.
#[derive(Clone, Default)]
pub(crate) struct Contents(BTreeMap<String, Zeroizing<Vec<u8>>>);

/// A Secret as it is.
pub(crate) struct Sealed {
    /// Its metadata.
    pub(crate) live: Live,
    /// What is in it.
    pub(crate) contents: Contents,
}

#[derive(Deserialize)]
struct Raw {
    metadata: Json,
    #[serde(default)]
    data: BTreeMap<String, Zeroizing<String>>,
}

impl Sealed {
    /// Reads an answer, which is wiped.
    pub(crate) fn parse(answer: Bytes) -> Option<Self> {
        let raw: Option<Raw> = serde_json::from_slice(&answer).ok();
        if let Ok(mut bytes) = answer.try_into_mut() {
            bytes.as_mut().zeroize();
        }
        let raw = raw?;
        let mut contents = Contents::default();
        for (key, text) in raw.data {
            contents.set(&key, Zeroizing::new(STANDARD.decode(text.as_bytes()).ok()?));
        }
        Some(Sealed {
            live: Live(json!({ "metadata": raw.metadata })),
            contents,
        })
    }
}

impl Contents {
    /// Puts `bytes` at `key`.
    pub(crate) fn set(&mut self, key: &str, bytes: Zeroizing<Vec<u8>>) {
        self.0.insert(key.to_owned(), bytes);
    }

    /// The text at `key`.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        std::str::from_utf8(self.0.get(key)?).ok()
    }

    /// The keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// `object` with this as its `data`, as JSON.
    pub(crate) fn within(&self, object: &Json) -> Zeroizing<Vec<u8>> {
        let head = object.to_string();
        let encoded = |bytes: &Zeroizing<Vec<u8>>| bytes.len().div_ceil(3) * 4;
        let room: usize = self
            .0
            .iter()
            .map(|(key, bytes)| 2 * key.len() + encoded(bytes) + 8)
            .sum();
        // Never grown: what a buffer leaves behind when it moves is not wiped.
        let mut out = Zeroizing::new(Vec::with_capacity(head.len() + room + 16));
        out.extend_from_slice(head.trim_end_matches('}').as_bytes());
        let closing = head.len() - head.trim_end_matches('}').len();
        out.extend(std::iter::repeat_n(b'}', closing.saturating_sub(1)));
        out.extend_from_slice(b",\"data\":{");
        for (index, (key, bytes)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(Json::from(key.as_str()).to_string().as_bytes());
            out.extend_from_slice(b":\"");
            let text = Zeroizing::new(STANDARD.encode(&**bytes));
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        }
        out.extend_from_slice(b"}}");
        out
    }
}

impl std::fmt::Debug for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> Contents {
        let mut contents = Contents::default();
        contents.set("b", Zeroizing::new(b"hunter2".to_vec()));
        contents.set("a\"", Zeroizing::new(Vec::new()));
        contents
    }

    #[test]
    fn contents_are_written_into_an_object_and_read_from_it() {
        let object = json!({ "kind": "Secret", "metadata": { "name": "x", "labels": { "a": "b" } } });
        let bytes = contents().within(&object);
        assert!(bytes.len() <= bytes.capacity());
        let read: Json = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            read,
            json!({ "kind": "Secret", "metadata": { "name": "x", "labels": { "a": "b" } },
            "data": { "a\"": "", "b": "aHVudGVyMg==" } })
        );
        let sealed = Sealed::parse(Bytes::copy_from_slice(&bytes)).unwrap();
        assert_eq!(sealed.contents.text("b"), Some("hunter2"));
        assert_eq!(sealed.live.name(), "x");
    }

    #[test]
    fn nothing_is_printed() {
        let text = format!("{:?}", contents());
        assert!(text.contains('b') && !text.contains("hunter2"), "{text}");
    }
}
