//! The loop: owns schedule, journal and state; spawns steps and hears from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use meshform_state::journal::{Event as Fact, Recorder};
use meshform_state::{Address, DeposedKey, Snapshot, Str, Value};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::conditions::by_address;
use super::expect::mismatches;
use super::gate::Message;
use super::outcome::Outcome;
use super::schedule::{Limits, Outlook, Schedule};
use super::step::Left;
use super::writer::Writer;
use crate::adapter::{AdapterError, ErrorClass, Registry};
use crate::clock::{Clock, Entropy, timestamp, timestamp_in_seconds};
use crate::desired::Lookup;
use crate::event::{Event, EventSink};
use crate::hash::HashMap;
use crate::kind::{Kind, Kinds};
use crate::object::Object;
use crate::plan::{Action, Change, Plan, Reason, StepIndex, StepKind, digest};
use crate::refresh::{Reader, RefreshError};
use crate::retry::RetryPolicy;

/// How often the loop gives a step that has just started the chance to join the write that waits.
const ROUNDS: usize = 32;

/// What a run needs.
#[derive(Clone)]
pub struct Context {
    /// Which adapter serves which kind.
    pub registry: Registry,
    /// All kinds.
    pub kinds: Kinds,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Who shows what happens.
    pub sink: Arc<dyn EventSink>,
    /// How much at once.
    pub limits: Limits,
    /// How often to try.
    pub retry: RetryPolicy,
    /// Whether the first failure stops the start of further steps.
    pub fail_fast: bool,
}

impl Context {
    /// Reads the outside as a run does.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            registry: &self.registry,
            kinds: &self.kinds,
            clock: &*self.clock,
            entropy: &*self.entropy,
            retry: self.retry,
        }
    }
}

/// How a run is stopped from outside.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// Start nothing more; what runs ends.
    pub soft: CancellationToken,
    /// Drop what runs; the next run finds out what became of it.
    pub hard: CancellationToken,
}

/// Applies `plan` to the state that `recorder` writes.
///
/// Nothing is done if anything that the plan stands on has moved ([`Outcome::stale`]).
///
/// # Errors
/// When what the plan stands on cannot be read; nothing is done then.
pub async fn run(
    plan: Arc<Plan>,
    recorder: Recorder,
    context: Context,
    stop: Stop,
) -> Result<Outcome, Vec<RefreshError>> {
    let snapshot = &recorder.folded().snapshot;
    let stale = mismatches(&plan, snapshot, &context.reader()).await?;
    if !stale.is_empty() || (plan.steps.is_empty() && plan.outputs.is_empty()) {
        return Ok(Outcome {
            stale,
            snapshot: snapshot.clone(),
            ..Outcome::default()
        });
    }
    let mut run = Run::new(plan, recorder, context);
    run.open();
    run.turn(&stop).await;
    Ok(run.close().await)
}

pub(super) struct Run {
    pub(super) plan: Arc<Plan>,
    pub(super) context: Context,
    pub(super) lineage: String,
    pub(super) schedule: Schedule,
    pub(super) writer: Writer,
    pub(super) tasks: JoinSet<(StepIndex, Result<Left, AdapterError>)>,
    /// Which step a task does, for tasks that cannot tell any more.
    pub(super) steps: HashMap<tokio::task::Id, StepIndex>,
    pub(super) sender: mpsc::UnboundedSender<Message>,
    pub(super) messages: mpsc::UnboundedReceiver<Message>,
    pub(super) objects: HashMap<Address, (Arc<dyn Kind>, Object)>,
    pub(super) started: HashMap<StepIndex, Duration>,
    /// Steps that started and have not said anything yet.
    pub(super) fresh: BTreeSet<StepIndex>,
    pub(super) outcome: Outcome,
    /// The conditions of each resource.
    pub(super) conditions: HashMap<Address, Vec<usize>>,
    /// When it began, to the second.
    moment: Str,
    /// What the chance of this run grows from. Never written: hashes of secrets are made with it.
    seed: String,
    /// The first events of the run.
    opening: Vec<Fact>,
}

impl Lookup for Run {
    fn object(&self, address: &Address) -> Option<Value> {
        self.objects
            .get(address)
            .map(|(kind, object)| object.to_value(kind.schema()))
    }

    fn attribute(&self, address: &Address, name: &str) -> Option<Value> {
        self.objects
            .get(address)
            .map(|(kind, object)| object.get(kind.schema(), name).clone())
    }

    fn now(&self) -> Option<Str> {
        Some(self.moment.clone())
    }

