//! The whole pipeline over a simulated disk and a fake world, process by process.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use meshform_lang::Diagnostics;
use meshform_state::disk::Verdict;
use meshform_state::store::MemoryStore;
use meshform_state::{Holder, Session, Snapshot, Store as _};

use super::adapter::FakeAdapter;
use super::audit::audit;
use super::clock::{ManualClock, SeededEntropy};
use super::faults::{Death, KillAt};
use super::kinds;
use super::sabotage::LateIntents;
use super::world::World;
use crate::adapter::{Adapter, Registry};
use crate::adopt::Adopted;
use crate::apply::{Context, Limits, Outcome, Stop, recover, run};
use crate::compile::Import;
use crate::desired::Desired;
use crate::event::{Event, EventSink};
use crate::kind::{Home, Kinds};
use crate::local::LocalAdapter;
use crate::plan::{Expect, Input, Options, Plan, build, check, select};
use crate::refresh::Observed;
use crate::retry::RetryPolicy;

/// How often [`Lab::converge`] applies at most.
const APPLIES: u32 = 12;

/// A state, a world, and the settings of the processes that work on them.
pub struct Lab {
    /// The world.
    pub world: World,
    /// The state, as the last process saw it.
    pub store: MemoryStore,
    /// How much at once.
    pub limits: Limits,
    /// How often to try.
    pub retry: RetryPolicy,
    /// Whether the first failure stops the start of further steps.
    pub fail_fast: bool,
    /// What the user asks for beside the configuration.
    pub options: Options,
    /// The objects that are taken over.
    pub imports: Vec<Import>,
    /// How the next run is stopped.
    pub stop: Stop,
    /// Sabotage: lookups find nothing.
    pub blind: bool,
    /// Sabotage: steps expect nothing.
    pub careless: bool,
    /// Sabotage: intents are written with their outcomes.
    pub late_intents: bool,
    entropy: Arc<SeededEntropy>,
    events: Arc<Heard>,
    kinds: Kinds,
}

/// How a process ended.
#[derive(Debug)]
pub enum Ran {
    /// It came to its end.
    Ended(Box<Outcome>),
    /// It did nothing, for this reason.
    Refused(String),
    /// It was killed.
    Killed,
}

#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl EventSink for Heard {
    fn event(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }
}

/// Why nothing is planned.
fn texts(found: Diagnostics) -> String {
    let texts: Vec<String> = found
        .into_iter()
        .map(|d| format!("{}: {}", d.summary, d.detail))
        .collect();
    format!("plan: {}", texts.join("; "))
}

