//! What is recorded in a place that is not there: nothing tells whether it is gone or the place is called otherwise.

use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::{Address, Snapshot};

use super::Options;
use crate::desired::Desired;

/// As [`lost`], for whoever plans: what is destroyed need not be looked at.
///
/// # Errors
/// What is lost.
pub(super) fn none_lost(
    desired: &Desired,
    snapshot: &Snapshot,
    options: &Options,
) -> Result<(), Diagnostics> {
    let lost = lost(desired, snapshot);
    if lost.has_errors() && !options.destroy {
        return Err(lost);
    }
    Ok(())
}

/// Refuses to plan while something is recorded that cannot be looked at, since its place does not exist.
#[must_use]
pub fn lost(desired: &Desired, snapshot: &Snapshot) -> Diagnostics {
    let mut found = Diagnostics::new();
    for scope in &desired.deferred.scopes {
        let recorded = snapshot.records.values().filter(|record| record.scope == *scope);
        let recorded: Vec<&Address> = recorded.map(|record| &record.address).collect();
        let (Some(first), count) = (recorded.first(), recorded.len()) else {
            continue;
        };
        let detail = format!(
            "The state has {count} resources in scope `{scope}`, such as `{first}`, and there is no such place: they can \
             neither be looked at nor be deleted."
        );
        found.push(
            Diagnostic::error("Place of recorded resources is gone", detail)
                .hint(
                    "Correct how the place is called. If it was deleted with all that was in it, forget them: take its \
                     block out and write a `removed` block for it with `lifecycle { destroy = false }`.",
                )
                .about(first),
        );
    }
    found
}
