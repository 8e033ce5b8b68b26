//! What must hold, as the state says it was applied.

use std::collections::BTreeMap;

use meshform_engine::{Kinds, Object};
use meshform_lang::Value;
use meshform_state::{Record, ScopeKey, Snapshot};
use serde_json::Value as Json;

const CHART: &str = "istio_chart";
const CA_SECRET: &str = "istio_ca_secret";
const REMOTE_SECRET: &str = "istio_remote_secret";

/// What must hold of a mesh.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Its clusters, sorted by scope.
    pub members: Vec<Member>,
    /// Who reads whom.
    pub edges: Vec<Edge>,
}

/// A cluster of the mesh.
#[derive(Debug, Clone)]
pub struct Member {
    /// Where it is.
    pub scope: ScopeKey,
    /// Its name in the mesh.
    pub name: String,
    /// The network that its pods are in.
    pub network: String,
    /// The namespace of its istiod.
    pub namespace: String,
    /// The roots that its workloads must trust, in PEM.
    pub root: Option<String>,
    /// Its trust domain.
    pub trust_domain: String,
}

/// A direction of discovery.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The cluster whose istiod reads.
    pub reader: ScopeKey,
    /// The name of the cluster that it reads.
    pub read: String,
}

/// Why the state does not say what must hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpectedError {
    /// No mesh is in the state.
    #[error("the state holds no cluster of a mesh")]
    NoMesh,
    /// A record cannot be read.
    #[error("the record of `{0}` cannot be read")]
    Record(String),
}

impl Expected {
    /// Reads `snapshot`.
    ///
    /// # Errors
    /// If there is no mesh in it, or a record of one cannot be read.
    pub fn of(snapshot: &Snapshot, kinds: &Kinds) -> Result<Self, ExpectedError> {
        let reader = Reader { kinds };
        let mut roots: BTreeMap<&ScopeKey, String> = BTreeMap::new();
        let mut expected = Expected::default();
        for record in snapshot.records.values() {
            match &*record.kind {
                CA_SECRET => {
                    if let Some(root) = reader.text(record, "root_certificate")? {
                        roots.insert(&record.scope, root);
                    }
                }
                CHART => expected.members.extend(reader.member(record)?),
                REMOTE_SECRET => expected.edges.push(Edge {
                    reader: record.scope.clone(),
                    read: reader.text(record, "cluster")?.unwrap_or_default(),
                }),
                _ => {}
            }
        }
        if expected.members.is_empty() {
            return Err(ExpectedError::NoMesh);
        }
        for member in &mut expected.members {
            member.root = roots.get(&member.scope).cloned();
        }
        expected.members.sort_by(|a, b| a.scope.cmp(&b.scope));
        Ok(expected)
    }

    /// The member in this scope.
    #[must_use]
    pub fn in_scope(&self, scope: &ScopeKey) -> Option<&Member> {
        self.members.iter().find(|member| member.scope == *scope)
    }
}

struct Reader<'a> {
    kinds: &'a Kinds,
}

impl Reader<'_> {
    fn text(&self, record: &Record, attribute: &str) -> Result<Option<String>, ExpectedError> {
        let unreadable = || ExpectedError::Record(record.address.to_string());
        let kind = self.kinds.managed(&record.kind).ok_or_else(unreadable)?;
        let object = Object::decode(&record.attributes, kind.schema()).map_err(|_| unreadable())?;
        let value = object.get(kind.schema(), attribute);
        Ok(Value::as_str(value).map(str::to_owned))
    }

    /// The member that the chart of an istiod makes its cluster.
    fn member(&self, record: &Record) -> Result<Option<Member>, ExpectedError> {
        if self.text(record, "chart")?.as_deref() != Some("istiod") {
            return Ok(None);
        }
        let values = self.text(record, "values")?.unwrap_or_default();
        let values: Json =
            serde_json::from_str(&values).map_err(|_| ExpectedError::Record(record.address.to_string()))?;
        let said = |pointer: &str| {
            let value = values.pointer(pointer).and_then(Json::as_str);
            value.unwrap_or_default().to_owned()
        };
        Ok(Some(Member {
            scope: record.scope.clone(),
            name: said("/global/multiCluster/clusterName"),
            network: said("/global/network"),
            namespace: self.text(record, "namespace")?.unwrap_or_default(),
            root: None,
            trust_domain: said("/meshConfig/trustDomain"),
        }))
    }
}
