//! One process's way to the world: an adapter as a careful author writes one.

use std::time::Duration;

use async_trait::async_trait;
use meshform_state::journal::{Intent, Locator, Operation};
use meshform_state::{Scope, Type, Value};
use tokio_util::sync::CancellationToken;

use super::kinds::{self, BY_NAME, BY_TOKEN, IN_TWO};
use super::world::{Call, Thing, World};
use crate::adapter::{
    Adapter, AdapterError, Applied, ErrorClass, Identity, Located, Observation, Readiness, Request, Target,
    Timing,
};
use crate::clock::Clock as _;
use crate::effects::{Effect, Effects};
use crate::kind::Kinds;
use crate::object::Object;

/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// One process's way to a [`World`].
pub struct FakeAdapter {
    world: World,
    kinds: Kinds,
    process: CancellationToken,
    blind: bool,
}

impl FakeAdapter {
    /// The way of `process` to `world`, for `kinds`.
    #[must_use]
    pub fn new(world: World, process: CancellationToken, kinds: Kinds) -> Self {
        FakeAdapter {
            world,
            kinds,
            process,
            blind: false,
        }
    }

    /// Sabotage: finds nothing again, whatever there is.
    #[must_use]
    pub fn blind(mut self) -> Self {
        self.blind = true;
        self
    }

    async fn alive(&self) {
        if self.process.is_cancelled() {
            std::future::pending().await
        }
    }

    /// Whether a request to read is answered.
    async fn readable(&self) -> Result<(), AdapterError> {
        self.alive().await;
        let mut inner = self.world.inner();
        match inner.deaf.checked_sub(1) {
            None => Ok(()),
            Some(left) => {
                inner.deaf = left;
                Err(AdapterError::lost(
                    ErrorClass::Unavailable,
                    "ServiceUnavailable: nobody is in",
                ))
            }
        }
    }

    /// The first of what can be seen now and `wanted` takes.
    fn seen(&self, wanted: impl Fn(&Thing) -> bool) -> Option<Thing> {
        self.all_seen(wanted).into_iter().next()
    }

    /// What can be seen now and `wanted` takes.
    fn all_seen(&self, wanted: impl Fn(&Thing) -> bool) -> Vec<Thing> {
        let now = self.world.clock.monotonic();
        let mut inner = self.world.inner();
        inner.reads += 1;
        inner.arrive(now);
        if inner.account.is_some() {
            return Vec::new();
        }
        let visible = inner.things.values().filter(|thing| thing.seen_at <= now);
        let ghosts = inner.ghosts.iter().map(|(_, thing)| thing);
        visible
            .chain(ghosts)
            .filter(|thing| wanted(thing))
            .cloned()
            .collect()
    }

    fn observation(&self, thing: &Thing) -> Observation {
        let waits = self.world.clock.monotonic() < thing.ready_at;
        let readiness = if waits {
            Readiness::Pending("it is being made".to_owned())
        } else {
            Readiness::Ready
        };
        Observation {
            object: self.object(thing),
            private: None,
            readiness,
            owners: Vec::new(),
            version: Some(thing.version.to_string()),
        }
    }

    fn object(&self, thing: &Thing) -> Object {
        let Some(kind) = self.kinds.managed(&thing.kind) else {
            return Object {
                fields: Box::default(),
            };
        };
        let schema = kind.schema();
        let mut object = Object::empty(schema);
        for (attribute, field) in schema.attributes.iter().zip(&mut object.fields) {
            *field = match attribute.name {
                "whole" if matches!(attribute.ty, Type::Bool) => Value::Bool(thing.whole),
                name => match thing.fields.get(name) {
                    Some(given) => given.clone(),
                    None if name == "id" => Value::string(thing.id.as_str()),
                    None if attribute.computed => kinds::made(name, &attribute.ty, &thing.id),
                    None => continue,
                },
            };
        }
        object
    }

