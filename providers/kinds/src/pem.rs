//! Certificates as PEM, in one form: whatever line lengths, line ends and remarks they came with.

use meshform_state::Value;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The length of a line (RFC 7468).
const LINE: usize = 64;

/// The one form of one or more certificates. For [`Attribute::normalised`](meshform_engine::Attribute::normalised).
///
/// # Errors
/// A sentence, if the text has something else in it or nothing at all.
pub fn normalise(value: Value) -> Result<Value, String> {
    match value.as_str() {
        Some(text) => bundle(text)
            .map(|text| Value::from(text.as_str()))
            .ok_or_else(|| "It is not a certificate in PEM.".to_owned()),
        None => Ok(value),
    }
}

fn bundle(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (body, after) = after.split_once(END)?;
        let letters: String = body.chars().filter(|letter| !letter.is_whitespace()).collect();
        let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"+/=".contains(&letter);
        if letters.is_empty() || !letters.bytes().all(fits) {
            return None;
        }
        out.push_str(BEGIN);
        out.push('\n');
        for line in letters.as_bytes().chunks(LINE) {
            out.extend(line.iter().map(|letter| char::from(*letter)));
            out.push('\n');
        }
        out.push_str(END);
        out.push('\n');
        rest = after;
    }
    // A key among them would be kept where everybody can read it.
    (!out.is_empty() && !rest.contains("-----BEGIN") && !text.contains("PRIVATE KEY")).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_have_one_form() {
        let body = "A".repeat(65);
        let form = format!("{BEGIN}\n{}\nA\n{END}\n", "A".repeat(64));
        for text in [
            format!("{BEGIN}\n{body}\n{END}"),
            format!(
                "a remark\r\n{BEGIN}\r\n{}\r\n{}\r\n{END}\r\n",
                &body[..40],
                &body[40..]
            ),
            form.clone(),
        ] {
            assert_eq!(bundle(&text).as_deref(), Some(form.as_str()));
        }
        assert_eq!(bundle(&format!("{form}{form}")), Some(format!("{form}{form}")));
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let key = format!("{BEGIN}\nAA\n{END}\n-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n");
        let unended = format!("{BEGIN}\nAA\n");
        let broken = format!("{BEGIN}\nA*\n{END}\n");
        for text in ["", "x", &key, &unended, &broken] {
            assert_eq!(bundle(text), None, "{text}");
        }
        assert!(normalise(Value::from("x")).is_err());
    }
}
