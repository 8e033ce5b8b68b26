//! Templates: quoted texts, heredocs and template files, with interpolations and directives.

use meshform_state::{Str, Value};
use unicode_segmentation::UnicodeSegmentation;

use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Node, Part, PartFor, PartIf};
use crate::source::Range;

use super::escape::{normalize, unescape_quoted, unescape_template};
use super::parser::{Failed, Parse, Parser, describe};
use super::token::{Kind, Token};

/// A template before its directives are put together.
enum Piece {
    Text(String),
    Value(Expr),
    If(Expr),
    Else(Range),
    EndIf(Range),
    For {
        key: Option<Str>,
        value: Str,
        collection: Expr,
        range: Range,
    },
    EndFor(Range),
}

impl Parser<'_> {
    /// A whole text that is one template.
    pub(crate) fn whole_template(&mut self) -> Option<Expr> {
        let start = self.peek().start;
        let pieces = self.with_lines(true, |parser| parser.pieces(Kind::End)).ok()?;
        let end = self.peek().end;
        self.assemble(pieces, start, end, end).ok()
    }

    /// A text between quotes.
    pub(super) fn quoted(&mut self) -> Parse<Expr> {
        let open = self.read();
        let pieces = self.with_lines(true, |parser| parser.pieces(Kind::CQuote))?;
        let close = self.read();
        if close.start == close.end {
            let message =
                "There is no closing quote for this text. A text of several lines is written as a heredoc.";
            return self.fail("Unterminated template string", message, close);
        }
        self.assemble(pieces, open.start, close.end, close.start)
    }

    /// `<<EOT` and its lines.
    pub(super) fn heredoc(&mut self) -> Parse<Expr> {
        let open = self.read();
        let mut pieces = self.with_lines(true, |parser| parser.pieces(Kind::CHeredoc))?;
        let close = self.read();
        if close.start == close.end {
            let marker = self.word(open).trim_start_matches(['<', '-']).trim_end();
            let message = format!("The heredoc should end with a line that holds only `{marker}`.");
            let opened = self.token_range(open);
            let found =
                Diagnostic::error("Unterminated template string", message).at(self.token_range(close));
            self.diagnostics
                .push(found.related(opened, "the heredoc begins here"));
            return Err(Failed);
        }
        if self.word(open).starts_with("<<-") {
            strip_indent(&mut pieces);
        }
        // The line end behind the marker belongs to the structure around, but not to the place of the text.
        self.assemble(pieces, open.start, close.end, close.start)
    }

    /// The pieces up to, without, the token `end`.
    fn pieces(&mut self, end: Kind) -> Parse<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut trim_next = false;
        loop {
            let token = self.peek();
            let trim = std::mem::take(&mut trim_next);
            match token.kind {
                kind if kind == end => return Ok(pieces),
                Kind::QuotedText | Kind::Text => {
                    self.read();
                    let mut text = self.literal(token);
                    if trim {
                        text = text.trim_start().to_owned();
                    }
                    pieces.push(Piece::Text(text));
                }
                Kind::Interpolation | Kind::Directive => {
                    if self.word(token).ends_with('~')
                        && let Some(Piece::Text(text)) = pieces.last_mut()
                    {
                        text.truncate(text.trim_end().len());
                    }
                    self.read();
                    let (piece, close) = self.with_lines(false, |parser| parser.sequence(token))?;
                    trim_next = self.word(close).starts_with('~');
                    pieces.push(piece.placed(self.range(token.start, close.end)));
                }
                _ => {
                    let found = describe(token.kind, self.word(token));
                    return self.fail(
                        "Unterminated template string",
                        format!("The text ends at {found}."),
                        token,
                    );
                }
            }
        }
    }

    /// What stands behind `open`, and the token that closes it.
    fn sequence(&mut self, open: Token) -> Parse<(Piece, Token)> {
        let is_value = open.kind == Kind::Interpolation;
        let what = if is_value {
            "the interpolation"
        } else {
            "the directive"
        };
        self.enclosed(open, what, |parser| {
            let piece = parser.nested(|parser| {
                if is_value {
                    Ok(Piece::Value(parser.expression()?))
                } else {
                    parser.directive(open)
                }
            })?;
            Ok((piece, parser.sequence_end(open)?))
        })
    }

    fn sequence_end(&mut self, open: Token) -> Parse<Token> {
        let close = self.peek();
        if close.kind == Kind::SequenceEnd {
            return Ok(self.read());
        }
        let found = describe(close.kind, self.word(close));
        let (summary, what) = match open.kind {
            Kind::Interpolation => ("Extra characters after interpolation expression", "interpolation"),
            _ => ("Extra characters in template directive", "directive"),
        };
        self.fail(
            summary,
            format!("The {what} should end with `}}` here, but there is {found}."),
            close,
        )
    }

    fn literal(&mut self, token: Token) -> String {
        if token.kind == Kind::Text {
            return unescape_template(self.word(token));
        }
        let mut bad = Vec::new();
        let text = unescape_quoted(self.word(token), &mut bad);
        for escape in bad {
            let offset = |at: usize| token.start + u32::try_from(at).unwrap_or(u32::MAX);
            let range = self.range(offset(escape.start), offset(escape.start + escape.length));
            let message = format!("This backslash sequence means nothing. {}", escape.reason);
            self.diagnostics
                .push(Diagnostic::error("Invalid escape sequence", message).at(range));
        }
        text
    }

    fn directive(&mut self, open: Token) -> Parse<Piece> {
        let token = self.peek();
        let range = self.token_range(open);
        let word = if token.kind == Kind::Ident {
            self.word(token)
        } else {
            ""
        };
        match word {
            "if" => {
                self.read();
                Ok(Piece::If(self.expression()?))
            }
            "for" => {
                self.read();
                let (key, value) = self.for_names()?;
                Ok(Piece::For {
                    key,
                    value,
                    collection: self.expression()?,
                    range,
                })
            }
            "else" | "endif" | "endfor" => {
                self.read();
                Ok(match word {
                    "else" => Piece::Else(range),
                    "endif" => Piece::EndIf(range),
                    _ => Piece::EndFor(range),
                })
            }
            _ => {
                let message = "A template knows the directives `if`, `else`, `endif`, `for` and `endfor`.";
                self.fail("Invalid template directive", message, token)
            }
        }
    }

    /// Puts the directives together.
    fn assemble(&mut self, pieces: Vec<Piece>, start: u32, end: u32, text_end: u32) -> Parse<Expr> {
        let range = self.range(start, end);
        if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
            let text: String = pieces
                .iter()
                .map(|piece| if let Piece::Text(text) = piece { text } else { "" })
                .collect();
            return Ok(Expr::new(Node::Literal(Value::string(&*normalize(&text))), range));
        }
        let mut pieces = pieces;
        if let [Piece::Value(_)] = pieces.as_slice()
            && let Some(Piece::Value(inner)) = pieces.pop()
        {
            return Ok(Expr::new(Node::Parens(inner), range));
        }
        let mut pieces = pieces.into_iter();
        let end = self.range(text_end, text_end);
        let parts = self.parts(&mut pieces, Inside::Template, end)?.0;
        Ok(Expr::new(Node::Template(parts), range))
    }

    fn parts(
        &mut self,
        pieces: &mut std::vec::IntoIter<Piece>,
        inside: Inside,
        end: Range,
    ) -> Parse<(Vec<Part>, Stopped)> {
        let mut parts = Vec::new();
        loop {
            let Some(piece) = pieces.next() else {
                return match inside {
                    Inside::Template => Ok((parts, Stopped::End)),
                    Inside::If(open) | Inside::Else(open) => self.unfinished("if", "endif", open, end),
                    Inside::For(open) => self.unfinished("for", "endfor", open, end),
                };
            };
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) => parts.push(Part::Text(normalize(&text).into())),
                Piece::Value(value) => parts.push(Part::Value(value)),
                Piece::If(condition) => {
                    let open = condition.range();
                    let (yes, stopped) = self.nested(|parser| parser.parts(pieces, Inside::If(open), end))?;
                    let no = match stopped {
                        Stopped::Else => {
                            self.nested(|parser| parser.parts(pieces, Inside::Else(open), end))?
                                .0
                        }
                        _ => Vec::new(),
                    };
                    parts.push(Part::If(Box::new(PartIf { condition, yes, no })));
                }
                Piece::For {
                    key,
                    value,
                    collection,
                    range,
                } => {
                    let body = self
                        .nested(|parser| parser.parts(pieces, Inside::For(range), end))?
                        .0;
                    parts.push(Part::For(Box::new(PartFor {
                        key,
                        value,
                        collection,
                        body,
                        range,
                    })));
                }
                Piece::Else(_) if matches!(inside, Inside::If(_)) => return Ok((parts, Stopped::Else)),
                Piece::EndIf(_) if matches!(inside, Inside::If(_) | Inside::Else(_)) => {
                    return Ok((parts, Stopped::End));
                }
                Piece::EndFor(_) if matches!(inside, Inside::For(_)) => return Ok((parts, Stopped::End)),
                Piece::Else(range) => return self.unexpected("else", range),
                Piece::EndIf(range) => return self.unexpected("endif", range),
                Piece::EndFor(range) => return self.unexpected("endfor", range),
            }
        }
    }

    fn unfinished<T>(&mut self, word: &str, closing: &str, open: Range, end: Range) -> Parse<T> {
        let message = format!("A `{word}` directive of this template has no `{closing}`.");
        let found = Diagnostic::error("Unexpected end of template", message).at(end);
        self.diagnostics
            .push(found.related(open, format!("the `{word}` is here")));
        Err(Failed)
    }

    fn unexpected<T>(&mut self, word: &str, range: Range) -> Parse<T> {
        let message =
            format!("The directives of this template are unbalanced: `{word}` closes none that is open.");
        self.diagnostics
            .push(Diagnostic::error(format!("Unexpected {word} directive"), message).at(range));
        Err(Failed)
    }
}

