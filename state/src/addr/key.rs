//! Keys of instances, and how their texts are written.

use std::fmt::{self, Write as _};

/// The key of an instance: `["a"]` by `for_each`, `[0]` by `count`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A `count` index.
    Index(u64),
    /// A `for_each` key, unescaped.
    Text(String),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Index(index) => write!(f, "[{index}]"),
            Key::Text(text) => write!(f, "[{}]", quote(text)),
        }
    }
}

/// `text` between quotes, as the configuration language writes it: it can be typed back, and nothing in it moves the
/// text around it on a screen.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => out.extend([letter, letter]),
            unseen if is_unseen(unseen) => _ = write!(out, "\\u{:04x}", u32::from(unseen)),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Whether a terminal shows not `letter` but what it does: controls, line ends, marks that turn the direction of texts,
/// and what has no width.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// The key that `chars` hold from behind the bracket at `at` on, and where it ends.
pub(super) fn parse_key(chars: &[char], at: usize) -> Result<(Key, usize), (usize, &'static str)> {
    let (key, end) = if chars.get(at) == Some(&'"') {
        text(chars, at + 1)?
    } else {
        index(chars, at)?
    };
    if chars.get(end) == Some(&']') {
        Ok((key, end + 1))
    } else {
        Err((end, "`]` is expected"))
    }
}

fn index(chars: &[char], start: usize) -> Result<(Key, usize), (usize, &'static str)> {
    let digits: String = chars[start..]
        .iter()
        .take_while(|letter| letter.is_ascii_digit())
        .collect();
    let index = digits
        .parse()
        .map_err(|_| (start, "a number or a quoted text is expected"))?;
    Ok((Key::Index(index), start + digits.len()))
}

/// A text up to its closing quote. What [`quote`] escapes may also stand there as it is.
fn text(chars: &[char], mut at: usize) -> Result<(Key, usize), (usize, &'static str)> {
    let mut text = String::new();
    loop {
        match &chars[at.min(chars.len())..] {
            [] => return Err((at, "the text is not closed")),
            ['"', ..] => return Ok((Key::Text(text), at + 1)),
            ['\\', rest @ ..] => {
                let (letter, length) = escape(rest).ok_or((
                    at + 1,
                    "an escape is `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\uNNNN` or `\\UNNNNNNNN`",
                ))?;
                text.push(letter);
                at += 1 + length;
            }
            [sign @ ('$' | '%'), second, '{', ..] if sign == second => {
                text.extend([*sign, '{']);
                at += 3;
            }
            [letter, ..] => {
                text.push(*letter);
                at += 1;
            }
        }
    }
}

/// The letter that an escape means, from behind its backslash on, and of how many letters it is.
fn escape(rest: &[char]) -> Option<(char, usize)> {
    let numbered = |digits: usize| {
        let code: String = rest.get(1..=digits)?.iter().collect();
        let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let letter = char::from_u32(u32::from_str_radix(&code, 16).ok()?)?;
        is_hex.then_some((letter, digits + 1))
    };
    match rest.first()? {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        letter @ ('"' | '\\') => Some((*letter, 1)),
        'u' => numbered(4),
        'U' => numbered(8),
        _ => None,
    }
}
