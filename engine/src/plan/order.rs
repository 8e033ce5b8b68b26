//! The order in which resources are planned, and what their lifecycles ask of one another.

use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::Address;

use super::model::Change;
use crate::desired::Resource;
use crate::graph::Graph;
use crate::hash::HashMap;

/// All resources, each after what it needs.
///
/// # Errors
/// Resources that need one another.
pub(super) fn order(resources: &[Arc<Resource>]) -> Result<Vec<usize>, Diagnostics> {
    let graph = Graph::of(resources.iter().map(|resource| &**resource));
    graph.sorted().map_err(|cycle| {
        let path: Vec<String> = cycle
            .0
            .iter()
            .map(|index| format!("`{}`", resources[*index].address))
            .collect();
        Diagnostic::error(
            "Cycle",
            format!("These resources need one another: {}.", path.join(" → ")),
        )
        .into()
    })
}

/// Changes whose steps wait for one another.
pub(super) fn cycle_diagnostic(changes: &[Change], cycle: &[usize]) -> Diagnostics {
    let path: Vec<String> = cycle
        .iter()
        .map(|index| format!("`{}`", changes[*index].address))
        .collect();
    Diagnostic::error(
        "Cycle",
        format!(
            "No order of steps is possible: {} wait for one another.",
            path.join(" → ")
        ),
    )
    .hint("Two replacements with different `create_before_destroy` are the usual reason.")
    .into()
}

/// What something created first needs must be created first too, or the old one could not go before the new one is.
pub(super) fn spread_create_first(mut resources: Vec<Arc<Resource>>) -> Vec<Arc<Resource>> {
    if !resources
        .iter()
        .any(|resource| resource.lifecycle.create_before_destroy)
    {
        return resources;
    }
    let place: HashMap<Address, usize> = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| (resource.address.clone(), index))
        .collect();
    let mut stack: Vec<usize> = (0..resources.len())
        .filter(|index| resources[*index].lifecycle.create_before_destroy)
        .collect();
    while let Some(index) = stack.pop() {
        let needs: Vec<usize> = resources[index]
            .dependencies
            .iter()
            .filter_map(|dependency| place.get(&dependency.on).copied())
            .collect();
        for need in needs {
            if !resources[need].lifecycle.create_before_destroy {
                Arc::make_mut(&mut resources[need])
                    .lifecycle
                    .create_before_destroy = true;
                stack.push(need);
            }
        }
    }
    resources
}
