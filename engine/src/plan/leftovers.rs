//! What is recorded and not wanted: what left the configuration, and what was replaced and is still there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{Diagnostics, Range};
use meshform_state::{Address, DeposedKey, Record, Snapshot};

use super::build::{Builder, Present, as_recorded, kind_of, prevented, recorded, seen};
use super::gone::Reasons;
use super::model::{Action, Change, Reason};
use super::named::Named;
use crate::desired::{Removed, Resource, Vacant};
use crate::hash::{HashMap, HashSet};

impl Builder<'_> {
    /// Recorded objects that the configuration does not have.
    pub(super) fn leftovers(&mut self, removed: &[Removed], resources: &[Arc<Resource>], vacant: &[Vacant]) {
        let wanted: HashSet<&Address> = if self.options.destroy {
            HashSet::default()
        } else {
            resources.iter().map(|resource| &resource.address).collect()
        };
        let rest: Vec<Address> = self
            .records
            .keys()
            .filter(|address| !wanted.contains(*address) && self.selection.has(address))
            .cloned()
            .collect();
        if rest.is_empty() {
            return;
        }
        let keeping = Keeping::of(resources, vacant);
        // They are written once for all instances of the blocks and modules that they name.
        let let_go = removed.iter().filter(|block| !block.destroy);
        let let_go = Named::new(let_go.map(|block| &block.from));
        let reasons = (!self.options.destroy).then(|| Reasons::of(resources, vacant));
        for address in rest {
            let present = match self.present(&address) {
                Ok(Some(present)) => present,
                Ok(None) => continue,
                Err(found) => {
                    self.diagnostics.extend(found);
                    continue;
                }
            };
            let keep = keeping.keeps(&address, &present.record) || let_go.cover(&address.block());
            let reason = match &reasons {
                Some(reasons) => reasons.why_gone(&address),
                None => Reason::Destroy,
            };
            if let Ok(change) = self.leftover(&address, present, keep, reason) {
                self.add(change);
            }
        }
    }

    fn leftover(
        &self,
        address: &Address,
        present: Present,
        keep: bool,
        reason: Reason,
    ) -> Result<Change, Diagnostics> {
        let Present {
            record,
            recorded,
            observation,
        } = present;
        let kind = Arc::clone(kind_of(self.kinds, &record)?);
        let (action, reason) = match (&observation, keep) {
            (None, _) => (Action::NoOp, Reason::Vanished),
            (Some(_), true) => (Action::Forget, Reason::Removed),
            (Some(_), false) => (Action::Delete, reason),
        };
        Ok(Change {
            address: address.clone(),
            previous_address: self.previous.get(address).cloned(),
            deposed: None,
            adopted: false,
            scope: record.scope.clone(),
            action,
            reason,
            before: observation
                .as_ref()
                .map(|seen| kind.project(&seen.object, &recorded, Some(&recorded))),
            after: None,
            replace_slots: Vec::new(),
            resource: None,
            configured: None,
            why: None,
            range: None,
            observed: observation.as_deref().map(seen),
            record: Some(record),
            kind,
        })
    }

    pub(super) fn deposed(&mut self, snapshot: &Snapshot) {
        let restored: HashSet<DeposedKey> = self.restored.values().cloned().collect();
        let deposed = snapshot.deposed.iter();
        let selection = self.selection;
        let concerned = |key: &DeposedKey| !restored.contains(key) && selection.has(&key.address);
        for (key, record) in deposed.filter(|(key, _)| concerned(key)) {
            match self.deposed_change(key, record) {
                Ok(change) => self.add(change),
                Err(found) => self.diagnostics.extend(found),
            }
        }
    }

    fn deposed_change(&self, key: &DeposedKey, record: &Arc<Record>) -> Result<Change, Diagnostics> {
        let recorded = recorded(kind_of(self.kinds, record)?, record)?;
        let observation = match self.observed.deposed.get(key) {
            Some(observation) => observation.clone(),
            None => Some(Arc::new(as_recorded(&recorded, record))),
        };
        let present = Present {
            record: Arc::clone(record),
            recorded,
            observation,
        };
        let change = self.leftover(&key.address, present, false, Reason::Deposed)?;
        Ok(Change {
            deposed: Some(key.uid.clone()),
            previous_address: None,
            ..change
        })
    }

    pub(super) fn forbid_destroy(&mut self, resources: &[Arc<Resource>]) {
        for resource in resources {
            let goes = self.records.contains_key(&resource.address) && self.selection.has(&resource.address);
            if resource.lifecycle.prevent_destroy && goes {
                let found = prevented(&resource.address, resource.range, "destroyed");
                self.diagnostics.push(found);
            }
        }
    }

    /// Refuses to lose what left a block that is still there and has `prevent_destroy`: a lower `count`, a key fewer.
    pub(super) fn forbid_loss(&mut self, resources: &[Arc<Resource>], vacant: &[Vacant]) {
        if self.options.refresh_only {
            return;
        }
        let vacant = vacant.iter().filter(|block| block.prevent_destroy);
        let mut blocks: BTreeMap<Address, Range> =
            vacant.map(|block| (block.block.block(), block.range)).collect();
        let with = resources
            .iter()
            .filter(|resource| resource.lifecycle.prevent_destroy);
        blocks.extend(with.map(|resource| (resource.address.block(), resource.range)));
        if blocks.is_empty() {
            return;
        }
        // Of those that are wanted, a destruction has said so.
        let wanted: HashSet<&Address> = resources.iter().map(|resource| &resource.address).collect();
        let gone = self.changes.iter().filter(|change| {
            change.action == Action::Delete
                && change.deposed.is_none()
                && change.resource.is_none()
                && !wanted.contains(&change.address)
        });
        let found: Vec<_> = gone
            .filter_map(|change| {
                let range = blocks.get(&change.address.block())?;
                Some(prevented(&change.address, *range, "destroyed"))
            })
            .collect();
        found.into_iter().for_each(|found| self.diagnostics.push(found));
    }
}

