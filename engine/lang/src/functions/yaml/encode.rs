//! A value to YAML text, byte for byte as the reference implementations write it: texts always between quotes, or as
//! literal blocks when they have several lines.

use std::fmt::Write as _;

use meshform_state::Value;

/// Longer keys are written apart.
const LONGEST_KEY: usize = 128;

/// Longer lines of a quoted text are folded at a space.
const WIDTH: usize = 80;

/// `value`, known and without secrets, as a document.
pub(super) fn encode(value: &Value) -> String {
    let mut writer = Writer { out: String::new() };
    match value {
        Value::String(text) => writer.text(text, 0, Place::Value),
        other => writer.block(other, 0),
    }
    writer.out.push('\n');
    // A plain word at the end of a document leaves open whether it goes on.
    if matches!(value, Value::Null(_) | Value::Bool(_) | Value::Number(_)) {
        writer.out.push_str("...\n");
    }
    writer.out
}

struct Writer {
    out: String,
}

/// Where a text stands: a short key must be in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Key,
    Value,
}

impl Writer {
    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
    }

    fn column(&self) -> usize {
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        self.out[line..].chars().count()
    }

    /// A value whose first line stands behind what is written already.
    fn block(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Null(_) | Value::Later(_) => self.out.push_str("null"),
            Value::Bool(truth) => _ = write!(self.out, "{truth}"),
            Value::Number(number) => _ = write!(self.out, "{number}"),
            Value::String(text) => self.text(text, indent, Place::Value),
            Value::Secret(inner) => self.block(inner, indent),
            Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
                self.sequence(value.items().unwrap_or_default(), indent)
            }
            Value::Map(_) | Value::Object(_) => {
                let mut first = true;
                for (name, item) in value.entries().into_iter().flatten() {
                    if !std::mem::take(&mut first) {
                        self.new_line(indent);
                    }
                    self.pair(name, item, indent);
                }
                if first {
                    self.out.push_str("{}");
                }
            }
        }
    }

    /// A key of several lines, or a long one, stands in lines of its own.
    fn pair(&mut self, name: &str, item: &Value, indent: usize) {
        if !name.contains('\n') && name.len() <= LONGEST_KEY {
            self.text(name, indent, Place::Key);
            self.out.push(':');
            return self.entry(item, indent);
        }
        self.out.push_str("? ");
        self.text(name, indent, Place::Value);
        self.new_line(indent);
        self.out.push_str(": ");
        self.beside(item, indent);
    }

    /// A value behind a sign of its own.
    fn beside(&mut self, item: &Value, indent: usize) {
        match item {
            Value::String(text) => self.text(text, indent, Place::Value),
            item => self.block(item, indent + 2),
        }
    }

    fn entry(&mut self, item: &Value, indent: usize) {
        let full = |value: &Value| {
            value.items().is_some_and(|items| !items.is_empty())
                || value.entries().is_some_and(|entries| !entries.is_empty())
        };
        if !full(item) {
            self.out.push(' ');
            return self.block(item, indent);
        }
        // A sequence in a mapping is not indented further.
        let below = if item.items().is_some() {
            indent
        } else {
            indent + 2
        };
        self.new_line(below);
        self.block(item, below);
    }

    fn sequence(&mut self, items: &[Value], indent: usize) {
        if items.is_empty() {
            return self.out.push_str("[]");
        }
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.new_line(indent);
            }
            self.out.push_str("- ");
            self.beside(item, indent);
        }
    }

    fn text(&mut self, text: &str, indent: usize, place: Place) {
        if place == Place::Value && text.contains('\n') && fits_block(text) {
            self.literal(text, indent + 2);
        } else {
            self.quoted(text, indent, place);
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        let body = text.strip_suffix('\n');
        match body {
            None => self.out.push('-'),
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        for line in body.unwrap_or(text).split('\n') {
            if line.is_empty() {
                self.out.push('\n');
            } else {
                self.new_line(indent);
                self.out.push_str(line);
            }
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, place: Place) {
        self.out.push('"');
        let mut spaces = false;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != ' ' {
                spaces = false;
                self.letter(letter);
                continue;
            }
            let last = letters.peek().is_none();
            if place == Place::Value && !spaces && at > 0 && !last && self.column() > WIDTH {
                self.new_line(indent + 2);
                if letters.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.out.push('\\');
                }
            } else {
                self.out.push(' ');
            }
            spaces = true;
        }
        self.out.push('"');
    }

    fn letter(&mut self, letter: char) {
        let short = match letter {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            letter if is_printable(letter) => return self.out.push(letter),
            letter => {
                let code = u32::from(letter);
                _ = match code {
                    0..=0xff => write!(self.out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(self.out, "\\u{code:04X}"),
                    _ => write!(self.out, "\\U{code:08X}"),
                };
                return;
            }
        };
        self.out.push_str(short);
    }
}

fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a literal block would read back as `text`: no blank may end a line, nothing may need an escape.
fn fits_block(text: &str) -> bool {
    let breaks_well = !text.contains(" \n") && !text.ends_with(' ');
    breaks_well
        && text
            .chars()
            .all(|letter| is_printable(letter) && !matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}'))
}
