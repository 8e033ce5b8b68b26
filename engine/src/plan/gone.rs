//! Why a recorded object is no longer wanted, as far as the configuration tells.

use std::sync::Arc;

use meshform_state::Address;
use meshform_state::addr::Segment;

use super::model::Reason;
use crate::desired::{Emptied, Resource, Vacant};
use crate::hash::HashMap;

/// How often a block is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repetition {
    Once,
    Count,
    ForEach,
    Disabled,
}

/// What there is to go by.
pub(super) struct Reasons<'a> {
    blocks: HashMap<&'a str, Repetition>,
    resources: &'a [Arc<Resource>],
    vacant: &'a [Vacant],
}

impl<'a> Reasons<'a> {
    pub(super) fn of(resources: &'a [Arc<Resource>], vacant: &'a [Vacant]) -> Self {
        let full = resources.iter().map(|resource| {
            let address = &resource.address;
            let block = address.without_key();
            (block, repetition(&address.as_str()[block.len()..]))
        });
        let empty = vacant.iter().filter_map(|block| {
            let repetition = match block.because {
                Emptied::Count => Repetition::Count,
                Emptied::ForEach => Repetition::ForEach,
                Emptied::Disabled => Repetition::Disabled,
                Emptied::Module => return None,
            };
            Some((block.block.as_str(), repetition))
        });
        Reasons {
            blocks: full.chain(empty).collect(),
            resources,
            vacant,
        }
    }

    /// Why what is recorded at `address` is not wanted.
    pub(super) fn why_gone(&self, address: &Address) -> Reason {
        let block = address.without_key();
        let Some(now) = self.blocks.get(block).copied() else {
            let module = self.missing_module(address);
            return module.map_or(Reason::NotInConfiguration, Reason::ModuleGone);
        };
        let was = repetition(&address.as_str()[block.len()..]);
        match (was, now) {
            (_, Repetition::Disabled) => Reason::Disabled,
            (Repetition::Count, Repetition::Count) => Reason::IndexGone,
            (Repetition::ForEach, Repetition::ForEach) => Reason::KeyGone,
            (Repetition::Count, _) => Reason::NoCount,
            (Repetition::ForEach, _) => Reason::NoForEach,
            (Repetition::Once | Repetition::Disabled, Repetition::Count | Repetition::ForEach) => {
                Reason::Repeated
            }
            (Repetition::Once | Repetition::Disabled, Repetition::Once) => Reason::NotInConfiguration,
        }
    }

    /// The outermost module instance around `address` of which nothing is left.
    fn missing_module(&self, address: &Address) -> Option<Address> {
        let segments = address.segments();
        let mut around: Vec<Segment> = Vec::new();
        for pair in segments.chunks(2) {
            let [word, name] = pair else { return None };
            if word.name != "module" {
                return None;
            }
            around.extend([word.clone(), name.clone()]);
            let module = Address::from_segments(&around);
            if !self.has(&module) {
                return Some(module);
            }
        }
        None
    }

    fn has(&self, module: &Address) -> bool {
        let inside = |address: &Address| {
            let rest = address.as_str().strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        // All that begins with an address stands together behind it.
        let at = self
            .resources
            .partition_point(|resource| resource.address < *module);
        let behind = self.resources[at..].iter().map(|resource| &resource.address);
        let mut behind = behind.take_while(|address| address.as_str().starts_with(module.as_str()));
        behind.any(inside)
            || self
                .vacant
                .iter()
                .any(|block| block.because != Emptied::Module && inside(&block.block))
    }
}

/// How often the block of an instance with such a key is there.
fn repetition(key: &str) -> Repetition {
    match key.as_bytes() {
        [] => Repetition::Once,
        [b'[', b'"', ..] => Repetition::ForEach,
        _ => Repetition::Count,
    }
}
