//! Progress as lines, for logs and pipes.

use std::collections::BTreeMap;
use std::time::Duration;

use meshform_engine::{Action, Event};
use meshform_state::Address;

use super::super::printer::Printer;
use super::super::style::Role;
use super::{Pace, STILL, Show, identity, known, spoken, words};

/// One line for each thing that happens, and one every ten seconds for each step that runs.
pub(super) struct Plain {
    printer: Printer,
    running: BTreeMap<(Address, Action), Running>,
    pace: Pace,
}

struct Running {
    since: Duration,
    told: Duration,
    id: Option<String>,
    waits_for: Option<String>,
}

impl Plain {
    pub(super) fn new(printer: Printer) -> Self {
        Plain {
            printer,
            running: BTreeMap::new(),
            pace: Pace::default(),
        }
    }

    fn line(&self, text: &str) {
        self.printer.data(&format!("{}\n", self.printer.redact(text)));
    }
}

/// The line that tells `event`, if it is told by one.
pub(super) fn line(event: &Event, printer: &Printer) -> Option<String> {
    let strong = |address: &Address| strong(address, printer);
    Some(match event {
        Event::RefreshStarted { count: 0 } | Event::RefreshDone { .. } | Event::StepSkipped { .. } => {
            return None;
        }
        Event::StepWaiting { .. } | Event::ApplyStarted { .. } => return None,
        Event::RefreshStarted { count } => {
            format!(
                "Refreshing the state of {count} object{}...",
                if *count == 1 { "" } else { "s" }
            )
        }
        Event::Resolving { .. } | Event::StillResolving { .. } | Event::Resolved { .. } => {
            return lookup(event, printer);
        }
        Event::Adopted { address, id } => format!("{} Imported{}", strong(address), identity(Some(id))),
        Event::StepStarted { address, action, id } => {
            format!(
                "{} {}...{}",
                strong(address),
                words(*action).doing,
                identity(known(*action, id.as_deref()))
            )
        }
        Event::StepDone {
            address,
            action,
            id,
            elapsed,
        } => {
            let id = identity(id.as_deref());
            format!(
                "{} {} complete after {}{id}",
                strong(address),
                words(*action).done,
                spoken(*elapsed)
            )
        }
        Event::StepFailed {
            address,
            action,
            elapsed,
            ..
        } => {
            let failed = printer.palette().paint(Role::Alarm, "failed");
            format!(
                "{} {} {failed} after {}",
                strong(address),
                words(*action).done,
                spoken(*elapsed)
            )
        }
        Event::Stopping => {
            "\nInterrupted: what runs is finished, nothing new starts. Interrupt again to stop at once; \
             nothing is lost then either.\n"
                .to_owned()
        }
    })
}

/// The line that tells of an effect whose answer was lost.
fn lookup(event: &Event, printer: &Printer) -> Option<String> {
    let strong = |address: &Address| strong(address, printer);
    Some(match event {
        Event::Resolving {
            address,
            effect,
            at_most,
        } => {
            let patience = match at_most.is_zero() {
                true => String::new(),
                false => format!(
                    " If there is no trace of it, this takes {}: until then it may still show.",
                    spoken(*at_most)
                ),
            };
            format!(
                "{} Finding out whether `{effect}` happened, whose answer was lost...{patience}",
                strong(address)
            )
        }
        Event::StillResolving {
            address,
            effect,
            at_most,
        } => format!(
            "{} No trace of `{effect}` yet; looking again for at most {}",
            strong(address),
            spoken(*at_most)
        ),
        Event::Resolved {
            address,
            effect,
            id,
            doubles,
        } => match id {
            Some(id) => {
                let more = match doubles.as_slice() {
                    [] => String::new(),
                    more => format!(", more than once: {} will be destroyed", more.join(", ")),
                };
                let id = identity(Some(id));
                format!("{} `{effect}` had happened{id}{more}", strong(address))
            }
            None => format!("{} `{effect}` had not happened", strong(address)),
        },
        _ => return None,
    })
}

fn strong(address: &Address, printer: &Printer) -> String {
    let text = format!("{address}:");
    printer.palette().paint(Role::Strong, text).to_string()
}

/// What is told of a step that runs for long.
pub(super) fn still(
    address: &Address,
    action: Action,
    id: Option<&str>,
    elapsed: Duration,
    waits_for: Option<&str>,
) -> String {
    let doing = words(action).doing.to_lowercase();
    let reason = waits_for.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "{address}: Still {doing}...{} [{} elapsed]{reason}",
        identity(id),
        spoken(elapsed)
    )
}

