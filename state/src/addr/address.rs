//! Addresses as texts: how they are parsed, put together and ordered.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::key::{Key, parse_key};

/// The address of a resource instance, such as `aws_vpc.main`, `vpc.west.aws_vpc.this` or `module.m.aws_vpc.a["k"]`.
///
/// Cheap to clone. Ordered as a reader expects: segment by segment, numeric keys by number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(Arc<str>);

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a resource address: {reason} at character {position}")]
pub struct AddressError {
    /// The text that was given.
    pub text: String,
    /// Zero-based character position of the mistake.
    pub position: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// One segment of an address: an identifier and its key, if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Segment {
    /// The identifier.
    pub name: String,
    /// The instance key.
    pub key: Option<Key>,
}

impl Address {
    /// Parses and checks `text`. A key may be written in more than one way; the address has one form only.
    ///
    /// # Errors
    /// [`AddressError`] with the position of the first mistake.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if is_plain(text.as_bytes()) {
            return Ok(Address(text.into()));
        }
        Ok(Address::from_segments(&parse_segments(text)?))
    }

    /// Builds an address from segments; the caller answers for valid identifiers.
    #[must_use]
    pub fn from_segments(segments: &[Segment]) -> Self {
        let mut text = String::new();
        for (index, segment) in segments.iter().enumerate() {
            if index > 0 {
                text.push('.');
            }
            text.push_str(&segment.name);
            if let Some(key) = &segment.key {
                text.push_str(&key.to_string());
            }
        }
        Address(text.into())
    }

    /// This address with `.name` behind it.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Address(format!("{}.{name}", self.0).into())
    }

    /// This address with an instance key behind it.
    #[must_use]
    pub fn keyed(&self, key: &Key) -> Self {
        Address(format!("{}{key}", self.0).into())
    }

    /// The text of the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments of the address.
    #[must_use]
    pub fn segments(&self) -> Vec<Segment> {
        parse_segments(&self.0).unwrap_or_default()
    }

    /// The block in the configuration that this is an instance of: the address without all its keys.
    #[must_use]
    pub fn block(&self) -> Self {
        if !self.0.contains('[') {
            return self.clone();
        }
        let mut segments = self.segments();
        segments.iter_mut().for_each(|segment| segment.key = None);
        Address::from_segments(&segments)
    }

    /// The address without the key of its last segment: all instances of one block share it.
    #[must_use]
    pub fn without_key(&self) -> &str {
        if self.0.ends_with(']') {
            let mut depth_start = self.0.len();
            let bytes = self.0.as_bytes();
            let mut in_text = false;
            let mut index = 0;
            while index < bytes.len() {
                match bytes[index] {
                    b'\\' if in_text => index += 1,
                    b'"' => in_text = !in_text,
                    b'[' if !in_text => depth_start = index,
                    _ => {}
                }
                index += 1;
            }
            &self.0[..depth_start]
        } else {
            &self.0
        }
    }
}

