//! Small changes of form that mean the same: labels between quotes, no interpolation around a whole value.

use std::collections::BTreeSet;

use super::Piece;
use crate::body::Body;
use crate::syntax::Kind;

pub(super) fn rewrite(pieces: &mut Vec<Piece>, body: &Body, text: &str) {
    let mut labels = BTreeSet::new();
    let mut values = Vec::new();
    collect(body, &mut labels, &mut values);
    for piece in pieces.iter_mut() {
        if piece.kind() == Kind::Ident && labels.contains(&piece.token.start) {
            piece.written = Some(format!("\"{}\"", piece.token.text(text)));
        }
    }
    let mut drop = BTreeSet::new();
    for (start, end) in values {
        let first = pieces.partition_point(|piece| piece.token.start < start);
        let behind = pieces.partition_point(|piece| piece.token.start < end);
        drop.extend(wrapping(&pieces[first..behind]).map(|at| first + at));
    }
    if !drop.is_empty() {
        let mut index = 0;
        pieces.retain(|_| {
            index += 1;
            !drop.contains(&(index - 1))
        });
    }
}

fn collect(body: &Body, labels: &mut BTreeSet<u32>, values: &mut Vec<(u32, u32)>) {
    for attribute in &body.attributes {
        let range = attribute.expr.range();
        values.push((range.start, range.end));
    }
    for block in &body.blocks {
        labels.extend(block.labels.iter().map(|label| label.range.start));
        collect(&block.body, labels, values);
    }
}

/// The tokens around the one interpolation that `pieces`, a whole value, are.
fn wrapping(pieces: &[Piece]) -> impl Iterator<Item = usize> + use<> {
    let none = Vec::new().into_iter();
    let [open, interpolation, inner @ .., end, close] = pieces else {
        return none;
    };
    let kinds = (open.kind(), interpolation.kind(), end.kind(), close.kind());
    if kinds != (Kind::OQuote, Kind::Interpolation, Kind::SequenceEnd, Kind::CQuote) {
        return none;
    }
    // Behind the end of the first interpolation there must be no other; a line end would end the value.
    let mut depth = 0_u32;
    for piece in inner {
        match piece.kind() {
            Kind::Interpolation | Kind::Directive => depth += 1,
            Kind::SequenceEnd if depth == 0 => return none,
            Kind::SequenceEnd => depth -= 1,
            Kind::Newline | Kind::Comment => return none,
            _ => {}
        }
    }
    vec![0, 1, pieces.len() - 2, pieces.len() - 1].into_iter()
}
