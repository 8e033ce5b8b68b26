//! Small changes of form that mean the same: labels between quotes, no interpolation around a whole value, types of
//! variables as they are written today.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Piece;
use crate::body::Body;
use crate::syntax::{Kind, Token};

/// What stands in the place of some pieces.
type Changes = BTreeMap<usize, (usize, Vec<Piece>)>;

pub(super) fn rewrite(pieces: &mut Vec<Piece>, body: &Body, text: &str) {
    let mut changes = Changes::new();
    collect(body, &[], pieces, text, &mut changes);
    if changes.is_empty() {
        return;
    }
    let mut out = Vec::with_capacity(pieces.len());
    let mut at = 0;
    for (first, (behind, new)) in changes {
        out.extend_from_slice(&pieces[at..first]);
        out.extend(new);
        at = behind;
    }
    out.extend_from_slice(&pieces[at..]);
    *pieces = out;
}

/// The pieces whose tokens begin in `bytes`.
fn within(pieces: &[Piece], bytes: Range<u32>) -> Range<usize> {
    let index = |offset: u32| pieces.partition_point(|piece| piece.token.start < offset);
    index(bytes.start)..index(bytes.end)
}

fn collect(body: &Body, around: &[&str], pieces: &[Piece], text: &str, changes: &mut Changes) {
    for attribute in &body.attributes {
        let range = attribute.expr.range();
        let value = within(pieces, range.start..range.end);
        let inside = &pieces[value.clone()];
        let new = if around == ["variable"] && &*attribute.name == "type" {
            plain_type(inside, text)
        } else {
            let all = std::iter::successors(unwrapped(inside, text), |inner| unwrapped(inner, text));
            all.last()
        };
        changes.extend(new.map(|new| (value.start, (value.end, new))));
    }
    for block in &body.blocks {
        for label in &block.labels {
            let written = within(pieces, label.range.start..label.range.end);
            changes.insert(
                written.start,
                (written.end, vec![new_piece(Kind::Ident, &quoted(&label.text))]),
            );
        }
        let around = [around, &[&*block.kind]].concat();
        collect(&block.body, &around, pieces, text, changes);
    }
}

fn new_piece(kind: Kind, written: &str) -> Piece {
    Piece {
        token: Token {
            kind,
            start: 0,
            end: 0,
        },
        spaces: 0,
        written: Some(written.to_owned()),
    }
}

/// `label` between quotes, with the escapes it needs.
fn quoted(label: &str) -> String {
    let mut out = String::from('"');
    for (at, letter) in label.char_indices() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', letter]),
            '$' | '%' if label[at + 1..].starts_with('{') => out.extend([letter, letter]),
            _ if is_printed(letter) => out.push(letter),
            _ if u32::from(letter) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
            _ => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
        }
    }
    out.push('"');
    out
}

/// Whether `letter` can be seen. Behind another letter a combining mark can.
fn is_printed(letter: char) -> bool {
    !format!("x{letter}").escape_debug().to_string().contains("\\u{")
}

/// A type that is one word, in full: `list` is a list of any, and one between quotes, as it was written long ago, a
/// list of texts.
fn plain_type(pieces: &[Piece], text: &str) -> Option<Vec<Piece>> {
    let kinds: Vec<Kind> = pieces.iter().map(Piece::kind).collect();
    let written = match kinds[..] {
        [Kind::Ident] => match pieces[0].text(text) {
            "list" => "list(any)",
            "map" => "map(any)",
            "set" => "set(any)",
            _ => return None,
        },
        [Kind::OQuote, Kind::QuotedText, Kind::CQuote] => match pieces[1].text(text) {
            "string" => "string",
            "list" => "list(string)",
            "map" => "map(string)",
            _ => return None,
        },
        _ => return None,
    };
    Some(vec![new_piece(Kind::Ident, written)])
}

/// What is in the one interpolation that `pieces`, a whole value, are; in parentheses if it goes over several lines.
fn unwrapped(pieces: &[Piece], text: &str) -> Option<Vec<Piece>> {
    let [open, interpolation, inner @ .., end, close] = pieces else {
        return None;
    };
    let kinds = (open.kind(), interpolation.kind(), end.kind(), close.kind());
    if kinds != (Kind::OQuote, Kind::Interpolation, Kind::SequenceEnd, Kind::CQuote) || inner.is_empty() {
        return None;
    }
    let mut quotes = 0_u32;
    for piece in inner {
        match piece.kind() {
            Kind::OQuote => quotes += 1,
            Kind::CQuote => quotes = quotes.saturating_sub(1),
            // Behind the end of the first interpolation there is another one.
            Kind::Interpolation | Kind::SequenceEnd | Kind::QuotedText if quotes == 0 => return None,
            _ => {}
        }
    }
    let is_end = |piece: &Piece| piece.kind() == Kind::Newline;
    let first = inner.iter().position(|piece| !is_end(piece))?;
    let last = inner.iter().rposition(|piece| !is_end(piece))?;
    let inner = &inner[first..=last];
    if in_parentheses(inner) {
        return Some(inner.to_vec());
    }
    if !inner.iter().any(is_end) {
        return (!breaks(inner, text)).then(|| inner.to_vec());
    }
    let mut new = vec![new_piece(Kind::OParen, "(")];
    new.extend_from_slice(inner);
    new.push(new_piece(Kind::CParen, ")"));
    Some(new)
}

/// Whether a comment outside of all brackets ends a line of `pieces`: without a bracket around, the value would end too.
fn breaks(pieces: &[Piece], text: &str) -> bool {
    let mut open = 0_u32;
    pieces.iter().any(|piece| {
        match piece.kind() {
            Kind::OParen | Kind::OBrack | Kind::OBrace => open += 1,
            Kind::CParen | Kind::CBrack | Kind::CBrace => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0 && piece.kind() == Kind::Comment && piece.text(text).ends_with('\n')
    })
}

/// Whether `pieces` begin with a parenthesis that ends with them.
fn in_parentheses(pieces: &[Piece]) -> bool {
    let mut open = 0_u32;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.kind() {
            Kind::OParen => open += 1,
            Kind::CParen => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return at + 1 == pieces.len();
        }
    }
    false
}
