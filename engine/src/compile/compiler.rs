//! The state of one compilation, and the evaluation that all its stages share.

use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Expr, Range, Step, Traversal};
use meshform_state::addr::Key;
use meshform_state::{Address, Str, Type, Value};

use crate::config::Config;
use crate::desired::Dependency;
use crate::facts::{Facts, Query};
use crate::hash::HashSet;
use crate::kind::Kinds;

use super::assertions::Claim;
use super::imports::Import;
use super::inputs::{Inputs, Purpose};
use super::meaning::{Meaning, meaning};
use super::names::{Names, On, Use};
use super::nodes::{BlockName, Node, What};
use super::program::{Each, Feeds, Instance, InstanceId, Program};
use super::sites::SiteId;
use super::source::Source;
use super::vocabulary::{Absence, Vocabulary};

/// How much work a compilation was, for tests of its growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Expressions evaluated.
    pub evaluations: usize,
    /// Names that they asked for.
    pub lookups: usize,
}

/// The state of one compilation.
pub(super) struct Compiler<'a> {
    pub(super) config: &'a Config,
    pub(super) inputs: &'a Inputs,
    pub(super) facts: &'a Facts,
    pub(super) vocabulary: &'a dyn Vocabulary,
    pub(super) kinds: &'a Kinds,
    pub(super) program: Program,
    /// The instances of each site.
    pub(super) by_site: Vec<Vec<InstanceId>>,
    pub(super) missing: Vec<Query>,
    /// What is not there yet.
    pub(super) absences: Vec<Absence>,
    pub(super) found: Diagnostics,
    /// Where something first had no value without saying why: somewhere else must have.
    pub(super) silent: Option<Range>,
    /// The conditions that could not be decided.
    pub(super) open_claims: Vec<Claim>,
    pub(super) imports: Vec<Import>,
    pub(super) effort: Effort,
}

/// A value and the references that were followed to it.
pub(super) struct Evaluated {
    pub(super) value: Value,
    pub(super) used: Vec<Use>,
}

/// What names mean in an evaluation.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) instance: InstanceId,
    pub(super) each: &'a Each,
}

