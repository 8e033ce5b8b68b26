//! Changes to steps, in an order in which everything comes after what it needs.
//!
//! What is made follows the configured dependencies; what is deleted follows the recorded ones backwards.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Address, DeposedKey};

use super::digest::object_digest;
use super::model::{Action, Change, Expect, Order, Reason, Step, StepKind};
use crate::graph::Graph;
use crate::hash::{HashMap, HashSet};

/// The steps of one change: what makes its object, what ends its object.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    makes: Option<usize>,
    ends: Option<usize>,
    depose: Option<usize>,
}

/// The steps for `changes`; those at `restored` are no longer put aside, and those at `noted` are recorded as observed.
///
/// # Errors
/// The changes whose steps wait for one another.
pub(super) fn steps(
    changes: &[Change],
    restored: &BTreeMap<Address, DeposedKey>,
    noted: &HashSet<&Address>,
) -> Result<Vec<Step>, Vec<usize>> {
    let mut drafts: Vec<(usize, StepKind)> = Vec::new();
    let mut places: Vec<Places> = Vec::with_capacity(changes.len());
    for (index, change) in changes.iter().enumerate() {
        let current = change.deposed.is_none();
        let anew = current && (restored.contains_key(&change.address) || noted.contains(&change.address));
        places.push(draft(index, change, anew, &mut drafts));
    }
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let by_address: HashMap<&Address, usize> = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.deposed.is_none())
        .map(|(index, change)| (&change.address, index))
        .collect();
    let needs = needs(changes, &by_address);
    pass_through(changes, &needs, &mut places, &mut drafts);
    let some_end = places.iter().any(|place| place.ends.is_some());
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        own_edges(change, places[index], &mut edges);
        making_edges(places[index], &needs[index], &places, &mut edges);
        if some_end {
            ending_edges(change, places[index], changes, &by_address, &places, &mut edges);
        }
    }
    let hard = edges.len();
    deposed_edges(changes, &places, &mut edges);
    sorted(changes, &drafts, &edges).or_else(|_| sorted(changes, &drafts, &edges[..hard]))
}

/// A deposed object goes after its replacement is made and after all that used it has turned to that: in most cases
/// such is the order, but where a new configuration makes it impossible, it is given up.
fn deposed_edges(changes: &[Change], places: &[Places], edges: &mut Vec<(usize, usize)>) {
    let mut deposed: HashMap<&Address, Vec<usize>> = HashMap::default();
    for (change, place) in changes.iter().zip(places) {
        if let (Some(_), Some(ends)) = (&change.deposed, place.ends) {
            deposed.entry(&change.address).or_default().push(ends);
        }
    }
    if deposed.is_empty() {
        return;
    }
    for (change, place) in changes
        .iter()
        .zip(places)
        .filter(|(change, _)| change.deposed.is_none())
    {
        let needs = change.record.iter().flat_map(|record| &record.dependencies);
        for ends in needs
            .chain([&change.address])
            .filter_map(|address| deposed.get(address))
            .flatten()
        {
            edges.extend(
                [place.makes, place.ends]
                    .into_iter()
                    .flatten()
                    .map(|own| (own, *ends)),
            );
        }
    }
}

fn draft(index: usize, change: &Change, anew: bool, drafts: &mut Vec<(usize, StepKind)>) -> Places {
    let mut add = |kind| {
        drafts.push((index, kind));
        Some(drafts.len() - 1)
    };
    match change.action {
        Action::NoOp => {
            let moved = anew || change.previous_address.is_some();
            let gone = change.reason == Reason::Vanished && change.record.is_some();
            let noted = gone || change.adopted || change.reason == Reason::Incomplete || needs_anew(change);
            let makes = if moved || noted {
                add(StepKind::Record)
            } else {
                None
            };
            Places {
                makes,
                ..Places::default()
            }
        }
        Action::Create => Places {
            makes: add(StepKind::Create),
            ..Places::default()
        },
        Action::Read => Places {
            makes: add(StepKind::Read),
            ..Places::default()
        },
        Action::Update => Places {
            makes: add(StepKind::Update),
            ..Places::default()
        },
        Action::Delete => Places {
            ends: add(StepKind::Delete),
            ..Places::default()
        },
        Action::Forget => Places {
            ends: add(StepKind::Forget),
            ..Places::default()
        },
        Action::Replace(Order::DeleteFirst) => Places {
            ends: add(StepKind::Delete),
            makes: add(StepKind::Create),
            depose: None,
        },
        Action::Replace(Order::CreateFirst) => Places {
            depose: add(StepKind::Depose),
            makes: add(StepKind::Create),
            ends: add(StepKind::Delete),
        },
    }
}

/// Whether what is recorded for the day on which it leaves the configuration, such as what it depends on, is no longer
/// what is configured.
fn needs_anew(change: &Change) -> bool {
    let (Some(resource), Some(record)) = (&change.resource, &change.record) else {
        return false;
    };
    let (lifecycle, recorded) = (&resource.lifecycle, (record.create_before_destroy, record.keep));
    if (lifecycle.create_before_destroy, lifecycle.keep) != recorded {
        return true;
    }
    let configured = || resource.dependencies.iter().map(|dependency| &dependency.on);
    // As a rule they are written in the same order, too.
    if configured().eq(&record.dependencies) {
        return false;
    }
    let recorded: BTreeSet<&Address> = record.dependencies.iter().collect();
    configured().collect::<BTreeSet<_>>() != recorded
}