impl Show for Plain {
    fn event(&mut self, event: Event, now: Duration) {
        if let Some(text) = line(&event, &self.printer) {
            self.line(&text);
        }
        match event {
            Event::StepStarted { address, action, id } => {
                let id = known(action, id.as_deref()).map(str::to_owned);
                self.running.insert(
                    (address, action),
                    Running {
                        since: now,
                        told: now,
                        id,
                        waits_for: None,
                    },
                );
            }
            Event::StepWaiting {
                address,
                action,
                reason,
                ..
            } => {
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
        if !self.pace.is_due(now) {
            return;
        }
        let mut lines = Vec::new();
        for ((address, action), running) in &mut self.running {
            if now.saturating_sub(running.told) >= STILL {
                running.told = now;
                let elapsed = now.saturating_sub(running.since);
                lines.push(still(
                    address,
                    *action,
                    running.id.as_deref(),
                    elapsed,
                    running.waits_for.as_deref(),
                ));
            }
        }
        lines.iter().for_each(|text| self.line(text));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Written, address, printer};
    use super::super::Show;
    use super::super::bars::Bars;
    use super::super::stream::Stream;
    use super::*;
    use crate::render::Form;

    /// A run in which something of everything happens, with the second at which it does.
    fn story() -> Vec<(u64, Event)> {
        let (a, b, c) = (
            address("test_thing.a"),
            address("test_thing.b"),
            address("vpc.w.test_thing.c[0]"),
        );
        let (create, update) = (Action::Create, Action::Update);
        let after = Duration::from_secs;
        let mut story = vec![
            (0, Event::RefreshStarted { count: 2 }),
            (0, Event::RefreshDone { count: 2 }),
        ];
        story.extend(lookups(&a, &b));
        story.extend([
            (1, Event::ApplyStarted { steps: 3 }),
            (
                1,
                Event::StepStarted {
                    address: a.clone(),
                    action: create,
                    id: Some("old".into()),
                },
            ),
            (
                1,
                Event::StepStarted {
                    address: b.clone(),
                    action: update,
                    id: Some("b-1".into()),
                },
            ),
            (
                2,
                Event::StepWaiting {
                    address: a.clone(),
                    action: create,
                    reason: "waits for hunter2".into(),
                    elapsed: after(1),
                },
            ),
            (
                12,
                Event::StepDone {
                    address: b,
                    action: update,
                    id: Some("b-1".into()),
                    elapsed: after(11),
                },
            ),
            (
                75,
                Event::StepFailed {
                    address: a.clone(),
                    action: create,
                    message: "no".into(),
                    hint: None,
                    elapsed: after(74),
                },
            ),
            (
                75,
                Event::StepSkipped {
                    address: c,
                    action: create,
                    because: a,
                },
            ),
            (75, Event::Stopping),
        ]);
        story
    }

    /// One effect that has not happened, and one that has, twice.
    fn lookups(a: &Address, b: &Address) -> Vec<(u64, Event)> {
        let after = Duration::from_secs;
        vec![
            (
                0,
                Event::Resolving {
                    address: a.clone(),
                    effect: "test:Create".into(),
                    at_most: after(100),
                },
            ),
            (
                0,
                Event::StillResolving {
                    address: a.clone(),
                    effect: "test:Create".into(),
                    at_most: after(70),
                },
            ),
            (
                1,
                Event::Resolved {
                    address: a.clone(),
                    effect: "test:Create".into(),
                    id: None,
                    doubles: Vec::new(),
                },
            ),
            (
                1,
                Event::Resolved {
                    address: b.clone(),
                    effect: "test:Create".into(),
                    id: Some("b-1".into()),
                    doubles: vec!["b-2".into()],
                },
            ),
        ]
    }

    fn told(show: impl FnOnce(Printer) -> Box<dyn Show>, form: Form) -> String {
        let written = Written::default();
        let mut show = show(printer(&written, form, &["hunter2"]));
        for (at, event) in story() {
            show.event(event, Duration::from_secs(at));
        }
        show.end();
        written.text()
    }

    #[test]
    fn a_run_is_told_in_lines() {
        insta::assert_snapshot!(told(|printer| Box::new(Plain::new(printer)), Form::Text));
    }

    #[test]
    fn a_run_is_told_in_events() {
        insta::assert_snapshot!(told(|printer| Box::new(Stream::new(printer)), Form::Stream));
    }

    #[test]
    fn bars_leave_the_lines_that_stay() {
        let told = told(|printer| Box::new(Bars::new(printer)), Form::Text);
        assert!(
            told.contains("test_thing.b: Modifications complete after 11s [id=b-1]"),
            "{told}"
        );
        assert!(!told.contains("Creating..."), "{told}");
    }
}
