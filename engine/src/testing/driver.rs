//! The pipeline over an adapter under test: a state, a clock, resources as a configuration would give them.
//!
//! Each step panics where it cannot go on: it is a test's, and the test ends there.

#![expect(clippy::expect_used, reason = "a test ends where its means fail")]

use std::collections::{BTreeMap, HashSet};
use std::panic::Location;
use std::sync::Arc;

use meshform_lang::{Range, SourceId};
use meshform_state::store::MemoryStore;
use meshform_state::{Address, Holder, Scope, ScopeKey, Snapshot, Store as _, Value};

use crate::apply::{Context, Outcome, Stop, recover, run};
use crate::desired::{Dependency, Desired, Lifecycle, Resource};
use crate::event::Silent;
use crate::kind::Kind;
use crate::object::Object;
use crate::plan::{Action, Input, Options, Plan, build};
use crate::refresh::RefreshError;

/// A state in one scope, and the means to bring what is outside to what a test wants.
pub struct Driver {
    /// The state.
    pub store: MemoryStore,
    /// Where resources live, unless something else is said of one.
    pub scope: Scope,
    /// More scopes, for resources that are put there.
    pub elsewhere: Vec<Scope>,
    /// The adapters and the clock.
    pub context: Context,
}

impl Driver {
    /// A new, empty state.
    #[must_use]
    pub fn new(scope: Scope, context: Context) -> Self {
        let store =
            MemoryStore::create_new(&context.entropy.uuid()).expect("a new simulated disk takes a state");
        Driver {
            store,
            scope,
            elsewhere: Vec::new(),
            context,
        }
    }

    /// The state as the next process finds it after this one was killed, which works with `context`.
    #[must_use]
    pub fn after_death(&self, context: Context) -> Self {
        Driver {
            store: self.store.after_death(),
            scope: self.scope.clone(),
            elsewhere: self.elsewhere.clone(),
            context,
        }
    }

