//! Indentation, spaces and columns, line by line.

use unicode_segmentation::UnicodeSegmentation;

use super::Piece;
use crate::syntax::Kind;

/// A line: what leads it, an assignment behind that, and a comment behind all.
#[derive(Default)]
struct Line {
    lead: Vec<Piece>,
    assign: Vec<Piece>,
    comment: Vec<Piece>,
}

pub(super) fn lay_out(pieces: Vec<Piece>, text: &str) -> Vec<Vec<Piece>> {
    let mut lines = lines(pieces, text);
    indent(&mut lines);
    for line in &mut lines {
        space(&mut line.lead, text);
        space(&mut line.assign, text);
        if let Some(first) = line.assign.first_mut() {
            first.spaces = 1;
        }
    }
    align(
        &mut lines,
        text,
        |line| &mut line.assign,
        |line, text| columns(&line.lead, text),
    );
    align(
        &mut lines,
        text,
        |line| &mut line.comment,
        |line, text| columns(&line.lead, text) + columns(&line.assign, text),
    );
    lines
        .into_iter()
        .map(|line| [line.lead, line.assign, line.comment].concat())
        .collect()
}

/// How a token changes the number of open brackets.
fn brackets(kind: Kind) -> i64 {
    match kind {
        Kind::OBrace | Kind::OBrack | Kind::OParen | Kind::Interpolation | Kind::Directive => 1,
        Kind::CBrace | Kind::CBrack | Kind::CParen | Kind::SequenceEnd => -1,
        _ => 0,
    }
}

fn net(pieces: &[Piece]) -> i64 {
    pieces.iter().map(|piece| brackets(piece.kind())).sum()
}

fn lines(pieces: Vec<Piece>, text: &str) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for piece in pieces {
        let ends = piece.kind() == Kind::Newline
            || piece.kind() == Kind::Comment && piece.text(text).ends_with('\n');
        if let Some(line) = lines.last_mut() {
            line.lead.push(piece);
        }
        if ends {
            lines.push(Line::default());
        }
    }
    for line in &mut lines {
        if line.lead.len() > 1 && line.lead.last().is_some_and(|last| last.kind() == Kind::Comment) {
            line.comment = line.lead.split_off(line.lead.len() - 1);
        }
        let equal = line
            .lead
            .iter()
            .skip(1)
            .position(|piece| piece.kind() == Kind::Equal)
            .map(|at| at + 1);
        // An assignment that goes on in the next line is not aligned with others.
        if let Some(at) = equal
            && net(&line.lead[at..]) == 0
        {
            line.assign = line.lead.split_off(at);
        }
    }
    lines
}

/// Each line that opens more brackets than it closes indents what follows by one level, however many those are.
fn indent(lines: &mut [Line]) {
    let mut opened: Vec<i64> = Vec::new();
    for line in lines {
        // What a heredoc holds does not count, even where brackets in it stay open to the next line.
        let counted = line
            .lead
            .iter()
            .position(|piece| piece.kind() == Kind::OHeredoc)
            .unwrap_or(line.lead.len());
        let net = net(&line.lead[..counted]) + net(&line.assign);
        let Some(first) = line.lead.first_mut() else {
            continue;
        };
        if first.kind() == Kind::Newline {
            first.spaces = 0;
            continue;
        }
        let mut closed = -net;
        while closed > 0
            && let Some(last) = opened.last_mut()
        {
            if closed < *last {
                *last -= closed;
                break;
            }
            closed -= *last;
            opened.pop();
        }
        // Blanks at the very end of a text stay.
        if first.kind() != Kind::End {
            first.spaces = 2 * opened.len();
        }
        if net > 0 {
            opened.push(net);
        }
    }
}

fn space(pieces: &mut [Piece], text: &str) {
    for index in 1..pieces.len() {
        if pieces[index].kind() == Kind::End {
            continue;
        }
        let before = index.checked_sub(2).map(|before| pieces[before].kind());
        let subject = &pieces[index - 1];
        let spaced = space_between(before, subject, &pieces[index], text);
        pieces[index].spaces = usize::from(spaced);
    }
}

/// Whether a space stands between `subject`, behind a token of kind `before`, and `after`.
fn space_between(before: Option<Kind>, subject: &Piece, after: &Piece, text: &str) -> bool {
    let (left, right) = (subject.kind(), after.kind());
    let in_text = |kind: Kind| matches!(kind, Kind::QuotedText | Kind::Text);
    if right == Kind::Newline
        || (left == Kind::Ident && matches!(right, Kind::OParen | Kind::DoubleColon))
        || (left == Kind::DoubleColon && right == Kind::Ident)
        || left == Kind::Dot
        || right == Kind::Dot
        || matches!(right, Kind::Comma | Kind::Ellipsis)
    {
        return false;
    }
    if left == Kind::Comma {
        return true;
    }
    if in_text(left)
        || in_text(right)
        || matches!(left, Kind::OQuote | Kind::OHeredoc)
        || matches!(right, Kind::CQuote | Kind::CHeredoc)
    {
        return false;
    }
    // `in` before a bracket is the word of a `for`, not a name that is indexed.
    if left == Kind::Ident && subject.text(text) == "in" && before == Some(Kind::Ident) {
        return true;
    }
    if right == Kind::OBrack && (matches!(left, Kind::Ident | Kind::Number) || brackets(left) < 0) {
        return false;
    }
    match left {
        Kind::Bang => return false,
        Kind::Minus => return before.is_some_and(ends_operand),
        _ => {}
    }
    if left == Kind::OBrace || right == Kind::CBrace {
        return !(left == Kind::OBrace && right == Kind::CBrace);
    }
    match (left, right) {
        (Kind::Interpolation | Kind::Directive, Kind::OBrace) | (Kind::CBrace, Kind::SequenceEnd) => true,
        (Kind::SequenceEnd, Kind::Interpolation | Kind::Directive) => false,
        _ => brackets(left) <= 0 && brackets(right) >= 0,
    }
}

/// Whether a minus behind a token of `kind` subtracts; behind what cannot end an operand it negates.
fn ends_operand(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::OParen
            | Kind::OBrace
            | Kind::OBrack
            | Kind::Equal
            | Kind::Colon
            | Kind::Comma
            | Kind::Question
            | Kind::Plus
            | Kind::Star
            | Kind::Slash
            | Kind::Percent
            | Kind::Minus
            | Kind::EqualEqual
            | Kind::NotEqual
            | Kind::Greater
            | Kind::GreaterEqual
            | Kind::Less
            | Kind::LessEqual
            | Kind::And
            | Kind::Or
            | Kind::Bang
    )
}

fn columns(pieces: &[Piece], text: &str) -> usize {
    pieces
        .iter()
        .map(|piece| piece.spaces + piece.text(text).graphemes(true).count())
        .sum()
}

/// Puts the cells that `cell` gives in one column, over each run of lines that have one.
fn align(
    lines: &mut [Line],
    text: &str,
    cell: fn(&mut Line) -> &mut Vec<Piece>,
    before: fn(&Line, &str) -> usize,
) {
    let mut run = 0;
    while run < lines.len() {
        let length = lines[run..]
            .iter_mut()
            .map(|line| cell(line).is_empty())
            .take_while(|empty| !empty)
            .count();
        let widest = lines[run..run + length]
            .iter()
            .map(|line| before(line, text))
            .max()
            .unwrap_or(0);
        for line in &mut lines[run..run + length] {
            let spaces = widest - before(line, text) + 1;
            if let Some(first) = cell(line).first_mut() {
                first.spaces = spaces;
            }
        }
        run += length.max(1);
    }
}
