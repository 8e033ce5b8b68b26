//! The state of the parser: where it is, what it skips, what it found wrong.

use crate::diagnostic::{Diagnostic, Diagnostics, Related};
use crate::source::{Range, SourceId};

use super::scanner::{Form, scan};
use super::token::{Kind, Token};
use super::{MAX_NESTING, MAX_TEXT};

/// A mistake was found and told; what was being parsed has no result.
#[derive(Debug)]
pub(crate) struct Failed;

pub(crate) type Parse<T> = Result<T, Failed>;

/// A place among the tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize);

/// Of how many brackets that nothing closes is told where they are, innermost first.
const MAX_OPEN: usize = 3;

/// A parser over the tokens of one text.
pub(crate) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) source: SourceId,
    tokens: Vec<Token>,
    at: usize,
    /// Whether line ends mean something, innermost last.
    lines: Vec<bool>,
    depth: u32,
    pub(super) diagnostics: Diagnostics,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, source: SourceId, form: Form) -> Self {
        let mut diagnostics = Diagnostics::new();
        let mut scanned = text;
        if text.len() > MAX_TEXT {
            let message = format!("This text has {} bytes; at most {MAX_TEXT} are read.", text.len());
            diagnostics.push(Diagnostic::error("Text too large", message).at(Range {
                source,
                start: 0,
                end: 0,
            }));
            scanned = "";
        }
        let tokens = scan(scanned, form);
        Parser {
            text: scanned,
            source,
            tokens,
            at: 0,
            lines: vec![true],
            depth: 0,
            diagnostics,
        }
    }

    /// What was found wrong.
    pub(crate) fn finish(self) -> Diagnostics {
        self.diagnostics
    }

    fn position_of_next(&self) -> usize {
        let lines = self.lines.last().copied().unwrap_or(true);
        let mut at = self.at;
        while let Some(token) = self.tokens.get(at) {
            let skip = match token.kind {
                Kind::Comment => !(lines && token.text(self.text).ends_with('\n')),
                Kind::Newline => !lines,
                _ => false,
            };
            if !skip {
                break;
            }
            at += 1;
        }
        at.min(self.tokens.len() - 1)
    }

    /// The next token that means something; a comment that ends its line counts as the line's end.
    pub(super) fn peek(&self) -> Token {
        let token = self.tokens[self.position_of_next()];
        if token.kind == Kind::Comment {
            Token {
                kind: Kind::Newline,
                ..token
            }
        } else {
            token
        }
    }

    /// The token behind the next one.
    pub(super) fn peek_second(&mut self) -> Token {
        let before = self.at;
        self.read();
        let second = self.peek();
        self.at = before;
        second
    }

    pub(super) fn kind(&self) -> Kind {
        self.peek().kind
    }

    /// Where the parser is, to count brackets from there if it goes wrong.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.at)
    }

    pub(super) fn read(&mut self) -> Token {
        let token = self.peek();
        if token.kind != Kind::End {
            self.at = self.position_of_next() + 1;
        }
        token
    }

    /// Reads the next token if it is of `kind`.
    pub(super) fn take(&mut self, kind: Kind) -> Option<Token> {
        (self.kind() == kind).then(|| self.read())
    }

    pub(super) fn word(&self, token: Token) -> &'a str {
        token.text(self.text)
    }

    /// Whether the next token is the name `word`.
    pub(super) fn at_word(&self, word: &str) -> bool {
        let next = self.peek();
        next.kind == Kind::Ident && self.word(next) == word
    }

    /// Whether nothing but blanks stands before `token` in its line.
    pub(super) fn begins_line(&self, token: Token) -> bool {
        self.starts_line(token.start)
    }

    /// Whether a line begins at the byte `start`.
    pub(super) fn starts_line(&self, start: u32) -> bool {
        let start = start as usize;
        start == 0 || self.text.as_bytes().get(start - 1) == Some(&b'\n')
    }

    pub(super) fn range(&self, start: u32, end: u32) -> Range {
        Range {
            source: self.source,
            start,
            end,
        }
    }

    pub(super) fn token_range(&self, token: Token) -> Range {
        self.range(token.start, token.end)
    }

    /// Runs `inside` with line ends that mean something or not.
    pub(super) fn with_lines<T>(&mut self, lines: bool, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.lines.push(lines);
        let result = inside(self);
        self.lines.pop();
        result
    }

    /// Runs `inside` one level deeper, or tells that the text is nested too deeply.
    pub(super) fn nested<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_NESTING {
            let message = format!("Expressions and blocks may be nested {MAX_NESTING} levels deep at most.");
            let place = self.peek();
            return self.fail("Nested too deeply", message, place);
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    pub(super) fn report(&mut self, summary: &str, detail: impl Into<String>, token: Token) {
        let range = self.token_range(token);
        self.diagnostics
            .push(Diagnostic::error(summary, detail).at(range));
    }

    pub(super) fn fail<T>(&mut self, summary: &str, detail: impl Into<String>, token: Token) -> Parse<T> {
        self.report(summary, detail, token);
        Err(Failed)
    }

    /// Runs `inside`, what stands behind the bracket `open`, and tells where that is if the mistake is that nothing
    /// closes it: then the text ends in there, or something else is closed.
    pub(super) fn enclosed<T>(
        &mut self,
        open: Token,
        what: &str,
        inside: impl FnOnce(&mut Self) -> Parse<T>,
    ) -> Parse<T> {
        let told = self.diagnostics.0.len();
        let result = inside(self);
        let opened = self.token_range(open);
        let text = self.text;
        if result.is_err()
            && let Some(found) = self.diagnostics.0[told..].last_mut()
            && let Some(place) = found.range
            && found.related.len() < MAX_OPEN
        {
            let rest = text.get(place.start as usize..).unwrap_or("");
            let own = match open.kind {
                Kind::OParen => ')',
                Kind::OBrack => ']',
                _ => '}',
            };
            let closes_other =
                rest.starts_with([')', ']', '}']) && !rest.starts_with(own) && found.related.is_empty();
            let is_told = found.related.iter().any(|related| related.range == opened);
            if (rest.is_empty() || closes_other) && !is_told {
                found.related.push(Related {
                    range: opened,
                    label: format!("{what} begins here"),
                });
            }
        }
        result
    }

    /// Skips to the end of the item that could not be parsed: the end of its line, brackets balanced. A line that
    /// begins, unindented, like a new item ends it too, since then a bracket was forgotten. Brackets are counted from
    /// `start`, where the item began.
    pub(super) fn recover(&mut self, start: Mark) {
        self.lines.push(true);
        self.at = start.0;
        let mut open = 0_u32;
        if self.kind() == Kind::Ident {
            self.read();
        }
        loop {
            let token = self.peek();
            match token.kind {
                Kind::End => break,
                Kind::Newline if open == 0 => break,
                Kind::Ident if self.begins_line(token) && self.looks_like_item() => break,
                Kind::CBrace if open == 0 => break,
                Kind::OBrace | Kind::OBrack | Kind::OParen | Kind::Interpolation | Kind::Directive => {
                    open += 1
                }
                Kind::CBrace | Kind::CBrack | Kind::CParen | Kind::SequenceEnd => {
                    open = open.saturating_sub(1)
                }
                _ => {}
            }
            self.read();
        }
        self.lines.pop();
    }

    /// Whether a name stands here that a `{`, `"`, `=` or another name follows.
    pub(super) fn looks_like_item(&mut self) -> bool {
        self.kind() == Kind::Ident
            && matches!(
                self.peek_second().kind,
                Kind::OBrace | Kind::OQuote | Kind::Equal | Kind::Ident
            )
    }
}

/// What a person would call a token, for messages.
pub(super) fn describe(kind: Kind, text: &str) -> String {
    match kind {
        Kind::End => "the end of the text".to_owned(),
        Kind::Newline => "the end of the line".to_owned(),
        Kind::OHeredoc => "a heredoc".to_owned(),
        Kind::OQuote | Kind::CQuote => "a quote".to_owned(),
        _ => format!("`{text}`"),
    }
}
