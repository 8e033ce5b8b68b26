//! A state, an engine and an account of AWS, and what a test does with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use meshform_aws::{AwsAdapter, AwsSettings, KINDS, Role, SdkConfig};
use meshform_engine::apply::{Context, Limits, Outcome, Stop, recover, run};
use meshform_engine::desired::{Dependency, Lifecycle};
use meshform_engine::event::Silent;
use meshform_engine::plan::{Input, Options, build};
use meshform_engine::refresh::{Reader, RefreshError};
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::{ManualClock, SeededEntropy};
use meshform_engine::{Action, Adapter, Desired, Entropy as _, Home, Object, Plan, Registry, Resource};
use meshform_kinds::{Rules, kind_of};
use meshform_lang::{Range, SourceId};
use meshform_sandbox::{AwsObject, Door, Fault, OpenDoor, Sandbox};
use meshform_state::store::MemoryStore;
use meshform_state::{Address, Holder, Scope, Store as _, Type, Value};

pub(crate) const REGION: &str = "eu-west-1";

/// The sandbox of all tests.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::builder().start().unwrap())
}

/// What the SDK needs to go through `door`.
pub(crate) async fn through(door: &Door) -> SdkConfig {
    let keys = door.credentials();
    let keys = Credentials::new(&keys.access_key, &keys.secret_key, None, None, "test");
    let loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(REGION));
    loader
        .endpoint_url(door.endpoint())
        .credentials_provider(keys)
        .load()
        .await
}

/// A state, and the means to bring an empty account to what a test wants.
pub(crate) struct World {
    pub(crate) adapter: Arc<dyn Adapter>,
    pub(crate) scope: Scope,
    store: MemoryStore,
    context: Context,
    open: OpenDoor,
    before: BTreeSet<AwsObject>,
}

