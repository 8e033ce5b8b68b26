//! The seam to the outside. An adapter reads freely and changes things only through [`Effects`].

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use meshform_state::journal::{Intent, Operation};
use meshform_state::{Address, Record, Scope};
use serde_json::value::RawValue;

use crate::effects::Effects;
use crate::hash::HashMap;
use crate::kind::{Home, Kind};
use crate::object::Object;

/// What an adapter is asked to look at.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it is in the configuration; for messages only.
    pub address: Address,
    /// What its API calls it.
    pub id: String,
    /// Our opaque name of it.
    pub uid: String,
    /// What the adapter kept for itself.
    pub private: Option<Box<RawValue>>,
    /// The attributes as recorded.
    pub recorded: Recorded,
}

/// The attributes of a recorded object, decoded when an adapter asks for them: many never do.
#[derive(Clone, Default)]
pub struct Recorded {
    record: Option<(Arc<dyn Kind>, Arc<Record>)>,
    object: OnceLock<Option<Object>>,
}

impl Recorded {
    /// Those of `record`, which is of `kind`.
    #[must_use]
    pub fn of(kind: &Arc<dyn Kind>, record: &Arc<Record>) -> Self {
        Recorded {
            record: Some((Arc::clone(kind), Arc::clone(record))),
            object: OnceLock::new(),
        }
    }

    /// Those of `object`.
    #[must_use]
    pub fn object(object: Option<Object>) -> Self {
        Recorded {
            record: None,
            object: object.into(),
        }
    }

    /// The attributes; `None` if nothing is recorded, as of what is imported.
    #[must_use]
    pub fn get(&self) -> Option<&Object> {
        let decoded = || {
            let (kind, record) = self.record.as_ref()?;
            Object::decode(&record.attributes, kind.schema()).ok()
        };
        self.object.get_or_init(decoded).as_ref()
    }
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recorded").field(&self.get()).finish()
    }
}

/// What an adapter saw.
#[derive(Debug, Clone)]
pub struct Observation {
    /// All attributes, write-only ones null.
    pub object: Object,
    /// What the adapter keeps for itself, renewed.
    pub private: Option<Box<RawValue>>,
    /// Whether it can be used yet.
    pub readiness: Readiness,
    /// Who changed which part and when, where the API tells.
    pub owners: Vec<Owner>,
    /// A version that changes with every change of the object, where the API has one: part of what a step expects.
    pub version: Option<String>,
}

/// Who last set a part of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The part, as in an expression: `.data.key`.
    pub path: String,
    /// Who, as the API names them.
    pub manager: String,
    /// When, in RFC 3339, where known.
    pub time: Option<String>,
}

/// Whether an object can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Yes.
    Ready,
    /// Not yet: what it waits for.
    Pending(String),
    /// Never: what went wrong.
    Failed(String),
}

/// A step to be done.
#[derive(Debug)]
pub struct Request<'a> {
    /// Where the resource is.
    pub address: &'a Address,
    /// Its kind.
    pub kind: &'a str,
    /// What to do.
    pub operation: Operation,
    /// The lineage of the state, for tags.
    pub lineage: &'a str,
    /// Our opaque name of the object: drawn anew for a creation, else that of the object.
    pub uid: &'a str,
    /// What its API calls it; empty for a creation.
    pub id: &'a str,
    /// The object as observed; `None` for a creation.
    pub before: Option<&'a Object>,
    /// What the adapter keeps for itself, as observed.
    pub private: Option<&'a RawValue>,
    /// The version that the step expects, where the API has one.
    pub version: Option<&'a str>,
    /// The attributes as recorded at the last apply.
    pub recorded: Option<&'a Object>,
    /// The object as planned, wholly known but for attributes that only the API sets; `None` for a deletion.
    pub planned: Option<&'a Object>,
}

/// What a step left.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What the API calls the object.
    pub id: String,
    /// The object, if the answers gave all of it and it is ready; else the engine reads it until it is.
    pub object: Option<Object>,
    /// What the adapter keeps for itself.
    pub private: Option<Box<RawValue>>,
}

/// The answer to "did this effect happen?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// Yes: what the API calls the object.
    Found(String),
    /// Yes, more than once, since the request was delivered more than once: what the API calls the objects. One is kept;
    /// the engine has the others deleted.
    Several(Vec<String>),
    /// No trace of it now. The engine decides whether enough time has passed for that to mean "no".
    Absent,
}

