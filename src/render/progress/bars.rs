//! Progress on a terminal: a line for what is over, a moving one for each step that runs, and a total.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use meshform_engine::{Action, Event};
use meshform_state::Address;

use super::super::printer::Printer;
use super::plain::line;
use super::{Show, spoken, words};

/// More running steps than these are only counted: lines that do not fit the screen make it jump.
const MOST_BARS: usize = 12;

/// How often what moves is drawn at most: a thousand short steps must not wait for their pictures.
const FRAME: Duration = Duration::from_millis(100);

pub(super) struct Bars {
    printer: Printer,
    bars: MultiProgress,
    total: Option<ProgressBar>,
    running: BTreeMap<(Address, Action), Running>,
    drawn: Duration,
}

struct Running {
    since: Duration,
    bar: Option<ProgressBar>,
    waits_for: String,
}

impl Bars {
    pub(super) fn new(printer: Printer) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        Bars {
            printer,
            bars,
            total: None,
            running: BTreeMap::new(),
            drawn: Duration::ZERO,
        }
    }

    /// A line that stays, above what moves.
    fn line(&self, text: &str) {
        let text = format!("{}\n", self.printer.redact(text));
        self.bars.suspend(|| self.printer.data(&text));
    }

    fn start(&mut self, address: Address, action: Action, now: Duration) {
        let bar = (self
            .running
            .values()
            .filter(|running| running.bar.is_some())
            .count()
            < MOST_BARS)
            .then(|| {
                let bar = ProgressBar::new_spinner().with_style(style("  {spinner} {msg}"));
                match &self.total {
                    Some(total) => self.bars.insert_before(total, bar),
                    None => self.bars.add(bar),
                }
            });
        self.running.insert(
            (address, action),
            Running {
                since: now,
                bar,
                waits_for: String::new(),
            },
        );
    }

    fn stop(&mut self, address: Address, action: Action) {
        if let Some(Running { bar: Some(bar), .. }) = self.running.remove(&(address, action)) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        if let Some(total) = &self.total {
            total.inc(1);
        }
    }
}

/// Templates of this file only, so that a wrong one shows in the first test.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Show for Bars {
    fn event(&mut self, event: Event, now: Duration) {
        match &event {
            // What starts is shown by what moves.
            Event::StepStarted { .. } => {}
            _ => line(&event, &self.printer)
                .iter()
                .for_each(|text| self.line(text)),
        }
        match event {
            Event::ApplyStarted { steps } => {
                let total = ProgressBar::new(steps as u64)
                    .with_style(style("  [{bar:30}] {pos} of {len} steps, {elapsed}"));
                self.total = Some(self.bars.add(total));
            }
            Event::StepStarted { address, action, .. } => self.start(address, action, now),
            Event::StepWaiting {
                address,
                action,
                reason,
                ..
            } => {
                if let Some(running) = self.running.get_mut(&(address, action)) {
                    running.waits_for = format!(": {}", self.printer.redact(&reason));
                }
            }
            Event::StepDone { address, action, .. }
            | Event::StepFailed { address, action, .. }
            | Event::StepSkipped { address, action, .. } => self.stop(address, action),
            _ => {}
        }
        self.tick(now);
    }

    fn tick(&mut self, now: Duration) {
        if now.saturating_sub(self.drawn) < FRAME {
            return;
        }
        self.drawn = now;
        for ((address, action), running) in &self.running {
            if let Some(bar) = &running.bar {
                let elapsed = spoken(now.saturating_sub(running.since));
                let doing = words(*action).doing;
                bar.set_message(format!("{address}: {doing}... [{elapsed}]{}", running.waits_for));
                bar.tick();
            }
        }
        if let Some(total) = &self.total {
            total.tick();
        }
    }

    fn end(&mut self) {
        // A bar that was left would stand above the summary for ever.
        _ = self.bars.clear();
    }
}
