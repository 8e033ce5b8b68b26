//! What is left out because something is not there yet: everything in a place that is missing, and everything that needs
//! some of that.

use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::Address;

use crate::desired::{Deferred, Resource};
use crate::hash::{HashMap, HashSet};

use super::vocabulary::{Absence, Place};

/// How many resources a warning names.
const NAMED: usize = 5;

/// Which of `resources` wait for `absences`.
pub(super) fn deferred(absences: &[Absence], resources: &[Resource]) -> Deferred {
    let mut deferred = Deferred::default();
    for absence in absences {
        if let Place::Fixed(scope) = &absence.expansion.place {
            deferred.scopes.insert(scope.key());
        }
    }
    let mut users: HashMap<&Address, Vec<&Address>> = HashMap::default();
    for one in resources {
        for need in &one.dependencies {
            users.entry(&need.on).or_default().push(&one.address);
        }
    }
    let without_place = resources
        .iter()
        .filter(|one| deferred.scopes.contains(&one.scope));
    let mut open: Vec<&Address> = absences.iter().map(|absence| &absence.on).collect();
    open.extend(without_place.map(|one| &one.address));
    let mut waiting = HashSet::default();
    while let Some(address) = open.pop() {
        if waiting.insert(address) {
            open.extend(users.get(address).into_iter().flatten());
        }
    }
    let found = resources.iter().filter(|one| waiting.contains(&one.address));
    deferred.resources = found.map(|one| one.address.clone()).collect();
    deferred
}

/// The warnings about `absences`, with what is left out.
pub(super) fn told(absences: &[Absence], deferred: &Deferred) -> Diagnostics {
    let mut names: Vec<String> = deferred
        .resources
        .iter()
        .take(NAMED)
        .map(|address| format!("`{address}`"))
        .collect();
    match deferred.resources.len().saturating_sub(NAMED) {
        0 => {}
        more => names.push(format!("{more} more")),
    }
    let left_out = match names.as_slice() {
        [] => String::new(),
        names => format!(" Left out, too: {}.", names.join(", ")),
    };
    let told = absences.iter().map(|absence| Diagnostic {
        detail: format!("{}{left_out}", absence.told.detail),
        ..absence.told.clone()
    });
    Diagnostics(told.collect())
}
