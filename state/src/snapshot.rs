//! The snapshot: what was recorded, as data. How it gets to disk is [`mod@crate::format`]'s concern, and no type here
//! may hold a secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::journal::RunId;
use crate::{Address, Scope, ScopeKey};

/// What the last apply left, with all that is needed to find it again.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Identifies this state for ever: a state of another lineage is another mesh. A UUID.
    pub lineage: String,
    /// Grows by one with every written snapshot.
    pub serial: u64,
    /// The last run whose events are in here. A journal of it that is still there adds nothing: a crash came between
    /// writing this snapshot and removing that journal. The fold sets it; nobody else has to.
    pub last_run: Option<RunMark>,
    /// What resources live in, with how to reach it, so that what left the configuration can still be deleted.
    pub scopes: BTreeMap<ScopeKey, Scope>,
    /// The resources.
    pub records: BTreeMap<Address, Arc<Record>>,
    /// Objects that were replaced but not yet deleted.
    pub deposed: BTreeMap<DeposedKey, Arc<Record>>,
    /// The outputs, encoded with their types; sensitive ones are left out, only their names are kept.
    pub outputs: BTreeMap<String, OutputRecord>,
}

impl Snapshot {
    /// A state of which nothing is recorded yet.
    #[must_use]
    pub fn new(lineage: impl Into<String>) -> Self {
        Snapshot {
            lineage: lineage.into(),
            ..Snapshot::default()
        }
    }
}

/// A run, as states remember it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunMark {
    /// Which.
    pub run: RunId,
    /// When it began, in RFC 3339; empty where the state is of format 1, which did not say.
    pub began: String,
}

impl std::fmt::Display for RunMark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.began.as_str() {
            "" => write!(f, "run {}", self.run),
            began => write!(f, "run {} of {began}", self.run),
        }
    }
}

/// Identifies an object that was replaced at an address and still exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeposedKey {
    /// Where it was.
    pub address: Address,
    /// The uid of the object, see [`Record::uid`].
    pub uid: String,
}

impl DeposedKey {
    /// The key of `record`, if it is deposed.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        DeposedKey {
            address: record.address.clone(),
            uid: record.uid.clone(),
        }
    }
}

/// One recorded object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Where it is in the configuration.
    pub address: Address,
    /// Its kind, such as `aws_vpc`.
    pub kind: String,
    /// The version of the kind's schema that wrote `attributes`.
    pub schema_version: u32,
    /// Where it lives.
    pub scope: ScopeKey,
    /// What its API calls it: `vpc-0123…`, `v1/ConfigMap/ns/name`.
    pub id: String,
    /// Our opaque name of this one object, drawn anew for each attempt to create one; in the object's tags or
    /// annotations, so that it can be found when the answer was lost.
    pub uid: String,
    /// Attribute name to value, encoded by the kind's schema ([`crate::value::encode`]).
    pub attributes: Box<RawValue>,
    /// What the adapter needs to find and change it, and nobody sees: a Kubernetes uid, the fields we own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<Box<RawValue>>,
    /// What must outlive it: direct dependencies, through gates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Address>,
    /// Whether its replacement is created first. Recorded, since a deletion has no configuration to look at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create_before_destroy: bool,
    /// Whether it is forgotten and not deleted when it leaves the configuration, which then cannot say so any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep: bool,
    /// Whether its creation began but is not known to have ended: the next plan finishes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
}

impl Record {
    /// The uid by which the object `id` is recorded that bears `uid` beside the one that is kept.
    #[must_use]
    pub fn uid_of_double(uid: &str, id: &str) -> String {
        format!("{uid}+{id}")
    }
}

/// One recorded output.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputRecord {
    /// Whether it is sensitive; the value is then left out.
    pub sensitive: bool,
    /// The value, encoded with type [`crate::Type::Any`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Box<RawValue>>,
}