impl Lab {
    /// An empty state and an empty world; chance by `seed`.
    ///
    /// # Panics
    /// If a new simulated disk fails.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Lab::over(kinds::all(), seed)
    }

    /// As [`Lab::new`], in a world of other kinds: each object is found again by the uid that it bears, and creating it
    /// twice makes two.
    ///
    /// # Panics
    /// If a new simulated disk fails.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test cannot go on without a state")]
    pub fn over(kinds: Kinds, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::ordered());
        Lab {
            world: World::new(clock),
            store: MemoryStore::create_new("lab").expect("a new simulated disk takes a state"),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            fail_fast: false,
            options: Options::default(),
            imports: Vec::new(),
            stop: Stop::default(),
            blind: false,
            careless: false,
            late_intents: false,
            entropy: Arc::new(SeededEntropy::new(seed)),
            events: Arc::default(),
            kinds,
        }
    }

    /// Kills the process that takes this step of the disk.
    pub fn kill_at(&self, at: KillAt) {
        let (first, world) = (self.store.disk().steps(), self.world.clone());
        self.store.disk().on_operation(move |event| {
            if event.index != first + at.step || event.moment != at.moment {
                return Verdict::Go;
            }
            world.kill();
            match at.death {
                Death::Process => Verdict::Die,
                Death::Torn(bytes) => Verdict::Tear(bytes),
                Death::Power(cut) => Verdict::PowerCut(cut),
            }
        });
    }

    /// What the last processes told, since the last call of this.
    #[must_use]
    pub fn heard(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is recorded, with what the journal says.
    ///
    /// # Panics
    /// If the state cannot be read.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test cannot go on without a state")]
    pub fn snapshot(&self) -> Snapshot {
        self.store.load().expect("the state can be read").snapshot
    }

    /// One process: recovers, refreshes, plans, checks and applies.
    pub fn apply(&mut self, desired: &Desired) -> Ran {
        self.apply_after(desired, |_| {})
    }

    /// As [`Lab::apply`], with `between` after planning and before anything is done.
    pub fn apply_after(&mut self, desired: &Desired, between: impl FnOnce(&World)) -> Ran {
        self.store = self.store.after_death();
        let process = self.world.process();
        let adapter = FakeAdapter::new(self.world.clone(), process.clone(), self.kinds.clone());
        let adapter: Arc<dyn Adapter> = Arc::new(if self.blind { adapter.blind() } else { adapter });
        let context = self.context(&adapter);
        let life = async {
            tokio::select! {
                biased;
                () = process.cancelled() => Ran::Killed,
                ran = self.life(desired.clone(), context, between) => match ran {
                    Ok(outcome) => Ran::Ended(Box::new(outcome)),
                    Err(reason) => Ran::Refused(reason),
                },
            }
        };
        let ran = self.in_process(life);
        if process.is_cancelled() { Ran::Killed } else { ran }
    }

    async fn life(
        &self,
        desired: Desired,
        context: Context,
        between: impl FnOnce(&World),
    ) -> Result<Outcome, String> {
        let session = self.lock()?;
        let means = (&*context.clock, &*context.entropy, context.retry);
        let recovered = recover(session, "the lab", &context.registry, means, &*self.events).await;
        let recorder = recovered
            .map_err(|error| format!("recovery: {error}: {:?}", std::error::Error::source(&error)))?;
        let mut plan = self
            .planned(desired, &recorder.folded().snapshot, &context)
            .await?;
        between(&self.world);
        if self.careless {
            plan.steps
                .iter_mut()
                .for_each(|step| step.expect = Expect::Anything);
        }
        let ran = run(Arc::new(plan), recorder, context, self.stop.clone()).await;
        ran.map_err(|errors| format!("{errors:?}"))
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
        Ok(if self.late_intents {
            Box::new(LateIntents::over(session))
        } else {
            session
        })
    }

    async fn planned(
        &self,
        desired: Desired,
        snapshot: &Snapshot,
        context: &Context,
    ) -> Result<Plan, String> {
        let reader = context.reader();
        let selection = select(&desired, snapshot, &self.options).map_err(texts)?;
        let observed = reader
            .refresh_selected(&selection, &desired, snapshot, &*self.events)
            .await;
        let observed = observed.map_err(|errors| format!("refresh: {errors:?}"))?;
        // Whoever destroys takes nothing over first.
        let imports = if self.options.destroy {
            &[][..]
        } else {
            &self.imports
        };
        let adopted = reader.adopt(imports, &desired, snapshot).await;
        let adopted = adopted.map_err(|error| format!("import: {error:?}"))?;
        self.build(desired, snapshot, (&observed, &adopted))
    }

    fn build(
        &self,
        desired: Desired,
        snapshot: &Snapshot,
        (observed, adopted): (&Observed, &[Adopted]),
    ) -> Result<Plan, String> {
        let input = Input {
            desired,
            snapshot,
            observed,
            adopted,
            kinds: &self.kinds,
            options: &self.options,
        };
        let plan = build(input).map_err(texts)?;
        let violations = check(&plan);
        if violations.is_empty() {
            Ok(plan)
        } else {
            Err(format!("checker: {violations:?}"))
        }
    }

    /// What the next process would plan; reads only.
    ///
    /// # Errors
    /// Why it cannot be planned.
    pub fn plan(&self, desired: &Desired) -> Result<Plan, String> {
        let process = self.world.process();
        let adapter = FakeAdapter::new(self.world.clone(), process, self.kinds.clone());
        let adapter: Arc<dyn Adapter> = Arc::new(adapter);
        let context = self.context(&adapter);
        let store = MemoryStore::on(self.store.disk().process());
        let folded = store.load().map_err(|error| format!("load: {error}"))?;
        self.in_process(self.planned(desired.clone(), &folded.snapshot, &context))
    }

    /// Applies until everything is done, then makes sure that nothing is left to do, in doubt, lost or double. Returns
    /// how often it applied.
    ///
    /// # Errors
    /// What is wrong.
    pub fn converge(&mut self, desired: &Desired) -> Result<u32, String> {
        let mut last = String::new();
        for round in 1..=APPLIES {
            match self.apply(desired) {
                Ran::Ended(outcome) if outcome.is_complete() => return self.settled(desired).map(|()| round),
                other => last = format!("{other:?}"),
            }
        }
        Err(format!("not done after {APPLIES} applies: {last}"))
    }

    /// Makes sure that nothing is left to do, in doubt, lost or double.
    ///
    /// # Errors
    /// What is wrong.
    pub fn settled(&self, desired: &Desired) -> Result<(), String> {
        // What is still under way arrives.
        self.world.clock.advance(Duration::from_secs(300));
        let mut wrong = audit(&self.store, &self.world, &self.kinds);
        match self.plan(desired) {
            Err(reason) => wrong.push(reason),
            Ok(plan) if plan.is_empty() && plan.steps.is_empty() => {}
            Ok(plan) => wrong.push(format!(
                "the next plan is not empty: {:?} {:?}",
                plan.steps, plan.changes
            )),
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }

    fn context(&self, adapter: &Arc<dyn Adapter>) -> Context {
        let mut registry = Registry::default();
        let local: Arc<dyn Adapter> = Arc::new(LocalAdapter::new(self.kinds.clone()));
        for name in self.kinds.names(false) {
            let home = self.kinds.managed(name).map(|kind| kind.schema().home);
            let is_local = home == Some(Home::Local);
            registry.add(name, if is_local { &local } else { adapter });
        }
        for name in self.kinds.names(true) {
            registry.add(name, adapter);
        }
        registry.add_home(Home::Aws, adapter);
        registry.add_home(Home::Cluster, adapter);
        Context {
            registry,
            kinds: self.kinds.clone(),
            clock: Arc::clone(&self.world.clock) as Arc<dyn crate::Clock>,
            entropy: Arc::clone(&self.entropy) as Arc<dyn crate::Entropy>,
            sink: Arc::clone(&self.events) as Arc<dyn EventSink>,
            limits: self.limits,
            retry: self.retry,
            fail_fast: self.fail_fast,
        }
    }

    /// Runs `work` in a runtime of its own, whose end is the end of all that it began.
    #[expect(clippy::expect_used, reason = "a test cannot go on without a runtime")]
    fn in_process<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.expect("a runtime of one thread").block_on(async {
            self.world.clock.enter();
            let result = work.await;
            self.world.clock.leave();
            result
        })
    }
}
