//! What is there, beside what is recorded: orphans, duplicates, records of nothing.

use std::collections::BTreeMap;

use meshform_sandbox::AwsObject;
use meshform_state::Snapshot;
use meshform_state::journal::Folded;
use serde_json::Value as Json;

use super::sandbox::cluster;
use super::world::World;

/// How many objects of each kind a world has beside those that it had at its start.
pub(crate) type Census = BTreeMap<String, usize>;

impl World {
    /// What was made and is still there, with what AWS makes along with it.
    pub(crate) fn made(&self) -> Vec<AwsObject> {
        let now = self.door().objects(self.example.regions()).unwrap();
        now.difference(&self.before).cloned().collect()
    }

    /// How many objects there are of each kind.
    pub(crate) fn census(&self) -> Census {
        self.count(&self.made())
    }

    fn count(&self, made: &[AwsObject]) -> Census {
        let mut census = Census::new();
        for object in made {
            let associations = object.body.matches("<routeTableAssociationId>").count();
            *census.entry(object.kind.clone()).or_default() += 1;
            if associations > 0 {
                *census.entry("association".to_owned()).or_default() += associations;
            }
            if object.kind == "route-table" {
                let routes = object.body.matches("<destinationCidrBlock>").count();
                *census.entry("route".to_owned()).or_default() += routes;
            }
        }
        if self.example.is_mesh() {
            census.extend(self.kube_census());
            return census;
        }
        for (what, there) in [
            ("namespace", self.kube_namespace()),
            ("settings", self.kube_settings()),
        ] {
            if there.is_some() {
                census.insert(what.to_owned(), 1);
            }
        }
        let others = self.kube_others();
        if others > 0 {
            census.insert("other ConfigMaps".to_owned(), others);
        }
        census
    }

    /// What is wrong between state and world once everything is done, as sentences.
    pub(crate) fn audit(&self, folded: &Folded, expected: &Census) -> Vec<String> {
        let mut wrong = Vec::new();
        if folded.open_run.is_some() || folded.has_ended() || folded.is_contained() {
            wrong.push("a run is left open".to_owned());
        }
        wrong.extend(
            folded
                .in_doubt
                .iter()
                .map(|doubt| format!("in doubt: {:?}", doubt.intent)),
        );
        let made = self.made();
        let census = self.count(&made);
        if census != *expected {
            wrong.push(format!("there are {census:?}, expected {expected:?}"));
        }
        wrong.extend(self.unrecorded(&made, &folded.snapshot));
        if self.example.is_mesh() {
            wrong.extend(self.mesh_wrong(&folded.snapshot));
        }
        wrong
    }

    /// Records of nothing, and objects with another mark than recorded.
    fn unrecorded(&self, made: &[AwsObject], snapshot: &Snapshot) -> Vec<String> {
        let mut wrong = Vec::new();
        for record in snapshot.records.values().chain(snapshot.deposed.values()) {
            if record.incomplete {
                wrong.push(format!("`{}` is recorded as incomplete", record.address));
            }
            let there = match record.kind.as_str() {
                "meshform_data" => true,
                kind if self.example.is_mesh() => !kind.starts_with("aws_") || is_made(made, &record.id),
                "kubernetes_namespace" => bears(self.kube_namespace(), &record.uid),
                "kubernetes_manifest" => bears(self.kube_settings(), &record.uid),
                "aws_route_table_association" => {
                    let id = format!("<routeTableAssociationId>{}<", record.id);
                    made.iter().any(|object| object.body.contains(&id))
                }
                _ => made.iter().any(|object| object.id == record.id),
            };
            if !there {
                wrong.push(format!(
                    "`{}` is recorded as {}, which is not there as recorded",
                    record.address, record.id
                ));
            }
        }
        wrong
    }

    /// The namespace, if it is there.
    pub(crate) fn kube_namespace(&self) -> Option<Json> {
        cluster()
            .get(&format!("/api/v1/namespaces/{}", self.namespace))
            .ok()
    }

    /// The path of the ConfigMap.
    pub(crate) fn settings_path(&self) -> String {
        format!("/api/v1/namespaces/{}/configmaps/settings", self.namespace)
    }

    /// The ConfigMap, if it is there.
    pub(crate) fn kube_settings(&self) -> Option<Json> {
        cluster().get(&self.settings_path()).ok()
    }

    /// How many more ConfigMaps there are than that and the one of the control plane.
    fn kube_others(&self) -> usize {
        let list = cluster()
            .get(&format!("/api/v1/namespaces/{}/configmaps", self.namespace))
            .unwrap();
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let known = |name: &Json| name == "settings" || name == "kube-root-ca.crt";
        items
            .iter()
            .filter(|item| !known(&item["metadata"]["name"]))
            .count()
    }
}

/// Whether what is called `id`, alone or in a part of it, is there.
fn is_made(made: &[AwsObject], id: &str) -> bool {
    made.iter()
        .any(|object| id.contains(&object.id) || object.body.contains(id))
}

fn bears(object: Option<Json>, uid: &str) -> bool {
    object.is_some_and(|object| object["metadata"]["annotations"][meshform_kube::UID_MARK] == uid)
}
