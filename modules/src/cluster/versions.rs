//! Which Kubernetes a version of Istio runs on.

use meshform_engine::compile::WordBlock;
use meshform_lang::{Diagnostic, Diagnostics};

use crate::mesh::Chart;

/// The oldest Kubernetes that each minor version of Istio 1 starts on: what istiod itself refuses to run below (istio
/// pkg/kube/util.go, `IsAtLeastVersion` at start). A newer Istio needs at least what the last one here does.
const OLDEST: [(u32, u32); 4] = [(28, 30), (29, 30), (30, 32), (31, 32)];

/// Whether the Istio of `charts` runs on Kubernetes `version`.
pub(super) fn review(block: &WordBlock, version: &str, charts: &[Chart]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let Some(istiod) = charts.iter().find(|chart| chart.name == "istiod") else {
        return found;
    };
    let Some(oldest) = minor(&istiod.version).and_then(oldest) else {
        return found;
    };
    if minor(version).is_none_or(|is| is >= oldest) {
        return found;
    }
    let detail = format!(
        "`{}` runs Kubernetes {version}; Istio {} needs 1.{oldest} or newer.",
        block.address, istiod.version
    );
    found.push(
        Diagnostic::error("Kubernetes is too old", detail)
            .hint("Upgrade the cluster first, or take an older Istio with `istio { version = … }`.")
            .check("P13")
            .at(block.arguments.range),
    );
    found
}

/// The minor version of Kubernetes 1 that Istio 1.`istio` needs.
fn oldest(istio: u32) -> Option<u32> {
    let known = OLDEST.iter().rev().find(|(first, _)| *first <= istio);
    known.map(|(_, oldest)| *oldest)
}

/// The minor version in `1.31.1`; none of other major versions.
fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_older_than_the_table_are_not_judged_and_newer_ones_as_its_last() {
        assert_eq!(oldest(27), None);
        assert_eq!(oldest(29), Some(30));
        assert_eq!(oldest(34), Some(32));
        assert_eq!(minor("1.30.3"), Some(30));
        assert_eq!(minor("2.0.0"), None);
    }
}
