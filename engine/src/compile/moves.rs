//! Which moves make sense together, and in which order they are made.

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::Address;

use crate::graph::{Cycle, Graph};
use crate::hash::{HashMap, HashSet};
use crate::kind::Kinds;

use super::meaning::Words;
use super::statements::Declared;

/// One block `moved` in one instance of its module.
pub(super) struct Move {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) from_range: Range,
    pub(super) to_range: Range,
    pub(super) range: Range,
}

/// What kind of thing an address names.
#[derive(PartialEq)]
pub(super) enum End {
    Module,
    Data,
    /// A managed resource or the block of a word, with its kind or word.
    Block(String),
}

/// `moves` without those that have mistakes, each behind those that it takes up from.
pub(super) fn checked(
    moves: Vec<Move>,
    declared: &Declared,
    kinds: &Kinds,
    words: &Words,
    found: &mut Diagnostics,
) -> Vec<Move> {
    let mut told = HashSet::default();
    let mut well: Vec<Move> = Vec::with_capacity(moves.len());
    let (mut sources, mut targets) = (HashMap::default(), HashMap::default());
    for one in moves {
        let same = |at: Option<&usize>| at.and_then(|at| well.get(*at));
        let mistake = if let Some(mistake) = alone(&one, declared, kinds, words) {
            Some(mistake)
        } else {
            match (same(sources.get(&one.from)), same(targets.get(&one.to))) {
                // Said twice, it is still one move.
                (Some(first), _) if first.to == one.to => continue,
                (Some(first), _) => Some(goes_twice(&one, first)),
                (None, Some(first)) => Some(taken_twice(&one, first)),
                (None, None) => None,
            }
        };
        match mistake {
            // A module that is called often says it once.
            Some(mistake) if told.insert(one.range) => found.push(mistake),
            Some(_) => {}
            None => {
                sources.insert(one.from.clone(), well.len());
                targets.insert(one.to.clone(), well.len());
                well.push(one);
            }
        }
    }
    match order(&well) {
        Ok(order) => {
            let mut all: Vec<Option<Move>> = well.into_iter().map(Some).collect();
            order.into_iter().filter_map(|at| all[at].take()).collect()
        }
        Err(cycle) => {
            found.push(circular(&well, &cycle));
            Vec::new()
        }
    }
}

/// What is wrong with `one` whatever the others say.
fn alone(one: &Move, declared: &Declared, kinds: &Kinds, words: &Words) -> Option<Diagnostic> {
    let Move { from, to, .. } = one;
    if from == to {
        let detail = format!("This moves `{from}` to where it is, which changes nothing.");
        return Some(
            Diagnostic::error("Redundant move statement", detail)
                .at(one.range)
                .hint("Take the block out, or correct one of its addresses."),
        );
    }
    let invalid =
        |detail: String| Some(Diagnostic::error("Invalid `moved` addresses", detail).at(one.to_range));
    match (end(from, kinds, words), end(to, kinds, words)) {
        (End::Module, End::Module) | (End::Data, End::Data) => {}
        (End::Block(was), End::Block(is)) if was == is => {}
        (End::Block(was), End::Block(is)) => {
            return invalid(format!(
                "`{from}` is a `{was}` and `{to}` a `{is}`: an object does not change what it is by moving."
            ));
        }
        (End::Module, _) | (_, End::Module) => {
            return invalid(format!(
                "`{from}` cannot move to `{to}`: a resource moves to a resource, and a module to a module."
            ));
        }
        (End::Data, End::Block(_)) | (End::Block(_), End::Data) => {
            return invalid(format!(
                "`{from}` cannot move to `{to}`: one of them is a data source, which is read and not managed."
            ));
        }
    }
    let is_keyed = |address: &Address| address.without_key().len() < address.as_str().len();
    let still = if is_keyed(from) || is_keyed(to) {
        declared.instance(from)
    } else {
        declared.block(from)
    };
    let detail = format!("`{from}` is to move to `{to}`, but the configuration still has `{from}`.");
    still.map(|range| {
        Diagnostic::error("Moved object still exists", detail)
            .at(one.from_range)
            .related(range, format!("`{from}` is declared here"))
            .hint(format!(
                "Change the configuration so that it has `{to}` instead, or take the `moved` block out."
            ))
    })
}

