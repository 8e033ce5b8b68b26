//! The beginning of a step: all that it needs, with every value filled in, or its whole work if that is only a record.

use std::sync::Arc;

use meshform_lang::Diagnostics;
use meshform_state::journal::{Event as Fact, Operation};
use meshform_state::{DeposedKey, Scope};

use super::gate::{Gate, Subject};
use super::records::{Facts, Template};
use super::run::{Run, action, gone};
use super::step::{Work, execute, finish, read};
use crate::adapter::{AdapterError, ErrorClass};
use crate::compile::Phase;
use crate::event::Event;
use crate::object::Object;
use crate::plan::{Action, Change, Reason, StepIndex, StepKind, settled};
use crate::resolve;

fn refused(message: String) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, message)
}

impl Run {
    pub(super) fn start(&mut self, index: StepIndex) {
        let plan = Arc::clone(&self.plan);
        let step = &plan.steps[index];
        let change = &plan.changes[step.change];
        self.started.insert(index, self.context.clock.monotonic());
        match step.kind {
            StepKind::Pass => self.schedule.finish(index),
            StepKind::Record if change.reason == Reason::Incomplete => self.spawn(index, change, step.kind),
            StepKind::Record => self.record(index, change),
            StepKind::Forget => {
                self.announce(change, index);
                self.writer.push(gone(change));
                self.complete(index, None);
            }
            StepKind::Depose => {
                if let Some(record) = &change.record {
                    let key = DeposedKey {
                        address: change.address.clone(),
                        uid: record.uid.clone(),
                    };
                    self.writer.push(Fact::Depose(key));
                }
                self.schedule.finish(index);
            }
            StepKind::Create | StepKind::Update | StepKind::Delete | StepKind::Read => {
                self.spawn(index, change, step.kind);
            }
        }
    }

    fn spawn(&mut self, index: StepIndex, change: &Change, kind: StepKind) {
        if matches!(kind, StepKind::Create | StepKind::Update | StepKind::Read)
            && let Some(error) = self.stopped_by(&change.address, Phase::Before)
        {
            return self.stopped(index, &error);
        }
        self.announce(change, index);
        let work = match self.work(index, change) {
            Ok(work) => work,
            Err(error) => return self.failed(index, &error),
        };
        self.fresh.insert(index);
        let task = match kind {
            StepKind::Read => self.tasks.spawn(async move { (index, read(work).await) }),
            StepKind::Record => self.tasks.spawn(async move { (index, finish(work).await) }),
            _ => self.tasks.spawn(async move { (index, execute(work).await) }),
        };
        self.steps.insert(task.id(), index);
    }

    fn announce(&mut self, change: &Change, index: StepIndex) {
        let action = action(change, self.plan.steps[index].kind);
        // Where an object is created the recorded one is another: the one that it replaces.
        let record = change.record.as_ref().filter(|_| action != Action::Create);
        let id = record.map(|record| record.id.clone());
        self.say(Event::StepStarted {
            address: change.address.clone(),
            action,
            id,
        });
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
                    Err(error) => return self.failed(index, &error),
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
        let adapter = self.context.registry.get(schema.kind).map(Arc::clone);
        let adapter = adapter.ok_or_else(|| refused(format!("no adapter serves `{}`", schema.kind)))?;
        let scope = match self.plan.scopes.get(&change.scope) {
            Some(scope) => scope.clone(),
            None if change.scope == Scope::Local.key() => Scope::Local,
            None => return Err(refused(format!("the plan has no scope `{}`", change.scope))),
        };
        let planned = match kind {
            StepKind::Delete => None,
            StepKind::Record => change.before.clone(),
            _ => Some(self.planned(change, kind)?),
        };
        let template = Template::of(change);
        let creates = kind == StepKind::Create;
        let record = change.record.as_ref().filter(|_| !creates);
        let uid = record.map_or_else(|| self.context.entropy.uuid(), |record| record.uid.clone());
        let draft = match (&planned, kind) {
            // An update has no draft, but must not send what cannot be recorded either.
            (Some(object), StepKind::Create | StepKind::Update) => {
                let facts = Facts {
                    id: "",
                    uid: &uid,
                    object,
                    private: None,
                    incomplete: true,
                };
                Some(template.record(facts)?).filter(|_| creates)
            }
            _ => None,
        };
        if creates && change.record.is_some() && change.reason == Reason::Vanished {
            // The address is free only once the record of what vanished is gone.
            self.writer.push(gone(change));
        }
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
    fn planned(&mut self, change: &Change, kind: StepKind) -> Result<Object, AdapterError> {
        let Some(resource) = &change.resource else {
            return Err(AdapterError::refused(
                ErrorClass::Invalid,
                "the plan has no configuration for this step",
            ));
        };
        let fields = resolve::fields(resource, self).map_err(|found| {
            let texts = found.0.iter().map(|d| format!("{}: {}", d.summary, d.detail));
            let texts: Vec<String> = texts.collect();
            let found = found.into_iter().map(|one| one.about(&change.address));
            self.outcome.broken.extend(Diagnostics(found.collect()));
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
}
