//! Selection: which part of configuration and state a plan is about, where the user asks for less than all.
//!
//! What is selected is closed: whatever a selected resource needs is selected too, and whatever stands on something
//! that is to go goes first. So a plan of a part is a plan of a smaller whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::{Address, Record, Snapshot};

use super::build::Options;
use super::moves::relocate;
use super::named::Named;
use crate::desired::{Desired, Output};
use crate::hash::{HashMap, HashSet, room};

/// Which resources a plan is about.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// All of them if `None`; else these, at the addresses that the configuration gives them.
    only: Option<HashSet<Address>>,
    /// The addresses of the selected records, as the state has them.
    recorded: HashSet<Address>,
}

/// What `options` select of `desired` and `snapshot`.
///
/// # Errors
/// Addresses that neither has, and options that contradict each other.
pub fn select(desired: &Desired, snapshot: &Snapshot, options: &Options) -> Result<Selection, Diagnostics> {
    let named = [&options.target, &options.exclude, &options.replace];
    if named.iter().all(|addresses| addresses.is_empty()) {
        return Ok(Selection::default());
    }
    // What is wrong with the moves is said once, where the plan is built.
    let relocated = relocate(&snapshot.records, &desired.moved, &desired.recounted);
    let world = World::new(desired, snapshot, &relocated.records);
    let mut found = Diagnostics::new();
    found.extend(world.unknown("-target", &options.target));
    found.extend(world.unknown("-exclude", &options.exclude));
    found.extend(world.unknown_instances(&options.replace));
    if !options.target.is_empty() && !options.exclude.is_empty() {
        let detail = "`-target` says what alone is planned, `-exclude` what is left out; only one of them can be given.";
        found.push(Diagnostic::error("Options contradict each other", detail));
    }
    if found.has_errors() {
        return Err(found);
    }
    let only = if !options.target.is_empty() {
        world.targeted(&options.target, options.destroy)
    } else if !options.exclude.is_empty() {
        world.without(&options.exclude, options.destroy)
    } else {
        return Ok(Selection::default());
    };
    let before = |address: &Address| relocated.previous.get(address).unwrap_or(address).clone();
    let recorded = only.iter().map(before).collect();
    Ok(Selection {
        only: Some(only),
        recorded,
    })
}

impl Selection {
    /// Whether it is less than all.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.only.is_some()
    }

    /// Whether the resource at `address` is in it.
    #[must_use]
    pub fn has(&self, address: &Address) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(address))
    }

    /// Whether everything that `output` stands on is in it.
    pub(super) fn has_output(&self, output: &Output, wanted: &HashSet<&Address>) -> bool {
        let mut needs = output
            .dependencies
            .iter()
            .filter(|address| wanted.contains(address));
        needs.all(|address| self.has(address))
    }

    /// The part of `desired` and `snapshot` that must be looked at: the selected records, and the scopes of all that
    /// is selected.
    #[must_use]
    pub fn narrow(&self, desired: &Desired, snapshot: &Snapshot) -> (Snapshot, Scopes) {
        let mut narrow = Snapshot {
            lineage: snapshot.lineage.clone(),
            serial: snapshot.serial,
            scopes: snapshot.scopes.clone(),
            ..Snapshot::default()
        };
        let records = snapshot.records.iter();
        narrow.records = records
            .filter(|(address, _)| self.recorded.contains(*address))
            .map(|(address, record)| (address.clone(), Arc::clone(record)))
            .collect();
        let deposed = snapshot.deposed.iter();
        narrow.deposed = deposed
            .filter(|(key, _)| self.has(&key.address))
            .map(|(key, record)| (key.clone(), Arc::clone(record)))
            .collect();
        let resources = desired
            .resources
            .iter()
            .filter(|resource| self.has(&resource.address));
        let used: HashSet<_> = resources.map(|resource| &resource.scope).collect();
        let scopes = desired.scopes.iter().filter(|(key, _)| used.contains(key));
        (
            narrow,
            scopes.map(|(key, scope)| (key.clone(), scope.clone())).collect(),
        )
    }
}

/// Scopes by their keys.
type Scopes = BTreeMap<meshform_state::ScopeKey, meshform_state::Scope>;

/// What there is, and what needs what.
struct World<'a> {
    /// What each resource of the configuration needs.
    configured: HashMap<&'a Address, Vec<&'a Address>>,
    /// What needs each resource of the configuration.
    users: HashMap<&'a Address, Vec<&'a Address>>,
    /// What each recorded object needed when it was made.
    recorded: HashMap<&'a Address, &'a [Address]>,
    /// What needed each recorded object.
    holders: HashMap<&'a Address, Vec<&'a Address>>,
}

