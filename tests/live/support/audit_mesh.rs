//! What is there of a mesh in its clusters, and who holds the keys of its certificates.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_kube::UID_MARK;
use meshform_sandbox::Cluster;
use meshform_state::{Scope, Snapshot};
use serde_json::Value as Json;

use super::audit::Census;
use super::sandbox::sandbox;
use super::world::World;

/// The collections in which a mesh without charts has objects, with `{}` for its namespace.
const COLLECTIONS: [&str; 4] = [
    "/api/v1/namespaces/{}/configmaps",
    "/api/v1/namespaces/{}/secrets",
    "/api/v1/namespaces/{}/serviceaccounts",
    "/apis/networking.istio.io/v1/namespaces/{}/gateways",
];

/// What each namespace has by itself.
const NATIVE: [&str; 2] = ["default", "kube-root-ca.crt"];

/// The key of a Secret of istiod with its own certificate.
const CERTIFICATE: &str = "ca-cert.pem";

impl World {
    /// The objects of this world in `cluster`, with what they are.
    fn kube_objects(&self, cluster: &Cluster) -> Vec<(&'static str, Json)> {
        let mut objects = Vec::new();
        for path in COLLECTIONS {
            let list = cluster.get(&path.replace("{}", &self.namespace)).unwrap();
            let (_, what) = path.rsplit_once('/').unwrap();
            objects.extend(items(&list).map(|item| (what, item)));
        }
        let bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
        let bindings = cluster.get(bindings).unwrap();
        // The namespaces of others begin alike.
        let part = format!(":{}:", self.namespace);
        objects.extend(
            items(&bindings)
                .filter(|item| name(item).contains(&part))
                .map(|item| ("clusterrolebindings", item)),
        );
        let namespace = cluster.get(&format!("/api/v1/namespaces/{}", self.namespace));
        objects.extend(namespace.ok().map(|namespace| ("namespaces", namespace)));
        objects.retain(|(_, object)| !NATIVE.contains(&name(object)));
        objects
    }

    /// How many objects there are in each cluster, by what they are.
    pub(super) fn kube_census(&self) -> Census {
        let mut census = Census::new();
        for cluster in &sandbox().clusters {
            for (what, _) in self.kube_objects(cluster) {
                *census.entry(format!("{what} of {}", cluster.name)).or_default() += 1;
            }
        }
        let roots = self.door().certificates();
        let roots = roots.iter().filter(|certificate| certificate.is_root).count();
        if roots > 0 {
            census.insert("certificates of roots".to_owned(), 1);
        }
        census
    }

    /// Objects in clusters that nothing records, records of none, certificates whose keys nobody holds.
    pub(super) fn mesh_wrong(&self, snapshot: &Snapshot) -> Vec<String> {
        let is_cluster = |scope: &Scope| matches!(scope, Scope::Cluster { .. });
        let records = snapshot.records.values().chain(snapshot.deposed.values());
        let records = records.filter(|record| snapshot.scopes.get(&record.scope).is_some_and(is_cluster));
        let recorded: BTreeSet<&str> = records.map(|record| record.uid.as_str()).collect();
        let (mut wrong, mut there, mut held) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for cluster in &sandbox().clusters {
            for (what, object) in self.kube_objects(cluster) {
                let mark = object["metadata"]["annotations"][UID_MARK].as_str();
                match mark.and_then(|mark| recorded.get(mark)) {
                    Some(mark) => _ = there.insert(*mark),
                    None => wrong.push(format!(
                        "{what} `{}` of {} with mark {mark:?} is recorded nowhere",
                        name(&object),
                        cluster.name
                    )),
                }
                let certificate = object["data"][CERTIFICATE].as_str().filter(|_| what == "secrets");
                held.extend(certificate.map(decoded));
            }
        }
        let nothing = recorded.difference(&there);
        wrong.extend(nothing.map(|uid| format!("what is recorded with uid {uid} is not there")));
        if !held.is_empty() {
            wrong.extend(self.keyless(&held));
        }
        wrong
    }

    /// The certificates of authorities that were issued for a key which no istiod has; `held` are those that istiods
    /// have.
    fn keyless(&self, held: &BTreeSet<String>) -> Vec<String> {
        let issued = self.door().certificates();
        let issued: Vec<_> = issued.iter().filter(|certificate| !certificate.is_root).collect();
        let keys: BTreeSet<&[u8]> = issued
            .iter()
            .filter(|certificate| held.contains(&flat(&certificate.pem)))
            .map(|certificate| certificate.public_key.as_slice())
            .collect();
        issued
            .iter()
            .filter(|certificate| !keys.contains(certificate.public_key.as_slice()))
            .map(|certificate| format!("nobody holds the key of {}", certificate.arn))
            .collect()
    }
}

fn items(list: &Json) -> impl Iterator<Item = Json> {
    list["items"].as_array().cloned().unwrap_or_default().into_iter()
}

fn name(object: &Json) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// A certificate as a Secret has it, in one line.
fn decoded(text: &str) -> String {
    flat(&String::from_utf8(STANDARD.decode(text).unwrap()).unwrap())
}

fn flat(pem: &str) -> String {
    pem.split_whitespace().collect()
}
