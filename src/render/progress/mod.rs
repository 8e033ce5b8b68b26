//! What happens during a run, as it happens.
//!
//! Events go through a channel to one thread that does nothing but show them: a slow terminal or pipe must never hold
//! up a step. The thread ends with [`Progress::finish`], so that what follows is written behind all of it.

mod bars;
mod plain;
mod stream;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use meshform_engine::{Action, Clock, Event, EventSink};
use meshform_state::Address;

pub(crate) use stream::planned;

use super::printer::{Form, Printer};

/// How often a running step is told again.
const STILL: Duration = Duration::from_secs(10);

/// How often the thread looks at the clock while nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// Shows events in one of the forms.
pub(super) trait Show: Send {
    /// Shows `event`, which happened at `now`.
    fn event(&mut self, event: Event, now: Duration);

    /// Shows that time passes.
    fn tick(&mut self, now: Duration);

    /// Ends: nothing is shown any more.
    fn end(&mut self) {}
}

/// Lets something happen once a second at most: with many steps under way, to look at all of them for each event would
/// be work that grows with the square of their number.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Duration>,
}

impl Pace {
    /// Whether it is time again at `now`.
    pub(super) fn is_due(&mut self, now: Duration) -> bool {
        let due = self
            .last
            .is_none_or(|last| now.saturating_sub(last) >= Duration::from_secs(1));
        if due {
            self.last = Some(now);
        }
        due
    }
}

enum Message {
    Event(Event),
    End,
}

/// Shows the events of a run.
pub(crate) struct Progress {
    sender: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Progress {
    /// Begins to show events in the form that `printer` has.
    pub(crate) fn start(printer: &Printer, clock: Arc<dyn Clock>) -> Arc<Self> {
        let show: Box<dyn Show> = match printer.form() {
            Form::Stream => Box::new(stream::Stream::new(printer.clone())),
            Form::Text if printer.is_live() => Box::new(bars::Bars::new(printer.clone())),
            Form::Text | Form::Document => Box::new(plain::Plain::new(printer.clone())),
        };
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || follow(&receiver, show, &*clock));
        Arc::new(Progress {
            sender,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Waits until all that was told is shown.
    pub(crate) fn finish(&self) {
        // A thread that is gone has shown all that it could.
        _ = self.sender.send(Message::End);
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        thread.map(JoinHandle::join);
    }
}

impl EventSink for Progress {
    fn event(&self, event: Event) {
        _ = self.sender.send(Message::Event(event));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn follow(receiver: &Receiver<Message>, mut show: Box<dyn Show>, clock: &dyn Clock) {
    let mut looks = Looks::default();
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(Message::Event(event)) => {
                let now = clock.monotonic();
                match looks.tells(&event, now) {
                    true => show.event(event, now),
                    false => show.tick(now),
                }
            }
            Err(RecvTimeoutError::Timeout) => show.tick(clock.monotonic()),
            Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    show.end();
}

/// When looks at the same lost effect were told: the first is, then one every ten seconds.
#[derive(Default)]
struct Looks(BTreeMap<(Address, String), Duration>);

impl Looks {
    fn tells(&mut self, event: &Event, now: Duration) -> bool {
        match event {
            Event::Resolving { address, effect, .. } => {
                self.0.insert((address.clone(), effect.clone()), now);
                true
            }
            Event::StillResolving { address, effect, .. } => {
                let told = self.0.entry((address.clone(), effect.clone())).or_insert(now);
                let is_time = now.saturating_sub(*told) >= STILL;
                if is_time {
                    *told = now;
                }
                is_time
            }
            _ => true,
        }
    }
}

/// How an action is told: while it runs, at its end, and as a noun with what it did.
pub(super) struct Words {
    pub(super) doing: &'static str,
    pub(super) done: &'static str,
}

pub(super) fn words(action: Action) -> Words {
    let (doing, done) = match action {
        Action::Create => ("Creating", "Creation"),
        Action::Update => ("Modifying", "Modifications"),
        Action::Delete => ("Destroying", "Destruction"),
        Action::Read => ("Reading", "Read"),
        Action::Replace(_) => ("Replacing", "Replacement"),
        Action::Forget => ("Forgetting", "Forgetting"),
        Action::NoOp => ("Recording", "Recording"),
    };
    Words { doing, done }
}

/// A duration as people say it: `3s`, `1m10s`, `2h0m5s`.
pub(super) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// The object that a step starts with. What is created has none yet, though what it replaces may have one.
pub(super) fn known(action: Action, id: Option<&str>) -> Option<&str> {
    id.filter(|_| action != Action::Create)
}

/// ` [id=…]`, where there is one.
pub(super) fn identity(id: Option<&str>) -> String {
    id.filter(|id| !id.is_empty())
        .map(|id| format!(" [id={}]", super::values::visible(id)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::address;
    use super::*;

    #[test]
    fn looks_at_the_same_effect_are_told_every_ten_seconds() {
        let mut looks = Looks::default();
        let (at_most, effect) = (Duration::from_secs(100), "test:Create".to_owned());
        let first = Event::Resolving {
            address: address("test_thing.a"),
            effect: effect.clone(),
            at_most,
        };
        assert!(looks.tells(&first, Duration::ZERO));
        let again = |name| Event::StillResolving {
            address: address(name),
            effect: effect.clone(),
            at_most,
        };
        let told: Vec<u64> = (0..40)
            .filter(|at| looks.tells(&again("test_thing.a"), Duration::from_secs(*at)))
            .collect();
        assert_eq!(told, [10, 20, 30]);
    }
}