/// How long to wait for a kind's API.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// The longest that one call can still take effect after it was sent.
    pub call: Duration,
    /// The longest that an effect can stay invisible.
    pub settle: Duration,
    /// The longest that an object may take to become ready or to vanish.
    pub ready: Duration,
}

/// Why a call did not do what it should.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct AdapterError {
    /// What kind of failure it is.
    pub class: ErrorClass,
    /// Whether the effect may have happened all the same.
    pub certainty: Certainty,
    /// What the API said, with its own code; never a secret.
    pub message: String,
    /// What to do about it, if one can say.
    pub hint: Option<String>,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// Too many calls: again, later.
    Throttled,
    /// The other side is at fault or gone: again, a few times.
    Unavailable,
    /// Credentials are wrong, expired or missing.
    Unauthenticated,
    /// The right is missing.
    Denied,
    /// There is no such object.
    NotFound,
    /// The object exists already or is not what was expected.
    Conflict,
    /// It still depends on something or something on it: again, for a while.
    Busy,
    /// The request is wrong.
    Invalid,
    /// A limit is reached.
    Quota,
    /// Anything else.
    Other,
}

/// Whether a failed call may have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// It had none, for certain: the API refused it.
    NothingHappened,
    /// Nobody knows: the answer was lost.
    Unknown,
}

/// Who a scope turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account id, or the uid of the cluster's `kube-system` namespace.
    pub id: String,
    /// As whom we act there, for messages.
    pub caller: String,
}

/// The outside, for some kinds. One adapter serves all kinds of one API and looks after its own clients.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// Who `scope` is, and whether it can be reached at all.
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError>;

    /// Looks at `targets`, all of `kind` and in `scope`, in as few requests as the API allows. One answer for each
    /// target in order; `None` where there is no such object.
    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError>;

    /// Answers a data source.
    async fn query(&self, scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError>;

    /// Whether the effect of `intent` is there.
    async fn locate(&self, scope: &Scope, intent: &Intent) -> Result<Located, AdapterError>;

    /// Does a step. A creation gives what was made; a deletion gives `None` and has ended when nothing is left.
    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError>;

    /// How long to wait for `kind`.
    fn timing(&self, kind: &str) -> Timing;

    /// The service that calls for `kind` go to, where it counts calls on its own: throttled there, other services of the
    /// same scope are not held back.
    fn service(&self, kind: &str) -> &'static str {
        _ = kind;
        ""
    }

    /// How long a step of `kind` takes as a rule. What has the longest way to go starts first, so only the proportions
    /// between kinds count.
    fn typical(&self, kind: &str) -> Duration {
        _ = kind;
        Duration::from_secs(1)
    }
}

/// Which adapter serves which kind.
#[derive(Clone, Default)]
pub struct Registry {
    adapters: HashMap<String, Arc<dyn Adapter>>,
    homes: HashMap<Home, Arc<dyn Adapter>>,
}

impl Registry {
    /// Lets `adapter` serve `kind`, managed and as data.
    pub fn add(&mut self, kind: &str, adapter: &Arc<dyn Adapter>) {
        self.adapters.insert(kind.to_owned(), Arc::clone(adapter));
    }

    /// Lets `adapter` say who scopes of `home` are.
    pub fn add_home(&mut self, home: Home, adapter: &Arc<dyn Adapter>) {
        self.homes.insert(home, Arc::clone(adapter));
    }

    /// The adapter that says who scopes of `home` are.
    #[must_use]
    pub fn home(&self, home: Home) -> Option<&Arc<dyn Adapter>> {
        self.homes.get(&home)
    }

    /// The adapter that serves `kind`.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Adapter>> {
        self.adapters.get(kind)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.adapters.keys()).finish()
    }
}

impl Located {
    /// What was found under these names.
    #[must_use]
    pub fn any(mut ids: Vec<String>) -> Self {
        match (ids.pop(), ids.is_empty()) {
            (None, _) => Located::Absent,
            (Some(id), true) => Located::Found(id),
            (Some(id), false) => {
                ids.push(id);
                Located::Several(ids)
            }
        }
    }
}

impl AdapterError {
    /// A failure of `class` of which it is certain that nothing happened.
    #[must_use]
    pub fn refused(class: ErrorClass, message: impl Into<String>) -> Self {
        AdapterError {
            class,
            certainty: Certainty::NothingHappened,
            message: message.into(),
            hint: None,
        }
    }

    /// A failure whose effect may have happened.
    #[must_use]
    pub fn lost(class: ErrorClass, message: impl Into<String>) -> Self {
        AdapterError {
            class,
            certainty: Certainty::Unknown,
            message: message.into(),
            hint: None,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
