//! A state, an engine and a cluster, and what a test does with them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, Request};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use meshform_engine::apply::{Context, Limits};
use meshform_engine::event::Silent;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::Driver;
use meshform_engine::{Adapter, Clock, Entropy, Home, Kinds, Registry, Resource};
use meshform_kinds::kubernetes::{DATA, DATA_VERSION, MANIFEST, Manifest, NAMESPACE, Namespace};
use meshform_kube::KubeAdapter;
use meshform_kube::testing::{Faults, Recorded};
use meshform_sandbox::{Cluster, Sandbox};
use meshform_state::{Scope, Type, Value};
use serde_json::Value as Json;

/// The cluster of all tests.
pub(crate) fn cluster() -> &'static Cluster {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    &SANDBOX
        .get_or_init(|| Sandbox::builder().clusters(1).start().unwrap())
        .clusters[0]
}

/// A clock that does not really wait as long as it says.
#[derive(Default)]
struct Hasty(AtomicU64);

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
}

impl World {
    /// A new state that reaches the cluster as its administrator.
    pub(crate) fn new() -> Self {
        let cluster = cluster();
        World::through(&cluster.kubeconfig.to_string_lossy(), &cluster.name)
    }

    /// A new state that reaches the cluster in another way.
    pub(crate) fn through(kubeconfig: &str, context: &str) -> Self {
        let faults = Faults::new();
        let adapter: Arc<dyn Adapter> =
            Arc::new(KubeAdapter::new(Arc::new(Hasty::default())).with_wrap(faults.wrap()));
        let mut registry = Registry::default();
        registry.add(NAMESPACE, &adapter);
        registry.add(MANIFEST, &adapter);
        registry.add_home(Home::Cluster, &adapter);
        let mut kinds = Kinds::default();
        meshform_kinds::kubernetes::kinds()
            .into_iter()
            .for_each(|kind| kinds.add(kind));
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
        World {
            faults,
            driver: Driver::new(scope, context),
        }
    }

    /// The same state, as a new process finds it after this one was killed.
    pub(crate) fn killed(&self) -> Self {
        let next = match &self.scope {
            Scope::Cluster {
                kubeconfig, context, ..
            } => World::through(kubeconfig.as_deref().unwrap(), context.as_deref().unwrap()),
            _ => unreachable!(),
        };
        World {
            driver: self.driver.after_death(next.driver.context),
            faults: next.faults,
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

    /// The namespace `name`, as the resource of that name.
    pub(crate) fn namespace(&self, name: &str, labels: &[(&str, &str)]) -> Resource {
        let mut attributes = vec![("name", Value::from(name))];
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

/// Somebody else with all rights.
pub(crate) struct Stranger(kube::Client);

impl Stranger {
    pub(crate) async fn new() -> Self {
        let kubeconfig = Kubeconfig::read_from(&cluster().kubeconfig).unwrap();
        let options = KubeConfigOptions {
            context: Some(cluster().name.clone()),
            ..KubeConfigOptions::default()
        };
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .unwrap();
        Stranger(kube::Client::try_from(config).unwrap())
    }

    /// Sends a request and gives status and answer.
    pub(crate) async fn send(&self, method: Method, path: &str, content: &str, body: &Json) -> (u16, Json) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content);
        let request = request.body(Body::from(body.to_string().into_bytes())).unwrap();
        let response = self.0.send(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect_bytes().await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// The object at `path`.
    pub(crate) async fn get(&self, path: &str) -> Option<Json> {
        let response = self
            .0
            .send(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap();
        let found = response.status().is_success();
        let bytes = response.into_body().collect_bytes().await.unwrap();
        found.then(|| serde_json::from_slice(&bytes).unwrap())
    }

    /// Makes an object.
    pub(crate) async fn create(&self, path: &str, body: &Json) -> Json {
        let path = format!("{path}?fieldManager=kubectl-create");
        let (status, answer) = self.send(Method::POST, &path, "application/json", body).await;
        assert_eq!(status, 201, "{answer}");
        answer
    }

    /// Changes an object by hand.
    pub(crate) async fn edit(&self, path: &str, patch: &Json) {
        let path = format!("{path}?fieldManager=kubectl-edit");
        let (status, answer) = self
            .send(Method::PATCH, &path, "application/merge-patch+json", patch)
            .await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Deletes an object.
    pub(crate) async fn delete(&self, path: &str) {
        let (status, answer) = self
            .send(Method::DELETE, path, "application/json", &Json::Null)
            .await;
        assert!(status < 300, "{answer}");
    }
}
