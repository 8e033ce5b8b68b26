//! A world that takes every resource of every kind and answers every question that a mesh asks.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::testing::kinds::made;
use meshform_engine::{
    Adapter, AdapterError, Effect, Effects, ErrorClass, Kinds, Located, Object, Observation, Readiness,
    Schema, Target,
};
use meshform_state::journal::{Intent, Locator, Operation};
use meshform_state::{Scope, ScopeKey, Str, Type, Value};

/// How many objects a rendered chart has; istiod's has about thirty.
const OBJECTS: usize = 30;

/// How long a rendered object is; of istiod's, some are longer.
const OBJECT: usize = 5_000;

/// Where an object is found again: scope, kind, id.
type Place = (ScopeKey, String, String);

/// The world. It forgets nothing and refuses nothing.
pub struct Outside {
    kinds: Kinds,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<Place, Object>,
    /// How often each kind of question was asked.
    asked: BTreeMap<String, usize>,
    /// How many calls changed something.
    effects: usize,
    reads: usize,
}

impl Outside {
    /// An empty world for `kinds`.
    #[must_use]
    pub fn new(kinds: Kinds) -> Self {
        Outside {
            kinds,
            inner: Mutex::default(),
        }
    }

    /// How many questions of `kind` were asked since the last call of this.
    #[must_use]
    pub fn asked(&self, kind: &str) -> usize {
        self.inner().asked.remove(kind).unwrap_or(0)
    }

    /// How many calls changed something since the last call of this.
    #[must_use]
    pub fn effects(&self) -> usize {
        std::mem::take(&mut self.inner().effects)
    }

    /// How many requests read objects since the last call of this.
    #[must_use]
    pub fn reads(&self) -> usize {
        std::mem::take(&mut self.inner().reads)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn schema(&self, kind: &str) -> Result<&Schema, AdapterError> {
        let unknown = || AdapterError::refused(ErrorClass::Invalid, format!("there is no kind `{kind}`"));
        Ok(self.kinds.managed(kind).ok_or_else(unknown)?.schema())
    }
}

/// `object` as the world has it: what only the world sets is set, what is only sent is not kept.
fn settled(schema: &Schema, object: &Object, id: &str) -> Object {
    let mut object = object.clone();
    for (field, attribute) in object.fields.iter_mut().zip(&schema.attributes) {
        if attribute.write_only {
            *field = Value::Null(attribute.ty.clone());
        } else if attribute.name == "id" && !field.is_known() {
            *field = Value::from(id);
        } else if !field.is_known() {
            *field = made(attribute.name, &attribute.ty, id);
        }
    }
    object
}

/// What is answered to a question of `kind`, as attributes and their values.
fn answer(kind: &str, scope: &str) -> Option<Vec<(&'static str, Value)>> {
    let list = |items: &[&str]| {
        let items = items.iter().map(|item| Value::from(*item)).collect();
        Value::list(Type::String, items)
    };
    Some(match kind {
        "aws_availability_zones" => vec![("names", list(&["us-west-2a", "us-west-2b", "us-west-2c"]))],
        "kubernetes_cluster" => vec![
            ("version", Value::from("1.34.4")),
            (
                "server",
                Value::from(format!("https://{}.example", scope.replace(':', "-"))),
            ),
            ("certificate_authority_data", Value::from("Q0E=")),
        ],
        "helm_chart" => vec![
            ("version", Value::from("1.31.1")),
            ("digest", Value::from("sha256:0")),
        ],
        "helm_template" => {
            let key = |n: usize| Str::from(format!("apps/Deployment/istio-system/o{n}"));
            let digests = (0..OBJECTS).map(|n| (key(n), Value::from("0".repeat(64))));
            let object = format!("\"{}\"", "x".repeat(OBJECT));
            vec![
                ("objects", Value::map(Type::String, digests.collect())),
                (
                    "manifests",
                    Value::from(format!("[{}]", vec![object; OBJECTS].join(","))),
                ),
            ]
        }
        "istio_installation" => Vec::new(),
        _ => return None,
    })
}

#[async_trait]
impl Adapter for Outside {
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError> {
        let id = match scope {
            Scope::Aws {
                account: Some(account),
                ..
            } => account.clone(),
            other => other.key().to_string(),
        };
        Ok(Identity {
            id,
            caller: "the benchmark".to_owned(),
        })
    }

    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let mut inner = self.inner();
        inner.reads += 1;
        let seen = |target: &Target| {
            let object = inner
                .objects
                .get(&(scope.key(), kind.to_owned(), target.id.clone()))?
                .clone();
            Some(Observation {
                object,
                private: None,
                readiness: Readiness::Ready,
                owners: Vec::new(),
                version: None,
            })
        };
        Ok(targets.iter().map(seen).collect())
    }

    async fn query(&self, scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        *self.inner().asked.entry(kind.to_owned()).or_default() += 1;
        let unknown = || AdapterError::refused(ErrorClass::Invalid, format!("nobody answers `{kind}`"));
        let schema = self.kinds.data(kind).ok_or_else(unknown)?.schema();
        let mut object = arguments.clone();
        for (name, value) in answer(kind, &scope.key().0).ok_or_else(unknown)? {
            object.set(schema, name, value);
        }
        Ok(object)
    }

    async fn locate(&self, _scope: &Scope, _intent: &Intent) -> Result<Located, AdapterError> {
        Ok(Located::Absent)
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let creates = request.operation == Operation::Create;
        let schema = self.schema(request.kind)?;
        // Two objects may be called the same, such as the two sides of a peering; what the world calls them is its own.
        let id = if creates {
            format!("{}-{}", request.kind, request.uid)
        } else {
            request.id.to_owned()
        };
        let effect = Effect {
            name: "world:Change",
            locator: Locator::Uid,
            repeatable: true,
            creates,
        };
        effects
            .run(effect, |_permit| async { Ok(Some(id.clone())) })
            .await?;
        let place = (scope.key(), request.kind.to_owned(), id.clone());
        let mut inner = self.inner();
        inner.effects += 1;
        let Some(planned) = request.planned else {
            inner.objects.remove(&place);
            return Ok(None);
        };
        let object = settled(schema, planned, &id);
        inner.objects.insert(place, object.clone());
        Ok(Some(Applied {
            id,
            object: Some(object),
            private: None,
        }))
    }

    fn timing(&self, _kind: &str) -> Timing {
        Timing {
            call: Duration::from_secs(1),
            settle: Duration::from_secs(1),
            ready: Duration::from_secs(60),
        }
    }
}
