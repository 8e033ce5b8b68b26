//! `data "helm_chart"` and `data "helm_template"`: which chart there is, and what it renders to.

use std::collections::BTreeMap;

use super::chart::canonical_json;
use crate::kind;
use crate::spec::Rules;

kind! {
    /// A chart, wherever it is kept.
    pub struct HelmChart: data "helm_chart" in Local {
        /// Where charts are: a folder, `oci://…` or the address of a repository.
        source: String => required,
        /// The chart. In a folder it is the chart with this name, or the one in the folder of this name.
        name: String => required,
        /// Its version; without one the newest that the source has, or the one in the folder.
        version: Option<String> => optional.or_computed(),
        /// What tells whether it is still the same: `sha256:…` over its archive, or over all files of its folder.
        digest: Option<String> => computed,
        /// The version of what it installs.
        app_version: Option<String> => computed,
    }
}

impl Rules for HelmChart {}

kind! {
    /// A chart, rendered by helm.
    pub struct HelmTemplate: data "helm_template" in Local {
        /// Where charts are, as in `helm_chart`.
        source: String => required,
        /// The chart.
        name: String => required,
        /// Its version.
        version: Option<String> => optional,
        /// What `helm_chart` said of it; a chart that has become another one is refused.
        digest: Option<String> => optional,
        /// The name of the release.
        release: String => required,
        /// The namespace of the release.
        namespace: String => required,
        /// Values, as JSON. No secrets: helm and what it renders to would know them.
        values: Option<String> => optional.normalised(canonical_json),
        /// The Kubernetes version to render for, such as `1.34.4`.
        kube_version: Option<String> => optional,
        /// The rendered objects: a JSON array in the order in which they are to be made, definitions first.
        manifests: Option<String> => computed,
        /// The SHA-256 of each, by `group/Kind/namespace/name`.
        objects: BTreeMap<String, String> => computed,
    }
}

impl Rules for HelmTemplate {}
