//! Progress as lines, for logs and pipes.

use std::collections::BTreeMap;
use std::time::Duration;

use meshform_engine::{Action, Event};
use meshform_state::Address;

use super::super::printer::Printer;
use super::super::style::Role;
use super::{STILL, Show, identity, spoken, words};

/// One line for each thing that happens, and one every ten seconds for each step that runs.
pub(super) struct Plain {
    printer: Printer,
    running: BTreeMap<(Address, Action), Running>,
}

struct Running {
    since: Duration,
    told: Duration,
    id: Option<String>,
    waits_for: Option<String>,
}

impl Plain {
    pub(super) fn new(printer: Printer) -> Self {
        Plain { printer, running: BTreeMap::new() }
    }

    fn line(&self, text: &str) {
        self.printer.data(&format!("{}\n", self.printer.redact(text)));
    }
}

/// The line that tells `event`, if it is told by one.
pub(super) fn line(event: &Event, printer: &Printer) -> Option<String> {
    let strong = |address: &Address| printer.palette().paint(Role::Strong, format!("{address}:")).to_string();
    Some(match event {
        Event::RefreshStarted { count: 0 } | Event::RefreshDone { .. } | Event::StepSkipped { .. } => return None,
        Event::StepWaiting { .. } | Event::ApplyStarted { .. } => return None,
        Event::RefreshStarted { count } => {
            format!("Refreshing the state of {count} object{}...", if *count == 1 { "" } else { "s" })
        }
        Event::Resolving { address, effect } => {
            format!("{} Finding out whether `{effect}` happened, whose answer was lost...", strong(address))
        }
        Event::Resolved { address, effect, id } => match id {
            Some(id) => format!("{} `{effect}` had happened{}", strong(address), identity(Some(id))),
            None => format!("{} `{effect}` had not happened", strong(address)),
        },
        Event::StepStarted { address, action, id } => {
            format!("{} {}...{}", strong(address), words(*action).doing, identity(id.as_deref()))
        }
        Event::StepDone { address, action, id, elapsed } => {
            let id = identity(id.as_deref());
            format!("{} {} complete after {}{id}", strong(address), words(*action).done, spoken(*elapsed))
        }
        Event::StepFailed { address, action, elapsed, .. } => {
            let failed = printer.palette().paint(Role::Alarm, "failed");
            format!("{} {} {failed} after {}", strong(address), words(*action).done, spoken(*elapsed))
        }
        Event::Stopping => "\nInterrupted: what runs is finished, nothing new starts. Interrupt again to stop at once; \
             nothing is lost then either.\n"
            .to_owned(),
    })
}

/// What is told of a step that runs for long.
pub(super) fn still(address: &Address, action: Action, id: Option<&str>, elapsed: Duration, waits_for: Option<&str>) -> String {
    let doing = words(action).doing.to_lowercase();
    let reason = waits_for.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{address}: Still {doing}...{} [{} elapsed]{reason}", identity(id), spoken(elapsed))
}

impl Show for Plain {
    fn event(&mut self, event: Event, now: Duration) {
        if let Some(text) = line(&event, &self.printer) {
            self.line(&text);
        }
        match event {
            Event::StepStarted { address, action, id } => {
                self.running.insert((address, action), Running { since: now, told: now, id, waits_for: None });
            }
            Event::StepWaiting { address, action, reason, .. } => {
                if let Some(running) = self.running.get_mut(&(address, action)) {
                    running.waits_for = Some(reason);
                }
            }
            Event::StepDone { address, action, .. } | Event::StepFailed { address, action, .. } => {
                self.running.remove(&(address, action));
            }
            _ => {}
        }
        self.tick(now);
    }

    fn tick(&mut self, now: Duration) {
        let mut lines = Vec::new();
        for ((address, action), running) in &mut self.running {
            if now.saturating_sub(running.told) >= STILL {
                running.told = now;
                let elapsed = now.saturating_sub(running.since);
                lines.push(still(address, *action, running.id.as_deref(), elapsed, running.waits_for.as_deref()));
            }
        }
        lines.iter().for_each(|text| self.line(text));
    }
}