/// What the pieces being read stand in, and where that begins.
#[derive(Debug, Clone, Copy)]
enum Inside {
    Template,
    If(Range),
    Else(Range),
    For(Range),
}

/// Why reading pieces ended.
enum Stopped {
    End,
    Else,
}

impl Piece {
    /// Directives are placed as a whole, braces included.
    fn placed(self, whole: Range) -> Self {
        match self {
            Piece::Else(_) => Piece::Else(whole),
            Piece::EndIf(_) => Piece::EndIf(whole),
            Piece::EndFor(_) => Piece::EndFor(whole),
            Piece::For {
                key,
                value,
                collection,
                ..
            } => Piece::For {
                key,
                value,
                collection,
                range: whole,
            },
            other => other,
        }
    }
}

/// Takes from each line the blanks that all lines begin with; lines of blanks only do not count.
fn strip_indent(pieces: &mut [Piece]) {
    let mut indent = usize::MAX;
    let mut line_starts = Vec::new();
    let mut at_start = true;
    for (index, piece) in pieces.iter().enumerate() {
        let text = if let Piece::Text(text) = piece {
            Some(text.as_str())
        } else {
            None
        };
        if at_start {
            let blanks = text.map_or("", |text| &text[..text.len() - text.trim_start().len()]);
            let empty_line = text.is_some_and(|text| blanks.len() == text.len() && text.ends_with('\n'));
            if !empty_line {
                indent = indent.min(blanks.graphemes(true).count());
                line_starts.push(index);
            }
        }
        at_start = text.is_some_and(|text| text.ends_with('\n'));
    }
    for index in line_starts {
        if let Piece::Text(text) = &mut pieces[index] {
            let cut: usize = text.graphemes(true).take(indent).map(str::len).sum();
            text.drain(..cut);
        }
    }
}
