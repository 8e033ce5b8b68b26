//! Conditions that only the run can decide: looked at as soon as what they ask for is known.

use meshform_lang::{Diagnostic, Diagnostics, Severity};
use meshform_state::Address;

use super::run::Run;
use crate::adapter::{AdapterError, ErrorClass};
use crate::compile::Phase;
use crate::hash::{HashMap, HashSet};
use crate::plan::Plan;

/// The conditions of each resource, by their places in the plan.
pub(super) fn by_address(plan: &Plan) -> HashMap<Address, Vec<usize>> {
    let mut found: HashMap<Address, Vec<usize>> = HashMap::default();
    for (at, assertion) in plan.assertions.iter().enumerate() {
        for address in assertion.address.iter().chain(&*assertion.guards) {
            found.entry(address.clone()).or_default().push(at);
        }
    }
    found
}

impl Run {
    /// Why the step of the resource at `address` must not go on, if a condition of `phase` says so.
    pub(super) fn stopped_by(&mut self, address: &Address, phase: Phase) -> Option<AdapterError> {
        let mut found = Diagnostics::new();
        for at in self.conditions.get(address).into_iter().flatten() {
            let assertion = &self.plan.assertions[*at];
            if assertion.phase == phase {
                found.extend(assertion.check(&*self));
            }
        }
        let first = found.0.iter().find(|one| one.severity == Severity::Error)?;
        let error = AdapterError::refused(
            ErrorClass::Invalid,
            format!("{}: {}", first.summary, first.detail),
        );
        self.outcome.broken.extend(found);
        Some(error)
    }

    /// Looks at the conditions of outputs and of the whole, and at the values that nobody asked for.
    pub(super) fn look_at_the_whole(&mut self) {
        let mut found = Diagnostics::new();
        if let Some(values) = &self.plan.values {
            found.extend(values.check(&*self));
        }
        for assertion in self
            .plan
            .assertions
            .iter()
            .filter(|assertion| assertion.address.is_none())
        {
            found.extend(assertion.check(&*self));
        }
        self.outcome.broken.extend(found);
    }

    /// Puts what is wrong in order. What was said of a resource is not said again of the value that it asked for.
    pub(super) fn settle_broken(&mut self) {
        let broken = &mut self.outcome.broken;
        broken.sort();
        let about = |one: &Diagnostic| {
            let related = one.related.iter().map(|at| (at.range, at.label.clone()));
            let related: Vec<_> = related.collect();
            (one.range, one.summary.clone(), one.detail.clone(), related)
        };
        let of_resources = broken.0.iter().filter(|one| one.address.is_some());
        let said: HashSet<_> = of_resources.map(about).collect();
        broken
            .0
            .retain(|one| one.address.is_some() || !said.contains(&about(one)));
    }
}
