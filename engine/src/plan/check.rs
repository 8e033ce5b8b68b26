//! A checker that does not trust the planner: what must hold for every plan, however it was made.

use meshform_state::Address;

use super::model::{Action, Change, Order, Plan, Step, StepKind};

use crate::hash::HashMap;

/// Something that must not be in a plan: a bug in the planner, found before anything is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan for `{address}` is wrong: {what}")]
pub struct Violation {
    /// The resource.
    pub address: Address,
    /// What is wrong.
    pub what: String,
}

/// Everything in `plan` that must not be there.
#[must_use]
pub fn check(plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut steps_of: HashMap<usize, Vec<usize>> = HashMap::default();
    for (at, step) in plan.steps.iter().enumerate() {
        steps_of.entry(step.change).or_default().push(at);
        if step.after.iter().any(|before| *before >= at) {
            found.push(violation(
                &plan.changes[step.change],
                "a step comes before one that it waits for",
            ));
        }
    }
    for (index, change) in plan.changes.iter().enumerate() {
        let own = steps_of.get(&index).map_or(&[][..], Vec::as_slice);
        check_shape(change, own.iter().map(|at| &plan.steps[*at]), &mut found);
    }
    check_order(plan, &steps_of, &mut found);
    for pair in plan.changes.windows(2) {
        if (&pair[0].address, &pair[0].deposed) >= (&pair[1].address, &pair[1].deposed) {
            found.push(violation(&pair[1], "it appears twice or out of order"));
        }
    }
    found
}

fn violation(change: &Change, what: &str) -> Violation {
    Violation {
        address: change.address.clone(),
        what: what.to_owned(),
    }
}

fn check_shape<'a>(change: &Change, steps: impl Iterator<Item = &'a Step>, found: &mut Vec<Violation>) {
    let mut kinds: Vec<StepKind> = steps.map(|step| step.kind).collect();
    kinds.sort_unstable();
    let expected: &[StepKind] = match change.action {
        Action::NoOp => {
            if !matches!(kinds.as_slice(), [] | [StepKind::Record | StepKind::Pass]) {
                found.push(violation(
                    change,
                    "nothing is to change, but there is a step that changes it",
                ));
            }
            return;
        }
        Action::Create => &[StepKind::Create],
        Action::Read => &[StepKind::Read],
        Action::Update => &[StepKind::Update],
        Action::Delete => &[StepKind::Delete],
        Action::Forget => &[StepKind::Forget],
        Action::Replace(Order::DeleteFirst) => &[StepKind::Create, StepKind::Delete],
        Action::Replace(Order::CreateFirst) => &[StepKind::Create, StepKind::Delete, StepKind::Depose],
    };
    if kinds != expected {
        found.push(violation(change, "its steps are not those of its action"));
    }
    let has = (change.before.is_some(), change.after.is_some());
    let expected = match change.action {
        Action::Create | Action::Read => (false, true),
        Action::Update | Action::Replace(_) => (true, true),
        Action::Delete | Action::Forget => (true, false),
        Action::NoOp => has,
    };
    if has != expected {
        found.push(violation(
            change,
            "what it was and what it will be do not fit its action",
        ));
    }
    if let (Action::Update, Some(before), Some(after)) = (change.action, &change.before, &change.after) {
        let schema = change.kind.schema();
        for (slot, attribute) in schema.attributes.iter().enumerate() {
            if attribute.force_new && before.fields[slot] != after.fields[slot] {
                found.push(violation(
                    change,
                    &format!("`{}` cannot be updated in place", attribute.name),
                ));
            }
        }
    }
}

/// Every making step comes after those of what it needs; every deletion after those of what needed it.
fn check_order(plan: &Plan, steps_of: &HashMap<usize, Vec<usize>>, found: &mut Vec<Violation>) {
    let by_address: HashMap<&Address, usize> = plan
        .changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.deposed.is_none())
        .map(|(index, change)| (&change.address, index))
        .collect();
    let step = |change: usize, wanted: &[StepKind]| {
        steps_of
            .get(&change)
            .into_iter()
            .flatten()
            .copied()
            .find(|at| wanted.contains(&plan.steps[*at].kind))
    };
    let making = [StepKind::Create, StepKind::Update, StepKind::Read];
    for (index, change) in plan.changes.iter().enumerate() {
        for dependency in change.resource.iter().flat_map(|resource| &resource.dependencies) {
            let needed = by_address
                .get(&dependency.on)
                .and_then(|needed| step(*needed, &making));
            if let (Some(needed), Some(own)) = (needed, step(index, &making))
                && needed > own
            {
                found.push(violation(
                    change,
                    &format!("it is made before `{}`, which it needs", dependency.on),
                ));
            }
        }
        for needed in change.record.iter().flat_map(|record| &record.dependencies) {
            let ends = by_address
                .get(needed)
                .and_then(|needed| step(*needed, &[StepKind::Delete]));
            if let (Some(ends), Some(own)) = (ends, step(index, &[StepKind::Delete]))
                && ends < own
            {
                found.push(violation(
                    change,
                    &format!("`{needed}`, which it needs, is deleted before it"),
                ));
            }
        }
    }
}
