//! The loop: owns schedule, journal and state; spawns steps and hears from them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use meshform_state::journal::{Event as Fact, Operation, Recorder};
use meshform_state::{Address, DeposedKey, OutputRecord, Scope, Type, Value};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::expect::mismatches;
use super::gate::{Gate, Message, Subject};
use super::outcome::{Doubt, Failure, Outcome, Skipped};
use super::records::{Facts, Template};
use super::schedule::{Limits, Schedule};
use super::step::{Left, Work, execute};
use super::writer::Writer;
use crate::adapter::{AdapterError, ErrorClass, Registry};
use crate::clock::{Clock, Entropy};
use crate::desired::Lookup;
use crate::event::{Event, EventSink};
use crate::kind::{Kind, Kinds};
use crate::object::Object;
use crate::plan::{Action, Change, Plan, Reason, StepIndex, StepKind, digest, settled};
use crate::refresh::{Reader, RefreshError};
use crate::resolve;
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
    let reader = Reader {
        registry: &context.registry,
        kinds: &context.kinds,
        clock: &*context.clock,
        entropy: &*context.entropy,
        retry: context.retry,
    };
    let snapshot = &recorder.folded().snapshot;
    let stale = mismatches(&plan, snapshot, &reader).await?;
    if !stale.is_empty() || (plan.steps.is_empty() && plan.outputs.is_empty()) {
        return Ok(Outcome { stale, snapshot: snapshot.clone(), ..Outcome::default() });
    }
    let mut run = Run::new(plan, recorder, context);
    run.open();
    run.turn(&stop).await;
    Ok(run.close().await)
}

struct Run {
    plan: Arc<Plan>,
    context: Context,
    lineage: String,
    schedule: Schedule,
    writer: Writer,
    tasks: JoinSet<(StepIndex, Result<Left, AdapterError>)>,
    sender: mpsc::UnboundedSender<Message>,
    messages: mpsc::UnboundedReceiver<Message>,
    objects: HashMap<Address, (Arc<dyn Kind>, Object)>,
    started: HashMap<StepIndex, Duration>,
    /// Steps that started and have not said anything yet.
    fresh: BTreeSet<StepIndex>,
    outcome: Outcome,
    begin: Option<Fact>,
}

impl Lookup for Run {
    fn object(&self, address: &Address) -> Option<Value> {
        self.objects.get(address).map(|(kind, object)| object.to_value(kind.schema()))
    }