    async fn create(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Applied, AdapterError> {
        let token = (request.kind == BY_TOKEN).then(|| request.uid.to_owned());
        let locator = match request.kind {
            BY_TOKEN => Locator::Token(request.uid.to_owned()),
            BY_NAME => Locator::Natural(self.given(request, "name").unwrap_or_default()),
            _ => Locator::Uid,
        };
        let effect = Effect {
            name: "fake:Create",
            locator,
            repeatable: token.is_some(),
            creates: true,
        };
        let thing = self.thing(scope, request);
        let id = effects
            .run(effect, |_permit| {
                self.world.call(
                    &self.process,
                    Call::Create(Box::new(thing.clone()), token.clone()),
                )
            })
            .await?
            .ok_or_else(|| AdapterError::lost(ErrorClass::Other, "the world did not say what it made"))?;
        if request.kind == IN_TWO {
            self.complete(&id, effects).await?;
        }
        if !matches!(request.kind, BY_TOKEN | BY_NAME) {
            self.end_twin(&id, request.uid, effects).await?;
        }
        Ok(Applied {
            id,
            object: None,
            private: None,
        })
    }

    fn thing(&self, scope: &Scope, request: &Request<'_>) -> Thing {
        let fields = match (request.planned, self.kinds.managed(request.kind)) {
            (Some(planned), Some(kind)) => kinds::given(planned, kind.schema()),
            _ => std::collections::BTreeMap::new(),
        };
        Thing {
            id: String::new(),
            kind: request.kind.to_owned(),
            scope: scope.key(),
            uid: request.uid.to_owned(),
            fields,
            password: self.given(request, "password"),
            whole: request.kind != IN_TWO,
            version: 1,
            seen_at: Duration::ZERO,
            ready_at: Duration::ZERO,
        }
    }

    fn given(&self, request: &Request<'_>, name: &str) -> Option<String> {
        let kind = self.kinds.managed(request.kind)?;
        request
            .planned?
            .get(kind.schema(), name)
            .as_str()
            .map(str::to_owned)
    }

    async fn complete(&self, id: &str, effects: &mut Effects<'_>) -> Result<(), AdapterError> {
        let effect = changing("fake:Complete", id);
        effects
            .run(effect, |_permit| {
                self.world.call(&self.process, Call::Complete(id.to_owned()))
            })
            .await
            .map(drop)
    }

    /// A request that was delivered twice makes two objects with one uid, and the answer tells of one.
    async fn end_twin(&self, id: &str, uid: &str, effects: &mut Effects<'_>) -> Result<(), AdapterError> {
        while self.seen(|thing| thing.id == id).is_none() {
            self.alive().await;
            self.world.clock.sleep(PAUSE).await;
        }
        match self.seen(|thing| thing.uid == uid && thing.id != id) {
            Some(twin) => self.delete(&twin.id, "fake:DeleteTwin", effects).await,
            None => Ok(()),
        }
    }

    async fn delete(
        &self,
        id: &str,
        name: &'static str,
        effects: &mut Effects<'_>,
    ) -> Result<(), AdapterError> {
        let call = |_permit| async {
            match self.world.call(&self.process, Call::Delete(id.to_owned())).await {
                Err(error) if error.class == ErrorClass::NotFound => Ok(None),
                other => other,
            }
        };
        effects.run(changing(name, id), call).await?;
        while self.seen(|thing| thing.id == id).is_some() {
            self.alive().await;
            self.world.clock.sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn update(
        &self,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Applied, AdapterError> {
        let kind = self.kinds.managed(request.kind);
        let planned = request
            .planned
            .zip(kind)
            .map(|(planned, kind)| kinds::given(planned, kind.schema()));
        let fields = planned.unwrap_or_default();
        let whole = request
            .before
            .zip(kind)
            .is_none_or(|(before, kind)| before.get(kind.schema(), "whole").as_bool() != Some(false));
        if !whole {
            self.complete(request.id, effects).await?;
        }
        let password = self.given(request, "password");
        let call = |_permit| {
            let call = Call::Update(request.id.to_owned(), fields.clone(), password.clone());
            self.world.call(&self.process, call)
        };
        effects.run(changing("fake:Update", request.id), call).await?;
        Ok(Applied {
            id: request.id.to_owned(),
            object: None,
            private: None,
        })
    }
}

fn changing(name: &'static str, id: &str) -> Effect {
    Effect {
        name,
        locator: Locator::Id(id.to_owned()),
        repeatable: true,
        creates: false,
    }
}

#[async_trait]
impl Adapter for FakeAdapter {
    async fn identify(&self, scope: &Scope) -> Result<Identity, AdapterError> {
        self.alive().await;
        let other = self.world.inner().account.clone();
        let id = match scope {
            _ if other.is_some() => other.unwrap_or_default(),
            Scope::Aws {
                account: Some(account),
                ..
            } => account.clone(),
            _ => "000000000000".to_owned(),
        };
        Ok(Identity {
            id,
            caller: "a test".to_owned(),
        })
    }

    async fn read_many(
        &self,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        self.readable().await?;
        let key = scope.key();
        let find = |target: &Target| {
            self.seen(|thing| thing.id == target.id && thing.kind == kind && thing.scope == key)
        };
        Ok(targets
            .iter()
            .map(|target| find(target).map(|thing| self.observation(&thing)))
            .collect())
    }

    async fn query(&self, _scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        self.readable().await?;
        let unknown = || AdapterError::refused(ErrorClass::Invalid, format!("`{kind}` is no data source"));
        let schema = self.kinds.data(kind).ok_or_else(unknown)?.schema();
        let parent = arguments
            .get(schema, "parent")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let missing =
            || AdapterError::refused(ErrorClass::NotFound, format!("NotFound: there is no {parent}"));
        let thing = self.seen(|thing| thing.id == parent).ok_or_else(missing)?;
        let mut object = arguments.clone();
        object.set(schema, "made", Value::string(format!("made of {}", thing.id)));
        Ok(object)
    }

    async fn locate(&self, scope: &Scope, intent: &Intent) -> Result<Located, AdapterError> {
        self.readable().await?;
        if self.blind {
            return Ok(Located::Absent);
        }
        let key = scope.key();
        let ours = |thing: &Thing| match &intent.locator {
            Locator::Id(id) => thing.id == *id,
            Locator::Token(uid) => thing.uid == *uid,
            Locator::Uid => thing.uid == intent.uid,
            Locator::Natural(name) => thing.name() == name && thing.uid == intent.uid,
        };
        let found = self.all_seen(|thing| thing.kind == intent.kind && thing.scope == key && ours(thing));
        Ok(Located::any(found.into_iter().map(|thing| thing.id).collect()))
    }

    async fn apply(
        &self,
        scope: &Scope,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        self.alive().await;
        match request.operation {
            Operation::Create => self.create(scope, request, effects).await.map(Some),
            Operation::Update => self.update(request, effects).await.map(Some),
            Operation::Delete => self
                .delete(request.id, "fake:Delete", effects)
                .await
                .map(|()| None),
        }
    }

    fn timing(&self, _kind: &str) -> Timing {
        let manners = self.world.inner().manners;
        Timing {
            call: manners.call,
            settle: manners.settle,
            ready: Duration::from_secs(600),
        }
    }
}
