//! What runs next: a pure structure without time, threads or effects.
//!
//! The step with the most expected work behind it starts first. Each lane, one service in one scope, has a limit of its
//! own, which is halved when the service says that it is too much and grows back by one with each two full rounds of
//! steps that end: what the service bears is found out, not configured.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use meshform_state::ScopeKey;

use crate::adapter::Registry;
use crate::hash::HashMap;
use crate::plan::{Plan, StepIndex, StepKind};

/// How much may run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps over all scopes.
    pub total: usize,
    /// Steps of one service in one scope, at most; fewer while the service says that it is too much.
    pub per_scope: usize,
}

/// What is known of a step before it starts.
#[derive(Debug, Clone, Copy)]
pub struct Outlook<'a> {
    /// The service that it calls: calls to one do not count against another.
    pub service: &'a str,
    /// How long it takes as a rule.
    pub duration: Duration,
}

impl Default for Outlook<'_> {
    fn default() -> Self {
        Outlook {
            service: "",
            duration: Duration::from_secs(1),
        }
    }
}

impl<'a> Outlook<'a> {
    /// What `registry` knows of the step of `kind`.
    pub(super) fn of(registry: &'a Registry, kind: &str, step: StepKind) -> Self {
        let outside = matches!(
            step,
            StepKind::Create | StepKind::Update | StepKind::Delete | StepKind::Read
        );
        match registry.get(kind) {
            Some(adapter) if outside => Outlook {
                service: adapter.service(kind),
                duration: adapter.typical(kind),
            },
            _ => Outlook {
                service: "",
                duration: Duration::ZERO,
            },
        }
    }
}

/// How many steps a lane may run, as its service allows.
#[derive(Debug, Clone, Copy)]
struct Window {
    size: usize,
    most: usize,
    /// Steps that ended since the size changed.
    ended: usize,
}

impl Window {
    fn new(most: usize) -> Self {
        let most = most.max(1);
        Window {
            size: most,
            most,
            ended: 0,
        }
    }

    /// A call was refused as one too many while `running` steps ran. Refusals of what ran before the last cut took
    /// effect say nothing new.
    fn shrink(&mut self, running: usize) {
        if running <= self.size {
            self.size = (self.size / 2).max(1);
            self.ended = 0;
        }
    }

    /// A step ended. Two rounds before the next try leave those that were refused the time to get through.
    fn grow(&mut self) {
        self.ended += 1;
        if self.ended >= 2 * self.size {
            self.size = (self.size + 1).min(self.most);
            self.ended = 0;
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            total: 32,
            per_scope: 10,
        }
    }
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Ready,
    Running,
    Done,
    Failed,
    Skipped,
}

/// What a step comes before: how long the chain behind it is, then its index.
type Rank = (Reverse<u64>, StepIndex);

/// The steps of a plan on their way.
#[derive(Debug)]
pub struct Schedule {
    states: Vec<State>,
    waiting_for: Vec<usize>,
    dependents: Vec<Vec<StepIndex>>,
    /// How long the longest chain of steps that starts here takes, in milliseconds: what is longest starts first.
    remaining: Vec<u64>,
    lanes: Vec<usize>,
    /// Per lane the ready steps, the longest chain first, then the smallest index.
    ready: Vec<BTreeSet<Rank>>,
    /// The first ready step of each lane that may start one, with the lane.
    next: BTreeSet<(Rank, usize)>,
    /// What of each lane stands in `next`.
    offered: Vec<Option<Rank>>,
    running_in: Vec<usize>,
    windows: Vec<Window>,
    running: usize,
    limits: Limits,
    stopped: bool,
}

impl Schedule {
    /// All steps of `plan`, none started, all of one service and equally long.
    #[must_use]
    pub fn new(plan: &Plan, limits: Limits) -> Self {
        Schedule::foreseen(plan, limits, |_| Outlook::default())
    }

