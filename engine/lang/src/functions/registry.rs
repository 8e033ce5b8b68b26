//! All functions by name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Function;

const FAMILIES: &[&[Function]] = &[
    super::chance::FUNCTIONS,
    super::cidr::FUNCTIONS,
    super::collection::FUNCTIONS,
    super::convert::FUNCTIONS,
    super::encoding::FUNCTIONS,
    super::files::FUNCTIONS,
    super::format::FUNCTIONS,
    super::hash::FUNCTIONS,
    super::json::FUNCTIONS,
    super::maps::FUNCTIONS,
    super::numeric::FUNCTIONS,
    super::regex::FUNCTIONS,
    super::sequence::FUNCTIONS,
    super::sets::FUNCTIONS,
    super::template::FUNCTIONS,
    super::text::FUNCTIONS,
    super::time::FUNCTIONS,
    super::yaml::FUNCTIONS,
];

fn all() -> &'static BTreeMap<&'static str, &'static Function> {
    static ALL: OnceLock<BTreeMap<&'static str, &'static Function>> = OnceLock::new();
    ALL.get_or_init(|| {
        FAMILIES
            .iter()
            .flat_map(|family| family.iter())
            .map(|function| (function.name, function))
            .collect()
    })
}

/// The function `name`.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    all().get(name).copied()
}

/// The names of all functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().keys().copied().chain(["can", "try"])
}
