//! Patterns as they are written, in the syntax of RE2, to those of the regex crate.
//!
//! Where both read a text alike it stays as it is; what RE2 does not know is refused, so that no configuration comes to
//! need what the reference implementations refuse.

use std::iter::Peekable;
use std::str::Chars;

/// More repetitions than this RE2 refuses, those of nested groups multiplied.
const MAX_REPEAT: u32 = 1000;

const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// `pattern` for the regex crate.
///
/// In RE2 `\d`, `\s`, `\w` and `\b` know ASCII only, a `[` inside of brackets is plain, as is a `{` that tells no count.
///
/// # Errors
/// What in it RE2 does not take.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translation = Translation {
        letters: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 16),
        in_class: false,
        repeats: Repeats::default(),
    };
    while let Some(letter) = translation.letters.next() {
        translation.letter(letter)?;
    }
    Ok(translation.out)
}

struct Translation<'a> {
    letters: Peekable<Chars<'a>>,
    out: String,
    in_class: bool,
    repeats: Repeats,
}

/// How often what stands before is repeated already.
#[derive(Default)]
struct Repeats {
    /// The most that something in each open group is repeated, outermost first; the last is the innermost.
    open: Vec<u32>,
    most: u32,
    /// What that was before the last term.
    before: u32,
    /// What the last term holds.
    last: u32,
    /// Whether a repetition was just told.
    just: bool,
}

impl Repeats {
    fn term(&mut self) {
        self.last = 1;
        self.before = self.most;
        self.most = self.most.max(1);
        self.just = false;
    }

    fn open(&mut self) {
        self.open.push(self.most);
        self.most = 1;
        self.just = false;
    }

    fn close(&mut self) {
        self.last = self.most.max(1);
        self.before = self.open.pop().unwrap_or(1);
        self.most = self.before.max(self.last);
        self.just = false;
    }

    fn repeat(&mut self, sign: &str, least: u32, most: Option<u32>) -> Result<(), String> {
        if self.just {
            return Err(format!("`{sign}` cannot follow another repetition"));
        }
        self.just = true;
        let count = most.unwrap_or(least);
        if least > MAX_REPEAT || count > MAX_REPEAT {
            return Err(format!("`{sign}` repeats more than {MAX_REPEAT} times"));
        }
        if most.is_some_and(|most| most < least) {
            return Err(format!("`{sign}` ends below its start"));
        }
        if most == Some(0) {
            // It is not there, whatever it holds.
            (self.last, self.most) = (1, self.before.max(1));
            return Ok(());
        }
        self.last = self.last.max(1).saturating_mul(count.max(1));
        if self.last > MAX_REPEAT {
            return Err(format!(
                "`{sign}` and what it repeats come to more than {MAX_REPEAT} repetitions"
            ));
        }
        self.most = self.most.max(self.last);
        Ok(())
    }
}