/// The changes that each change needs by its configuration.
fn needs(changes: &[Change], by_address: &HashMap<&Address, usize>) -> Vec<Vec<usize>> {
    let of = |change: &Change| {
        let dependencies = change.resource.iter().flat_map(|resource| &resource.dependencies);
        let places = dependencies.filter_map(|dependency| by_address.get(&dependency.on).copied());
        places.collect()
    };
    changes.iter().map(of).collect()
}

/// Gives unchanged resources between two changed ones a step that only keeps the order.
fn pass_through(
    changes: &[Change],
    needs: &[Vec<usize>],
    places: &mut [Places],
    drafts: &mut Vec<(usize, StepKind)>,
) {
    let real: Vec<bool> = places.iter().map(|place| place.makes.is_some()).collect();
    let mut graph = Graph::new(changes.len());
    for (index, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|need| graph.order(*need, index));
    }
    let Ok(order) = graph.sorted() else { return };
    let mut before = vec![false; changes.len()];
    for index in &order {
        before[*index] = needs[*index].iter().any(|need| real[*need] || before[*need]);
    }
    let mut behind = vec![false; changes.len()];
    for index in order.iter().rev() {
        if real[*index] || behind[*index] {
            needs[*index].iter().for_each(|need| behind[*need] = true);
        }
    }
    for index in 0..changes.len() {
        if !real[index] && before[index] && behind[index] && changes[index].action == Action::NoOp {
            drafts.push((index, StepKind::Pass));
            places[index].makes = Some(drafts.len() - 1);
        }
    }
}

/// The order of the steps of one change.
fn own_edges(change: &Change, place: Places, edges: &mut Vec<(usize, usize)>) {
    let order = match change.action {
        Action::Replace(Order::DeleteFirst) => [place.ends, place.makes, None],
        Action::Replace(Order::CreateFirst) => [place.depose, place.makes, place.ends],
        _ => return,
    };
    let chain: Vec<usize> = order.into_iter().flatten().collect();
    edges.extend(chain.windows(2).map(|pair| (pair[0], pair[1])));
}

/// What is made comes after what it needs is made.
fn making_edges(place: Places, needs: &[usize], places: &[Places], edges: &mut Vec<(usize, usize)>) {
    let Some(makes) = place.makes else { return };
    let needed = needs.iter().filter_map(|index| places[*index].makes);
    edges.extend(needed.map(|needed| (needed, makes)));
}

/// What is deleted comes after all that needed it is deleted, or made anew without it.
fn ending_edges(
    change: &Change,
    place: Places,
    changes: &[Change],
    by_address: &HashMap<&Address, usize>,
    places: &[Places],
    edges: &mut Vec<(usize, usize)>,
) {
    for needed in change.record.iter().flat_map(|record| &record.dependencies) {
        let Some(index) = by_address.get(needed).copied() else {
            continue;
        };
        let Some(ends) = places[index].ends else { continue };
        match (place.ends, place.makes) {
            (Some(own), _) => edges.push((own, ends)),
            // Deleted first, the needed object is gone before this one can change; there is no better order.
            (None, Some(_)) if changes[index].action == Action::Replace(Order::DeleteFirst) => {}
            (None, Some(own)) => edges.push((own, ends)),
            (None, None) => {}
        }
    }
}

fn sorted(
    changes: &[Change],
    drafts: &[(usize, StepKind)],
    edges: &[(usize, usize)],
) -> Result<Vec<Step>, Vec<usize>> {
    let mut graph = Graph::new(drafts.len());
    edges.iter().for_each(|(first, then)| graph.order(*first, *then));
    let order = graph
        .sorted()
        .map_err(|cycle| cycle.0.iter().map(|step| drafts[*step].0).collect::<Vec<_>>())?;
    let mut position = vec![0; drafts.len()];
    for (at, step) in order.iter().enumerate() {
        position[*step] = at;
    }
    let mut steps: Vec<Step> = order
        .iter()
        .map(|draft| {
            let (change, kind) = drafts[*draft];
            Step {
                change,
                kind,
                after: Vec::new(),
                expect: expect(&changes[change], kind),
            }
        })
        .collect();
    for (first, then) in edges {
        steps[position[*then]].after.push(position[*first]);
    }
    for step in &mut steps {
        step.after.sort_unstable();
        step.after.dedup();
    }
    Ok(steps)
}

fn expect(change: &Change, kind: StepKind) -> Expect {
    match (kind, &change.before) {
        (StepKind::Create, _) => Expect::Absent,
        (StepKind::Update | StepKind::Delete, Some(before)) => Expect::Same(object_digest(before)),
        (StepKind::Record, Some(before)) if change.adopted => Expect::Same(object_digest(before)),
        _ => Expect::Anything,
    }
}
