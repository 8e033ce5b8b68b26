//! One life of the program in a world: compile, recover, refresh, plan, check, run; or killed on the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use meshform_engine::apply::{Context, Outcome, Stop, recover, run};
use meshform_engine::compile::{Compiled, Inputs, Purpose, Vocabulary as _, compile};
use meshform_engine::config::{Texts, load};
use meshform_engine::event::Silent;
use meshform_engine::facts::Facts;
use meshform_engine::gather::gather;
use meshform_engine::plan::{Expect, Input, Options, Plan, build, check};
use meshform_engine::refresh::Reader;
use meshform_engine::testing::LateIntents;
use meshform_engine::{Desired, Registry};
use meshform_lang::{Diagnostics, Sources};
use meshform_modules::Mesh;
use meshform_state::store::MemoryStore;
use meshform_state::{Holder, Session, Snapshot, Store as _};
use tokio_util::sync::CancellationToken;

use super::adapters::Teed;
use super::meshes::placed;
use super::sandbox::runtime;
use super::world::World;

/// How a process ended.
#[derive(Debug)]
pub(crate) enum Ran {
    /// It came to its end.
    Ended(Box<Outcome>),
    /// It did nothing, for this reason.
    Refused(String),
    /// It was killed.
    Killed,
}

impl Ran {
    /// Whether all that was planned is done.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self, Ran::Ended(outcome) if outcome.is_complete())
    }

    /// Why nothing was done, if so.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Ran::Refused(reason) => Some(reason),
            Ran::Ended(_) | Ran::Killed => None,
        }
    }

    /// What became of it; it must have come to its end.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Ran::Ended(outcome) => *outcome,
            other => panic!("{other:?}"),
        }
    }
}

impl World {
    /// One process that applies the configuration.
    pub(crate) fn apply(&mut self) -> Ran {
        self.live(false, || {})
    }

    /// One process that applies the configuration; `between` happens after planning and before anything is done.
    pub(crate) fn apply_after(&mut self, between: impl FnOnce() + Send) -> Ran {
        self.live(false, between)
    }

    /// One process that destroys everything.
    pub(crate) fn destroy(&mut self) -> Ran {
        self.live(true, || {})
    }

    /// What the next process would do; reads only.
    pub(crate) fn plan(&self) -> Result<Plan, String> {
        let store = MemoryStore::on(self.store.disk().process());
        let folded = store.load().map_err(|error| format!("load: {error}"))?;
        runtime().block_on(self.planned(&folded.snapshot, false, &self.registry()))
    }

    fn live(&mut self, destroy: bool, between: impl FnOnce() + Send) -> Ran {
        self.store = self.store.after_death();
        self.store.disk().sabotage_sync(self.sabotage.no_sync);
        let death = self.death.clone();
        let ran = runtime().block_on(async {
            tokio::select! {
                biased;
                () = death.cancelled() => Ran::Killed,
                ran = self.life(destroy, between) => match ran {
                    Ok(outcome) => Ran::Ended(Box::new(outcome)),
                    Err(reason) => Ran::Refused(reason),
                },
            }
        });
        if self.death.is_cancelled() || self.store.disk().is_dead() {
            // What it left running has no disk any more, as if it were gone.
            self.store = self.store.after_death();
            self.death = CancellationToken::new();
            return Ran::Killed;
        }
        ran
    }

    async fn life(&self, destroy: bool, between: impl FnOnce() + Send) -> Result<Outcome, String> {
        let registry = self.registry();
        let session = self.lock()?;
        let means = (
            &*self.clock as &dyn meshform_engine::Clock,
            &*self.entropy as &dyn meshform_engine::Entropy,
            self.retry,
        );
        let recovered = recover(session, "the world", &registry, means, &Silent).await;
        let recorder = recovered
            .map_err(|error| format!("recovery: {error}: {:?}", std::error::Error::source(&error)))?;
        let mut plan = self
            .planned(&recorder.folded().snapshot, destroy, &registry)
            .await?;
        tokio::task::block_in_place(between);
        if self.sabotage.no_expectation {
            plan.steps
                .iter_mut()
                .for_each(|step| step.expect = Expect::Anything);
        }
        let context = Context {
            registry,
            kinds: self.kinds.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            sink: Arc::new(Silent),
            limits: self.limits,
            retry: self.retry,
            fail_fast: false,
        };
        let ran = run(Arc::new(plan), recorder, context, Stop::default()).await;
        ran.map_err(|errors| format!("run: {errors:?}"))
    }

    fn lock(&self) -> Result<Box<dyn Session>, String> {
        let holder = Holder {
            who: "a test".to_owned(),
            process: 1,
            command: "apply".to_owned(),
            since: String::new(),
        };
        let session = self
            .store
            .lock(&holder)
            .map_err(|error| format!("lock: {error}"))?;
        let death = self
            .dies_with_journal
            .load(Ordering::SeqCst)
            .then(|| self.death.clone());
        let session: Box<dyn Session> = Box::new(Teed::over(session, &self.heard, death));
        Ok(if self.sabotage.no_intent {
            Box::new(LateIntents::over(session))
        } else {
            session
        })
    }

    async fn planned(&self, snapshot: &Snapshot, destroy: bool, registry: &Registry) -> Result<Plan, String> {
        let reader = Reader {
            registry,
            kinds: &self.kinds,
            clock: &*self.clock,
            entropy: &*self.entropy,
            retry: self.retry,
        };
        let desired = self.desired(destroy, &reader).await?;
        let observed = reader.refresh(snapshot, &desired.scopes, &Silent).await;
        let observed = observed.map_err(|errors| format!("refresh: {errors:?}"))?;
        let options = Options {
            destroy,
            ..Options::default()
        };
        let input = Input {
            desired,
            snapshot,
            observed: &observed,
            adopted: &[],
            kinds: &self.kinds,
            options: &options,
        };
        let plan = build(input).map_err(|found| told(&found))?;
        let violations = check(&plan);
        if violations.is_empty() {
            Ok(plan)
        } else {
            Err(format!("checker: {violations:?}"))
        }
    }

    async fn desired(&self, destroy: bool, reader: &Reader<'_>) -> Result<Desired, String> {
        let mesh = Mesh::new();
        let mut sources = Sources::default();
        let folder = Texts::new([("mesh.hcl", self.config.as_str())]);
        let (config, found) = load(&mut sources, &folder, mesh.words());
        if found.has_errors() {
            return Err(told(&found));
        }
        let purpose = if destroy { Purpose::Destroy } else { Purpose::Plan };
        let inputs = Inputs {
            purpose,
            ..Inputs::default()
        };
        let once = |facts: &Facts| -> Compiled { compile(&config, &inputs, facts, &mesh, &self.kinds) };
        let gathered = gather(reader, Facts::default(), once).await;
        let (compiled, _) = gathered.map_err(|found| told(&found))?;
        if compiled.diagnostics.has_errors() {
            Err(told(&compiled.diagnostics))
        } else if self.example.is_mesh() {
            Ok(placed(compiled.desired, &self.namespace))
        } else {
            Ok(compiled.desired)
        }
    }
}

fn told(found: &Diagnostics) -> String {
    let texts = found
        .0
        .iter()
        .map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail));
    texts.collect::<Vec<_>>().join("; ")
}