/// Whether `bytes` are an address as nearly all are: of ASCII, with keys that need no escape. A state has millions of
/// them, so they are not taken apart to see that they are well.
fn is_plain(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        let name = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .count();
        if name == 0 || rest[0].is_ascii_digit() || rest[0] == b'-' {
            return false;
        }
        rest = &rest[name..];
        if let Some(key) = rest.strip_prefix(b"[\"") {
            let plain = |byte: &&u8| (b' '..=b'~').contains(*byte) && !matches!(byte, b'"' | b'\\' | b'{');
            match key[key.iter().take_while(plain).count()..].strip_prefix(b"\"]") {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        match rest {
            [] => return true,
            [b'.', more @ ..] => rest = more,
            _ => return false,
        }
    }
}

fn parse_segments(text: &str) -> Result<Vec<Segment>, AddressError> {
    let chars: Vec<char> = text.chars().collect();
    let fail = |position: usize, reason| {
        Err(AddressError {
            text: text.to_owned(),
            position,
            reason,
        })
    };
    let mut segments = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_' || chars[at] == '-') {
            at += 1;
        }
        if start == at || chars[start].is_numeric() || chars[start] == '-' {
            return fail(start, "an identifier is expected");
        }
        let name: String = chars[start..at].iter().collect();
        let mut key = None;
        if chars.get(at) == Some(&'[') {
            let (parsed, next) = match parse_key(&chars, at + 1) {
                Ok(found) => found,
                Err((position, reason)) => return fail(position, reason),
            };
            key = Some(parsed);
            at = next;
        }
        segments.push(Segment { name, key });
        match chars.get(at) {
            None => return Ok(segments),
            Some('.') => at += 1,
            Some(_) => return fail(at, "a dot, a key or the end is expected"),
        }
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        natural(&self.0, &other.0)
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares texts byte by byte, but runs of digits between brackets by their number, so that `[2]` precedes `[10]`.
fn natural(a: &str, b: &str) -> Ordering {
    let (a_bytes, b_bytes) = (a.as_bytes(), b.as_bytes());
    let common = common_prefix(a_bytes, b_bytes);
    let is_digit = |bytes: &[u8], at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    // Two numbers differ only where both go on with a digit, or one does behind a digit that both have.
    if !is_digit(a_bytes, common) && !is_digit(b_bytes, common) {
        return a_bytes.get(common).cmp(&b_bytes.get(common));
    }
    let number = |bytes: &[u8]| -> Option<(usize, usize)> {
        let start = bytes[..common.min(bytes.len())]
            .iter()
            .rposition(|byte| !byte.is_ascii_digit())?;
        if bytes[start] != b'[' {
            return None;
        }
        let digits = bytes[start + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        (digits > 0).then_some((start + 1, digits))
    };
    match (number(a_bytes), number(b_bytes)) {
        (Some((at, x)), Some((_, y))) => x
            .cmp(&y)
            .then_with(|| a_bytes[at..at + x].cmp(&b_bytes[at..at + y]))
            .then_with(|| a.cmp(b)),
        _ => a.cmp(b),
    }
}

/// How many bytes two texts have in common at their start. Addresses share long ones, so eight at a time.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
    let (a_words, b_words) = (a.chunks_exact(8), b.chunks_exact(8));
    let whole = a_words
        .zip(b_words)
        .take_while(|(x, y)| word(x) == word(y))
        .count()
        * 8;
    let rest = a[whole..].iter().zip(&b[whole..]);
    whole + rest.take_while(|(x, y)| x == y).count()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Address;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the address of a resource")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Address, E> {
                Address::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_keys_of_both_forms_and_prints_them_back() {
        let text = r#"module.m["a.b"].aws_subnet.private[10]"#;
        let address = Address::parse(text).unwrap();
        let segments = address.segments();
        assert_eq!(segments[1].key, Some(Key::Text("a.b".into())));
        assert_eq!(segments[3].key, Some(Key::Index(10)));
        assert_eq!(Address::from_segments(&segments).as_str(), text);
        assert_eq!(address.without_key(), r#"module.m["a.b"].aws_subnet.private"#);
    }

    #[test]
    fn a_key_has_one_form_however_it_is_written() {
        for (shown, written) in [
            (r#"a["$${x}"]"#, vec![r#"a["${x}"]"#, r#"a["\u0024{x}"]"#]),
            (r#"a["$$${x}"]"#, vec![]),
            (r#"a["%%{if}$"]"#, vec![r#"a["%{if}$"]"#]),
            (r#"a["$x{}"]"#, vec![r#"a["\u0024x{}"]"#]),
            (
                r#"a["\u202eb\u0007\u2028"]"#,
                vec!["a[\"\u{202e}b\u{7}\u{2028}\"]", r#"a["\U0000202eb\u0007\u2028"]"#],
            ),
            (r#"a["\n\t\r\"\\"]"#, vec!["a[\"\n\t\r\\\"\\\\\"]"]),
            (r#"a["\u0000"]"#, vec![r#"a["\U00000000"]"#]),
        ] {
            for text in written.into_iter().chain([shown]) {
                assert_eq!(Address::parse(text).unwrap().as_str(), shown, "{text}");
            }
        }
        let keyed = Address::parse("a")
            .unwrap()
            .keyed(&Key::Text("$${x}\u{202e}".into()));
        assert_eq!(keyed.as_str(), r#"a["$$${x}\u202e"]"#);
    }

    #[test]
    fn numeric_keys_order_by_number() {
        let mut list: Vec<_> = ["a.b[10]", "a.b[2]", "a.b[1]", "a.c", "a.b"]
            .iter()
            .map(|t| Address::parse(t).unwrap())
            .collect();
        list.sort();
        let texts: Vec<_> = list.iter().map(Address::as_str).collect();
        assert_eq!(texts, ["a.b", "a.b[1]", "a.b[2]", "a.b[10]", "a.c"]);
    }

    #[test]
    fn refuses_rubbish_with_its_position() {
        for (text, position) in [
            ("", 0),
            ("a.", 2),
            ("a[", 2),
            ("a[\"x]", 5),
            ("a b", 1),
            ("1a", 0),
            ("a[1", 3),
            ("a[\"\\x\"]", 4),
            ("a[\"\\u12\"]", 4),
            ("a[\"\\ud800\"]", 4),
        ] {
            assert_eq!(Address::parse(text).unwrap_err().position, position, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_plain_is_an_address_in_its_one_form(text in "([a-c1_.${-]|\\[\"?|\"?\\]|é|\\\\){0,12}") {
            if is_plain(text.as_bytes()) {
                let segments = parse_segments(&text);
                proptest::prop_assert!(segments.is_ok(), "{text}");
                let again = Address::from_segments(&segments.unwrap());
                proptest::prop_assert_eq!(again.as_str(), text);
            }
        }

        #[test]
        fn keys_are_typed_back_as_they_are_shown(key in "([a\"\\\\${%\\[\\].\n\r\té\u{0}\u{7f}\u{85}\u{202e}\u{2066}\u{feff}]|\\PC){0,8}") {
            let address = Address::parse("a.b").unwrap().keyed(&Key::Text(key.clone()));
            let shown = address.to_string();
            proptest::prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
            let again = Address::parse(&shown).unwrap();
            proptest::prop_assert_eq!(&again, &address);
            proptest::prop_assert_eq!(again.segments()[1].key.clone(), Some(Key::Text(key)));
            proptest::prop_assert_eq!(again.without_key(), "a.b");
        }

        #[test]
        fn order_is_total_and_agrees_with_equality(a in "[a-c]{1,2}(\\[[0-9]{1,2}\\])?(\\.[a-c](\\[[0-9]{1,3}\\])?)?",
            b in "[a-c]{1,2}(\\[[0-9]{1,2}\\])?(\\.[a-c](\\[[0-9]{1,3}\\])?)?",
            c in "[a-c]{1,2}(\\[[0-9]{1,2}\\])?(\\.[a-c](\\[[0-9]{1,3}\\])?)?") {
            let (a, b, c) = (Address::parse(&a).unwrap(), Address::parse(&b).unwrap(), Address::parse(&c).unwrap());
            proptest::prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            proptest::prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
            if a <= b && b <= c { proptest::prop_assert!(a <= c); }
        }
    }
}
