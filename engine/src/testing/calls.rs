//! What a call does: the laws of the fake world.

use std::time::Duration;

use super::faults::{Answer, Fault};
use super::kinds::BY_NAME;
use super::world::{Call, Happened, Inner, Thing};
use crate::adapter::{AdapterError, ErrorClass};

type Told = Result<Option<String>, AdapterError>;

fn broken() -> Told {
    Err(AdapterError::lost(
        ErrorClass::Unavailable,
        "InternalError: the other side is broken",
    ))
}

fn reset() -> Told {
    Err(AdapterError::lost(ErrorClass::Other, "connection reset by peer"))
}

fn refused(class: ErrorClass, message: impl Into<String>) -> Told {
    Err(AdapterError::refused(class, message))
}

impl Inner {
    /// Delivers a call, or meets its fault. `None` if the caller dies.
    pub(super) fn deliver(&mut self, now: Duration, call: Call) -> Option<Told> {
        self.arrive(now);
        let usual = self.manners.hidden;
        Some(match self.draw() {
            None => self.execute(now, call, usual),
            Some(Fault::FailBefore) => broken(),
            Some(Fault::FailAfter) => {
                self.execute(now, call, usual).ok();
                broken()
            }
            Some(Fault::RequestLost) => reset(),
            Some(Fault::AnswerLost) => {
                self.execute(now, call, usual).ok();
                reset()
            }
            Some(Fault::Late(after)) => {
                self.due.push_back((now + after, call));
                reset()
            }
            Some(Fault::Twice(answer)) => {
                let first = self.execute(now, call.clone(), usual);
                let second = self.execute(now, call, usual);
                if answer == Answer::First { first } else { second }
            }
            Some(Fault::Throttled) => refused(ErrorClass::Throttled, "ThrottlingException: slow down"),
            Some(Fault::Hidden(time)) => self.execute(now, call, time),
            Some(Fault::HiddenAndLost(time)) => {
                self.execute(now, call, time).ok();
                reset()
            }
            Some(Fault::Refused) => refused(ErrorClass::Invalid, "ValidationError: no"),
            Some(Fault::Panic) => {
                // A panic of the test's own making, to see who survives it.
                std::panic::panic_any("a bug in the adapter");
            }
            Some(Fault::KillBefore) => return None,
            Some(Fault::KillAfter) => {
                self.execute(now, call, usual).ok();
                return None;
            }
            Some(Fault::TwiceAndKill) => {
                self.execute(now, call.clone(), usual).ok();
                self.execute(now, call, usual).ok();
                return None;
            }
        })
    }

    /// Lets what was under way arrive.
    pub(super) fn arrive(&mut self, now: Duration) {
        let usual = self.manners.hidden;
        while let Some(place) = self.due.iter().position(|(at, _)| *at <= now) {
            if let Some((at, call)) = self.due.remove(place) {
                self.execute(at, call, usual).ok();
            }
        }
        self.ghosts.retain(|(until, _)| *until > now);
    }

    fn execute(&mut self, now: Duration, call: Call, hidden: Duration) -> Told {
        match call {
            Call::Create(thing, token) => self.create(now, *thing, token, hidden),
            Call::Complete(id) => self.complete(now, &id),
            Call::Update(id, fields, password) => {
                let Some(thing) = self.things.get_mut(&id) else {
                    return missing(&id);
                };
                thing.fields = fields;
                thing.password = password.or(thing.password.take());
                thing.version += 1;
                self.note("update", now, &id);
                Ok(Some(id))
            }
            Call::Delete(id) => self.delete(now, &id, hidden),
        }
    }

    fn create(&mut self, now: Duration, mut thing: Thing, token: Option<String>, hidden: Duration) -> Told {
        if let Some(id) = token.as_ref().and_then(|token| self.tokens.get(token)) {
            return Ok(Some(id.clone()));
        }
        let same = |other: &&Thing| {
            other.kind == BY_NAME && other.scope == thing.scope && other.name() == thing.name()
        };
        if thing.kind == BY_NAME && self.things.values().any(|other| same(&other)) {
            return refused(
                ErrorClass::Conflict,
                format!("AlreadyExists: there is a `{}`", thing.name()),
            );
        }
        if let Some(needed) = thing.needs().find(|needed| !self.things.contains_key(*needed)) {
            return refused(ErrorClass::Invalid, format!("NotFound: there is no {needed}"));
        }
        self.next += 1;
        let id = format!("{}-{:04}", thing.kind.trim_start_matches("fake_"), self.next);
        thing.id.clone_from(&id);
        thing.seen_at = now + hidden;
        thing.ready_at = now + self.manners.pending.max(hidden);
        if let Some(token) = token {
            self.tokens.insert(token, id.clone());
        }
        self.things.insert(id.clone(), thing);
        self.note("create", now, &id);
        Ok(Some(id))
    }

    fn complete(&mut self, now: Duration, id: &str) -> Told {
        let Some(thing) = self.things.get_mut(id) else {
            return missing(id);
        };
        thing.whole = true;
        thing.version += 1;
        self.note("complete", now, id);
        Ok(None)
    }

    fn delete(&mut self, now: Duration, id: &str, hidden: Duration) -> Told {
        if let Some(user) = self
            .things
            .values()
            .find(|thing| thing.needs().any(|needed| needed == id))
        {
            let message = format!("DependencyViolation: {} still needs {id}", user.id);
            return refused(ErrorClass::Busy, message);
        }
        if !self.things.contains_key(id) {
            return missing(id);
        }
        self.note("delete", now, id);
        if let Some(thing) = self.things.remove(id) {
            self.ghosts.push((now + hidden, thing));
        }
        Ok(None)
    }

    fn note(&mut self, what: &'static str, at: Duration, id: &str) {
        let name = self
            .things
            .get(id)
            .map(|thing| thing.name().to_owned())
            .unwrap_or_default();
        self.ledger.push(Happened {
            what,
            id: id.to_owned(),
            name,
            at,
        });
    }
}

fn missing(id: &str) -> Told {
    refused(ErrorClass::NotFound, format!("NotFound: there is no {id}"))
}
