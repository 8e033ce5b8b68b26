//! Attributes and blocks.

use std::collections::HashMap;
use std::sync::Arc;

use meshform_state::Str;

use crate::body::{Attribute, Block, Body, Label};
use crate::diagnostic::Diagnostic;
use crate::source::Range;

use super::escape::{normalize, unescape_quoted};
use super::parser::{Failed, Parse, Parser, describe};
use super::token::{Kind, Token};

/// Why reading a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// The end of the text.
    Text,
    /// The closing brace, not read yet.
    Brace,
    /// An unindented item inside a block, behind a mistake: the block's closing brace was forgotten.
    NewItem,
}

/// How much of an item there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Whole,
    /// A block that nothing closes. All that stands in it or may follow it is read: it must not be read again.
    Unclosed,
}

impl Parser<'_> {
    /// A whole text that is one body.
    pub(crate) fn whole_body(&mut self) -> Body {
        let mut body = self.new_body();
        loop {
            match self.items(&mut body, false) {
                Ended::Text => break,
                Ended::NewItem => {}
                Ended::Brace => {
                    let brace = self.read();
                    self.report(
                        "Unexpected closing brace",
                        "No block is open here that this brace could close.",
                        brace,
                    );
                    let behind = self.mark();
                    self.recover(behind);
                }
            }
        }
        self.drop_repeated(&mut body);
        body.range.end = self.peek().end;
        body
    }

    fn new_body(&self) -> Body {
        let start = self.peek().start;
        Body {
            attributes: Vec::new(),
            blocks: Vec::new(),
            range: self.range(start, start),
        }
    }

    fn items(&mut self, body: &mut Body, in_block: bool) -> Ended {
        loop {
            let start = self.mark();
            let token = self.peek();
            match token.kind {
                Kind::End => return Ended::Text,
                Kind::CBrace => return Ended::Brace,
                Kind::Newline => _ = self.read(),
                Kind::Ident => {
                    let item = self.item(body);
                    if let Ok(Item::Whole) = item {
                        continue;
                    }
                    if item.is_err() {
                        self.recover(start);
                    }
                    let next = self.peek();
                    if in_block && self.begins_line(next) && self.looks_like_item() {
                        return Ended::NewItem;
                    }
                }
                kind => {
                    let found = describe(kind, self.word(token));
                    let message = format!("An argument or block is expected here, but there is {found}.");
                    self.report("Argument or block definition required", message, token);
                    self.read();
                    let behind = self.mark();
                    self.recover(behind);
                }
            }
        }
    }

    fn item(&mut self, body: &mut Body) -> Parse<Item> {
        let name = self.read();
        match self.kind() {
            Kind::Equal => {
                self.read();
                self.attribute(body, name)?;
                self.end_of_line("argument").map(|()| Item::Whole)
            }
            Kind::OBrace | Kind::OQuote | Kind::Ident => {
                let (mut block, closed) = self.nested(|parser| parser.block(name))?;
                if closed {
                    body.blocks.push(Arc::new(block));
                    return self.end_of_line("block").map(|()| Item::Whole);
                }
                // What stands unindented in a block that nothing closes was meant to follow it.
                let inner = std::mem::take(&mut block.body.blocks);
                let (follow, inside) = inner
                    .into_iter()
                    .partition(|inner| self.starts_line(inner.kind_range.start));
                block.body.blocks = inside;
                body.blocks.push(Arc::new(block));
                body.blocks.extend::<Vec<_>>(follow);
                Ok(Item::Unclosed)
            }
            _ => {
                let message = format!(
                    "An argument needs `=` and a value behind its name; a block needs its labels and `{{`. Behind `{}` there is {}.",
                    self.word(name),
                    describe(self.kind(), self.word(self.peek()))
                );
                let next = self.peek();
                let place = if next.kind == Kind::Newline || next.kind == Kind::End {
                    name
                } else {
                    next
                };
                let found =
                    Diagnostic::error("Invalid block definition", message).at(self.token_range(place));
                self.diagnostics.push(match next.kind {
                    Kind::EqualEqual | Kind::Colon => found.hint("Did you mean `=`?"),
                    _ => found,
                });
                Err(Failed)
            }
        }
    }

    fn attribute(&mut self, body: &mut Body, name: Token) -> Parse<()> {
        let expr = self.expression()?;
        body.attributes.push(Attribute {
            name: normalize(self.word(name)).into(),
            name_range: self.token_range(name),
            expr,
        });
        Ok(())
    }

    /// Tells of arguments that are set twice, and keeps the first of each.
    fn drop_repeated(&mut self, body: &mut Body) {
        let mut first: HashMap<Str, Range> = HashMap::new();
        body.attributes.retain(|attribute| {
            let Some(place) = first.get(&attribute.name) else {
                first.insert(attribute.name.clone(), attribute.name_range);
                return true;
            };
            let message = format!(
                "`{}` is set already; each argument may be set once.",
                attribute.name
            );
            let found = Diagnostic::error("Attribute redefined", message).at(attribute.name_range);
            self.diagnostics
                .push(found.related(*place, "it is set here first"));
            false
        });
    }

    fn end_of_line(&mut self, what: &str) -> Parse<()> {
        let next = self.peek();
        match next.kind {
            Kind::Newline => {
                self.read();
                Ok(())
            }
            Kind::End => Ok(()),
            kind => {
                let found = describe(kind, self.word(next));
                let message = format!("The line must end behind this {what}, but there is {found}.");
                let summary = format!("Missing newline after {what}");
                if kind == Kind::CBrace {
                    // It closes the block all the same.
                    self.report(&summary, message, next);
                    return Ok(());
                }
                let found = Diagnostic::error(summary, message).at(self.token_range(next));
                let meant = match self.word(next) {
                    "&" => Some("&&"),
                    "|" => Some("||"),
                    "=" => Some("=="),
                    _ => None,
                };
                self.diagnostics.push(match meant {
                    Some(meant) => found.hint(format!("Did you mean `{meant}`?")),
                    None => found,
                });
                Err(Failed)
            }
        }
    }

    /// The block and whether it has its closing brace.
    fn block(&mut self, kind: Token) -> Parse<(Block, bool)> {
        let mut labels = Vec::new();
        let mut header_end = kind.end;
        while matches!(self.kind(), Kind::OQuote | Kind::Ident) {
            let label = self.label()?;
            header_end = label.range.end;
            labels.push(label);
        }
        let open = self.peek();
        if open.kind != Kind::OBrace {
            let found = describe(open.kind, self.word(open));
            let message = format!("Behind its labels a block needs `{{`, but there is {found}.");
            return self.fail("Invalid block definition", message, open);
        }
        self.read();
        let header = self.range(kind.start, header_end);
        let mut body = self.new_body();
        let closed = self.with_lines(true, |parser| parser.block_body(&mut body, header))?;
        body.range = self.range(open.start, closed.unwrap_or(body.range.end));
        let block = Block {
            kind: normalize(self.word(kind)).into(),
            kind_range: self.token_range(kind),
            labels,
            body,
            header_range: header,
        };
        Ok((block, closed.is_some()))
    }

    /// What is between the braces, and the end of the closing one.
    fn block_body(&mut self, body: &mut Body, header: Range) -> Parse<Option<u32>> {
        let one_line = !matches!(self.kind(), Kind::Newline | Kind::CBrace);
        if one_line && self.kind() == Kind::Ident && self.peek_second().kind == Kind::Equal {
            let name = self.read();
            self.read();
            self.attribute(body, name)?;
            let next = self.peek();
            if next.kind != Kind::CBrace {
                let message =
                    "A block in one line may hold one argument only; put each on a line of its own.";
                return self.fail("Invalid single-argument block definition", message, next);
            }
        } else if one_line && self.kind() != Kind::End {
            let next = self.peek();
            let message = "A block in one line may hold one argument only, and no block.";
            return self.fail("Invalid single-argument block definition", message, next);
        }
        let told = self.diagnostics.0.len();
        let ended = self.items(body, true);
        // Mistakes in blocks that were meant to follow this one say nothing of it.
        let mut starts = body.blocks.iter().map(|inner| inner.kind_range.start);
        let behind = starts.find(|start| self.starts_line(*start));
        let own = |found: &Diagnostic| {
            found
                .range
                .is_none_or(|range| behind.is_none_or(|start| range.start < start))
        };
        let is_first = !self.diagnostics.0[told..].iter().any(own);
        self.drop_repeated(body);
        match ended {
            Ended::Brace => Ok(Some(self.read().end)),
            Ended::NewItem => Ok(None),
            Ended::Text => {
                let end = self.peek();
                body.range.end = end.end;
                // Behind another mistake in it, the brace may well be there.
                if is_first {
                    let message = "The text ends before this block's closing brace.";
                    self.diagnostics
                        .push(Diagnostic::error("Unclosed configuration block", message).at(header));
                }
                Ok(None)
            }
        }
    }

    fn label(&mut self) -> Parse<Label> {
        let token = self.read();
        if token.kind == Kind::Ident {
            return Ok(Label {
                text: normalize(self.word(token)).into(),
                range: self.token_range(token),
            });
        }
        let mut text = String::new();
        loop {
            let part = self.read();
            match part.kind {
                Kind::QuotedText => {
                    let mut bad = Vec::new();
                    text.push_str(&unescape_quoted(self.word(part), &mut bad));
                    if !bad.is_empty() {
                        let message = "A backslash sequence in this label means nothing.";
                        self.report("Invalid escape sequence", message, part);
                    }
                }
                Kind::CQuote if part.start < part.end => {
                    let text: Str = normalize(&text).into();
                    return Ok(Label {
                        text,
                        range: self.range(token.start, part.end),
                    });
                }
                Kind::CQuote => {
                    return self.fail(
                        "Unterminated label",
                        "There is no closing quote for this label.",
                        part,
                    );
                }
                _ => {
                    let message = "A label is a plain text: names are fixed before anything is evaluated.";
                    return self.fail("Invalid block label", message, part);
                }
            }
        }
    }
}
