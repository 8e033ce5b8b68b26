//! Outputs: what becomes of each, the values that only apply can know included.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::Diagnostics;
use meshform_state::{OutputRecord, Type, Value};

use super::model::OutputChange;
use super::select::Selection;
use crate::desired::{Lookup, Output, Recipe, Resource};
use crate::hash::HashSet;
use crate::resolve::{self, Refill};

/// Which outputs a plan is about.
pub(super) struct Concerned<'a> {
    /// All that it is about go.
    pub(super) destroy: bool,
    /// Only what is known already is recorded.
    pub(super) refresh_only: bool,
    pub(super) selection: &'a Selection,
    pub(super) resources: &'a [Arc<Resource>],
}

impl Concerned<'_> {
    /// Those of `outputs` that are computed anew, and those that are left as recorded.
    fn split<'a>(&self, outputs: &'a [Output]) -> (Vec<&'a Output>, Vec<&'a Output>) {
        let outputs = outputs.iter();
        if !self.selection.is_partial() {
            return if self.destroy {
                (Vec::new(), Vec::new())
            } else {
                (outputs.collect(), Vec::new())
            };
        }
        let wanted: HashSet<_> = self.resources.iter().map(|resource| &resource.address).collect();
        if self.destroy {
            let stands = |output: &&Output| !output.dependencies.iter().any(|on| self.selection.has(on));
            return (Vec::new(), outputs.filter(stands).collect());
        }
        outputs.partition(|output| self.selection.has_output(output, &wanted))
    }
}

/// The outputs that change, sorted by name, and the mistakes in their expressions.
pub(super) fn changes(
    outputs: &[Output],
    recorded: &BTreeMap<String, OutputRecord>,
    lookup: &dyn Lookup,
    concerned: &Concerned<'_>,
) -> (Vec<OutputChange>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut changes = Vec::new();
    let (wanted, left) = concerned.split(outputs);
    for output in &wanted {
        let value = resolve::value(&output.value, output.recipe.as_ref(), lookup);
        let Some(after) = diagnostics.collect(value) else {
            continue;
        };
        if after.is_known() || !concerned.refresh_only {
            changes.extend(changed(output, after, recorded.get(&*output.name)));
        }
    }
    let names: HashSet<&str> = wanted.iter().chain(&left).map(|output| &*output.name).collect();
    // What a plan of a part does not know it leaves as it is.
    let known: HashSet<&str> = outputs.iter().map(|output| &*output.name).collect();
    let goes =
        |name: &str| !names.contains(name) && (!concerned.selection.is_partial() || known.contains(name));
    for (name, record) in recorded.iter().filter(|(name, _)| goes(name.as_str())) {
        let (name, before) = (name.as_str().into(), value_of(record));
        changes.push(OutputChange {
            name,
            before,
            after: None,
            recipe: None,
            sensitive: record.sensitive,
        });
    }
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    (changes, diagnostics)
}

fn changed(output: &Output, after: Value, recorded: Option<&OutputRecord>) -> Option<OutputChange> {
    let before = recorded.and_then(value_of);
    let same = match recorded {
        Some(record) if record.sensitive && output.sensitive => after.is_known(),
        Some(_) => !output.sensitive && before.as_ref() == Some(&after),
        None => false,
    };
    // What planning looked up knows no origins any more. Apply goes by what was configured and what then is there, so
    // that nothing is recorded of an object that was never made.
    let refill =
        || (!output.value.is_known()).then(|| Arc::new(Refill(output.value.clone())) as Arc<dyn Recipe>);
    let recipe = output.recipe.clone().or_else(refill);
    let (name, sensitive) = (output.name.clone(), output.sensitive);
    (!same).then_some(OutputChange {
        name,
        before,
        after: Some(after),
        recipe,
        sensitive,
    })
}

fn value_of(record: &OutputRecord) -> Option<Value> {
    meshform_state::value::decode(record.value.as_ref()?.get(), &Type::Any).ok()
}
