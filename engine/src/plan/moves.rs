//! Moves in the configuration: recorded objects get their new addresses before anything is compared.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::{Address, Record};

use crate::desired::Moved;
use crate::hash::HashMap;

/// The records by the address that they have now, and the address that each moved one had.
pub(super) struct Relocated<'a> {
    pub(super) records: Cow<'a, BTreeMap<Address, Arc<Record>>>,
    pub(super) previous: BTreeMap<Address, Address>,
    pub(super) diagnostics: Diagnostics,
}

pub(super) fn relocate<'a>(records: &'a BTreeMap<Address, Arc<Record>>, moved: &[Moved]) -> Relocated<'a> {
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
            let records = relocated.records.to_mut();
            if let Some(record) = records.remove(&source) {
                let mut record = Record::clone(&record);
                record.address = target.clone();
                records.insert(target.clone(), Arc::new(record));
                let first = relocated.previous.remove(&source).unwrap_or(source);
                relocated.previous.insert(target, first);
            }
        }
    }
    rename_dependencies(&mut relocated);
    relocated
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
    let rest = address.as_str().strip_prefix(block.from.as_str())?;
    let whole = rest.is_empty() || rest.starts_with('.') || rest.starts_with('[');
    if !whole {
        return None;
    }
    Address::parse(&format!("{}{rest}", block.to.as_str()))
        .ok()
        .filter(|target| target != address)
}
