//! A state, an engine and an account of AWS, and what a test does with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use meshform_aws::{AwsAdapter, AwsSettings, KINDS, Role, SdkConfig};
use meshform_engine::apply::{Context, Limits};
use meshform_engine::event::Silent;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::{Driver, ManualClock, SeededEntropy};
use meshform_engine::{Adapter, Home, Object, Registry, Resource};
use meshform_kinds::{Rules, kind_of};
use meshform_sandbox::{AwsObject, Door, Fault, OpenDoor, Recorded, Sandbox, scratch};
use meshform_state::disk::{Op, Verdict};
use meshform_state::{Address, Scope, Type, Value};

pub(crate) const REGION: &str = "eu-west-1";
const FAR_REGION: &str = "us-west-2";

/// The sandbox of all tests.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::builder()
            .dir(scratch(Path::new(env!("CARGO_TARGET_TMPDIR"))))
            .start()
            .unwrap()
    })
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
    pub(crate) clock: Arc<ManualClock>,
    driver: Driver,
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
        let context = Context {
            registry,
            kinds: meshform_kinds::kinds(),
            clock: clock.clone(),
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
        let far = Scope::Aws {
            account: Some(format!("{:012}", 600_000_000_000 + number)),
            region: FAR_REGION.to_owned(),
            plan_role: None,
            apply_role: Some("meshform-apply".to_owned()),
        };
        let before = open.door.objects(&[REGION]).unwrap();
        World {
            adapter,
            clock,
            driver: Driver {
                elsewhere: vec![far],
                ..Driver::new(scope, context)
            },
            open,
            before,
        }
    }

    pub(crate) fn door(&self) -> &Door {
        &self.open.door
    }

    /// Another account and region, reached by a role.
    pub(crate) fn far(&self) -> Scope {
        self.elsewhere[0].clone()
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

    /// Applies, and dies before the outcome of `action` is on disk, which was delivered twice.
    pub(crate) async fn dies_before_the_outcome(&mut self, resources: &[Resource], action: &str) {
        let (door, action) = (self.door().clone(), action.to_owned());
        self.store.disk().on_operation(move |event| {
            let is_journal = event.path.extension().is_some_and(|ending| ending == "journal");
            let is_twice =
                |request: &Recorded| request.action == action && request.outcome.deliveries.len() == 2;
            match event.op == Op::Write && is_journal && door.requests().iter().any(is_twice) {
                true => Verdict::Die,
                false => Verdict::Go,
            }
        });
        let outcome = self.apply(resources).await;
        assert!(outcome.store_error.is_some(), "{outcome:#?}");
        self.driver = self.driver.after_death(self.driver.context.clone());
        self.store.disk().heal();
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
        let address = format!("{}.{name}", kind.schema().kind);
        let resource = self.driver.resource(&address, Arc::clone(&kind), attributes, &[]);
        let fields = resource.fields.clone();
        assert_eq!(kind.validate(&Object { fields }), []);
        resource
    }
}

impl std::ops::Deref for World {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        &self.driver
    }
}

impl std::ops::DerefMut for World {
    fn deref_mut(&mut self) -> &mut Driver {
        &mut self.driver
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
