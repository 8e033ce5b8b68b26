//! The order of things: a graph over positions, with ties broken by position.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use meshform_state::Address;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;

use crate::desired::Resource;
use crate::hash::HashMap;

/// A graph of `len` nodes, numbered from 0, whose edges lead from what comes first to what comes after it.
#[derive(Debug, Default)]
pub struct Graph {
    edges: DiGraph<(), ()>,
}

/// The nodes of one cycle, in its direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle(pub Vec<usize>);

impl Graph {
    /// A graph of `len` nodes without edges.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let mut edges = DiGraph::with_capacity(len, len);
        for _ in 0..len {
            edges.add_node(());
        }
        Graph { edges }
    }

    /// The graph of `resources`, each after what it depends on. Where nothing depends on anything, nothing is looked up.
    pub(crate) fn of<'a>(resources: impl Iterator<Item = &'a Resource> + Clone) -> Self {
        let mut graph = Graph::new(resources.clone().count());
        if resources.clone().all(|resource| resource.dependencies.is_empty()) {
            return graph;
        }
        let places = positions(resources.clone().map(|resource| &resource.address));
        for (at, resource) in resources.enumerate() {
            let needed = resource.dependencies.iter();
            let needed = needed.filter_map(|dependency| places.get(&dependency.on));
            needed.for_each(|first| graph.order(*first, at));
        }
        graph
    }

    /// Says that `first` comes before `then`. Edges may be repeated; nodes that do not exist are left out.
    pub fn order(&mut self, first: usize, then: usize) {
        if first < self.edges.node_count() && then < self.edges.node_count() {
            self.edges
                .add_edge(NodeIndex::new(first), NodeIndex::new(then), ());
        }
    }

    /// All nodes, each after what comes before it, the smallest number first where there is a choice.
    ///
    /// # Errors
    /// One [`Cycle`], the one through the smallest number that is on any.
    pub fn sorted(&self) -> Result<Vec<usize>, Cycle> {
        let count = self.edges.node_count();
        let mut waiting: Vec<usize> = vec![0; count];
        for edge in self.edges.edge_references() {
            waiting[edge.target().index()] += 1;
        }
        let mut ready: BinaryHeap<Reverse<usize>> = (0..count)
            .filter(|node| waiting[*node] == 0)
            .map(Reverse)
            .collect();
        let mut order = Vec::with_capacity(count);
        while let Some(Reverse(node)) = ready.pop() {
            order.push(node);
            for next in self.edges.neighbors(NodeIndex::new(node)) {
                waiting[next.index()] -= 1;
                if waiting[next.index()] == 0 {
                    ready.push(Reverse(next.index()));
                }
            }
        }
        if order.len() == count {
            Ok(order)
        } else {
            Err(self.cycle(&waiting))
        }
    }

    /// Walks backwards from a node that never became ready: each such node has one before it, so a node repeats.
    fn cycle(&self, waiting: &[usize]) -> Cycle {
        let mut seen: HashMap<usize, usize> = HashMap::default();
        let mut path: Vec<usize> = Vec::new();
        let mut node = waiting.iter().position(|count| *count > 0).unwrap_or(0);
        loop {
            if let Some(start) = seen.get(&node) {
                let mut cycle = path.split_off(*start);
                cycle.reverse();
                let smallest = cycle
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, node)| **node)
                    .map_or(0, |(at, _)| at);
                cycle.rotate_left(smallest);
                return Cycle(cycle);
            }
            seen.insert(node, path.len());
            path.push(node);
            let before = self
                .edges
                .neighbors_directed(NodeIndex::new(node), petgraph::Direction::Incoming)
                .map(NodeIndex::index)
                .filter(|before| waiting[*before] > 0)
                .min();
            match before {
                Some(before) => node = before,
                None => return Cycle(path),
            }
        }
    }
}

/// The position of each address in a list.
fn positions<'a>(addresses: impl Iterator<Item = &'a Address>) -> HashMap<&'a Address, usize> {
    addresses
        .enumerate()
        .map(|(position, address)| (address, position))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_broken_by_number() {
        let mut graph = Graph::new(4);
        graph.order(3, 0);
        graph.order(3, 1);
        assert_eq!(graph.sorted().unwrap(), [2, 3, 0, 1]);
    }

    #[test]
    fn a_cycle_is_named_with_its_path() {
        let mut graph = Graph::new(5);
        for (first, then) in [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)] {
            graph.order(first, then);
        }
        assert_eq!(graph.sorted().unwrap_err(), Cycle(vec![1, 2, 3]));
    }

    proptest::proptest! {
        #[test]
        fn every_node_comes_after_what_comes_before_it(edges in proptest::collection::vec((0usize..30, 0usize..30), 0..80)) {
            let mut graph = Graph::new(30);
            for (a, b) in &edges {
                if a < b { graph.order(*a, *b); }
            }
            let order = graph.sorted().unwrap();
            let place: Vec<usize> = (0..30).map(|node| order.iter().position(|n| *n == node).unwrap()).collect();
            for (a, b) in edges {
                if a < b { proptest::prop_assert!(place[a] < place[b]); }
            }
        }
    }
}
