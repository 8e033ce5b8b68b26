//! The objects, what became of each call, and how the world behaves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use meshform_state::{ScopeKey, Value};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use tokio_util::sync::CancellationToken;

use super::clock::ManualClock;
use super::faults::Fault;
use crate::adapter::AdapterError;
use crate::clock::Clock as _;

/// Objects outside, shared by all processes that ever look at them. A clone is the same world.
#[derive(Clone)]
pub struct World {
    pub(super) inner: Arc<Mutex<Inner>>,
    /// The time that it lives in.
    pub clock: Arc<ManualClock>,
}

/// How the world behaves when nothing is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// How long a call takes.
    pub latency: Duration,
    /// How long what was made cannot be seen, and what was deleted still can.
    pub hidden: Duration,
    /// How long what was made cannot be used.
    pub pending: Duration,
    /// What [`crate::adapter::Timing`] says of a call: nothing takes effect later than this.
    pub call: Duration,
    /// What [`crate::adapter::Timing`] says of visibility: nothing is hidden longer than this.
    pub settle: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            latency: Duration::from_millis(400),
            hidden: Duration::from_secs(3),
            pending: Duration::from_secs(7),
            call: Duration::from_secs(30),
            settle: Duration::from_secs(20),
        }
    }
}

/// An object.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// What the world calls it.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Where it is.
    pub scope: ScopeKey,
    /// The uid that it was tagged with.
    pub uid: String,
    /// Its attributes, all but those that the world sets.
    pub fields: BTreeMap<&'static str, Value>,
    /// The last password that was sent.
    pub password: Option<String>,
    /// Whether all effects of its creation have happened.
    pub whole: bool,
    /// Grows with every change.
    pub version: u64,
    /// When it can be seen.
    pub seen_at: Duration,
    /// When it can be used.
    pub ready_at: Duration,
}

/// A call that changes the world.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Makes an object.
    Create(Box<Thing>, Option<String>),
    /// Completes one that takes two effects.
    Complete(String),
    /// Changes one.
    Update(String, BTreeMap<&'static str, Value>, Option<String>),
    /// Ends one.
    Delete(String),
}

/// An effect that really took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// `create`, `complete`, `update` or `delete`.
    pub what: &'static str,
    /// The object.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When.
    pub at: Duration,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) manners: Manners,
    pub(super) things: BTreeMap<String, Thing>,
    /// What was deleted and can still be seen, until when.
    pub(super) ghosts: Vec<(Duration, Thing)>,
    pub(super) tokens: BTreeMap<String, String>,
    pub(super) ledger: Vec<Happened>,
    /// Calls that take effect later.
    pub(super) due: VecDeque<(Duration, Call)>,
    pub(super) next: u64,
    /// Calls that arrived or would have.
    pub(super) calls: u64,
    pub(super) reads: u64,
    pub(super) faults: BTreeMap<u64, Fault>,
    pub(super) chance: Option<Chance>,
    pub(super) struck: Vec<Fault>,
    pub(super) account: Option<String>,
    /// How many reads fail from now on.
    pub(super) deaf: u64,
    kills: u64,
    process: CancellationToken,
}

pub(super) struct Chance {
    rng: SmallRng,
    percent: u32,
    left: u32,
    kinds: Vec<Fault>,
}

impl World {
    /// An empty world that lives in the time of `clock`.
    #[must_use]
    pub fn new(clock: Arc<ManualClock>) -> Self {
        World {
            inner: Arc::default(),
            clock,
        }
    }

    /// Lets it behave so from now on.
    pub fn behave(&self, manners: Manners) {
        self.inner().manners = manners;
    }

    /// Lets `fault` meet the `nth` call from now on; 1 is the next.
    pub fn fault(&self, nth: u64, fault: Fault) {
        let mut inner = self.inner();
        let at = inner.calls + nth;
        inner.faults.insert(at, fault);
    }

    /// Lets one of `kinds` meet each call with a chance of `percent`, `times` times at most.
    pub fn chance(&self, seed: u64, percent: u32, times: u32, kinds: &[Fault]) {
        let rng = SmallRng::seed_from_u64(seed);
        self.inner().chance = Some(Chance {
            rng,
            percent,
            left: times,
            kinds: kinds.to_vec(),
        });
    }