    /// All steps of `plan`, none started, with what `outlook` says of each.
    #[must_use]
    pub fn foreseen<'a>(plan: &'a Plan, limits: Limits, outlook: impl Fn(StepIndex) -> Outlook<'a>) -> Self {
        let count = plan.steps.len();
        let mut lane_of: HashMap<(&ScopeKey, &str), usize> = HashMap::default();
        let mut remaining = Vec::with_capacity(count);
        let mut lanes = Vec::with_capacity(count);
        let mut dependents = vec![Vec::new(); count];
        let mut waiting_for = vec![0; count];
        for (index, step) in plan.steps.iter().enumerate() {
            let (next, outlook) = (lane_of.len(), outlook(index));
            let lane = (&plan.changes[step.change].scope, outlook.service);
            lanes.push(*lane_of.entry(lane).or_insert(next));
            // Even what takes no time is a link of its chain.
            remaining.push(
                u64::try_from(outlook.duration.as_millis())
                    .unwrap_or(u64::MAX)
                    .saturating_add(1),
            );
            waiting_for[index] = step.after.len();
            step.after
                .iter()
                .for_each(|before| dependents[*before].push(index));
        }
        for index in (0..count).rev() {
            let behind = dependents[index]
                .iter()
                .map(|next: &usize| remaining[*next])
                .max()
                .unwrap_or(0);
            remaining[index] = behind.saturating_add(remaining[index]);
        }
        let mut schedule = Schedule {
            states: vec![State::Waiting; count],
            waiting_for,
            dependents,
            remaining,
            lanes,
            ready: vec![BTreeSet::new(); lane_of.len()],
            next: BTreeSet::new(),
            offered: vec![None; lane_of.len()],
            running_in: vec![0; lane_of.len()],
            windows: vec![Window::new(limits.per_scope); lane_of.len()],
            running: 0,
            limits,
            stopped: false,
        };
        for index in 0..count {
            schedule.make_ready(index);
        }
        schedule
    }

    fn make_ready(&mut self, index: StepIndex) {
        if self.states[index] == State::Waiting && self.waiting_for[index] == 0 {
            self.states[index] = State::Ready;
            let lane = self.lanes[index];
            self.ready[lane].insert((Reverse(self.remaining[index]), index));
            self.offer(lane);
        }
    }

    /// Brings what `lane` may start up to date.
    fn offer(&mut self, lane: usize) {
        let is_open = !self.stopped && self.running_in[lane] < self.windows[lane].size;
        let first = self.ready[lane].first().copied().filter(|_| is_open);
        if first != self.offered[lane] {
            if let Some(before) = std::mem::replace(&mut self.offered[lane], first) {
                self.next.remove(&(before, lane));
            }
            self.next.extend(first.map(|rank| (rank, lane)));
        }
    }

    /// Starts the next step, if one may start now.
    pub fn start(&mut self) -> Option<StepIndex> {
        if self.stopped || self.running >= self.limits.total.max(1) {
            return None;
        }
        let (first, lane) = self.next.first().copied()?;
        self.ready[lane].remove(&first);
        let index = first.1;
        self.states[index] = State::Running;
        self.running += 1;
        self.running_in[lane] += 1;
        self.offer(lane);
        Some(index)
    }

    fn ended(&mut self, index: StepIndex, state: State) {
        if self.states[index] == State::Running {
            self.running -= 1;
            self.running_in[self.lanes[index]] -= 1;
        }
        self.states[index] = state;
        self.offer(self.lanes[index]);
    }

    /// The service of a running step refused a call of it as one too many. The step goes on by itself.
    pub fn throttled(&mut self, index: StepIndex) {
        if self.is_running(index) {
            let lane = self.lanes[index];
            self.windows[lane].shrink(self.running_in[lane]);
            self.offer(lane);
        }
    }

    /// A running step is done.
    pub fn finish(&mut self, index: StepIndex) {
        self.ended(index, State::Done);
        self.windows[self.lanes[index]].grow();
        self.offer(self.lanes[index]);
        for next in std::mem::take(&mut self.dependents[index]) {
            self.waiting_for[next] = self.waiting_for[next].saturating_sub(1);
            self.make_ready(next);
        }
    }

    /// A running step failed. Returns the steps that can no longer be done, in order; each is returned once.
    pub fn fail(&mut self, index: StepIndex) -> Vec<StepIndex> {
        self.ended(index, State::Failed);
        let mut skipped = Vec::new();
        let mut stack = std::mem::take(&mut self.dependents[index]);
        while let Some(next) = stack.pop() {
            if self.states[next] == State::Waiting {
                self.states[next] = State::Skipped;
                skipped.push(next);
                stack.extend(std::mem::take(&mut self.dependents[next]));
            }
        }
        skipped.sort_unstable();
        skipped
    }

    /// Starts nothing any more. Returns the steps that are left, in order.
    pub fn stop(&mut self) -> Vec<StepIndex> {
        self.stopped = true;
        let left = |state: &State| matches!(state, State::Waiting | State::Ready);
        let steps: Vec<StepIndex> = (0..self.states.len())
            .filter(|index| left(&self.states[*index]))
            .collect();
        steps
            .iter()
            .for_each(|index| self.states[*index] = State::Skipped);
        self.ready.iter_mut().for_each(BTreeSet::clear);
        self.next.clear();
        self.offered.iter_mut().for_each(|rank| *rank = None);
        steps
    }

    /// Whether a step runs.
    #[must_use]
    pub fn is_running(&self, index: StepIndex) -> bool {
        self.states.get(index) == Some(&State::Running)
    }

    /// How many steps run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running
    }

    /// Whether nothing runs and nothing can start any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.running == 0 && self.next.is_empty()
    }
}