pub(super) fn end(address: &Address, kinds: &Kinds, words: &Words) -> End {
    let segments = address.segments();
    let name = |back: usize| {
        let at = segments.len().checked_sub(back)?;
        segments.get(at).map(|segment| segment.name.as_str())
    };
    let last = name(1).unwrap_or_default();
    match (name(3), name(2)) {
        (_, Some("module")) => End::Module,
        (Some("data"), _) => End::Data,
        (_, Some(kind))
            if kinds.managed(kind).is_some() || words.get(kind).is_some_and(|word| word.named) =>
        {
            End::Block(kind.to_owned())
        }
        _ if words.get(last).is_some_and(|word| !word.named) => End::Block(last.to_owned()),
        (_, kind) => End::Block(kind.unwrap_or(last).to_owned()),
    }
}

fn goes_twice(one: &Move, first: &Move) -> Diagnostic {
    let detail = format!(
        "`{}` is to move to `{}` and to `{}`; an object is in one place only.",
        one.from, first.to, one.to
    );
    ambiguous(detail, one.to_range, first)
}

fn taken_twice(one: &Move, first: &Move) -> Diagnostic {
    let detail = format!(
        "`{}` and `{}` are both to move to `{}`, and only one of them can.",
        first.from, one.from, one.to
    );
    ambiguous(detail, one.from_range, first)
}

fn ambiguous(detail: String, at: Range, first: &Move) -> Diagnostic {
    Diagnostic::error("Ambiguous move statements", detail)
        .at(at)
        .related(first.range, "the other one is here")
        .hint("Take one of the two blocks out.")
}

/// The positions of `moves` in the order in which they are made, as written where that is free. Each comes behind those
/// whose target it takes up, and of two that move a whole and a part of it, the part first where it leaves and last where
/// it arrives.
///
/// # Errors
/// Some that wait for each other, each for the next.
fn order(moves: &[Move]) -> Result<Vec<usize>, Vec<usize>> {
    let mut by_from: HashMap<&str, Vec<usize>> = HashMap::default();
    let mut by_to: HashMap<&str, Vec<usize>> = HashMap::default();
    for (at, one) in moves.iter().enumerate() {
        by_from.entry(one.from.as_str()).or_default().push(at);
        by_to.entry(one.to.as_str()).or_default().push(at);
    }
    let mut graph = Graph::new(moves.len());
    // What moves to a part of where it was, such as `x` to `x[0]`, does not wait for itself.
    let mut link = |first: usize, then: usize| {
        if first != then {
            graph.order(first, then);
        }
    };
    for (at, one) in moves.iter().enumerate() {
        let taken_up = by_to.get(one.from.as_str()).into_iter().flatten();
        taken_up.for_each(|first| link(*first, at));
        for (whole, is_instance) in wholes(&one.from).chain(wholes(&one.to)) {
            // What gets or loses a key is the one without a key, and no part of that are the others.
            let concerns = |at: &&usize| !is_instance || !gets_key(&moves[**at]);
            let arrived = by_to.get(whole).into_iter().flatten();
            arrived.filter(concerns).for_each(|first| link(*first, at));
            let leaving = by_from.get(whole).into_iter().flatten();
            leaving.filter(concerns).for_each(|then| link(at, *then));
        }
    }
    graph.sorted().map_err(|Cycle(mut cycle)| {
        // It leads from what comes first to what comes after it; told is what waits for what.
        if let [_, rest @ ..] = cycle.as_mut_slice() {
            rest.reverse();
        }
        cycle
    })
}

/// Whether one end of `one` is an instance with a key and the other is one without.
fn gets_key(one: &Move) -> bool {
    let is_keyed = |address: &Address| address.without_key().len() < address.as_str().len();
    is_keyed(&one.from) != is_keyed(&one.to)
}

/// All that `address` is a part of, itself not included, and whether it is an instance of that.
fn wholes(address: &Address) -> impl Iterator<Item = (&str, bool)> {
    let text = address.as_str();
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter_map(move |(at, c)| {
        let ends = !quoted && (c == '.' || c == '[');
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        ends.then(|| (&text[..at], c == '['))
    })
}

fn circular(moves: &[Move], cycle: &[usize]) -> Diagnostic {
    let steps: Vec<String> = cycle
        .iter()
        .map(|at| format!("`{}` to `{}`", moves[*at].from, moves[*at].to))
        .collect();
    let detail = format!(
        "These moves go round in a circle, so nothing says where the objects end: {}.",
        steps.join(", ")
    );
    let mut diagnostic = Diagnostic::error("Cyclic dependency in move statements", detail)
        .hint("Let the last move of a chain end at an address that no other `moved` block starts from.");
    for (place, at) in cycle.iter().enumerate() {
        diagnostic = if place == 0 {
            diagnostic.at(moves[*at].range)
        } else {
            diagnostic.related(moves[*at].range, "this one is part of it")
        };
    }
    diagnostic
}
