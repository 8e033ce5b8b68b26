//! Addresses for machines: the parts that the reference's formats take them apart into.

use meshform_state::Address;
use meshform_state::addr::Key;
use serde_json::{Value as Json, json};

/// The parts of a resource's address.
pub(crate) struct Parts {
    /// `managed` or `data`.
    pub(crate) mode: &'static str,
    /// The module or the word's block that it belongs to; empty for the root.
    pub(crate) module: String,
    /// The kind.
    pub(crate) kind: String,
    /// The name.
    pub(crate) name: String,
    /// The instance key.
    pub(crate) index: Option<Json>,
}

/// Takes `address` apart. A word's block counts as a module: it makes resources and has a name, as one.
pub(crate) fn parts(address: &Address) -> Parts {
    let segments = address.segments();
    let (before, last) = segments.split_at(segments.len().saturating_sub(2));
    let data = before
        .last()
        .is_some_and(|segment| segment.name == "data" && segment.key.is_none());
    let before = if data { &before[..before.len() - 1] } else { before };
    let name_of = |at: usize| {
        last.get(at)
            .map(|segment| segment.name.clone())
            .unwrap_or_default()
    };
    Parts {
        mode: if data { "data" } else { "managed" },
        module: if before.is_empty() {
            String::new()
        } else {
            Address::from_segments(before).to_string()
        },
        kind: name_of(0),
        name: name_of(1),
        index: last
            .get(1)
            .and_then(|segment| segment.key.as_ref())
            .map(|key| match key {
                Key::Index(index) => json!(index),
                Key::Text(text) => json!(text),
            }),
    }
}

/// Whom tools that know the reference expect to provide a kind.
pub(crate) fn provider(kind: &str) -> &'static str {
    match kind.split('_').next() {
        Some("aws") => "registry.terraform.io/hashicorp/aws",
        Some("kubernetes") => "registry.terraform.io/hashicorp/kubernetes",
        _ => "meshform.io/builtin/meshform",
    }
}
