//! Progress and plans as one JSON object a line: the reference's machine-readable form, version 1.2.

use std::collections::BTreeMap;
use std::time::Duration;

use meshform_engine::plan::{Change, Drift, Plan};
use meshform_engine::{Action, Event};
use meshform_state::Address;
use serde_json::{Map, Value as Json, json};

use super::super::address_json::{Parts, parts};
use super::super::headline::action_reason;
use super::super::plan_json::told;
use super::super::printer::{Level, Printer};
use super::{Pace, STILL, Show, identity, known, spoken, words};

/// Events as JSON lines.
pub(super) struct Stream {
    printer: Printer,
    running: BTreeMap<(Address, Action), (Duration, Duration)>,
    pace: Pace,
}

impl Stream {
    pub(super) fn new(printer: Printer) -> Self {
        Stream {
            printer,
            running: BTreeMap::new(),
            pace: Pace::default(),
        }
    }

    fn tell(&self, kind: &str, level: Level, message: &str, body: Json) {
        let mut fields = Map::new();
        fields.insert("hook".to_owned(), body);
        self.printer.event(kind, level, message, fields);
    }

    fn step(&self, kind: &str, (address, action): (&Address, Action), message: &str, mut hook: Json) {
        hook["resource"] = resource(address);
        hook["action"] = json!(verb(action));
        let level = if kind == "apply_errored" {
            Level::Error
        } else {
            Level::Info
        };
        self.tell(kind, level, message, hook);
    }
}

/// The parts of an address, as hooks have them.
pub(crate) fn resource(address: &Address) -> Json {
    let Parts {
        module,
        kind,
        name,
        index,
        ..
    } = parts(address);
    let local = address
        .as_str()
        .strip_prefix(&format!("{module}."))
        .unwrap_or(address.as_str());
    json!({
        "addr": address.as_str(),
        "module": module,
        "resource": local,
        "implied_provider": kind.split('_').next().unwrap_or_default(),
        "resource_type": kind,
        "resource_name": name,
        "resource_key": index,
    })
}

/// What the stream calls an action.
fn verb(action: Action) -> &'static str {
    match action {
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Replace(_) => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    }
}

/// Tells `plan`: drift, changes, the count and the outputs.
pub(crate) fn planned(printer: &Printer, plan: &Plan, operation: &str) {
    for Drift { address, after, .. } in &plan.drift {
        let action = if after.is_some() { "update" } else { "delete" };
        let message = format!("{address}: Drift detected ({action})");
        let change = json!({ "resource": resource(address), "action": action });
        printer.event("resource_drift", Level::Info, &message, body("change", change));
    }
    told(plan).for_each(|change| planned_change(printer, change));
    let summary = plan.summary();
    let import = if summary.import > 0 {
        format!("{} to import, ", summary.import)
    } else {
        String::new()
    };
    let message = format!(
        "Plan: {import}{} to add, {} to change, {} to destroy.",
        summary.add, summary.change, summary.destroy
    );
    let counts = json!({
        "add": summary.add, "change": summary.change, "import": summary.import, "remove": summary.destroy, "operation": operation,
    });
    printer.event("change_summary", Level::Info, &message, body("changes", counts));
    if !plan.outputs.is_empty() {
        let outputs: Map<String, Json> = plan
            .outputs
            .iter()
            .map(|output| {
                let action = match (&output.before, &output.after) {
                    (None, _) => "create",
                    (_, None) => "delete",
                    _ => "update",
                };
                (
                    output.name.to_string(),
                    json!({ "sensitive": output.sensitive, "action": action }),
                )
            })
            .collect();
        let message = format!("Outputs: {}", outputs.len());
        printer.event("outputs", Level::Info, &message, body("outputs", outputs.into()));
    }
}

fn planned_change(printer: &Printer, change: &Change) {
    let action = if change.previous_address.is_some() && change.action == Action::NoOp {
        "move"
    } else if change.adopted && change.action == Action::NoOp {
        "import"
    } else {
        verb(change.action)
    };
    let mut told = json!({ "resource": resource(&change.address), "action": action });
    if let Some(reason) = action_reason(change) {
        told["reason"] = json!(
            reason
                .trim_start_matches("replace_because_")
                .trim_start_matches("replace_by_")
                .trim_start_matches("delete_because_")
        );
    }
    if let (true, Some(record)) = (change.adopted, &change.record) {
        told["importing"] = json!({ "id": record.id });
    }
    if let Some(from) = &change.previous_address {
        told["previous_resource"] = resource(from);
    }
    let message = format!("{}: Plan to {action}", change.address);
    printer.event("planned_change", Level::Info, &message, body("change", told));
}

fn body(name: &str, value: Json) -> Map<String, Json> {
    Map::from_iter([(name.to_owned(), value)])
}