impl<'a> World<'a> {
    fn new(
        desired: &'a Desired,
        snapshot: &'a Snapshot,
        records: &'a BTreeMap<Address, Arc<Record>>,
    ) -> Self {
        let mut world = World {
            configured: room(desired.resources.len()),
            users: HashMap::default(),
            recorded: room(records.len()),
            holders: HashMap::default(),
        };
        for resource in &desired.resources {
            let needs: Vec<&Address> = resource.dependencies.iter().map(|needed| &needed.on).collect();
            for needed in &needs {
                world.users.entry(needed).or_default().push(&resource.address);
            }
            world.configured.insert(&resource.address, needs);
        }
        for (address, record) in records {
            for needed in &record.dependencies {
                world.holders.entry(needed).or_default().push(address);
            }
            world.recorded.insert(address, &record.dependencies);
        }
        for key in snapshot.deposed.keys() {
            world.recorded.entry(&key.address).or_default();
        }
        world
    }

    fn all(&self) -> HashSet<&'a Address> {
        self.configured
            .keys()
            .chain(self.recorded.keys())
            .copied()
            .collect()
    }

    fn matching(&self, named: &BTreeSet<Address>) -> Vec<&'a Address> {
        let named = Named::new(named);
        let all = self.all().into_iter();
        all.filter(|address| named.cover(address)).collect()
    }

    /// What a plan of `named` alone must hold: what it needs and, of what is to go, what stands on it.
    fn targeted(&self, named: &BTreeSet<Address>, destroy: bool) -> HashSet<Address> {
        closure(self.matching(named), |address| {
            match self.configured.get(address) {
                Some(needs) if !destroy => needs.clone(),
                _ => self.holders.get(address).cloned().unwrap_or_default(),
            }
        })
    }

    /// What is left without `named`: not what needs it and, of what is to go, not what it stands on.
    fn without(&self, named: &BTreeSet<Address>, destroy: bool) -> HashSet<Address> {
        let left_out = closure(self.matching(named), |address| {
            let needed = self.recorded.get(address).copied().unwrap_or_default();
            let goes = |needed: &&Address| destroy || !self.configured.contains_key(*needed);
            let mut out: Vec<&Address> = needed.iter().filter(goes).collect();
            if !destroy {
                out.extend(self.users.get(address).into_iter().flatten());
            }
            out
        });
        let all = self.all().into_iter();
        all.filter(|address| !left_out.contains(*address))
            .cloned()
            .collect()
    }

    fn unknown(&self, flag: &str, named: &BTreeSet<Address>) -> Diagnostics {
        let all = self.all();
        let index = Named::new(named);
        let found: HashSet<&str> = all.iter().flat_map(|address| index.around(address)).collect();
        let missing = named.iter().filter(|name| !found.contains(name.as_str()));
        Diagnostics(missing.map(|name| not_found(flag, name)).collect())
    }

    fn unknown_instances(&self, named: &BTreeSet<Address>) -> Diagnostics {
        let all = self.all();
        let missing = named.iter().filter(|name| !all.contains(name));
        let told = missing.map(|name| {
            let instances = all
                .iter()
                .filter(|address| address.without_key() == name.as_str());
            match instances.min() {
                Some(instance) => several(name, instance),
                None => not_found("-replace", name),
            }
        });
        Diagnostics(told.collect())
    }
}

fn not_found(flag: &str, name: &Address) -> Diagnostic {
    let detail =
        format!("Neither configuration nor state has `{name}`, which `{flag}` names. Nothing was planned.");
    Diagnostic::error("Resource not found", detail)
        .about(name)
        .hint("`meshform state list` lists all that is recorded.")
}

fn several(name: &Address, instance: &Address) -> Diagnostic {
    let detail = format!("`{name}` has instances, and `-replace` names one resource. Nothing was planned.");
    Diagnostic::error("Instance not named", detail)
        .about(name)
        .hint(format!(
            "Name an instance with its key, such as `-replace='{instance}'`."
        ))
}

/// `start`, and everything that `next` leads to from there.
fn closure<'a>(start: Vec<&'a Address>, next: impl Fn(&Address) -> Vec<&'a Address>) -> HashSet<Address> {
    let mut stack = start;
    let mut reached = HashSet::default();
    while let Some(address) = stack.pop() {
        if reached.insert(address.clone()) {
            stack.extend(next(address));
        }
    }
    reached
}
