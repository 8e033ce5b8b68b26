//! A state, an engine and a cluster, and what a test does with them.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::apply::{Context, Limits};
use meshform_engine::event::Silent;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::Driver;
use meshform_engine::{Adapter, Clock, Entropy, Home, Object, Registry, Resource};
use meshform_kinds::istio::{CHART, ClusterReach};
use meshform_kinds::kubernetes::{DATA, DATA_VERSION, MANIFEST, Manifest, NAMESPACE, Namespace};
use meshform_kinds::{Field as _, Rules};
use meshform_kube::testing::{Faults, Recorded};
use meshform_kube::{Authority, KubeAdapter};
use meshform_sandbox::{Cluster, Sandbox, scratch};
use meshform_state::disk::Disk as _;
use meshform_state::{Scope, Store as _, Type, Value};
use serde_json::Value as Json;

/// The cluster of all tests.
pub(crate) fn cluster() -> &'static Cluster {
    &clusters()[0]
}

/// It and another one.
pub(crate) fn clusters() -> &'static [Cluster] {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    &SANDBOX
        .get_or_init(|| {
            Sandbox::builder()
                .clusters(2)
                .dir(scratch(Path::new(env!("CARGO_TARGET_TMPDIR"))))
                .start()
                .unwrap()
        })
        .clusters
}

/// How a cluster of the tests is reached.
pub(crate) fn reach(cluster: &Cluster) -> ClusterReach {
    ClusterReach {
        name: cluster.name.clone(),
        kubeconfig: Some(cluster.kubeconfig.to_string_lossy().into_owned()),
        context: Some(cluster.name.clone()),
        eks: None,
    }
}

/// When the tests begin, in seconds since 1970: the 26th of November 2026.
pub(crate) const BEGINNING: u64 = 1_795_651_200;

/// A clock that does not really wait as long as it says.
struct Hasty(AtomicU64);

impl Default for Hasty {
    fn default() -> Self {
        Hasty(AtomicU64::new(BEGINNING * 1000))
    }
}

#[async_trait]
impl Clock for Hasty {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.now_ms())
    }

    async fn sleep(&self, duration: Duration) {
        let passed = u64::try_from(duration.as_millis()).unwrap();
        tokio::time::sleep(duration.min(Duration::from_millis(100))).await;
        self.0.fetch_add(passed.max(1), Ordering::SeqCst);
    }
}

/// Numbers, each once in this process.
struct Counted;

impl Entropy for Counted {
    fn uuid(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        format!("uid-{}", NEXT.fetch_add(1, Ordering::SeqCst))
    }

    fn unit(&self) -> f64 {
        0.5
    }
}

/// A state and the means to bring the cluster to what a test wants.
pub(crate) struct World {
    /// What goes wrong, and what was asked.
    pub(crate) faults: Arc<Faults>,
    driver: Driver,
    authority: Option<Arc<dyn Authority>>,
}

impl World {
    /// A new state that reaches the cluster as its administrator.
    pub(crate) fn new() -> Self {
        let cluster = cluster();
        World::through(&cluster.kubeconfig.to_string_lossy(), &cluster.name)
    }

    /// A new state that reaches the cluster in another way.
    pub(crate) fn through(kubeconfig: &str, context: &str) -> Self {
        World::asking(kubeconfig, context, None)
    }

    /// A new state whose certificates come from an authority.
    pub(crate) fn signed_by(authority: &Arc<dyn Authority>) -> Self {
        let cluster = cluster();
        let kubeconfig = cluster.kubeconfig.to_string_lossy();
        World::asking(&kubeconfig, &cluster.name, Some(Arc::clone(authority)))
    }

    fn asking(kubeconfig: &str, context: &str, authority: Option<Arc<dyn Authority>>) -> Self {
        let faults = Faults::new();
        let mut adapter = KubeAdapter::new(Arc::new(Hasty::default())).with_wrap(faults.wrap());
        if let Some(authority) = &authority {
            adapter = adapter.with_authority(Arc::clone(authority));
        }
        let adapter: Arc<dyn Adapter> = Arc::new(adapter);
        let mut registry = Registry::default();
        let kinds = meshform_kinds::kinds();
        for kind in kinds.names(false) {
            if kinds.managed(kind).unwrap().schema().home == Home::Cluster {
                registry.add(kind, &adapter);
            }
        }
        registry.add_home(Home::Cluster, &adapter);
        let retry = RetryPolicy {
            busy_attempts: 400,
            ..RetryPolicy::default()
        };
        let scope = Scope::Cluster {
            name: "a".to_owned(),
            uid: None,
            kubeconfig: Some(kubeconfig.to_owned()),
            context: Some(context.to_owned()),
            eks: None,
        };
        let context = Context {
            registry,
            kinds,
            clock: Arc::new(Hasty::default()),
            entropy: Arc::new(Counted),
            sink: Arc::new(Silent),
            limits: Limits::default(),
            retry,
            fail_fast: false,
        };
        let mut driver = Driver::new(scope, context);
        driver.elsewhere.push(scope_of(&clusters()[1]));
        World {
            faults,
            driver,
            authority,
        }
    }

    /// The same state, as a new process finds it after this one was killed.
    pub(crate) fn killed(&self) -> Self {
        let next = match &self.scope {
            Scope::Cluster {
                kubeconfig: Some(kubeconfig),
                context: Some(context),
                ..
            } => World::asking(kubeconfig, context, self.authority.clone()),
            _ => unreachable!(),
        };
        World {
            driver: self.driver.after_death(next.driver.context),
            faults: next.faults,
            authority: next.authority,
        }
    }

