//! The signature of a presigned request, computed again ("Signature Version 4" of the IAM user guide, "Create a signed
//! AWS API request"). It must never be shared with a client's way of signing: it is here to find that one's mistakes.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::hmac::{self, HMAC_SHA256};

/// A presigned GET.
pub(crate) struct Presigned<'a> {
    /// The query, decoded.
    pub(crate) query: &'a BTreeMap<String, String>,
    /// The headers that are signed, by their names in lower case.
    pub(crate) headers: &'a BTreeMap<String, String>,
}

/// The scope of a credential: date, region, service.
pub(crate) struct Scope<'a> {
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl Presigned<'_> {
    /// Tells whether the signature in the query is that of a secret key.
    pub(crate) fn is_signed_by(&self, secret_key: &str, scope: &Scope<'_>) -> bool {
        let Some(made) = self.query.get("X-Amz-Signature").and_then(|text| from_hex(text)) else {
            return false;
        };
        let time = self.query.get("X-Amz-Date").map_or("", String::as_str);
        let Scope {
            date,
            region,
            service,
        } = scope;
        let request = hex(digest::digest(&SHA256, self.canonical_request().as_bytes()).as_ref());
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/aws4_request\n{request}");
        let key = hmac::Key::new(HMAC_SHA256, &derived(secret_key, scope));
        hmac::verify(&key, to_sign.as_bytes(), &made).is_ok()
    }

    fn canonical_request(&self) -> String {
        // Sorted by the encoded name; no name of a token's query changes its place by encoding.
        let query: Vec<String> = self
            .query
            .iter()
            .filter(|(name, _)| *name != "X-Amz-Signature")
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let names: Vec<&str> = self.headers.keys().map(String::as_str).collect();
        let empty = hex(digest::digest(&SHA256, b"").as_ref());
        format!(
            "GET\n/\n{}\n{headers}\n{}\n{empty}",
            query.join("&"),
            names.join(";")
        )
    }
}

fn derived(secret_key: &str, scope: &Scope<'_>) -> Vec<u8> {
    let mut key = format!("AWS4{secret_key}").into_bytes();
    for part in [scope.date, scope.region, scope.service, "aws4_request"] {
        let with = hmac::Key::new(HMAC_SHA256, &key);
        key = hmac::sign(&with, part.as_bytes()).as_ref().to_vec();
    }
    key
}

/// Encodes all but RFC 3986's unreserved characters ("UriEncode").
fn encode(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).ok();
    pairs.chunks_exact(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derived_key_of_the_documentation_comes_out() {
        // "Examples of how to derive a signing key" (AWS general reference).
        let scope = Scope {
            date: "20150830",
            region: "us-east-1",
            service: "iam",
        };
        assert_eq!(
            hex(&derived("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &scope)),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn hexadecimal_is_read_back() {
        assert_eq!(from_hex("00ffA0"), Some(vec![0, 255, 160]));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("zz"), None);
    }
}