    fn chance(&self, call: &str) -> Option<[u8; 16]> {
        let digest = Sha256::new_with_prefix(self.seed.as_bytes())
            .chain_update(call)
            .finalize();
        digest[..16].try_into().ok()
    }
}

impl Run {
    fn new(plan: Arc<Plan>, recorder: Recorder, context: Context) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        let snapshot = &recorder.folded().snapshot;
        let begin = Fact::Begin {
            run: context.entropy.uuid(),
            lineage: snapshot.lineage.clone(),
            serial: snapshot.serial,
            plan: digest(&plan),
            time: timestamp(context.clock.now_ms()),
        };
        let opening = opening(begin, &plan, snapshot);
        let moment = timestamp_in_seconds(context.clock.now_ms()).into();
        let seed = context.entropy.uuid();
        let objects = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::NoOp && change.deposed.is_none())
            .filter_map(|change| {
                Some((
                    change.address.clone(),
                    (Arc::clone(&change.kind), change.before.clone()?),
                ))
            })
            .collect();
        Run {
            schedule: Schedule::foreseen(&plan, context.limits, |index| {
                let step = &plan.steps[index];
                let kind = plan.changes[step.change].kind.schema().kind;
                Outlook::of(&context.registry, kind, step.kind)
            }),
            lineage: snapshot.lineage.clone(),
            writer: Writer::new(recorder),
            tasks: JoinSet::new(),
            steps: HashMap::default(),
            sender,
            messages,
            objects,
            started: HashMap::default(),
            fresh: BTreeSet::new(),
            outcome: Outcome::default(),
            conditions: by_address(&plan),
            moment,
            seed,
            opening,
            plan,
            context,
        }
    }

    fn open(&mut self) {
        for fact in std::mem::take(&mut self.opening) {
            self.writer.push(fact);
        }
        let steps = self
            .plan
            .steps
            .iter()
            .filter(|step| step.kind != StepKind::Pass)
            .count();
        self.context.sink.event(Event::ApplyStarted { steps });
        for change in self.plan.changes.iter().filter(|change| change.adopted) {
            self.outcome.adopted.push(change.address.clone());
            self.context.sink.event(Event::Adopted {
                address: change.address.clone(),
                id: change
                    .record
                    .as_ref()
                    .map_or_else(String::new, |record| record.id.clone()),
            });
        }
    }

    /// Runs until nothing runs and nothing can start.
    async fn turn(&mut self, stop: &Stop) {
        let mut stopping = false;
        loop {
            if self.writer.is_broken() && !self.schedule.is_over() {
                self.skip_rest();
            }
            if stop.soft.is_cancelled() && !stopping {
                stopping = true;
                self.outcome.interrupted = true;
                self.context.sink.event(Event::Stopping);
                self.skip_rest();
            }
            while let Some(index) = self.schedule.start() {
                self.start(index);
            }
            if self.schedule.is_over() {
                return;
            }
            self.drain().await;
            if self.schedule.is_over() {
                continue;
            }
            self.writer.start_flush();
            tokio::select! {
                biased;
                () = stop.hard.cancelled() => {
                    self.outcome.interrupted = true;
                    self.skip_rest();
                    self.tasks.shutdown().await;
                    return;
                }
                () = stop.soft.cancelled(), if !stopping => {}
                () = self.writer.flushed(), if self.writer.is_flushing() => self.tell(),
                Some(message) = self.messages.recv() => self.message(message),
                Some(joined) = self.tasks.join_next_with_id() => self.joined(joined),
            }
        }
    }

    /// Takes in everything that is there, and gives steps that have just started the chance to say what they begin,
    /// so that the end of one effect and the intent of the next are one write.
    async fn drain(&mut self) {
        for _ in 0..ROUNDS {
            let mut heard = false;
            while let Ok(message) = self.messages.try_recv() {
                heard = true;
                self.message(message);
            }
            while let Some(joined) = self.tasks.try_join_next_with_id() {
                heard = true;
                self.joined(joined);
            }
            while let Some(index) = self.schedule.start() {
                heard = true;
                self.start(index);
            }
            if !heard && (self.fresh.is_empty() || !self.writer.has_work()) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn message(&mut self, message: Message) {
        match message {
            Message::Begin(mut intent, number, ack) => {
                intent.id = self.writer.number();
                // The step may have been dropped; its intent is then never written.
                if number.send(intent.id).is_ok() {
                    self.heard(&intent.address);
                    self.writer.push(Fact::Intent(intent));
                    self.writer.ack(ack);
                }
            }
            Message::End(intent, outcome) => self.writer.push(Fact::Outcome { intent, outcome }),
            Message::Throttled(address) => {
                let at = |index: &&StepIndex| {
                    self.plan.changes[self.plan.steps[**index].change].address == address
                };
                if let Some(index) = self.steps.values().find(at) {
                    self.schedule.throttled(*index);
                }
            }
        }
    }

    fn heard(&mut self, address: &Address) {
        let plan = Arc::clone(&self.plan);
        self.fresh
            .retain(|index| plan.changes[plan.steps[*index].change].address != *address);
    }

    fn joined(&mut self, joined: Result<(tokio::task::Id, Ended), tokio::task::JoinError>) {
        // What a step sent before it ended comes before its end.
        while let Ok(message) = self.messages.try_recv() {
            self.message(message);
        }
        match joined {
            Ok((task, (index, result))) => {
                self.steps.remove(&task);
                match result {
                    Ok(left) => self.done(index, left),
                    Err(error) => self.failed(index, &error),
                }
            }
            Err(error) => {
                if let Some(index) = self.steps.remove(&error.id()) {
                    let message = format!("internal error: the step ended without a result: {error}");
                    self.failed(index, &AdapterError::lost(ErrorClass::Other, message));
                }
            }
        }
    }
}

/// What a task says at its end.
type Ended = (StepIndex, Result<Left, AdapterError>);

/// The first events of a run: where its resources live, and where recorded ones are now.
fn opening(begin: Fact, plan: &Plan, snapshot: &Snapshot) -> Vec<Fact> {
    let mut facts = vec![begin];
    let used: BTreeSet<_> = plan
        .steps
        .iter()
        .map(|step| &plan.changes[step.change].scope)
        .collect();
    let scopes = used.into_iter().filter_map(|key| plan.scopes.get(key));
    facts.extend(scopes.cloned().map(Fact::Scope));
    let current = plan.changes.iter().filter(|change| change.deposed.is_none());
    for change in current.clone() {
        let Some(record) = &change.record else { continue };
        let key = DeposedKey {
            address: change.address.clone(),
            uid: record.uid.clone(),
        };
        // Its replacement never came to be, so that the plan took it for the object of its address again.
        if snapshot.deposed.contains_key(&key) {
            facts.push(Fact::Restore(key));
        }
    }
    let moves = current.filter_map(|change| Some((change.previous_address.as_ref()?, &change.address)));
    facts.extend(
        in_order(moves.collect())
            .into_iter()
            .map(|(from, to)| Fact::Moved { from, to }),
    );
    // Before anything is done with it, an object that is taken over is ours: a run that dies must not lose it.
    let adopted = plan.changes.iter().filter(|change| change.adopted);
    facts.extend(adopted.filter_map(|change| change.record.clone()).map(Fact::Put));
    facts
}

/// Moves so that each address is freed before the next object takes it.
fn in_order(moves: HashMap<&Address, &Address>) -> Vec<(Address, Address)> {
    let mut left: BTreeMap<&Address, &Address> = moves.into_iter().collect();
    let mut ordered = Vec::with_capacity(left.len());
    while let Some((from, to)) = left.pop_first() {
        let mut chain = vec![(from, to)];
        while let Some((from, to)) = chain.last().and_then(|(_, to)| left.remove_entry(*to)) {
            chain.push((from, to));
        }
        ordered.extend(
            chain
                .into_iter()
                .rev()
                .map(|(from, to)| (from.clone(), to.clone())),
        );
    }
    ordered
}

/// What a step is called: the two of a replacement are a deletion and a creation.
pub(super) fn action(change: &Change, kind: StepKind) -> Action {
    match kind {
        StepKind::Record if change.reason == Reason::Incomplete => Action::Create,
        StepKind::Create => Action::Create,
        StepKind::Update => Action::Update,
        StepKind::Delete => Action::Delete,
        StepKind::Read => Action::Read,
        StepKind::Forget => Action::Forget,
        StepKind::Depose | StepKind::Record | StepKind::Pass => change.action,
    }
}

/// The object of a change is no more.
pub(super) fn gone(change: &Change) -> Fact {
    let uid = match (&change.deposed, &change.record, change.action) {
        (Some(uid), _, _) => Some(uid.clone()),
        (None, Some(record), Action::Replace(crate::plan::Order::CreateFirst)) => Some(record.uid.clone()),
        _ => None,
    };
    match uid {
        Some(uid) => Fact::DeposedGone(DeposedKey {
            address: change.address.clone(),
            uid,
        }),
        None => Fact::Gone(change.address.clone()),
    }
}