    /// Returns once `count` changes of something whose path contains `part` were asked for.
    pub(crate) async fn has_asked_for(&self, part: &str, count: usize) {
        let is_one = |request: &&Recorded| request.is_change() && request.path.contains(part);
        for _ in 0..3000 {
            if self.faults.requests().iter().filter(is_one).count() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{count} changes of {part} were never asked for");
    }

    /// Everything that was written of the state and of the run.
    pub(crate) fn written(&self) -> String {
        let disk = self.store.disk();
        let files = disk.names().into_iter().map(|name| disk.read(&name).unwrap());
        let mut text = format!("{:?}", self.store.load().unwrap());
        files.for_each(|bytes| text.push_str(&String::from_utf8_lossy(&bytes)));
        text
    }

    /// The object of a kind of Istio in a cluster, as the resource of that address.
    pub(crate) fn typed<S: Rules>(&self, address: &str, cluster: &Cluster, object: &Object) -> Resource {
        let names = S::schema().attributes.iter().map(|attribute| attribute.name);
        let attributes: Vec<(&str, Value)> = names.zip(object.fields.iter().cloned()).collect();
        let kind = meshform_kinds::kind_of::<S>();
        let mut resource = self.driver.resource(address, kind, &attributes, &[]);
        resource.scope = scope_of(cluster).key();
        resource
    }

    /// The addresses in the state.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.ids().into_keys().collect()
    }

    /// The object `json`, as the resource `name`.
    pub(crate) fn manifest(&self, name: &str, json: &Json, after: &[&str]) -> Resource {
        self.manifest_with(name, json, &[], after)
    }

    /// The Secret `json` with entries that are not stored, sent for the `version`th time.
    pub(crate) fn secret(&self, name: &str, json: &Json, data: &[(&str, &str)], version: i64) -> Resource {
        let entries = data
            .iter()
            .map(|(name, text)| ((*name).into(), Value::from(*text).into_secret()));
        let more = [
            (DATA, Value::map(Type::String, entries.collect())),
            (DATA_VERSION, Value::int(version)),
        ];
        self.manifest_with(name, json, &more, &[])
    }

    fn manifest_with(&self, name: &str, json: &Json, more: &[(&str, Value)], after: &[&str]) -> Resource {
        let attributes = [&[("manifest", value(json))], more].concat();
        let address = format!("{MANIFEST}.{name}");
        self.driver
            .resource(&address, Arc::new(Manifest::new()), &attributes, after)
    }

    /// The chart `release` with `objects`, as the resource of that name.
    pub(crate) fn chart(
        &self,
        (chart, release, namespace): (&str, &str, &str),
        objects: &[Json],
    ) -> Resource {
        let (manifests, digests) = meshform_kube::testing::rendered(objects);
        let attributes = [
            ("chart", Value::from(chart)),
            ("version", Value::from("1")),
            ("release", Value::from(release)),
            ("namespace", Value::from(namespace)),
            ("objects", digests.to_value()),
            ("manifests", Value::from(manifests)),
        ];
        let kind = self.context.kinds.managed(CHART).unwrap();
        let address = format!("{CHART}.{release}");
        self.driver.resource(&address, Arc::clone(kind), &attributes, &[])
    }

    /// The answer of the data kind `kind`.
    pub(crate) async fn query(&self, kind: &str, arguments: &Object) -> Object {
        let adapter = self.context.registry.home(Home::Cluster).unwrap();
        adapter.query(&self.scope, kind, arguments).await.unwrap()
    }

    /// The namespace `name`, as the resource of that name.
    pub(crate) fn namespace(&self, name: &str, labels: &[(&str, &str)]) -> Resource {
        self.namespace_with(name, labels, &[])
    }

    /// The namespace `name`, adopted if it is there.
    pub(crate) fn adopted(&self, name: &str, labels: &[(&str, &str)]) -> Resource {
        self.namespace_with(name, labels, &[("existing", Value::from("adopt"))])
    }

    fn namespace_with(&self, name: &str, labels: &[(&str, &str)], more: &[(&str, Value)]) -> Resource {
        let mut attributes = [&[("name", Value::from(name))], more].concat();
        if !labels.is_empty() {
            let labels = labels
                .iter()
                .map(|(name, value)| ((*name).into(), Value::from(*value)))
                .collect();
            attributes.push(("labels", Value::map(Type::String, labels)));
        }
        let address = format!("{NAMESPACE}.{name}");
        self.driver
            .resource(&address, Arc::new(Namespace::new()), &attributes, &[])
    }
}

impl std::ops::Deref for World {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        &self.driver
    }
}

/// A cluster of the tests, as its administrator reaches it.
fn scope_of(cluster: &Cluster) -> Scope {
    Scope::Cluster {
        name: cluster.name.clone(),
        uid: None,
        kubeconfig: Some(cluster.kubeconfig.to_string_lossy().into_owned()),
        context: Some(cluster.name.clone()),
        eks: None,
    }
}

/// JSON as configuration gives it.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null(Type::Any),
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::int(number.as_i64().unwrap()),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::tuple(items.iter().map(value).collect()),
        Json::Object(entries) => Value::object(
            entries
                .iter()
                .map(|(name, json)| (name.as_str().into(), value(json))),
        ),
    }
}
