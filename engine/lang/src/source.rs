//! Source texts and places in them.

use std::borrow::Cow;
use std::sync::Arc;

/// Which text of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A place: bytes `start..end` of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    /// The text.
    pub source: SourceId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

/// One text and the name that messages give it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path as the user would type it, relative to the configuration folder.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Whether it holds values that must not be shown.
    pub secret: bool,
}

impl SourceFile {
    /// The text as it may be shown: of a secret one only where something is, byte for byte.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        if !self.secret {
            return Cow::Borrowed(&self.text);
        }
        let mask = |byte: u8| if byte == b'\n' { '\n' } else { '*' };
        Cow::Owned(self.text.bytes().map(mask).collect())
    }
}

/// All texts of a run.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// A place as people count: both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in grapheme clusters, from 1.
    pub column: u32,
    /// Byte offset in the text, from 0.
    pub byte: u32,
}

impl Sources {
    /// Adds a text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        self.push(name.into(), text.into(), false)
    }

    /// Adds a text of which no excerpt may be shown.
    pub fn add_secret(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        self.push(name.into(), text.into(), true)
    }

    fn push(&mut self, name: String, text: Arc<str>, secret: bool) -> SourceId {
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { name, text, secret });
        id
    }

    /// The text of `id`, if it is one of these.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All texts with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        (0..).map(SourceId).zip(&self.files)
    }

    /// Where the first byte of `range` is.
    #[must_use]
    pub fn position(&self, range: Range) -> Position {
        self.at(range.source, range.start)
    }

    /// Where the byte behind `range` is.
    #[must_use]
    pub fn end_position(&self, range: Range) -> Position {
        self.at(range.source, range.end)
    }

    fn at(&self, source: SourceId, byte: u32) -> Position {
        let text = self.get(source).map_or("", |file| &file.text);
        let mut end = (byte as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let column =
            unicode_segmentation::UnicodeSegmentation::graphemes(&before[line_start..], true).count();
        Position {
            line: count(before.matches('\n').count() + 1),
            column: count(column + 1),
            byte,
        }
    }

    /// `name:line:column` of the first byte of `range`.
    #[must_use]
    pub fn describe(&self, range: Range) -> String {
        let name = self.get(range.source).map_or("?", |file| &file.name);
        let position = self.position(range);
        format!("{name}:{}:{}", position.line, position.column)
    }
}

impl Range {
    /// The smallest place that holds this one and `other` of the same text.
    #[must_use]
    pub fn to(self, other: Range) -> Range {
        Range {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}
