//! Moves in the configuration: recorded objects get their new addresses before anything is compared.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::addr::Key;
use meshform_state::{Address, Record};

use crate::desired::Moved;
use crate::hash::HashMap;

/// The records by the address that they have now, and the address that each moved one had.
pub(crate) struct Relocated<'a> {
    pub(crate) records: Cow<'a, BTreeMap<Address, Arc<Record>>>,
    pub(super) previous: BTreeMap<Address, Address>,
    pub(super) diagnostics: Diagnostics,
}

pub(crate) fn relocate<'a>(
    records: &'a BTreeMap<Address, Arc<Record>>,
    moved: &[Moved],
    recounted: &[Address],
) -> Relocated<'a> {
    let mut relocated = Relocated {
        records: Cow::Borrowed(records),
        previous: BTreeMap::new(),
        diagnostics: Diagnostics::new(),
    };
    for block in moved {
        // All that begins with an address stands together behind it.
        let behind = relocated.records.range(block.from.clone()..);
        let sources: Vec<Address> = behind
            .map(|(address, _)| address)
            .take_while(|address| address.as_str().starts_with(block.from.as_str()))
            .filter(|address| new_address(address, block).is_some())
            .cloned()
            .collect();
        for source in sources {
            let Some(target) = new_address(&source, block) else {
                continue;
            };
            if relocated.records.contains_key(&target) {
                relocated.diagnostics.push(
                    Diagnostic::error(
                        "Two objects for one address",
                        format!(
                            "`{source}` is to move to `{target}`, but the state has an object there already."
                        ),
                    )
                    .at(block.range)
                    .hint("Remove the `moved` block, or move the other object away first."),
                );
                continue;
            }
            relocated.give(source, target);
        }
    }
    for place in recounted {
        follow_count(&mut relocated, place);
    }
    rename_dependencies(&mut relocated);
    relocated
}

impl Relocated<'_> {
    fn give(&mut self, source: Address, target: Address) {
        let records = self.records.to_mut();
        if let Some(record) = records.remove(&source) {
            let mut record = Record::clone(&record);
            record.address = target.clone();
            records.insert(target.clone(), Arc::new(record));
            let first = self.previous.remove(&source).unwrap_or(source);
            self.previous.insert(target, first);
        }
    }

    /// What is recorded at `place` and below it, without the instances that it has.
    fn at(&self, place: &Address) -> impl Iterator<Item = &Address> {
        // Of all that begins with an address, its instances come behind its parts.
        let behind = self.records.range(place.clone()..).map(|(address, _)| address);
        behind
            .map_while(|address| Some((address, address.as_str().strip_prefix(place.as_str())?)))
            .take_while(|(_, rest)| !rest.starts_with('['))
            .filter(|(_, rest)| rest.is_empty() || rest.starts_with('.'))
            .map(|(address, _)| address)
    }
}

/// Gives `place` what is recorded where it would be if its block had `count` and has none, or the other way round.
fn follow_count(relocated: &mut Relocated<'_>, place: &Address) {
    if relocated.at(place).next().is_some() {
        return;
    }
    let block = place.without_key();
    let other = if block.len() == place.as_str().len() {
        place.keyed(&Key::Index(0))
    } else {
        match Address::parse(block) {
            Ok(other) => other,
            Err(_) => return,
        }
    };
    let sources: Vec<Address> = relocated.at(&other).cloned().collect();
    for source in sources {
        let rest = below(&source, &other).unwrap_or_default();
        if let Ok(target) = Address::parse(&format!("{place}{rest}")) {
            relocated.give(source, target);
        }
    }
}

/// What `address` has behind `place`, if it is that or a part of it.
fn below<'a>(address: &'a Address, place: &Address) -> Option<&'a str> {
    let rest = address.as_str().strip_prefix(place.as_str())?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

/// Records name what they need by its new address, as the state will once the moves are recorded.
fn rename_dependencies(relocated: &mut Relocated<'_>) {
    if relocated.previous.is_empty() {
        return;
    }
    let moved: HashMap<&Address, &Address> = relocated.previous.iter().map(|(to, from)| (from, to)).collect();
    for record in relocated.records.to_mut().values_mut() {
        if record
            .dependencies
            .iter()
            .any(|needed| moved.contains_key(needed))
        {
            let needs = &mut Arc::make_mut(record).dependencies;
            needs.iter_mut().for_each(|needed| {
                if let Some(to) = moved.get(needed) {
                    *needed = Address::clone(to);
                }
            });
        }
    }
}

/// Where `address` moves to: the block may name it, all instances of it, or something that it is part of.
fn new_address(address: &Address, block: &Moved) -> Option<Address> {
    let rest = below(address, &block.from)?;
    Address::parse(&format!("{}{rest}", block.to.as_str()))
        .ok()
        .filter(|target| target != address)
}
