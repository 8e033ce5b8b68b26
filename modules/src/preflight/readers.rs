//! What the account by which one istiod reads another cluster may read there, as the role in the chart says.

use std::collections::{BTreeMap, BTreeSet};

use meshform_engine::Desired;
use meshform_state::ScopeKey;
use serde_json::Value as Json;

use super::text;

const ACCOUNT: &str = "istio_reader_account";
const CHART: &str = "istio_chart";

/// An account, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reader {
    /// The cluster that is read.
    pub(super) scope: ScopeKey,
    /// The account.
    pub(super) name: String,
    /// Why it is there.
    pub(super) why: String,
    /// The resources by what may be done with them; none if its role is in no chart that is known.
    pub(super) may: Option<BTreeMap<String, BTreeSet<String>>>,
}

impl Reader {
    /// Whether it may read every Secret.
    pub(super) fn reads_secrets(&self) -> bool {
        let mut readable = self.may.iter().flatten();
        readable.any(|(verbs, resources)| verbs.contains("list") && resources.contains("secrets"))
    }
}

/// The accounts of `desired`, in the order of their addresses.
pub(super) fn readers(desired: &Desired) -> Vec<Reader> {
    let accounts = desired
        .resources
        .iter()
        .filter(|one| one.kind.schema().kind == ACCOUNT);
    accounts
        .map(|account| Reader {
            scope: account.scope.clone(),
            name: text(account, "name").unwrap_or_default().to_owned(),
            why: account.why.as_deref().unwrap_or_default().to_owned(),
            may: text(account, "cluster_role").and_then(|role| rules(desired, &account.scope, role)),
        })
        .collect()
}

/// What the ClusterRole `role` that a chart in `scope` brings allows.
fn rules(desired: &Desired, scope: &ScopeKey, role: &str) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let charts = desired
        .resources
        .iter()
        .filter(|one| one.kind.schema().kind == CHART && one.scope == *scope);
    let manifests = charts.filter_map(|chart| serde_json::from_str(text(chart, "manifests")?).ok());
    let is_role = |object: &Json| {
        object.get("kind").and_then(Json::as_str) == Some("ClusterRole")
            && object.pointer("/metadata/name").and_then(Json::as_str) == Some(role)
    };
    let found = manifests
        .flat_map(|all: Vec<Json>| all.into_iter())
        .find(is_role)?;
    let mut may: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rule in found.get("rules").and_then(Json::as_array)? {
        let mut verbs = texts(rule, "verbs");
        verbs.sort_by_key(|verb| rank(verb));
        let resources = texts(rule, "resources");
        let all = resources.iter().map(|resource| match resource.as_str() {
            "*" => format!("everything of {}", texts(rule, "apiGroups").join(", ")),
            resource => resource.to_owned(),
        });
        may.entry(verbs.join(", ")).or_default().extend(all);
    }
    Some(may)
}

/// The order in which verbs are told.
fn rank(verb: &str) -> usize {
    let order = ["get", "list", "watch", "create", "update", "patch", "delete"];
    order
        .iter()
        .position(|known| *known == verb)
        .unwrap_or(order.len())
}

fn texts(rule: &Json, name: &str) -> Vec<String> {
    let all = rule.get(name).and_then(Json::as_array).into_iter().flatten();
    all.filter_map(Json::as_str).map(str::to_owned).collect()
}