    fn attribute(&self, address: &Address, name: &str) -> Option<Value> {
        self.objects.get(address).map(|(kind, object)| object.get(kind.schema(), name).clone())
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
            time: rfc3339(context.clock.now_ms()),
        };
        let objects = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::NoOp && change.deposed.is_none())
            .filter_map(|change| Some((change.address.clone(), (Arc::clone(&change.kind), change.before.clone()?))))
            .collect();
        Run {
            schedule: Schedule::new(&plan, context.limits),
            lineage: snapshot.lineage.clone(),
            writer: Writer::new(recorder),
            tasks: JoinSet::new(),
            sender,
            messages,
            objects,
            started: HashMap::new(),
            fresh: BTreeSet::new(),
            outcome: Outcome::default(),
            begin: Some(begin),
            plan,
            context,
        }
    }

    /// The first events of a run: where its resources live, and where recorded ones have moved.
    fn open(&mut self) {
        self.writer.push(self.begin.take().unwrap_or(Fact::Scope(Scope::Local)));
        let used: BTreeSet<_> = self.plan.steps.iter().map(|step| &self.plan.changes[step.change].scope).collect();
        for key in used {
            if let Some(scope) = self.plan.scopes.get(key) {
                self.writer.push(Fact::Scope(scope.clone()));
            }
        }
        let mut moves: Vec<(Address, Address)> = self
            .plan
            .changes
            .iter()
            .filter_map(|change| Some((change.previous_address.clone()?, change.address.clone())))
            .collect();
        // A chain of moves frees each address before the next object takes it.
        while !moves.is_empty() {
            let taken: BTreeSet<Address> = moves.iter().map(|(from, _)| from.clone()).collect();
            let free = moves.iter().position(|(_, to)| !taken.contains(to)).unwrap_or(0);
            let (from, to) = moves.remove(free);
            self.writer.push(Fact::Moved { from, to });
        }
        let steps = self.plan.steps.iter().filter(|step| step.kind != StepKind::Pass).count();
        self.context.sink.event(Event::ApplyStarted { steps });
    }

    /// Runs until nothing runs and nothing can start.
    async fn turn(&mut self, stop: &Stop) {
        let mut stopping = false;
        loop {
            if self.writer.is_broken() && !self.schedule.is_over() {
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
            let sink = Arc::clone(&self.context.sink);
            tokio::select! {
                biased;
                () = stop.hard.cancelled() => {
                    self.outcome.interrupted = true;
                    self.skip_rest();
                    self.tasks.shutdown().await;
                    return;
                }
                () = stop.soft.cancelled(), if !stopping => {
                    stopping = true;
                    self.outcome.interrupted = true;
                    self.context.sink.event(Event::Stopping);
                    self.skip_rest();
                }
                () = self.writer.flushed(&*sink), if self.writer.is_flushing() => {}
                Some(message) = self.messages.recv() => self.message(message),
                Some(joined) = self.tasks.join_next() => self.joined(joined),
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
            while let Some(joined) = self.tasks.try_join_next() {
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

    fn message(&mut self, message: Message) {
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
        }
    }

    fn heard(&mut self, address: &Address) {
        let plan = Arc::clone(&self.plan);
        self.fresh.retain(|index| plan.changes[plan.steps[*index].change].address != *address);
    }

    fn joined(&mut self, joined: Result<(StepIndex, Result<Left, AdapterError>), tokio::task::JoinError>) {
        // What a step sent before it ended comes before its end.
        while let Ok(message) = self.messages.try_recv() {
            self.message(message);
        }
        match joined {
            Ok((index, Ok(left))) => self.done(index, left),
            Ok((index, Err(error))) => self.failed(index, &error),
            Err(error) => {
                // A panic in an adapter: which step it was is found by who has not been heard of.
                let lost: Vec<StepIndex> = self.started.keys().copied().collect();
                let message = format!("internal error: {error}");
                if let Some(index) = lost.into_iter().find(|index| self.schedule.is_running(*index)) {
                    self.failed(index, &AdapterError::lost(ErrorClass::Other, message));
                }
            }
        }
    }

    fn start(&mut self, index: StepIndex) {
        let plan = Arc::clone(&self.plan);
        let step = &plan.steps[index];
        let change = &plan.changes[step.change];
        self.started.insert(index, self.context.clock.monotonic());
        match step.kind {
            StepKind::Pass => self.schedule.finish(index),
            StepKind::Record => self.record(index, change),
            StepKind::Forget => {
                self.announce(change, index);
                self.writer.push(gone(change));
                self.complete(index, None);
            }
            StepKind::Depose => {
                if let Some(record) = &change.record {
                    let key = DeposedKey { address: change.address.clone(), uid: record.uid.clone() };
                    self.writer.push(Fact::Depose(key));
                }
                self.schedule.finish(index);
            }
            StepKind::Create | StepKind::Update | StepKind::Delete | StepKind::Read => {
                self.announce(change, index);
                match self.work(index, change) {
                    Ok(work) => {
                        self.fresh.insert(index);
                        if step.kind == StepKind::Read {
                            self.tasks.spawn(async move { (index, read(work).await) });
                        } else {
                            self.tasks.spawn(async move { (index, execute(work).await) });
                        }
                    }
                    Err(error) => self.failed(index, &error),
                }
            }
        }
    }

    fn announce(&self, change: &Change, index: StepIndex) {
        let id = change.record.as_ref().map(|record| record.id.clone());
        let action = action(change, self.plan.steps[index].kind);
        self.context.sink.event(Event::StepStarted { address: change.address.clone(), action, id });
    }

    /// Records what was observed, with no effect outside.
    fn record(&mut self, index: StepIndex, change: &Change) {
        match (&change.record, &change.before, &change.reason) {
            (Some(_), _, Reason::Vanished) => self.writer.push(gone(change)),
            (Some(record), Some(before), _) => {
                let private = change.observed.as_ref().and_then(|seen| seen.private.clone());
                let facts = Facts {
                    id: &record.id,
                    uid: &record.uid,
                    object: before,
                    private: private.or_else(|| record.private.clone()),
                    incomplete: false,
                };
                match Template::of(change).record(facts) {
                    Ok(record) => self.writer.push(Fact::Put(Arc::new(record))),
                    Err(error) => {
                        let error = AdapterError::refused(ErrorClass::Invalid, error.to_string());
                        return self.failed(index, &error);
                    }
                }
            }
            _ => {}
        }
        self.schedule.finish(index);
    }

    /// Everything that a step needs, with all values filled in.
    fn work(&mut self, index: StepIndex, change: &Change) -> Result<Work, AdapterError> {
        let kind = self.plan.steps[index].kind;
        let schema = change.kind.schema();
        let refused = |message: String| AdapterError::refused(ErrorClass::Invalid, message);
        let adapter = self.context.registry.get(schema.kind).map(Arc::clone);
        let adapter = adapter.ok_or_else(|| refused(format!("no adapter serves `{}`", schema.kind)))?;
        let scope = self.plan.scopes.get(&change.scope).cloned().unwrap_or(Scope::Local);
        let planned = match kind {
            StepKind::Delete => None,
            _ => Some(self.planned(change, kind)?),
        };
        let template = Template::of(change);
        let creates = kind == StepKind::Create;
        if creates && change.record.is_some() && change.reason == Reason::Vanished {
            // The address is free only once the record of what vanished is gone.
            self.writer.push(gone(change));
        }
        let record = change.record.as_ref().filter(|_| !creates);
        let uid = record.map_or_else(|| self.context.entropy.uuid(), |record| record.uid.clone());
        let draft = match (&planned, creates) {
            (Some(object), true) => {
                let facts = Facts { id: "", uid: &uid, object, private: None, incomplete: true };
                Some(template.record(facts).map_err(|error| refused(format!("{error}: {}", error.source)))?)
            }
            _ => None,
        };
        let operation = match kind {
            StepKind::Create => Operation::Create,
            StepKind::Delete => Operation::Delete,
            _ => Operation::Update,
        };
        let subject = Subject {
            address: change.address.clone(),
            kind: schema.kind.to_owned(),
            scope_key: change.scope.clone(),
            scope,
            uid,
            operation,
            draft,
        };
        Ok(Work {
            gate: Gate {
                subject,
                adapter,
                clock: Arc::clone(&self.context.clock),
                entropy: Arc::clone(&self.context.entropy),
                retry: self.context.retry,
                sink: Arc::clone(&self.context.sink),
                sender: self.sender.clone(),
            },
            kind: Arc::clone(&change.kind),
            action: action(change, kind),
            lineage: self.lineage.clone(),
            id: record.map(|record| record.id.clone()).unwrap_or_default(),
            before: change.before.clone().filter(|_| !creates),
            seen: change.observed.clone().filter(|_| !creates),
            recorded: record.and_then(|record| Object::decode(&record.attributes, schema).ok()),
            planned,
            template,
        })
    }

    /// The planned object with everything filled in. It must be what the plan showed.
    fn planned(&self, change: &Change, kind: StepKind) -> Result<Object, AdapterError> {
        let Some(resource) = &change.resource else {
            return Err(AdapterError::refused(ErrorClass::Invalid, "the plan has no configuration for this step"));
        };
        let fields = resolve::fields(resource, self).map_err(|found| {
            let texts: Vec<String> = found.into_iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
            AdapterError::refused(ErrorClass::Invalid, texts.join("; "))
        })?;
        let object = settled(change, &fields, kind == StepKind::Create);
        let schema = change.kind.schema();
        for (slot, attribute) in schema.attributes.iter().enumerate() {
            let shown = change.after.as_ref().map(|after| &after.fields[slot]);
            let value = &object.fields[slot];
            if shown.is_some_and(|shown| shown.is_known() && !shown.has_secret() && shown != value) {
                let message = format!("`{}` would not be what the plan showed", attribute.name);
                return Err(AdapterError::refused(ErrorClass::Conflict, message).hint("Plan again."));
            }
            if !value.is_known() && !attribute.computed {
                let message = format!("the value of `{}` is still not known", attribute.name);
                return Err(AdapterError::refused(ErrorClass::Invalid, message));
            }
        }
        if let Some(problem) = change.kind.validate(&object).into_iter().next() {
            return Err(AdapterError::refused(ErrorClass::Invalid, problem.message));
        }
        Ok(object)
    }

    fn done(&mut self, index: StepIndex, left: Left) {
        let plan = Arc::clone(&self.plan);
        let change = &plan.changes[plan.steps[index].change];
        let kind = plan.steps[index].kind;
        let mut id = None;
        match (kind, left.object) {
            (StepKind::Read, Some((object, _))) => {
                self.objects.insert(change.address.clone(), (Arc::clone(&change.kind), object));
            }
            (_, Some((object, record))) => {
                id = Some(record.id.clone());
                self.objects.insert(change.address.clone(), (Arc::clone(&change.kind), object));
                self.writer.push(Fact::Put(Arc::new(record)));
            }
            (_, None) => self.writer.push(gone(change)),
        }
        self.complete(index, id);
    }

    fn complete(&mut self, index: StepIndex, id: Option<String>) {
        let change = &self.plan.changes[self.plan.steps[index].change];
        let action = action(change, self.plan.steps[index].kind);
        let elapsed = self.elapsed(index);
        self.outcome.done.push((change.address.clone(), action));
        self.writer.notice(Event::StepDone { address: change.address.clone(), action, id, elapsed });
        self.fresh.remove(&index);
        self.schedule.finish(index);
    }

    fn elapsed(&self, index: StepIndex) -> Duration {
        let now = self.context.clock.monotonic();
        self.started.get(&index).map_or(Duration::ZERO, |start| now.saturating_sub(*start))
    }

    fn failed(&mut self, index: StepIndex, error: &AdapterError) {
        let plan = Arc::clone(&self.plan);
        let change = &plan.changes[plan.steps[index].change];
        let action = action(change, plan.steps[index].kind);
        let (message, hint) = (error.message.clone(), error.hint.clone());
        let (address, elapsed) = (change.address.clone(), self.elapsed(index));
        let failure = Failure { address, action, class: Some(error.class), message, hint };
        self.context.sink.event(Event::StepFailed {
            address: failure.address.clone(),
            action,
            message: failure.message.clone(),
            hint: failure.hint.clone(),
            elapsed,
        });
        self.fresh.remove(&index);
        for skipped in self.schedule.fail(index) {
            self.skip(skipped, Some(&failure.address));
        }
        self.outcome.failed.push(failure);
        if self.context.fail_fast {
            self.skip_rest();
        }
    }

    fn skip(&mut self, index: StepIndex, because: Option<&Address>) {
        let step = &self.plan.steps[index];
        if matches!(step.kind, StepKind::Pass | StepKind::Record | StepKind::Depose) {
            return;
        }
        let change = &self.plan.changes[step.change];
        let (address, action) = (change.address.clone(), action(change, step.kind));
        if let Some(because) = because {
            let (address, because) = (address.clone(), because.clone());
            self.context.sink.event(Event::StepSkipped { address, action, because });
        }
        self.outcome.skipped.push(Skipped { address, action, because: because.cloned() });
    }

    fn skip_rest(&mut self) {
        for index in self.schedule.stop() {
            self.skip(index, None);
        }
    }

    /// The outputs and the end of the run.
    async fn close(mut self) -> Outcome {
        while let Ok(message) = self.messages.try_recv() {
            self.message(message);
        }
        let plan = Arc::clone(&self.plan);
        for output in &plan.outputs {
            let value = match (&output.after, &output.recipe) {
                (None, _) => None,
                (Some(after), recipe) => match resolve::value(after, recipe.as_ref(), &self) {
                    Ok(value) if value.is_known() => Some(value),
                    // It waits for a step that failed; the recorded one stays.
                    _ => continue,
                },
            };
            let value = value.map(|value| output_record(&value, output.sensitive));
            self.writer.push(Fact::Output { name: output.name.to_string(), value });
        }
        let finished = self.writer.finish(&*self.context.sink).await;
        let doubt = |intent: meshform_state::journal::Intent| Doubt { address: intent.address, effect: intent.effect };
        self.outcome.in_doubt = finished.in_doubt.into_iter().map(doubt).collect();
        self.outcome.store_error = finished.error;
        self.outcome.snapshot = finished.snapshot;
        self.outcome
    }
}

/// Reads a data source whose arguments are known only now.
async fn read(work: Work) -> Result<Left, AdapterError> {
    let subject = &work.gate.subject;
    let arguments = work.planned.clone().unwrap_or_else(|| Object::empty(work.kind.schema()));
    let query = || work.gate.adapter.query(&subject.scope, &subject.kind, &arguments);
    let object = work.gate.retry.read(&*work.gate.clock, &*work.gate.entropy, query).await?;
    let facts = Facts { id: "", uid: "", object: &object, private: None, incomplete: false };
    let record = work.template.record(facts).map_err(|error| {
        AdapterError::refused(ErrorClass::Invalid, error.to_string())
    })?;
    Ok(Left { object: Some((object, record)) })
}

/// What a step is called: the two of a replacement are a deletion and a creation.
fn action(change: &Change, kind: StepKind) -> Action {
    match kind {
        StepKind::Create => Action::Create,
        StepKind::Update => Action::Update,
        StepKind::Delete => Action::Delete,
        StepKind::Read => Action::Read,
        StepKind::Forget => Action::Forget,
        StepKind::Depose | StepKind::Record | StepKind::Pass => change.action,
    }
}

/// The object of a change is no more.
fn gone(change: &Change) -> Fact {
    let uid = match (&change.deposed, &change.record, change.action) {
        (Some(uid), _, _) => Some(uid.clone()),
        (None, Some(record), Action::Replace(crate::plan::Order::CreateFirst)) => Some(record.uid.clone()),
        _ => None,
    };
    match uid {
        Some(uid) => Fact::DeposedGone(DeposedKey { address: change.address.clone(), uid }),
        None => Fact::Gone(change.address.clone()),
    }
}

fn output_record(value: &Value, sensitive: bool) -> OutputRecord {
    let mut text = String::new();
    let encoded = meshform_state::value::encode(value, &Type::Any, &mut text);
    let raw = serde_json::value::RawValue::from_string(text).ok();
    // A secret that reached an output without the mark is kept as little as one with it.
    if sensitive || encoded.is_err() {
        OutputRecord { sensitive: true, value: None }
    } else {
        OutputRecord { sensitive: false, value: raw }
    }
}

fn rfc3339(milliseconds: u64) -> String {
    i64::try_from(milliseconds)
        .ok()
        .and_then(|milliseconds| jiff::Timestamp::from_millisecond(milliseconds).ok())
        .map_or_else(String::new, |timestamp| timestamp.to_string())
}
