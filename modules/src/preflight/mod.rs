//! `preflight`: what of a mesh was looked at before anything is done, what is wrong with it, and what it will let whom do.
//! Pure: mistakes come from compilation with all facts, the same that `plan` makes, and carry the ids of their checks;
//! `report` puts beside them what was found in order. `readers` says what istiods may read of other clusters, `rights`
//! what whoever applies must be allowed. The checks are in `docs/preflight.md`.

mod readers;
mod report;
mod rights;

pub use report::{Denied, Met, Outlook, Problem, report};
pub use rights::needed;

use meshform_engine::desired::Resource;
use meshform_lang::Value;

/// The attribute `name` of a resource.
fn attribute<'a>(resource: &'a Resource, name: &str) -> Option<&'a Value> {
    let attributes = &resource.kind.schema().attributes;
    let slot = attributes.iter().position(|attribute| attribute.name == name)?;
    resource.fields.get(slot).filter(|value| !value.is_null())
}

/// The known text of the attribute `name`.
fn text<'a>(resource: &'a Resource, name: &str) -> Option<&'a str> {
    attribute(resource, name)?.as_str()
}