    /// Lets the credentials be of another account, in which nothing is found; `None` for the right one.
    pub fn account(&self, account: Option<&str>) {
        self.inner().account = account.map(str::to_owned);
    }

    /// Lets the next `times` requests to read or look up fail.
    pub fn deaf(&self, times: u64) {
        self.inner().deaf = times;
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        let mut inner = self.inner();
        inner.faults.clear();
        inner.chance = None;
        inner.deaf = 0;
    }

    /// The faults that calls have met.
    #[must_use]
    pub fn struck(&self) -> Vec<Fault> {
        self.inner().struck.clone()
    }

    /// How many calls that would change something were made.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// How many requests to read or look up were made.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.inner().reads
    }

    /// Every effect that really took place, in order.
    #[must_use]
    pub fn ledger(&self) -> Vec<Happened> {
        self.inner().ledger.clone()
    }

    /// How many effects of one sort took place.
    #[must_use]
    pub fn happened(&self, what: &str) -> usize {
        self.inner()
            .ledger
            .iter()
            .filter(|happened| happened.what == what)
            .count()
    }

    /// All objects, those too that cannot be seen yet.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        let now = self.clock.monotonic();
        let mut inner = self.inner();
        inner.arrive(now);
        inner.things.values().cloned().collect()
    }

    /// The one object of this name, if there is exactly one.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Thing> {
        let mut found = self.things().into_iter().filter(|thing| thing.name() == name);
        found.next().filter(|_| found.next().is_none())
    }

    /// Changes an object by hand.
    pub fn change(&self, id: &str, attribute: &'static str, value: Value) {
        if let Some(thing) = self.inner().things.get_mut(id) {
            thing.version += 1;
            thing.fields.insert(attribute, value);
        }
    }

    /// Ends an object by hand.
    pub fn destroy(&self, id: &str) {
        self.inner().things.remove(id);
    }

    /// Puts a stranger's object there.
    pub fn plant(&self, thing: Thing) {
        self.inner().things.insert(thing.id.clone(), thing);
    }

    /// The next process begins: the token tells when it is killed. The one before is dead.
    #[must_use]
    pub fn process(&self) -> CancellationToken {
        let mut inner = self.inner();
        inner.process.cancel();
        inner.process = CancellationToken::new();
        inner.process.clone()
    }

    /// Kills the present process: nothing that it asks is answered any more.
    pub fn kill(&self) {
        let mut inner = self.inner();
        inner.kills += 1;
        inner.process.cancel();
    }

    /// How often [`World::kill`] was called.
    #[must_use]
    pub fn kills(&self) -> u64 {
        self.inner().kills
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `call` for `process`.
    pub(super) async fn call(
        &self,
        process: &CancellationToken,
        call: Call,
    ) -> Result<Option<String>, AdapterError> {
        let half = self.inner().manners.latency / 2;
        self.clock.sleep(half).await;
        let delivered = {
            let mut inner = self.inner();
            if process.is_cancelled() {
                None
            } else {
                inner.deliver(self.clock.monotonic(), call)
            }
        };
        let Some(answer) = delivered else {
            // A killed process hears nothing; whoever runs it drops it here.
            process.cancel();
            return std::future::pending().await;
        };
        self.clock.sleep(half).await;
        if process.is_cancelled() {
            std::future::pending().await
        } else {
            answer
        }
    }
}

impl Inner {
    /// The fault of the next call.
    pub(super) fn draw(&mut self) -> Option<Fault> {
        self.calls += 1;
        let mut fault = self.faults.remove(&self.calls);
        if let Some(chance) = self
            .chance
            .as_mut()
            .filter(|chance| fault.is_none() && chance.left > 0)
            && chance.rng.random_range(0..100) < chance.percent
            && !chance.kinds.is_empty()
        {
            chance.left -= 1;
            fault = Some(chance.kinds[chance.rng.random_range(0..chance.kinds.len())]);
        }
        self.struck.extend(fault);
        fault
    }
}

impl Thing {
    /// Its own name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.fields
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The ids of what it needs.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        let uses = self.fields.get("uses").and_then(Value::items).unwrap_or_default();
        self.fields
            .get("parent")
            .into_iter()
            .chain(uses)
            .filter_map(Value::as_str)
    }
}
