//! Ratios that must hold in every build, on every machine: four times the resources, and a peer where one is found.

use std::path::Path;

use crate::cases::{BESIDE, Case, PAIRS, Pair};
use crate::measure::Limits;
use crate::run::{Measured, found, measured};
use crate::shapes::Tool;

/// What four times the resources may cost: what is quadratic costs sixteen times as much, and caches that no longer hold
/// everything cost a part of that.
const MOST_CPU: f64 = 7.0;

/// What they may take of memory, beyond what the program takes by itself.
const MOST_MEMORY: f64 = 5.0;

/// What they may take of state.
const MOST_STATE: f64 = 4.2;

/// Each is measured so often; the least counts.
const LIMITS: Limits = Limits { most: 3, enough: 6.0 };

/// Compares all pairs, and the peer if there is one; says what it finds.
///
/// # Errors
/// What is out of proportion, or the first failure.
pub(crate) fn compare(meshform: &Path, say: &dyn Fn(&str)) -> Result<(), String> {
    let mut wrong = Vec::new();
    for pair in PAIRS {
        wrong.extend(grown(pair, meshform, say)?);
    }
    if let Some(terraform) = found(Tool::Terraform) {
        for case in BESIDE {
            wrong.extend(beside(*case, meshform, &terraform, say)?);
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

fn grown(pair: &Pair, meshform: &Path, say: &dyn Fn(&str)) -> Result<Option<String>, String> {
    let of = |case: Case| measured(case, (Tool::Meshform, meshform), LIMITS);
    let (small, large) = (of(pair.small)?, of(pair.large)?);
    let cpu = large.series.least() / small.series.least();
    let memory = large.series.memory() as f64 / small.series.memory().max(1) as f64;
    let state = large.state as f64 / small.state.max(1) as f64;
    let told = format!(
        "{} → {}: {cpu:.2} × CPU, {memory:.2} × memory, {state:.2} × state",
        pair.small.name(),
        pair.large.shape.told()
    );
    say(&told);
    let well = cpu <= MOST_CPU && memory <= MOST_MEMORY && state <= MOST_STATE;
    Ok((!well).then_some(told))
}

/// Even a build that is not optimised is less work than the peer.
fn beside(
    case: Case,
    meshform: &Path,
    terraform: &Path,
    say: &dyn Fn(&str),
) -> Result<Option<String>, String> {
    let ours = measured(case, (Tool::Meshform, meshform), LIMITS)?;
    let theirs = measured(case, (Tool::Terraform, terraform), LIMITS)?;
    let share = |of: fn(&Measured) -> f64| of(&ours) / of(&theirs);
    let (cpu, memory) = (
        share(|measured| measured.series.least()),
        share(|measured| measured.series.memory() as f64),
    );
    let told = format!(
        "{}: {cpu:.2} of terraform's CPU, {memory:.2} of its memory",
        case.name()
    );
    say(&told);
    let well = cpu <= 1.0 && memory <= 1.0;
    Ok((!well).then_some(told))
}