impl Stream {
    /// Tells what happens to one step.
    fn step_event(&mut self, event: Event, now: Duration) {
        match event {
            Event::StepStarted { address, action, id } => {
                let id = known(action, id.as_deref());
                let hook = json!({ "id_key": id.map(|_| "id"), "id_value": id });
                let message = format!("{address}: {}...{}", words(action).doing, identity(id));
                self.step("apply_start", (&address, action), &message, hook);
                self.running.insert((address, action), (now, now));
            }
            Event::StepDone {
                address,
                action,
                id,
                elapsed,
            } => {
                let hook = json!({ "id_key": id.as_ref().map(|_| "id"), "id_value": id, "elapsed_seconds": elapsed.as_secs() });
                let (done, elapsed) = (words(action).done, spoken(elapsed));
                let message = format!(
                    "{address}: {done} complete after {elapsed}{}",
                    identity(id.as_deref())
                );
                self.step("apply_complete", (&address, action), &message, hook);
                self.running.remove(&(address, action));
            }
            Event::StepFailed {
                address,
                action,
                elapsed,
                ..
            } => {
                let hook = json!({ "elapsed_seconds": elapsed.as_secs() });
                let message = format!(
                    "{address}: {} errored after {}",
                    words(action).done,
                    spoken(elapsed)
                );
                self.step("apply_errored", (&address, action), &message, hook);
                self.running.remove(&(address, action));
            }
            Event::StepSkipped {
                address,
                action,
                because,
            } => {
                let hook = json!({ "because": resource(&because) });
                let message = format!("{address}: Skipped, since it needs {because}");
                self.step("meshform_step_skipped", (&address, action), &message, hook);
            }
            Event::StepWaiting {
                address,
                action,
                reason,
                elapsed,
            } => {
                let hook =
                    json!({ "reason": self.printer.redact(&reason), "elapsed_seconds": elapsed.as_secs() });
                self.step(
                    "meshform_step_waiting",
                    (&address, action),
                    &format!("{address}: {reason}"),
                    hook,
                );
            }
            other => self.run_event(other),
        }
    }

    /// Tells what happens to the run as a whole.
    fn run_event(&self, event: Event) {
        match event {
            Event::Resolving { .. } | Event::StillResolving { .. } | Event::Resolved { .. } => {
                self.lookup_event(event);
            }
            Event::Adopted { address, id } => {
                let message = format!("{address}: Imported{}", identity(Some(&id)));
                let hook = json!({ "resource": resource(&address), "id_key": "id", "id_value": id });
                self.tell("meshform_imported", Level::Info, &message, hook);
            }
            Event::RefreshStarted { count } => {
                let message = format!("Refreshing the state of {count} objects...");
                self.tell(
                    "meshform_refresh_start",
                    Level::Info,
                    &message,
                    json!({ "count": count }),
                );
            }
            Event::RefreshDone { count } => {
                let message = format!("Refreshed the state of {count} objects");
                self.tell(
                    "meshform_refresh_complete",
                    Level::Info,
                    &message,
                    json!({ "count": count }),
                );
            }
            Event::ApplyStarted { steps } => {
                self.tell(
                    "meshform_apply_start",
                    Level::Info,
                    &format!("Applying {steps} steps"),
                    json!({ "steps": steps }),
                );
            }
            Event::Stopping => self.tell(
                "meshform_stopping",
                Level::Warn,
                "Interrupted: nothing new starts",
                json!({}),
            ),
            Event::StepStarted { .. }
            | Event::StepDone { .. }
            | Event::StepFailed { .. }
            | Event::StepSkipped { .. }
            | Event::StepWaiting { .. } => {}
        }
    }

    /// Tells of an effect whose answer was lost.
    fn lookup_event(&self, event: Event) {
        match event {
            Event::Resolving {
                address,
                effect,
                at_most,
            } => {
                let message = format!("{address}: Finding out whether {effect} happened...");
                let hook = json!({
                    "resource": resource(&address), "effect": effect, "at_most_seconds": at_most.as_secs(),
                });
                self.tell("meshform_resolve_start", Level::Info, &message, hook);
            }
            Event::StillResolving {
                address,
                effect,
                at_most,
            } => {
                let message = format!("{address}: No trace of {effect} yet");
                let hook = json!({
                    "resource": resource(&address), "effect": effect, "at_most_seconds": at_most.as_secs(),
                });
                self.tell("meshform_resolve_progress", Level::Info, &message, hook);
            }
            Event::Resolved {
                address,
                effect,
                id,
                doubles,
            } => {
                let message = format!(
                    "{address}: {effect} {}",
                    if id.is_some() {
                        "had happened"
                    } else {
                        "had not happened"
                    }
                );
                let hook = json!({
                    "resource": resource(&address), "effect": effect, "id_value": id, "doubles": doubles,
                });
                self.tell("meshform_resolve_complete", Level::Info, &message, hook);
            }
            _ => {}
        }
    }
}

impl Show for Stream {
    fn event(&mut self, event: Event, now: Duration) {
        self.step_event(event, now);
        self.tick(now);
    }

    fn tick(&mut self, now: Duration) {
        if !self.pace.is_due(now) {
            return;
        }
        let mut told = Vec::new();
        for ((address, action), (since, last)) in &mut self.running {
            if now.saturating_sub(*last) >= STILL {
                *last = now;
                told.push((address.clone(), *action, now.saturating_sub(*since)));
            }
        }
        for (address, action, elapsed) in told {
            let message = format!(
                "{address}: Still {}... [{} elapsed]",
                words(action).doing.to_lowercase(),
                spoken(elapsed)
            );
            self.step(
                "apply_progress",
                (&address, action),
                &message,
                json!({ "elapsed_seconds": elapsed.as_secs() }),
            );
        }
    }
}
