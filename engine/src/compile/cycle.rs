//! The order of evaluation, and what to say of cycles.

use std::collections::{BTreeSet, VecDeque};

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::Str;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::desired::Resource;
use crate::graph::Graph;
use crate::hash::HashMap;

use super::nodes::{BlockName, Node, NodeId, What};
use super::sites::Site;

/// The nodes in an order in which each comes after what it needs. Those that are on a cycle are left out, and reported.
pub(super) fn order(nodes: &[Node], sites: &[Site], found: &mut Diagnostics) -> Vec<NodeId> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(nodes.len(), nodes.len());
    for _ in nodes {
        graph.add_node(());
    }
    for (id, node) in nodes.iter().enumerate() {
        for need in &node.needs {
            graph.update_edge(NodeIndex::new(id), NodeIndex::new(need.on), ());
        }
    }
    let mut order = Vec::with_capacity(nodes.len());
    for component in kosaraju_scc(&graph) {
        let ids: BTreeSet<NodeId> = component.iter().map(|index| index.index()).collect();
        match cycle(nodes, &ids) {
            None => order.extend(ids),
            Some(path) => found.push(describe(nodes, sites, &path)),
        }
    }
    order
}

/// The shortest cycle through the first of `ids`, all of which reach each other; `None` if that is alone and does
/// not need itself.
fn cycle(nodes: &[Node], ids: &BTreeSet<NodeId>) -> Option<Vec<NodeId>> {
    let start = *ids.first()?;
    let mut reached: HashMap<NodeId, NodeId> = HashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for need in &nodes[at].needs {
            if need.on == start {
                let mut path = vec![at];
                while let Some(before) = path
                    .last()
                    .filter(|last| **last != start)
                    .and_then(|last| reached.get(last))
                {
                    path.push(*before);
                }
                path.reverse();
                return Some(path);
            }
            if ids.contains(&need.on) && !reached.contains_key(&need.on) {
                reached.insert(need.on, at);
                queue.push_back(need.on);
            }
        }
    }
    None
}

fn describe(nodes: &[Node], sites: &[Site], path: &[NodeId]) -> Diagnostic {
    let name = |id: NodeId| shown(&nodes[id], sites);
    let next = |at: usize| path[(at + 1) % path.len()];
    let edges: Vec<Edge> = (0..path.len())
        .filter_map(|at| {
            let need = nodes[path[at]].needs.iter().find(|need| need.on == next(at))?;
            Some(Edge {
                from: name(path[at]),
                to: name(next(at)),
                attribute: need.attribute.clone(),
                range: need.range,
            })
        })
        .collect();
    report(&edges)
}

/// One step of a cycle.
struct Edge {
    from: String,
    to: String,
    attribute: Str,
    range: Option<Range>,
}

fn report(edges: &[Edge]) -> Diagnostic {
    // A block and its keys are two nodes but one thing to the reader.
    let mut names: Vec<&str> = edges.iter().map(|edge| &*edge.from).collect();
    names.dedup();
    if names.len() > 1 && names.first() == names.last() {
        names.pop();
    }
    let made: Vec<&Edge> = edges.iter().filter(|edge| edge.range.is_some()).collect();
    if let ([name], Some(edge)) = (names.as_slice(), made.first()) {
        let detail = format!("`{name}` refers to itself in `{}`.", edge.attribute);
        let diagnostic = Diagnostic::error("Reference to itself", detail);
        return match edge.range {
            Some(range) => diagnostic.at(range),
            None => diagnostic,
        };
    }
    let trail: Vec<String> = names
        .iter()
        .chain(names.first())
        .map(|name| format!("`{name}`"))
        .collect();
    let mut diagnostic = Diagnostic::error(
        "Cycle of references",
        format!("Each of these needs the next: {}.", trail.join(" → ")),
    )
    .hint("Take out one of these references, or split a block in two.");
    for edge in made {
        let Some(range) = edge.range else { continue };
        if diagnostic.range.is_none() {
            diagnostic = diagnostic.at(range);
        }
        let label = if edge.attribute.is_empty() || edge.from.ends_with(&*edge.attribute) {
            format!("`{}` needs `{}`", edge.from, edge.to)
        } else {
            format!("`{}` of `{}` needs `{}`", edge.attribute, edge.from, edge.to)
        };
        diagnostic = diagnostic.related(range, label);
    }
    diagnostic
}

fn shown(node: &Node, sites: &[Site]) -> String {
    let path = &sites[node.site].path;
    let dot = if path.is_empty() { "" } else { "." };
    let name = match &node.what {
        What::Variable(name) | What::Validation(name) => format!("var.{name}"),
        What::Local(name) => format!("local.{name}"),
        What::Output(name) => format!("output.{name}"),
        What::Check(name) => format!("check.{name}"),
        What::Import(_) => "import".to_owned(),
        What::Keys(block) | What::Body(block) => match block {
            BlockName::Resource(name) => name.to_string(),
            BlockName::Word(name) => name.to_string(),
            BlockName::Call(name) => format!("module.{name}"),
        },
    };
    format!("{path}{dot}{name}")
}

/// What to say if the dependencies of `resources` make a cycle, as those that a word derives might.
pub(super) fn among(resources: &[Resource]) -> Option<Diagnostic> {
    let cycle = Graph::of(resources.iter()).sorted().err()?.0;
    // The cycle leads from what comes first to what comes after it; people read who needs whom.
    let path: Vec<usize> = cycle.into_iter().rev().collect();
    let edges: Vec<Edge> = (0..path.len())
        .filter_map(|at| {
            let (from, to) = (&resources[path[at]], &resources[path[(at + 1) % path.len()]]);
            let dependency = from
                .dependencies
                .iter()
                .find(|dependency| dependency.on == to.address)?;
            Some(Edge {
                from: from.address.to_string(),
                to: to.address.to_string(),
                attribute: dependency.attribute.clone(),
                range: Some(dependency.range),
            })
        })
        .collect();
    Some(report(&edges).about(&resources[*path.first()?].address))
}