    /// What is recorded.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.store.load().expect("the state can be read").snapshot
    }

    /// The ids in the state, by address.
    #[must_use]
    pub fn ids(&self) -> BTreeMap<String, String> {
        let records = self.snapshot().records;
        let ids = records.values();
        ids.map(|record| (record.address.to_string(), record.id.clone()))
            .collect()
    }

    /// One recorded attribute.
    #[must_use]
    pub fn recorded(&self, address: &str, attribute: &str) -> Value {
        let address = Address::parse(address).expect("an address");
        let snapshot = self.snapshot();
        let record = &snapshot.records[&address];
        let kind = self
            .context
            .kinds
            .managed(&record.kind)
            .expect("a kind that is there");
        let object = Object::decode(&record.attributes, kind.schema()).expect("a record of the kind");
        object.get(kind.schema(), attribute).clone()
    }

    async fn plan_on(&self, snapshot: &Snapshot, resources: &[Resource]) -> Result<Plan, Vec<RefreshError>> {
        let (context, reader) = (&self.context, self.context.reader());
        let used: HashSet<&ScopeKey> = resources.iter().map(|resource| &resource.scope).collect();
        let used = |scope: &&Scope| used.contains(&scope.key());
        let scopes = self.elsewhere.iter().filter(used).chain([&self.scope]);
        let scopes: BTreeMap<_, _> = scopes.map(|scope| (scope.key(), scope.clone())).collect();
        let observed = reader.refresh(snapshot, &scopes, &Silent).await?;
        let mut desired = Desired {
            resources: resources.to_vec(),
            scopes,
            ..Desired::default()
        };
        desired.resources.sort_by(|a, b| a.address.cmp(&b.address));
        let input = Input {
            adopted: &[],
            desired,
            snapshot,
            observed: &observed,
            kinds: &context.kinds,
            options: &Options::default(),
        };
        Ok(build(input).expect("resources that can be planned"))
    }

    /// What would be done.
    pub async fn plan(&self, resources: &[Resource]) -> Plan {
        let planned = self.plan_on(&self.snapshot(), resources).await;
        planned.expect("a world that can be read")
    }

    /// Why nothing can be said about what would be done.
    pub async fn plan_error(&self, resources: &[Resource]) -> RefreshError {
        let planned = self.plan_on(&self.snapshot(), resources).await;
        planned.expect_err("a world that cannot be read").remove(0)
    }

    /// What would be done, as `update aws_vpc.a`.
    pub async fn actions(&self, resources: &[Resource]) -> Vec<String> {
        let plan = self.plan(resources).await;
        let changes = plan.changes.iter().filter(|change| change.action != Action::NoOp);
        changes
            .map(|change| format!("{:?} {}", change.action, change.address).to_lowercase())
            .collect()
    }

    /// Does it.
    pub async fn apply(&self, resources: &[Resource]) -> Outcome {
        self.apply_after(resources, async || ()).await
    }

    /// Plans, lets something happen, and does what was planned.
    pub async fn apply_after(&self, resources: &[Resource], between: impl AsyncFnOnce()) -> Outcome {
        let context = &self.context;
        let holder = Holder {
            who: "a test".to_owned(),
            process: 1,
            command: "apply".to_owned(),
            since: String::new(),
        };
        let session = self.store.lock(&holder).expect("a state that nobody else holds");
        let means = (&*context.clock, &*context.entropy, context.retry);
        let recovered = recover(session, "a test", &context.registry, means, &Silent).await;
        let recorder = recovered.expect("a state that can be recovered");
        let planned = self.plan_on(&recorder.folded().snapshot, resources).await;
        let plan = Arc::new(planned.expect("a world that can be read"));
        between().await;
        let ran = run(plan, recorder, context.clone(), Stop::default()).await;
        ran.expect("a world that can be read")
    }

    /// Does it without a failure, after which there is nothing more to do and nothing has drifted.
    #[track_caller]
    pub fn converges<'a>(&'a self, resources: &'a [Resource]) -> impl Future<Output = ()> + 'a {
        let place = Location::caller();
        async move {
            let outcome = self.apply(resources).await;
            assert!(outcome.is_complete(), "{place}: {outcome:#?}");
            let plan = self.plan(resources).await;
            let left: Vec<_> = plan
                .changes
                .iter()
                .filter(|change| change.action != Action::NoOp)
                .collect();
            assert!(
                left.is_empty() && plan.drift.is_empty(),
                "{place}: {left:?} {:#?}",
                plan.drift
            );
        }
    }

    /// The resource at `address` with `attributes`, after what they come from and the addresses in `after`.
    #[must_use]
    pub fn resource(
        &self,
        address: &str,
        kind: Arc<dyn Kind>,
        attributes: &[(&str, Value)],
        after: &[&str],
    ) -> Resource {
        let range = Range {
            source: SourceId(0),
            start: 0,
            end: 0,
        };
        let mut object = Object::empty(kind.schema());
        let mut dependencies: Vec<Dependency> = Vec::new();
        let mut depend = |on: Address, attribute: &str| {
            dependencies.push(Dependency {
                on,
                attribute: attribute.into(),
                range,
            });
        };
        for (attribute, value) in attributes {
            assert!(kind.schema().slot(attribute).is_some(), "{attribute}");
            object.set(kind.schema(), attribute, value.clone());
            if let Value::Later(later) = value
                && let Some(origin) = &later.origin
            {
                depend(origin.address.clone(), attribute);
            }
        }
        for on in after {
            depend(Address::parse(on).expect("an address"), "depends_on");
        }
        Resource {
            address: Address::parse(address).expect("an address"),
            kind,
            scope: self.scope.key(),
            fields: object.fields,
            recipes: Vec::new(),
            dependencies,
            lifecycle: Lifecycle::default(),
            why: None,
            range,
        }
    }
}