impl Compiler<'_> {
    /// Evaluates a node in all instances of its site.
    pub(super) fn node(&mut self, node: &Node) {
        let instances = self.by_site[node.site].clone();
        match &node.what {
            What::Variable(name) => instances.iter().for_each(|id| self.variable(*id, name)),
            What::Validation(name) => instances.iter().for_each(|id| self.validation(*id, name)),
            What::Local(name) => instances.iter().for_each(|id| self.local(*id, name)),
            What::Output(name) => instances.iter().for_each(|id| self.output(*id, name)),
            What::Check(name) => instances.iter().for_each(|id| self.check(*id, name)),
            What::Import(at) => instances.iter().for_each(|id| self.import(*id, *at)),
            What::Keys(block) => instances.iter().for_each(|id| self.keys(*id, block)),
            What::Body(BlockName::Resource(name)) => self.resource(&instances, node.site, name),
            What::Body(BlockName::Word(name)) => self.word(&instances, node.site, name),
            What::Body(BlockName::Call(_)) => {}
        }
    }

    pub(super) fn module(&self, id: InstanceId) -> &Arc<crate::config::Module> {
        &self.program.sites[self.program.instances[id].site].module
    }

    pub(super) fn site_module(&self, site: SiteId) -> Arc<crate::config::Module> {
        self.program.sites[site].module.clone()
    }

    pub(super) fn instance(&mut self, id: InstanceId) -> &mut Instance {
        &mut self.program.instances[id]
    }

    /// Whether a value that is not known yet may be known in the next round, or need not be.
    pub(super) fn waits(&self) -> bool {
        !self.missing.is_empty() || self.inputs.purpose == Purpose::Validate
    }

    /// The value of `expr`; `None` if it has mistakes, which are reported.
    pub(super) fn expr(&mut self, expr: &Expr, place: Place<'_>) -> Option<Evaluated> {
        let names = Names::new(&self.program, place.instance, place.each);
        let (result, used, asked) = run(names, |names| expr.evaluate(names));
        self.counted(asked);
        self.collected(result, expr.range())
            .map(|value| Evaluated { value, used })
    }

    /// The value of `expr`, where blocks of words that stand alone are handles.
    pub(super) fn handles(&mut self, expr: &Expr, place: Place<'_>) -> Option<Evaluated> {
        let names = Names::new(&self.program, place.instance, place.each).with_handles();
        let (result, used, asked) = run(names, |names| expr.evaluate(names));
        self.counted(asked);
        self.collected(result, expr.range())
            .map(|value| Evaluated { value, used })
    }

    /// The value of `source` for an attribute of type `ty`.
    pub(super) fn source(&mut self, source: &Source, ty: &Type, place: Place<'_>) -> Option<Evaluated> {
        let names = Names::new(&self.program, place.instance, place.each);
        let (result, used, asked) = run(names, |names| source.evaluate(ty, names));
        self.counted(asked);
        self.collected(result, source.range())
            .map(|value| Evaluated { value, used })
    }

    /// The value of `result`, whose mistakes are reported; that of what is at `range`.
    pub(super) fn collected<T>(&mut self, result: Result<T, Diagnostics>, range: Range) -> Option<T> {
        if let Err(found) = &result
            && found.is_empty()
        {
            self.silent.get_or_insert(range);
        }
        self.found.collect(result)
    }

    pub(super) fn counted(&mut self, asked: usize) {
        self.effort.evaluations += 1;
        self.effort.lookups += asked;
    }

    /// The references that an evaluation did not follow but may follow when it is done again: those of `references`
    /// that lie in a part that was not evaluated.
    pub(super) fn unfollowed(&self, references: &[Traversal], used: &[Use], id: InstanceId) -> Vec<Use> {
        let followed = |traversal: &Traversal| {
            let start = traversal.range.start;
            used.iter()
                .any(|used| used.range.source == traversal.range.source && used.range.start == start)
        };
        references
            .iter()
            .filter(|traversal| !followed(traversal))
            .filter_map(|traversal| {
                Some(Use {
                    on: On::Many(self.behind(traversal, id)?),
                    range: traversal.range,
                })
            })
            .collect()
    }

    /// All resources that `traversal` may mean in the instance `id`.
    pub(super) fn behind(&self, traversal: &Traversal, id: InstanceId) -> Option<Arc<[Address]>> {
        let (meant, steps) = meaning(traversal, &self.program.words).ok()?;
        let instance = &self.program.instances[id];
        let key = match traversal.steps.get(steps) {
            Some((Step::Index(key), _)) => Some(key),
            _ => None,
        };
        match meant {
            Meaning::Variable(name) => instance.variables.get(&name).map(|cell| cell.needs.clone()),
            Meaning::Local(name) => instance.locals.get(&name).map(|cell| cell.needs.clone()),
            Meaning::Resource(name) => {
                let block = instance.resources.get(&name)?;
                match key.and_then(|key| block.keys.find(key)) {
                    Some(at) => block
                        .instances
                        .get(at)?
                        .as_ref()
                        .map(|one| Arc::from([one.address.clone()])),
                    None => Some(instance.of_resource(&name).cloned().collect()),
                }
            }
            Meaning::Word(name) => {
                instance.words.get(&name)?;
                Some(instance.of_word(&name).cloned().collect())
            }
            Meaning::Call(name) => {
                let called = instance.calls.get(&name)?.instances.iter().flatten();
                let mut all: Vec<Address> = Vec::new();
                for id in called {
                    self.inside(*id, &mut all);
                }
                Some(all.into())
            }
            Meaning::EachKey | Meaning::EachValue | Meaning::CountIndex | Meaning::Own | Meaning::Path(_) => {
                None
            }
        }
    }

    /// All resources of the module instance `id` and of those below it, and what its variables and outputs wait for.
    fn inside(&self, id: InstanceId, all: &mut Vec<Address>) {
        let instance = &self.program.instances[id];
        let cells = instance.variables.values().chain(instance.outputs.values());
        all.extend(cells.flat_map(|cell| cell.needs.iter().cloned()));
        let module = self.module(id);
        let resources = module.resources.keys();
        all.extend(resources.flat_map(|name| instance.of_resource(name)).cloned());
        let words = module.words.keys();
        all.extend(words.flat_map(|name| instance.of_word(name)).cloned());
        let calls = module.calls.keys().filter_map(|name| instance.calls.get(name));
        for below in calls.flat_map(|block| block.instances.iter().flatten()) {
            self.inside(*below, all);
        }
    }

    /// Says that the value for `what` must be known when planning.
    pub(super) fn structural(&mut self, what: &str, value: &Value, range: Range, hint: &str) {
        if self.waits() {
            return;
        }
        let mut from: Vec<String> = self
            .program
            .sources(value)
            .iter()
            .map(|address| format!("`{address}`"))
            .collect();
        from.sort();
        from.dedup();
        let because = match from.as_slice() {
            [] => "its value is known only after apply".to_owned(),
            from => format!("its value comes from {}, which apply makes", from.join(", ")),
        };
        let detail =
            format!("`{what}` decides what exists, so it must be known when planning, but {because}.");
        self.found.push(
            Diagnostic::error("Value not known when planning", detail)
                .hint(hint)
                .at(range),
        );
    }
}

