//! Literal text of templates: escapes and normalisation.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A backslash sequence that means nothing: where in the text, and how long.
pub(super) struct BadEscape {
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) reason: &'static str,
}

/// `text` in Unicode normalisation form C.
pub(crate) fn normalize(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        std::borrow::Cow::Borrowed(text)
    } else {
        std::borrow::Cow::Owned(text.nfc().collect())
    }
}

/// Text of a heredoc or template file: `$${` and `%%{` stand for `${` and `%{`.
pub(super) fn unescape_template(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

/// Text between quotes: as in a template, and with backslash sequences.
pub(super) fn unescape_quoted(text: &str, bad: &mut Vec<BadEscape>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(letter) = rest.chars().next()
    {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            out.push_str(&rest[1..3]);
            at += 3;
            continue;
        }
        if letter != '\\' {
            out.push(letter);
            at += letter.len_utf8();
            continue;
        }
        match escape(rest) {
            Ok((letter, length)) => {
                out.push(letter);
                at += length;
            }
            Err((reason, length)) => {
                bad.push(BadEscape {
                    start: at,
                    length,
                    reason,
                });
                at += length;
            }
        }
    }
    out
}

fn escape(rest: &str) -> Result<(char, usize), (&'static str, usize)> {
    let digits = |count: usize| {
        let hex = rest
            .get(2..2 + count)
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let available = rest[1..]
            .chars()
            .take(count + 1)
            .map(char::len_utf8)
            .sum::<usize>()
            .min(rest.len() - 1);
        match code {
            None => Err((
                "It must be followed by the hexadecimal digits of a character.",
                1 + available,
            )),
            Some(code) => char::from_u32(code)
                .map(|letter| (letter, 2 + count))
                .ok_or(("There is no character with this number.", 2 + count)),
        }
    };
    match rest[1..].chars().next() {
        Some('n') => Ok(('\n', 2)),
        Some('r') => Ok(('\r', 2)),
        Some('t') => Ok(('\t', 2)),
        Some('"') => Ok(('"', 2)),
        Some('\\') => Ok(('\\', 2)),
        Some('u') => digits(4),
        Some('U') => digits(8),
        Some(other) => Err((
            r#"Known are \n, \r, \t, \", \\, \uNNNN and \UNNNNNNNN."#,
            1 + other.len_utf8(),
        )),
        None => Err(("The text ends behind the backslash.", 1)),
    }
}
