//! The one layout of a text: `meshform fmt`.
//!
//! Works on tokens, so that comments and everything else that has no meaning stay. It must never change what a text
//! means; what cannot be parsed is not touched.

mod layout;
mod rewrite;

use crate::diagnostic::Diagnostics;
use crate::source::{SourceId, Sources};
use crate::syntax::{Form, Kind, Token, scan};

/// A token with the spaces before it, and what is written for it where that is not its own text.
#[derive(Debug, Clone)]
struct Piece {
    token: Token,
    spaces: usize,
    written: Option<String>,
}

impl Piece {
    fn kind(&self) -> Kind {
        self.token.kind
    }

    fn text<'a>(&'a self, text: &'a str) -> &'a str {
        self.written.as_deref().unwrap_or_else(|| self.token.text(text))
    }
}

/// The text of `source` in the standard layout: indentation, spaces, aligned `=` and comments. Comments are kept.
///
/// # Errors
/// The mistakes of a text that cannot be parsed.
pub fn format(sources: &Sources, source: SourceId) -> Result<String, Diagnostics> {
    let text = sources.get(source).map_or("", |file| &file.text);
    let (body, diagnostics) = crate::body::parse_body(sources, source);
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let mut pieces = pieces(text);
    rewrite::rewrite(&mut pieces, &body, text);
    let mut out = String::with_capacity(text.len());
    for line in layout::lay_out(pieces, text) {
        for piece in line {
            out.extend(std::iter::repeat_n(' ', piece.spaces));
            out.push_str(piece.text(text));
        }
    }
    Ok(out)
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for token in scan(text, Form::Normal) {
        let gap = text.get(end..token.start as usize).unwrap_or("");
        // Blanks between tokens are measured in characters; most are set anew.
        let spaces = gap.chars().filter(|letter| matches!(letter, ' ' | '\t')).count();
        end = token.end as usize;
        pieces.push(Piece {
            token,
            spaces,
            written: None,
        });
    }
    pieces
}