/// What was put aside for a replacement that never came to be is the object of its address again: it is compared with
/// what is wanted now, and goes only once there is another one.
pub(super) fn restore(
    resources: &[Arc<Resource>],
    deposed: &BTreeMap<DeposedKey, Arc<Record>>,
    records: &mut Cow<'_, BTreeMap<Address, Arc<Record>>>,
) -> BTreeMap<Address, DeposedKey> {
    let mut restored = BTreeMap::new();
    if deposed.is_empty() {
        return restored;
    }
    let wanted: HashSet<&Address> = resources.iter().map(|resource| &resource.address).collect();
    for (key, record) in deposed {
        if wanted.contains(&key.address) && !records.contains_key(&key.address) {
            records.to_mut().insert(key.address.clone(), Arc::clone(record));
            restored.insert(key.address.clone(), key.clone());
        }
    }
    restored
}

/// What the configuration says of `destroy`.
struct Keeping<'a> {
    /// Sorted by address.
    resources: &'a [Arc<Resource>],
    /// By block, in its module instance and whatever the instances of the modules around it.
    blocks: HashMap<Cow<'a, str>, bool>,
}

impl<'a> Keeping<'a> {
    fn of(resources: &'a [Arc<Resource>], vacant: &'a [Vacant]) -> Self {
        let full = resources
            .iter()
            .map(|resource| (resource.address.without_key(), resource.lifecycle.keep));
        let empty = vacant.iter().map(|block| (block.block.as_str(), block.keep));
        let mut blocks: HashMap<Cow<'a, str>, bool> = HashMap::default();
        for (block, keep) in full.chain(empty) {
            if blocks.insert(Cow::Borrowed(block), keep).is_none()
                && block.contains('[')
                && let Ok(address) = Address::parse(block)
            {
                blocks
                    .entry(Cow::Owned(address.block().as_str().to_owned()))
                    .or_insert(keep);
            }
        }
        Keeping { resources, blocks }
    }

    /// Whether the object at `address` is forgotten and not deleted: as its block says, and where that is gone, as it last
    /// said.
    fn keeps(&self, address: &Address, record: &Record) -> bool {
        let at = self
            .resources
            .binary_search_by(|resource| resource.address.cmp(address));
        let said = at.ok().map(|at| self.resources[at].lifecycle.keep);
        let said = said.or_else(|| self.blocks.get(address.without_key()).copied());
        let said = said.or_else(|| self.blocks.get(address.block().as_str()).copied());
        said.unwrap_or(record.keep)
    }
}
