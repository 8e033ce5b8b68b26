//! A world of one test: an account behind a door of its own, a namespace, a state on a simulated disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

use meshform::wiring::{Eks, PrivateCa};
use meshform_aws::{AwsAdapter, AwsSettings, Role};
use meshform_engine::apply::Limits;
use meshform_engine::local::LocalAdapter;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::SeededEntropy;
use meshform_engine::{Adapter, Clock, Entropy as _, Home, Kinds, Registry};
use meshform_kinds::istio::{HELM_CHART, HELM_TEMPLATE};
use meshform_kube::KubeAdapter;
use meshform_kube::testing::Faults;
use meshform_sandbox::{AwsObject, Door, OpenDoor};
use meshform_state::Store as _;
use meshform_state::journal::{Event, Folded};
use meshform_state::store::MemoryStore;
use tokio_util::sync::CancellationToken;

use super::adapters::{Altered, Heard, helm};
use super::adopted::{ec2, sdk};
use super::clock::PacedClock;
use super::config::{example, network};
use super::meshes::Example;
use super::sandbox::{REGION, cluster, number, sandbox};

/// What is broken on purpose.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sabotage {
    /// Syncing does nothing.
    pub(crate) no_sync: bool,
    /// Intents are written with their outcomes.
    pub(crate) no_intent: bool,
    /// Lookups find nothing.
    pub(crate) no_lookup: bool,
    /// Steps expect nothing.
    pub(crate) no_expectation: bool,
}

impl Sabotage {
    /// Whether anything is broken.
    pub(crate) fn is_any(self) -> bool {
        self.no_sync || self.no_intent || self.no_lookup || self.no_expectation
    }
}

/// A state, an account, a namespace.
pub(crate) struct World {
    /// Which configuration it began with.
    pub(crate) example: Example,
    /// The twelve digits of the account.
    pub(crate) account: String,
    /// The name of the namespace that the example makes.
    pub(crate) namespace: String,
    /// The configuration.
    pub(crate) config: String,
    /// What goes wrong on the way to Kubernetes, and what was asked.
    pub(crate) kube: Arc<Faults>,
    /// The state, as the last process saw it.
    pub(crate) store: MemoryStore,
    /// How much at once.
    pub(crate) limits: Limits,
    /// What is broken on purpose.
    pub(crate) sabotage: Sabotage,
    /// Ends the present process.
    pub(crate) death: CancellationToken,
    /// Whether the process dies as soon as its journal fails.
    pub(super) dies_with_journal: AtomicBool,
    pub(super) clock: Arc<PacedClock>,
    pub(super) entropy: Arc<SeededEntropy>,
    pub(super) kinds: Kinds,
    pub(super) retry: RetryPolicy,
    pub(super) heard: Heard,
    pub(super) before: BTreeSet<AwsObject>,
    open: OpenDoor,
}

impl World {
    /// An empty world with the first example.
    pub(crate) fn new() -> Self {
        World::of(Example::First)
    }

    /// A world in which nothing of `example` is there yet.
    pub(crate) fn of(of: Example) -> Self {
        let number = number();
        let account = format!("{:012}", 700_000_000_000 + number);
        let namespace = format!("live-{number}");
        let open = sandbox().open_door(&account).unwrap();
        let entropy = Arc::new(SeededEntropy::new(number));
        let kubeconfig = cluster().kubeconfig.display().to_string();
        let store = MemoryStore::create_new(&entropy.uuid()).unwrap();
        let mut world = World {
            example: of,
            config: example(&account, &namespace, Some(&kubeconfig)),
            account,
            namespace,
            kube: Faults::new(),
            store,
            limits: Limits::default(),
            sabotage: Sabotage::default(),
            death: CancellationToken::new(),
            dies_with_journal: AtomicBool::new(false),
            clock: Arc::default(),
            entropy,
            kinds: meshform_kinds::kinds(),
            // What depends on something goes in real time: the namespace's controller, the garbage collector.
            retry: RetryPolicy {
                busy_attempts: 400,
                ..RetryPolicy::default()
            },
            heard: Heard::default(),
            before: BTreeSet::new(),
            open,
        };
        match of {
            Example::First => {}
            Example::Network => world.config = network(&world.config),
            mesh => world.config = world.mesh(mesh),
        }
        world.before = world.door().objects(of.regions()).unwrap();
        world
    }

    /// The way to AWS.
    pub(crate) fn door(&self) -> &Door {
        &self.open.door
    }

    /// What the journals said since the last call.
    pub(crate) fn heard(&self) -> Vec<Event> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the state says.
    pub(crate) fn folded(&self) -> Folded {
        self.store.load().unwrap()
    }

    /// The ids in the state, by address.
    pub(crate) fn ids(&self) -> BTreeMap<String, String> {
        let records = self.store.load().unwrap().snapshot.records;
        records
            .values()
            .map(|record| (record.address.to_string(), record.id.clone()))
            .collect()
    }

    /// A client of somebody else in the same account.
    pub(crate) fn stranger(&self) -> aws_sdk_ec2::Client {
        ec2(self.door(), REGION)
    }

    /// The adapters of a new process.
    pub(super) fn registry(&self) -> Registry {
        let settings = AwsSettings {
            base: Some(sdk(self.door())),
            retry: self.retry,
            ..AwsSettings::new(
                Role::Apply,
                Arc::clone(&self.clock) as Arc<dyn Clock>,
                self.entropy.clone(),
            )
        };
        let aws = AwsAdapter::new(settings);
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let kube = KubeAdapter::new(clock)
            .with_wrap(self.kube.wrap())
            .with_eks(Arc::new(Eks(aws.eks())))
            .with_authority(Arc::new(PrivateCa(aws.authorities())));
        let (aws, kube) = (self.seeing(Arc::new(aws)), self.seeing(Arc::new(kube)));
        let local: Arc<dyn Adapter> = Arc::new(LocalAdapter::new(self.kinds.clone()));
        let mut registry = Registry::default();
        let managed = self
            .kinds
            .names(false)
            .filter_map(|name| self.kinds.managed(name));
        let data = self.kinds.names(true).filter_map(|name| self.kinds.data(name));
        for kind in managed.chain(data) {
            let adapter = match kind.schema().home {
                Home::Local => &local,
                Home::Aws => &aws,
                Home::Cluster => &kube,
            };
            registry.add(kind.schema().kind, adapter);
        }
        for kind in [HELM_CHART, HELM_TEMPLATE] {
            registry.add(kind, helm());
        }
        registry.add_home(Home::Aws, &aws);
        registry.add_home(Home::Cluster, &kube);
        registry
    }

    fn seeing(&self, adapter: Arc<dyn Adapter>) -> Arc<dyn Adapter> {
        if self.sabotage.no_lookup {
            Arc::new(Altered::blind(adapter))
        } else {
            adapter
        }
    }
}
