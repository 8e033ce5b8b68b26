//! The end of a step, and of the run: what is recorded, and what is told of it.

use std::sync::Arc;
use std::time::Duration;

use meshform_state::journal::Event as Fact;
use meshform_state::{Address, OutputRecord, Type, Value};

use super::outcome::{Doubt, Failure, Outcome, Skipped};
use super::run::{Run, action, gone};
use super::step::Left;
use crate::adapter::AdapterError;
use crate::compile::Phase;
use crate::event::Event;
use crate::plan::{Action, StepIndex, StepKind};
use crate::resolve;

impl Run {
    pub(super) fn done(&mut self, index: StepIndex, left: Left) {
        let plan = Arc::clone(&self.plan);
        let change = &plan.changes[plan.steps[index].change];
        let mut id = None;
        match left {
            Left::Gone => self.writer.push(gone(change)),
            Left::Answer(object) => {
                self.objects
                    .insert(change.address.clone(), (Arc::clone(&change.kind), object));
            }
            Left::Object(object, record) => {
                id = Some(record.id.clone());
                self.objects
                    .insert(change.address.clone(), (Arc::clone(&change.kind), object));
                self.writer.push(Fact::Put(Arc::new(record)));
            }
        }
        match self.stopped_by(&change.address, Phase::After) {
            // It is there and recorded, but nothing may stand on it.
            Some(error) => {
                self.notice_done(index, id);
                let failure = self.failure(index, &error, true);
                self.fail(index, failure);
            }
            None => self.complete(index, id),
        }
    }

    /// A step is done. That is told, and counts, once it is on disk.
    pub(super) fn complete(&mut self, index: StepIndex, id: Option<String>) {
        self.notice_done(index, id);
        self.fresh.remove(&index);
        self.schedule.finish(index);
    }

    fn notice_done(&mut self, index: StepIndex, id: Option<String>) {
        let change = &self.plan.changes[self.plan.steps[index].change];
        let action = action(change, self.plan.steps[index].kind);
        let elapsed = self.elapsed(index);
        self.writer.notice(Event::StepDone {
            address: change.address.clone(),
            action,
            id,
            elapsed,
        });
    }

    fn elapsed(&self, index: StepIndex) -> Duration {
        let now = self.context.clock.monotonic();
        self.started
            .get(&index)
            .map_or(Duration::ZERO, |start| now.saturating_sub(*start))
    }

    pub(super) fn failed(&mut self, index: StepIndex, error: &AdapterError) {
        let failure = self.failure(index, error, false);
        self.told(index, failure);
    }

    /// A step that a condition stopped.
    pub(super) fn stopped(&mut self, index: StepIndex, error: &AdapterError) {
        let failure = self.failure(index, error, true);
        self.told(index, failure);
    }

    fn failure(&self, index: StepIndex, error: &AdapterError, by_condition: bool) -> Failure {
        let step = &self.plan.steps[index];
        let change = &self.plan.changes[step.change];
        Failure {
            address: change.address.clone(),
            action: action(change, step.kind),
            class: Some(error.class),
            message: error.message.clone(),
            hint: error.hint.clone(),
            by_condition,
        }
    }

    fn told(&mut self, index: StepIndex, failure: Failure) {
        self.say(Event::StepFailed {
            address: failure.address.clone(),
            action: failure.action,
            message: failure.message.clone(),
            hint: failure.hint.clone(),
            elapsed: self.elapsed(index),
        });
        self.fail(index, failure);
    }

    fn fail(&mut self, index: StepIndex, failure: Failure) {
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
            self.say(Event::StepSkipped {
                address,
                action,
                because,
            });
        }
        self.outcome.skipped.push(Skipped {
            address,
            action,
            because: because.cloned(),
        });
    }

    pub(super) fn skip_rest(&mut self) {
        for index in self.schedule.stop() {
            self.skip(index, None);
        }
    }

    /// Tells `event` behind what waits to be told: a step that another one needs is called done before that one is said
    /// to begin, though it begins while the end of the first is on its way to the disk.
    pub(super) fn say(&mut self, event: Event) {
        if self.writer.has_notices() {
            self.writer.notice(event);
        } else {
            self.context.sink.event(event);
        }
    }

    /// Tells what has reached the disk, then lets those go on who wait for that.
    pub(super) fn tell(&mut self) {
        tell(&mut self.outcome, &*self.context.sink, self.writer.told());
        self.writer.release();
    }

    /// The outputs and the end of the run.
    pub(super) async fn close(mut self) -> Outcome {
        while let Ok(message) = self.messages.try_recv() {
            self.message(message);
        }
        self.look_at_the_whole();
        let plan = Arc::clone(&self.plan);
        for output in &plan.outputs {
            let value = match (&output.after, &output.recipe) {
                (None, _) => None,
                (Some(after), recipe) => match resolve::value(after, recipe.as_ref(), &self) {
                    Ok(value) if value.is_known() => Some(value),
                    // It waits for a step that failed; the recorded one stays.
                    Ok(_) => continue,
                    Err(found) => {
                        self.outcome.broken.extend(found);
                        continue;
                    }
                },
            };
            let value = value.map(|value| output_record(&value, output.sensitive));
            self.writer.push(Fact::Output {
                name: output.name.to_string(),
                value,
            });
        }
        self.settle_broken();
        let finished = self.writer.finish().await;
        tell(&mut self.outcome, &*self.context.sink, finished.told);
        for event in finished.lost {
            match event {
                Event::StepDone { address, action, .. } => {
                    self.outcome.failed.push(unrecorded(address, action));
                }
                other => self.context.sink.event(other),
            }
        }
        let doubt = |intent: meshform_state::journal::Intent| Doubt {
            address: intent.address,
            effect: intent.effect,
        };
        self.outcome.in_doubt = finished.in_doubt.into_iter().map(doubt).collect();
        self.outcome.store_error = finished.error;
        self.outcome.snapshot = finished.snapshot;
        self.outcome
    }
}

fn tell(outcome: &mut Outcome, sink: &dyn crate::event::EventSink, told: Vec<Event>) {
    for event in told {
        if let Event::StepDone { address, action, .. } = &event {
            outcome.done.push((address.clone(), *action));
        }
        sink.event(event);
    }
}

/// What was done and is not on disk: the next run finds it out.
fn unrecorded(address: Address, action: Action) -> Failure {
    let message = "it was done, but that could not be recorded".to_owned();
    let hint = Some("Mend the disk or the permissions and run again: it will be looked up.".to_owned());
    Failure {
        address,
        action,
        class: None,
        message,
        hint,
        by_condition: false,
    }
}

fn output_record(value: &Value, sensitive: bool) -> OutputRecord {
    let mut text = String::new();
    let encoded = meshform_state::value::encode(value, &Type::Any, &mut text);
    let raw = serde_json::value::RawValue::from_string(text).ok();
    // A secret that reached an output without the mark is kept as little as one with it.
    if sensitive || encoded.is_err() {
        OutputRecord {
            sensitive: true,
            value: None,
        }
    } else {
        OutputRecord {
            sensitive: false,
            value: raw,
        }
    }
}
