//! What runs next: a pure structure without time, threads or effects.

use std::collections::{BTreeSet, HashMap};

use meshform_state::ScopeKey;

use crate::plan::{Plan, StepIndex};

/// How much may run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps over all scopes.
    pub total: usize,
    /// Steps in one scope.
    pub per_scope: usize,
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

/// The steps of a plan on their way.
#[derive(Debug)]
pub struct Schedule {
    states: Vec<State>,
    waiting_for: Vec<usize>,
    dependents: Vec<Vec<StepIndex>>,
    /// Length of the longest chain of steps that starts here: what is longest starts first.
    remaining: Vec<usize>,
    lanes: Vec<usize>,
    /// Per lane the ready steps, the longest chain first, then the smallest index.
    ready: Vec<BTreeSet<(std::cmp::Reverse<usize>, StepIndex)>>,
    running_in: Vec<usize>,
    running: usize,
    limits: Limits,
    stopped: bool,
}

impl Schedule {
    /// All steps of `plan`, none started.
    #[must_use]
    pub fn new(plan: &Plan, limits: Limits) -> Self {
        let count = plan.steps.len();
        let mut lane_of: HashMap<&ScopeKey, usize> = HashMap::new();
        let mut lanes = Vec::with_capacity(count);
        let mut dependents = vec![Vec::new(); count];
        let mut waiting_for = vec![0; count];
        for (index, step) in plan.steps.iter().enumerate() {
            let next = lane_of.len();
            lanes.push(*lane_of.entry(&plan.changes[step.change].scope).or_insert(next));
            waiting_for[index] = step.after.len();
            step.after
                .iter()
                .for_each(|before| dependents[*before].push(index));
        }
        let mut remaining = vec![1; count];
        for index in (0..count).rev() {
            let behind = dependents[index]
                .iter()
                .map(|next: &usize| remaining[*next])
                .max()
                .unwrap_or(0);
            remaining[index] = behind + 1;
        }
        let mut schedule = Schedule {
            states: vec![State::Waiting; count],
            waiting_for,
            dependents,
            remaining,
            lanes,
            ready: vec![BTreeSet::new(); lane_of.len()],
            running_in: vec![0; lane_of.len()],
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
            self.ready[self.lanes[index]].insert((std::cmp::Reverse(self.remaining[index]), index));
        }
    }

    /// Starts the next step, if one may start now.
    pub fn start(&mut self) -> Option<StepIndex> {
        if self.stopped || self.running >= self.limits.total.max(1) {
            return None;
        }
        let open = (0..self.ready.len()).filter(|lane| self.running_in[*lane] < self.limits.per_scope.max(1));
        let (lane, first) = open
            .filter_map(|lane| Some((lane, *self.ready[lane].first()?)))
            .min_by_key(|(_, key)| *key)?;
        self.ready[lane].remove(&first);
        let index = first.1;
        self.states[index] = State::Running;
        self.running += 1;
        self.running_in[lane] += 1;
        Some(index)
    }

    fn ended(&mut self, index: StepIndex, state: State) {
        if self.states[index] == State::Running {
            self.running -= 1;
            self.running_in[self.lanes[index]] -= 1;
        }
        self.states[index] = state;
    }

    /// A running step is done.
    pub fn finish(&mut self, index: StepIndex) {
        self.ended(index, State::Done);
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
        self.running == 0 && self.ready.iter().all(BTreeSet::is_empty)
    }
}
