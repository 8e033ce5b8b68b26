//! Conditions that only the run can decide: looked at as soon as what they ask for is known.

use meshform_lang::{Diagnostics, Severity};
use meshform_state::Address;

use super::run::Run;
use crate::adapter::{AdapterError, ErrorClass};
use crate::compile::Phase;
use crate::hash::HashMap;
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

    /// Looks at the conditions of outputs and of the whole.
    pub(super) fn look_at_the_whole(&mut self) {
        let mut found = Diagnostics::new();
        for assertion in self
            .plan
            .assertions
            .iter()
            .filter(|assertion| assertion.address.is_none())
        {
            found.extend(assertion.check(&*self));
        }
        self.outcome.broken.extend(found);
        self.outcome.broken.sort();
    }
}
