//! The places that a plan is about, and who they are.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Scope, ScopeKey, Snapshot};

use crate::adapter::Identity;
use crate::refresh::{Observed, snapshot_scope};

/// All scopes, of state and configuration, with the identities that they have now.
pub(super) fn all_scopes(
    snapshot: &Snapshot,
    configured: &BTreeMap<ScopeKey, Scope>,
    observed: &Observed,
) -> BTreeMap<ScopeKey, Scope> {
    let keys: BTreeSet<&ScopeKey> = snapshot.scopes.keys().chain(configured.keys()).collect();
    let known = keys.into_iter().filter_map(|key| {
        let scope = snapshot_scope(snapshot, configured, key)?;
        Some((key.clone(), identified(scope, observed.identities.get(key))))
    });
    known.collect()
}

/// A cluster is recorded with the identity that it has now, so that another one of its name is not taken for it.
fn identified(scope: Scope, identity: Option<&Identity>) -> Scope {
    match (scope, identity) {
        (
            Scope::Cluster {
                name,
                uid: None,
                kubeconfig,
                context,
                eks,
            },
            Some(identity),
        ) => Scope::Cluster {
            name,
            uid: Some(identity.id.clone()),
            kubeconfig,
            context,
            eks,
        },
        (scope, _) => scope,
    }
}