impl World {
    pub(crate) async fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let account = format!("{:012}", 500_000_000_000 + number);
        let open = sandbox().open_door(&account).unwrap();
        let clock = Arc::new(ManualClock::new());
        let entropy = Arc::new(SeededEntropy::new(number));
        let retry = RetryPolicy {
            busy_attempts: 8,
            ..RetryPolicy::default()
        };
        let settings = AwsSettings {
            base: Some(through(&open.door).await),
            retry,
            ..AwsSettings::new(Role::Apply, clock.clone(), entropy.clone())
        };
        let adapter: Arc<dyn Adapter> = Arc::new(AwsAdapter::new(settings));
        let mut registry = Registry::default();
        KINDS.iter().for_each(|kind| registry.add(kind, &adapter));
        registry.add_home(Home::Aws, &adapter);
        let store = MemoryStore::create_new(&entropy.uuid()).unwrap();
        let context = Context {
            registry,
            kinds: meshform_kinds::kinds(),
            clock,
            entropy,
            sink: Arc::new(Silent),
            limits: Limits::default(),
            retry,
            fail_fast: false,
        };
        let scope = Scope::Aws {
            account: Some(account),
            region: REGION.to_owned(),
            plan_role: None,
            apply_role: None,
        };
        let before = open.door.objects(&[REGION]).unwrap();
        World {
            adapter,
            scope,
            store,
            context,
            open,
            before,
        }
    }

    pub(crate) fn door(&self) -> &Door {
        &self.open.door
    }

    /// A client of somebody else.
    pub(crate) async fn stranger(&self) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&through(self.door()).await)
    }

    /// What is there now and was not at the start: how many of each kind.
    pub(crate) fn made(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for object in self.door().objects(&[REGION]).unwrap().difference(&self.before) {
            *counts.entry(object.kind.clone()).or_default() += 1;
        }
        counts
    }

    /// The ids in the state, by address.
    pub(crate) fn ids(&self) -> BTreeMap<String, String> {
        let records = self.store.load().unwrap().snapshot.records;
        records
            .values()
            .map(|record| (record.address.to_string(), record.id.clone()))
            .collect()
    }

    /// One recorded attribute.
    pub(crate) fn recorded(&self, address: &str, attribute: &str) -> Value {
        let snapshot = self.store.load().unwrap().snapshot;
        let record = &snapshot.records[&Address::parse(address).unwrap()];
        let kind = self.context.kinds.managed(&record.kind).unwrap();
        Object::decode(&record.attributes, kind.schema())
            .unwrap()
            .get(kind.schema(), attribute)
            .clone()
    }

    async fn plan_on(
        &self,
        snapshot: &meshform_state::Snapshot,
        resources: &[Resource],
    ) -> Result<Plan, Vec<RefreshError>> {
        let Context {
            registry,
            kinds,
            clock,
            entropy,
            retry,
            ..
        } = &self.context;
        let reader = Reader {
            registry,
            kinds,
            clock: &**clock,
            entropy: &**entropy,
            retry: *retry,
        };
        let scopes = BTreeMap::from([(self.scope.key(), self.scope.clone())]);
        let observed = reader.refresh(snapshot, &scopes, &Silent).await?;
        let mut desired = Desired {
            resources: resources.to_vec(),
            scopes,
            ..Desired::default()
        };
        desired.resources.sort_by(|a, b| a.address.cmp(&b.address));
        let options = Options::default();
        Ok(build(Input {
            desired,
            snapshot,
            observed: &observed,
            kinds,
            options: &options,
        })
        .unwrap())
    }

    /// What would be done.
    pub(crate) async fn plan(&self, resources: &[Resource]) -> Plan {
        self.plan_on(&self.store.load().unwrap().snapshot, resources)
            .await
            .unwrap()
    }

    /// What would be done, as `update aws_vpc.a`.
    pub(crate) async fn actions(&self, resources: &[Resource]) -> Vec<String> {
        let plan = self.plan(resources).await;
        let changes = plan.changes.iter().filter(|change| change.action != Action::NoOp);
        changes
            .map(|change| format!("{:?} {}", change.action, change.address).to_lowercase())
            .collect()
    }

    /// Why nothing can be said about what would be done.
    pub(crate) async fn plan_error(&self, resources: &[Resource]) -> RefreshError {
        let result = self
            .plan_on(&self.store.load().unwrap().snapshot, resources)
            .await;
        result.unwrap_err().remove(0)
    }

    /// Does it.
    pub(crate) async fn apply(&self, resources: &[Resource]) -> Outcome {
        let Context {
            registry,
            clock,
            entropy,
            retry,
            ..
        } = &self.context;
        let holder = Holder {
            who: "it".into(),
            process: 1,
            command: "apply".into(),
            since: "now".into(),
        };
        let session = self.store.lock(&holder).unwrap();
        let means = (&**clock, &**entropy, *retry);
        let recorder = recover(session, "it", registry, means, &Silent).await.unwrap();
        let plan = self
            .plan_on(&recorder.folded().snapshot, resources)
            .await
            .unwrap();
        run(Arc::new(plan), recorder, self.context.clone(), Stop::default())
            .await
            .unwrap()
    }

    /// Does it without a failure, after which there is nothing more to do.
    #[track_caller]
    pub(crate) fn converges<'a>(&'a self, resources: &'a [Resource]) -> impl Future<Output = ()> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let outcome = self.apply(resources).await;
            assert!(outcome.is_complete(), "{place}: {:#?}", outcome.failed);
            let left = self.actions(resources).await;
            assert!(left.is_empty(), "{place}: {left:?}");
        }
    }

    /// Lets `fault` happen once while the world comes to `resources`, however many runs that takes.
    pub(crate) async fn comes_to(&self, resources: &[Resource], fault: Fault) -> Result<(), String> {
        self.door().inject(fault);
        for _ in 0..4 {
            let outcome = self.apply(resources).await;
            if outcome.is_complete() && self.actions(resources).await.is_empty() {
                let statuses = self.door().faults();
                self.door().clear_faults();
                return match statuses.iter().all(|status| status.hit > 0) {
                    true => Ok(()),
                    false => Err("the fault met no request".to_owned()),
                };
            }
        }
        Err(format!("still to do: {:?}", self.actions(resources).await))
    }

    /// How many requests of each action were sent since the last clear.
    pub(crate) fn requests(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.door().requests() {
            *counts.entry(request.action).or_default() += 1;
        }
        counts
    }

    /// The resource `name` of the kind that `S` describes.
    pub(crate) fn resource<S: Rules>(&self, name: &str, attributes: &[(&str, Value)]) -> Resource {
        let kind = kind_of::<S>();
        let mut object = Object::empty(kind.schema());
        let range = Range {
            source: SourceId(0),
            start: 0,
            end: 0,
        };
        let mut dependencies = Vec::new();
        for (attribute, value) in attributes {
            assert!(kind.schema().slot(attribute).is_some(), "{attribute}");
            object.set(kind.schema(), attribute, value.clone());
            if let Value::Later(later) = value
                && let Some(origin) = &later.origin
            {
                dependencies.push(Dependency {
                    on: origin.address.clone(),
                    attribute: (*attribute).into(),
                    range,
                });
            }
        }
        assert_eq!(kind.validate(&object), []);
        Resource {
            address: Address::parse(&format!("{}.{name}", kind.schema().kind)).unwrap(),
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

/// The id of the resource at `address`, once it is known.
pub(crate) fn id_of(address: &str) -> Value {
    Value::later_from(Type::String, &Address::parse(address).unwrap(), "id")
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> Value {
    let entries = pairs
        .iter()
        .map(|(key, value)| ((*key).into(), Value::from(*value)))
        .collect();
    Value::map(Type::String, entries)
}
