//! The clusters of a sandbox under their names of EKS, and the keys that it knows. It must never be asked for a secret
//! but to check a signature.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::cluster::EksCluster;

/// Where a cluster is: account, region, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
}

/// A key that the door accepts, and who bears it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    /// The token that goes with a key of STS.
    pub(crate) session_token: Option<String>,
    /// As GetCallerIdentity answers it.
    pub(crate) arn: String,
    pub(crate) account: String,
}

/// A registered cluster.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) cluster: EksCluster,
    pub(crate) created_at: Timestamp,
}

#[derive(Default)]
struct Known {
    clusters: BTreeMap<Place, Registered>,
    identities: Vec<Identity>,
    /// The tokens that API servers have asked about.
    presented: BTreeSet<String>,
}

/// What all doors of a sandbox share.
#[derive(Default)]
pub(crate) struct Registry(Mutex<Known>);

impl Registry {
    fn known(&self) -> MutexGuard<'_, Known> {
        // Both parts are whole at every point.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn register(&self, cluster: EksCluster, now: Timestamp) {
        let place = Place {
            account: cluster.account.clone(),
            region: cluster.region.clone(),
            name: cluster.name.clone(),
        };
        let mut known = self.known();
        let created_at = known.clusters.get(&place).map_or(now, |before| before.created_at);
        known.clusters.insert(place, Registered { cluster, created_at });
    }

    /// Takes a cluster away; false when there is none.
    pub(crate) fn unregister(&self, place: &Place) -> bool {
        self.known().clusters.remove(place).is_some()
    }

    /// Returns the clusters of an account in a region, by name.
    pub(crate) fn clusters(&self, account: &str, region: &str) -> BTreeMap<String, Registered> {
        let known = self.known();
        let here = known
            .clusters
            .iter()
            .filter(|(place, _)| place.account == account && place.region == region);
        here.map(|(place, registered)| (place.name.clone(), registered.clone()))
            .collect()
    }

    /// Returns all names under which an API server is registered.
    pub(crate) fn served_by(&self, endpoint: &str) -> Vec<EksCluster> {
        let known = self.known();
        let all = known.clusters.values().map(|registered| &registered.cluster);
        all.filter(|cluster| cluster.endpoint.trim_end_matches('/') == endpoint.trim_end_matches('/'))
            .cloned()
            .collect()
    }

    pub(crate) fn learn(&self, identity: Identity) {
        let mut known = self.known();
        if !known.identities.contains(&identity) {
            known.identities.push(identity);
        }
    }

    pub(crate) fn present(&self, token: &str) {
        self.known().presented.insert(token.to_owned());
    }

    /// Returns all that must never be seen anywhere: keys, the tokens that go with them, tokens for clusters.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        let known = self.known();
        let keys = known.identities.iter();
        let keys =
            keys.flat_map(|identity| [Some(identity.secret_key.clone()), identity.session_token.clone()]);
        keys.flatten().chain(known.presented.iter().cloned()).collect()
    }

    /// Returns who bears a key. Doors of several accounts have the same key by default, so there may be more than one.
    pub(crate) fn bearers(&self, access_key: &str) -> Vec<Identity> {
        let known = self.known();
        let all = known.identities.iter();
        all.filter(|identity| identity.access_key == access_key)
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_regions_are_kept_apart() {
        let registry = Registry::default();
        let cluster = EksCluster::new("a", "eu-west-1", "https://127.0.0.1:1", "").account("111111111111");
        registry.register(cluster, Timestamp::UNIX_EPOCH);
        assert_eq!(registry.clusters("111111111111", "eu-west-1").len(), 1);
        assert!(registry.clusters("222222222222", "eu-west-1").is_empty());
        assert!(registry.clusters("111111111111", "us-east-1").is_empty());
        assert_eq!(registry.served_by("https://127.0.0.1:1/").len(), 1);
        let place = Place {
            account: "111111111111".to_owned(),
            region: "eu-west-1".to_owned(),
            name: "a".to_owned(),
        };
        assert!(registry.unregister(&place) && !registry.unregister(&place));
    }
}
