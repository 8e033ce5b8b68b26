//! Who must wait for a condition that only apply can decide, where it is about the value of a module's variable or output:
//! the resources that use that value. A condition of a resource guards that resource, and is no matter of this module.

use std::sync::Arc;

use meshform_state::Address;

use crate::hash::HashSet;

use super::assertions::Claim;
use super::compiler::Compiler;
use super::nodes::{BlockName, Node, NodeId, What};
use super::program::InstanceId;

impl Compiler<'_> {
    /// The resources that each open condition guards beside its own.
    pub(super) fn guards(&self, nodes: &[Node]) -> Vec<Arc<[Address]>> {
        if !self
            .open_claims
            .iter()
            .any(|claim| value_of_module(claim).is_some())
        {
            return vec![Arc::from([]); self.open_claims.len()];
        }
        let users = users(nodes);
        let claims = self.open_claims.iter().map(|claim| match value_of_module(claim) {
            Some(about) => self.guarded(claim.instance, about, nodes, &users),
            None => Arc::from([]),
        });
        claims.collect()
    }

    fn guarded(&self, id: InstanceId, about: &What, nodes: &[Node], users: &[Vec<NodeId>]) -> Arc<[Address]> {
        let site = self.program.instances[id].site;
        let start = nodes
            .iter()
            .position(|node| node.site == site && node.what == *about);
        let mut seen: HashSet<NodeId> = start.into_iter().collect();
        let mut open: Vec<NodeId> = start.into_iter().collect();
        let mut found: Vec<Address> = Vec::new();
        while let Some(node) = open.pop() {
            if let What::Body(block @ (BlockName::Resource(_) | BlockName::Word(_))) = &nodes[node].what {
                // What uses this block comes after it.
                self.resources_of(nodes[node].site, block, id, &mut found);
                continue;
            }
            open.extend(users[node].iter().copied().filter(|user| seen.insert(*user)));
        }
        found.sort();
        found.dedup();
        found.into()
    }

    /// Adds the resources of `block`: where it is inside the module of the instance `id`, those of that instance alone.
    fn resources_of(&self, site: usize, block: &BlockName, id: InstanceId, found: &mut Vec<Address>) {
        let inside = self.is_below(site, self.program.instances[id].site);
        let instances = self.by_site[site].iter().copied();
        for one in instances.filter(|one| !inside || self.is_within(*one, id)) {
            let instance = &self.program.instances[one];
            match block {
                BlockName::Resource(name) => found.extend(instance.of_resource(name).cloned()),
                BlockName::Word(name) => found.extend(instance.of_word(name).cloned()),
                BlockName::Call(_) => {}
            }
        }
    }

    /// Whether the site `below` is `above` or in it.
    fn is_below(&self, below: usize, above: usize) -> bool {
        let parent = |site: &usize| {
            self.program.sites[*site]
                .parent
                .as_ref()
                .map(|(parent, _)| *parent)
        };
        std::iter::successors(Some(below), parent).any(|site| site == above)
    }

    /// Whether the module instance `inner` is `outer` or in it.
    fn is_within(&self, inner: InstanceId, outer: InstanceId) -> bool {
        let caller = |id: &InstanceId| {
            self.program.instances[*id]
                .caller
                .as_ref()
                .map(|(caller, _)| *caller)
        };
        std::iter::successors(Some(inner), caller).any(|id| id == outer)
    }
}

/// The variable or output that `claim` is about. What is given to the root module is known, and nobody uses its outputs.
fn value_of_module(claim: &Claim) -> Option<&What> {
    claim.about.as_ref().filter(|_| claim.instance != 0)
}

/// The nodes that need each one.
fn users(nodes: &[Node]) -> Vec<Vec<NodeId>> {
    let mut users = vec![Vec::new(); nodes.len()];
    for (user, node) in nodes.iter().enumerate() {
        for need in &node.needs {
            users[need.on].push(user);
        }
    }
    users
}
