//! What is done in a world when something goes wrong, and what a clean run of it does: from there the points come.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use meshform_engine::apply::Limits;
use meshform_state::journal::Event;

use super::audit::Census;
use super::meshes::Example;
use super::process::Ran;
use super::world::{Sabotage, World};

/// One step at a time, so that the nth effect is the same in every run.
const ORDERED: Limits = Limits {
    total: 1,
    per_scope: 1,
};

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    /// From nothing to all of it.
    Build,
    /// From all of it to nothing.
    Raze,
}

/// Something to do, from a world in which something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scenario {
    /// What is configured.
    pub(crate) example: Example,
    /// Which way it goes.
    pub(crate) way: Way,
}

/// A change of an object in a cluster, by its request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Change {
    /// The scope.
    pub(crate) scope: String,
    /// The method.
    pub(crate) method: String,
    /// The path, with `{}` for the namespace of the world.
    pub(crate) path: String,
}

/// What a clean run does.
#[derive(Debug, Clone)]
pub(crate) struct Clean {
    /// Effects that the door recorded, by their actions.
    pub(crate) aws: Vec<String>,
    /// Changes that the API servers accepted, each once: what takes its time is asked for again.
    pub(crate) kube: Vec<Change>,
    /// Records of the journal, each by what it says, but for those that only say that something still takes its time:
    /// how many these are is chance, as is how many records share one write.
    pub(crate) records: Vec<String>,
    /// What is there afterwards.
    pub(crate) census: Census,
}

impl Scenario {
    /// The first example, from nothing.
    pub(crate) const CREATE: Scenario = Scenario::of(Example::First, Way::Build);
    /// Nothing, from the first example.
    pub(crate) const DESTROY: Scenario = Scenario::of(Example::First, Way::Raze);
    /// Nothing, from the network of the first example alone: the same effects on AWS as [`Scenario::DESTROY`] has,
    /// without the seconds that a namespace takes to go.
    pub(crate) const DESTROY_NETWORK: Scenario = Scenario::of(Example::Network, Way::Raze);

    /// This example, this way.
    pub(crate) const fn of(example: Example, way: Way) -> Self {
        Scenario { example, way }
    }

    /// A world before it.
    pub(crate) fn begin(self, sabotage: Sabotage) -> World {
        let mut world = World::of(self.example);
        world.limits = ORDERED;
        if self.way == Way::Raze {
            let ran = world.apply();
            assert!(ran.is_complete(), "{ran:?}");
        }
        world.sabotage = sabotage;
        world
    }

    /// One process that does it.
    pub(crate) fn run(self, world: &mut World) -> Ran {
        match self.way {
            Way::Build => world.apply(),
            Way::Raze => world.destroy(),
        }
    }

    /// What happens when nothing goes wrong.
    pub(crate) fn clean(self) -> Clean {
        type Cell = Arc<OnceLock<Clean>>;
        static CLEAN: Mutex<BTreeMap<Scenario, Cell>> = Mutex::new(BTreeMap::new());
        let cell = Arc::clone(CLEAN.lock().unwrap().entry(self).or_default());
        cell.get_or_init(|| self.observed()).clone()
    }

    fn observed(self) -> Clean {
        let mut world = self.begin(Sabotage::default());
        let before = (world.door().effects().len(), changes(&world).len());
        world.heard();
        let ran = self.run(&mut world);
        assert!(ran.is_complete(), "{self:?}: {ran:?}");
        let mut kube = Vec::new();
        for change in changes(&world).split_off(before.1) {
            if !kube.contains(&change) {
                kube.push(change);
            }
        }
        let aws = world.door().effects().split_off(before.0).into_iter();
        Clean {
            aws: aws.map(|request| request.action).collect(),
            kube,
            records: records(&world.heard()),
            census: world.census(),
        }
    }
}

/// The changes in clusters that were accepted so far.
fn changes(world: &World) -> Vec<Change> {
    let accepted = |status: Option<u16>| status.is_some_and(|status| (200..300).contains(&status));
    let requests = world.kube.requests().into_iter();
    requests
        .filter(|request| request.is_change() && accepted(request.status))
        .map(|request| Change {
            path: request.path.replace(&world.namespace, "{}"),
            scope: request.scope,
            method: request.method,
        })
        .collect()
}

/// What each record says, without those of an intent that only repeats the one before it and of its outcome.
fn records(events: &[Event]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let (mut last, mut repeats) = (None, Vec::new());
    for event in events {
        let name = match event {
            Event::Intent(intent) => {
                let effect = (intent.effect.clone(), intent.address.clone());
                if last.as_ref() == Some(&effect) {
                    repeats.push(intent.id);
                    continue;
                }
                let name = format!("intent {}", effect.0);
                last = Some(effect);
                name
            }
            Event::Outcome { intent, .. } if repeats.contains(intent) => continue,
            Event::Outcome { .. } => {
                let effect = last.as_ref().map(|(effect, _)| effect.as_str());
                format!("outcome {}", effect.unwrap_or("?"))
            }
            Event::Put(record) => format!("put {}", record.kind),
            Event::Begin { .. } => "begin".to_owned(),
            Event::Scope(_) => "scope".to_owned(),
            Event::Gone(_) => "gone".to_owned(),
            Event::Output { .. } => "output".to_owned(),
            Event::End { .. } => "end".to_owned(),
            other => format!("{other:?}"),
        };
        told.push(name);
    }
    told
}
