//! The pipeline over the mesh: compile, ask, plan, apply.

use std::sync::Arc;

use meshform_engine::apply::{Context, Limits, Outcome};
use meshform_engine::compile::{Inputs, compile};
use meshform_engine::config::{Config, Texts, load};
use meshform_engine::event::Silent;
use meshform_engine::gather::gather;
use meshform_engine::local::LocalAdapter;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::testing::{Driver, ManualClock, SeededEntropy};
use meshform_engine::{Adapter, Compiled, Facts, Home, Kinds, Plan, Registry, Vocabulary as _};
use meshform_lang::Sources;
use meshform_modules::Mesh;
use meshform_state::Scope;

use super::outside::Outside;

/// A state, a world, and the answers that the world has given so far.
pub struct Bench {
    /// The world.
    pub outside: Arc<Outside>,
    driver: Driver,
    kinds: Kinds,
    facts: Facts,
}

/// What a configuration came to.
pub struct Made {
    /// What it asks for.
    pub compiled: Compiled,
    /// What would be done.
    pub plan: Plan,
}

impl Default for Bench {
    fn default() -> Self {
        Bench::new()
    }
}

impl Bench {
    /// Nothing is there yet.
    #[must_use]
    pub fn new() -> Self {
        let kinds = meshform_kinds::kinds();
        let outside = Arc::new(Outside::new(kinds.clone()));
        let world: Arc<dyn Adapter> = Arc::clone(&outside) as Arc<dyn Adapter>;
        let mut registry = Registry::default();
        for kind in kinds.names(false).chain(kinds.names(true)) {
            registry.add(kind, &world);
        }
        let local: Arc<dyn Adapter> = Arc::new(LocalAdapter::new(kinds.clone()));
        registry.add("meshform_data", &local);
        registry.add_home(Home::Aws, &world);
        registry.add_home(Home::Cluster, &world);
        let context = Context {
            registry,
            kinds: kinds.clone(),
            clock: Arc::new(ManualClock::new()),
            entropy: Arc::new(SeededEntropy::new(1)),
            sink: Arc::new(Silent),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            fail_fast: false,
        };
        Bench {
            outside,
            driver: Driver::new(Scope::Local, context),
            kinds,
            facts: Facts::default(),
        }
    }

    /// Compiles `text`, asking the world, and plans. Every question is asked anew, as by a command of its own.
    ///
    /// # Panics
    /// If the configuration has mistakes, or nothing can be planned.
    pub async fn plan(&mut self, text: &str) -> Made {
        let mesh = Mesh::new();
        let mut sources = Sources::default();
        let (config, found) = load(&mut sources, &Texts::new([("mesh.hcl", text)]), mesh.words());
        assert!(!found.has_errors(), "{found:?}");
        let inputs = Inputs::default();
        let once = |facts: &Facts| self.compiled(&config, &inputs, facts, &mesh);
        let reader = self.driver.context.reader();
        let (compiled, facts) = gather(&reader, Facts::default(), once)
            .await
            .expect("a world that answers");
        assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
        self.facts = facts;
        self.driver.elsewhere = compiled.desired.scopes.values().cloned().collect();
        let plan = self.driver.plan(&compiled.desired.resources).await;
        let wrong = meshform_engine::plan::check(&plan);
        assert!(wrong.is_empty(), "{wrong:?}");
        Made { compiled, plan }
    }

    fn compiled(&self, config: &Config, inputs: &Inputs, facts: &Facts, mesh: &Mesh) -> Compiled {
        compile(config, inputs, facts, mesh, &self.kinds)
    }

    /// How many different renderings of charts the last plan stands on.
    #[must_use]
    pub fn renderings(&self) -> usize {
        let keys = self.facts.iter().map(|(key, _)| key);
        keys.filter(|key| key.starts_with("helm_template|")).count()
    }

    /// Applies what was planned.
    pub async fn apply(&self, made: &Made) -> Outcome {
        self.driver.apply(&made.compiled.desired.resources).await
    }
}