fn run<T>(names: Names<'_>, evaluate: impl FnOnce(&Names<'_>) -> T) -> (T, Vec<Use>, usize) {
    let result = evaluate(&names);
    (result, names.used(), names.asked())
}

/// The resources behind `used`, each once.
pub(super) fn needs(used: &[Use]) -> Arc<[Address]> {
    if let [
        Use {
            on: On::Many(all), ..
        },
    ] = used
    {
        return all.clone();
    }
    let mut all: Vec<Address> = Vec::new();
    for one in used {
        match &one.on {
            On::One(address, _) => all.push(address.clone()),
            On::Many(many) => all.extend(many.iter().cloned()),
        }
    }
    all.sort();
    all.dedup();
    all.into()
}

/// So many dependencies are looked through one by one: few resources have more, and a table costs more than that.
const FEW: usize = 24;

/// Dependencies of one resource, each other one once, in the order in which they are found.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    /// All of the list, once there are more than a few.
    known: HashSet<Address>,
    list: Vec<Dependency>,
}

impl Dependencies {
    pub(super) fn add(&mut self, on: &Address, attribute: &str, range: Range) {
        if self.has(on) {
            return;
        }
        self.list.push(Dependency {
            on: on.clone(),
            attribute: Str::from(attribute),
            range,
        });
        match self.list.len() {
            FEW => self.known = self.list.iter().map(|known| known.on.clone()).collect(),
            more if more > FEW => _ = self.known.insert(on.clone()),
            _ => {}
        }
    }

    fn has(&self, on: &Address) -> bool {
        if self.list.len() < FEW {
            self.list.iter().any(|known| known.on == *on)
        } else {
            self.known.contains(on)
        }
    }

    pub(super) fn add_used(&mut self, used: &[Use], attribute: &str) {
        for one in used {
            match &one.on {
                On::One(address, _) => self.add(address, attribute, one.range),
                On::Many(all) => all
                    .iter()
                    .for_each(|address| self.add(address, attribute, one.range)),
            }
        }
    }

    /// Adds what the keys and values of the block come from, for its instance with `key`.
    pub(super) fn add_feeds(&mut self, feeds: &Feeds, key: Option<&Key>) {
        let Some(range) = feeds.range() else { return };
        let attribute = if matches!(key, Some(Key::Index(_))) {
            "count"
        } else {
            "for_each"
        };
        feeds
            .of(key)
            .iter()
            .for_each(|address| self.add(address, attribute, range));
    }

    pub(super) fn finish(self, own: &Address) -> Vec<Dependency> {
        self.list
            .into_iter()
            .filter(|dependency| dependency.on != *own)
            .collect()
    }
}