impl Translation<'_> {
    fn letter(&mut self, letter: char) -> Result<(), String> {
        if self.in_class {
            return self.in_class(letter);
        }
        match letter {
            '\\' => {
                self.repeats.term();
                self.escape()
            }
            '{' => self.count(),
            '*' | '+' | '?' => {
                self.out.push(letter);
                self.repeats.repeat(letter.encode_utf8(&mut [0; 4]), 1, None)?;
                self.lazy();
                Ok(())
            }
            '(' => self.group(),
            ')' => {
                self.repeats.close();
                self.out.push(')');
                Ok(())
            }
            '[' => {
                self.repeats.term();
                self.in_class = true;
                self.out.push('[');
                self.out.extend(self.letters.next_if_eq(&'^'));
                if self.letters.next_if_eq(&']').is_some() {
                    self.out.push_str("\\]");
                }
                Ok(())
            }
            other => {
                self.repeats.term();
                self.out.push(other);
                Ok(())
            }
        }
    }

    fn in_class(&mut self, letter: char) -> Result<(), String> {
        match letter {
            '\\' => return self.escape(),
            '[' if self.letters.peek() == Some(&':') => return self.named_class(),
            '[' | '&' | '~' => self.out.extend(['\\', letter]),
            ']' => {
                self.in_class = false;
                self.out.push(']');
            }
            // Twice would take a class from another one.
            '-' if self.letters.next_if_eq(&'-').is_some() => self.out.push_str("-\\-"),
            other => self.out.push(other),
        }
        Ok(())
    }

    /// Behind the `[` of `[:alpha:]`; without the end of a name it is plain.
    fn named_class(&mut self) -> Result<(), String> {
        let rest: String = self.letters.clone().skip(1).collect();
        let Some((name, _)) = rest.split_once(":]") else {
            self.out.push_str("\\[");
            return Ok(());
        };
        if !CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(format!("there is no class `[:{name}:]`"));
        }
        self.out.push('[');
        // The name and the signs around it.
        self.out.extend(self.letters.by_ref().take(name.len() + 3));
        Ok(())
    }

    /// Behind a repetition, the sign that it takes as little as it can.
    fn lazy(&mut self) {
        self.out.extend(self.letters.next_if_eq(&'?'));
    }

    /// Behind a `{`: a count, or else a plain brace.
    fn count(&mut self) -> Result<(), String> {
        let Some((text, least, most)) = count(self.letters.clone()) else {
            self.repeats.term();
            self.out.push_str("\\{");
            return Ok(());
        };
        self.repeats.repeat(&format!("{{{text}}}"), least, most)?;
        self.out.push('{');
        // The text and its closing brace.
        let length = text.chars().count() + 1;
        self.out.extend(self.letters.by_ref().take(length));
        self.lazy();
        Ok(())
    }

    /// Behind a `(`.
    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        let flags: String = self
            .letters
            .clone()
            .take_while(|l| !matches!(l, ')' | ':'))
            .collect();
        let Some(flags) = flags.strip_prefix('?') else {
            self.repeats.open();
            return Ok(());
        };
        if flags.starts_with(['P', '<']) {
            self.repeats.open();
            for letter in self.letters.by_ref() {
                self.out.push(letter);
                if letter == '>' {
                    break;
                }
            }
            return Ok(());
        }
        if let Some(unknown) = flags
            .chars()
            .find(|flag| !matches!(flag, 'i' | 'm' | 's' | 'U' | '-'))
        {
            return Err(format!("`(?{unknown}` means nothing"));
        }
        let length = flags.chars().count() + 1;
        self.out.extend(self.letters.by_ref().take(length));
        // Flags alone are no group and nothing that could be repeated.
        if let Some(close) = self.letters.next_if_eq(&')') {
            self.out.push(close);
            self.repeats.just = false;
        } else {
            self.repeats.open();
        }
        Ok(())
    }

    /// Behind a `\`.
    fn escape(&mut self) -> Result<(), String> {
        let Some(letter) = self.letters.next() else {
            return Err("a `\\` at its end escapes nothing".to_owned());
        };
        match letter {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            's' => self.out.push_str("[\\t\\n\\x0c\\r ]"),
            'S' => self.out.push_str("[^\\t\\n\\x0c\\r ]"),
            'b' if !self.in_class => self.out.push_str("(?-u:\\b)"),
            'B' if !self.in_class => self.out.push_str("(?-u:\\B)"),
            'A' | 'z' if !self.in_class => self.out.extend(['\\', letter]),
            'Q' if !self.in_class => self.literal(),
            digit @ '0'..='7' => return self.octal(digit),
            'p' | 'P' | 'x' => return self.braces(letter),
            'a' | 'f' | 'n' | 'r' | 't' | 'v' => self.out.extend(['\\', letter]),
            sign if sign.is_ascii() && !sign.is_ascii_alphanumeric() => self.out.push_str(&escaped(sign)),
            other => return Err(format!("the escape `\\{other}` means nothing")),
        }
        Ok(())
    }

    /// `\p`, `\P` or `\x` with what stands in braces behind it, if there are some.
    fn braces(&mut self, escape: char) -> Result<(), String> {
        if self.letters.peek() != Some(&'{') {
            self.out.extend(['\\', escape]);
            return Ok(());
        }
        let inner: String = self
            .letters
            .clone()
            .skip(1)
            .take_while(|letter| *letter != '}')
            .collect();
        self.letters
            .by_ref()
            .take(inner.chars().count() + 2)
            .for_each(drop);
        let (escape, name) = match (escape, inner.strip_prefix('^')) {
            ('p', Some(name)) => ('P', name),
            ('P', Some(name)) => ('p', name),
            _ => (escape, &*inner),
        };
        // The regex crate knows more than plain names and numbers.
        if !name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            return Err(format!("`\\{escape}{{{inner}}}` means nothing"));
        }
        self.out.push_str(&format!("\\{escape}{{{name}}}"));
        Ok(())
    }

    /// `\Q` makes all plain up to `\E` or the end.
    fn literal(&mut self) {
        let rest: String = self.letters.clone().collect();
        let (literal, skipped) = match rest.find("\\E") {
            Some(end) => (&rest[..end], 2),
            None => (&*rest, 0),
        };
        self.out.push_str(&regex::escape(literal));
        let length = literal.chars().count() + skipped;
        self.letters.by_ref().take(length).for_each(drop);
    }

    /// `\0` with up to two more digits is a letter by its code, and so is `\1` to `\7` with at least one.
    fn octal(&mut self, first: char) -> Result<(), String> {
        let mut digits = String::from(first);
        while digits.len() < 3
            && let Some(digit) = self.letters.next_if(|next| matches!(next, '0'..='7'))
        {
            digits.push(digit);
        }
        match u32::from_str_radix(&digits, 8) {
            Ok(code) if first == '0' || digits.len() > 1 => {
                self.out.push_str(&format!("\\x{{{code:x}}}"));
                Ok(())
            }
            _ => Err(format!("the escape `\\{first}` means nothing")),
        }
    }
}

fn escaped(sign: char) -> String {
    regex::escape(sign.encode_utf8(&mut [0; 4]))
}

/// The count that `letters`, from behind a `{` on, begin with: its text, the least and the most, if there is one.
fn count(letters: impl Iterator<Item = char>) -> Option<(String, u32, Option<u32>)> {
    let mut letters = letters.peekable();
    let mut text = String::new();
    while let Some(letter) = letters.next_if(|letter| letter.is_ascii_digit() || *letter == ',') {
        text.push(letter);
    }
    if letters.next() != Some('}') {
        return None;
    }
    let number = |text: &str| {
        let plain = !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (text.len() == 1 || !text.starts_with('0'));
        plain.then(|| text.parse().unwrap_or(u32::MAX))
    };
    let (least, most) = match text.split_once(',') {
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
        None => (number(&text)?, number(&text)),
    };
    Some((text, least, most))
}
