//! The scope of an evaluation: names find their values in the tables of a [`Program`], or in what apply knows by now.

mod calls;
mod locals;

use std::cell::{Cell as Moment, RefCell};
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Files, Range, Resolved, Scope, Step, Traversal};
use meshform_state::{Address, Number, Str, Type, Value};

use crate::config::NoNames;
use crate::desired::Lookup;

use super::fitting::fitting;
use super::meaning::{Meaning, meaning};
use super::nodes::is_bare;
use super::program::{Block, Cell, Each, InstanceId, Program, ResourceInstance, Wait, WordInstance};
use super::select::{Selected, select};
use super::view::together;
use super::wording::{no_export, outside, unsupported};

/// The scope of one evaluation.
pub(super) struct Names<'a> {
    pub(super) program: &'a Program,
    pub(super) instance: InstanceId,
    pub(super) each: &'a Each,
    /// What `self` means.
    pub(super) own: Option<&'a Value>,
    /// What is known beyond the tables.
    pub(super) lookup: Option<&'a dyn Lookup>,
    /// Whether a block of a word that is named alone means its handle, which needs its key only.
    pub(super) handles: bool,
    used: RefCell<Vec<Use>>,
    asked: Moment<usize>,
    /// How many calls were given chance.
    calls: Moment<usize>,
}

/// A reference that an evaluation followed.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) on: On,
    pub(super) range: Range,
}

/// The resources behind a reference.
#[derive(Debug, Clone)]
pub(super) enum On {
    /// One resource, and the attribute of it if the reference names one.
    One(Address, Option<Str>),
    Many(Arc<[Address]>),
}

type Found = Result<Resolved, Diagnostics>;

impl<'a> Names<'a> {
    pub(super) fn new(program: &'a Program, instance: InstanceId, each: &'a Each) -> Self {
        Names {
            program,
            instance,
            each,
            own: None,
            lookup: None,
            handles: false,
            used: RefCell::new(Vec::new()),
            asked: Moment::new(0),
            calls: Moment::new(0),
        }
    }

    pub(super) fn with_lookup(mut self, lookup: &'a dyn Lookup) -> Self {
        self.lookup = Some(lookup);
        self
    }

    pub(super) fn with_own(mut self, own: &'a Value) -> Self {
        self.own = Some(own);
        self
    }

    pub(super) fn with_handles(mut self) -> Self {
        self.handles = true;
        self
    }

    /// The references that were followed.
    pub(super) fn used(&self) -> Vec<Use> {
        self.used.take()
    }

    /// How many names were asked for.
    pub(super) fn asked(&self) -> usize {
        self.asked.get()
    }

    fn note(&self, on: On, traversal: &Traversal) {
        // During apply the order is settled.
        if self.lookup.is_none() {
            self.used.borrow_mut().push(Use {
                on,
                range: traversal.range,
            });
        }
    }

    fn cell(
        &self,
        cell: Option<&Cell>,
        traversal: &Traversal,
        again: impl FnOnce(&dyn Lookup) -> Option<Found>,
    ) -> Found {
        // Whatever has no value here was reported where it should have got it.
        let cell = cell.ok_or_else(Diagnostics::new)?;
        let value = cell.value.clone().ok_or_else(Diagnostics::new)?;
        if let Some(lookup) = self.lookup
            && !value.is_known()
        {
            if !self.program.is_open(&value) {
                return Ok(Resolved {
                    value: crate::resolve::fill(&value, lookup),
                    steps: 1,
                });
            }
            if let Some(found) = again(lookup) {
                return found;
            }
        }
        // Every evaluation notes what it used, even nothing, so that nobody adds all that the text mentions.
        self.note(On::Many(cell.needs.clone()), traversal);
        Ok(Resolved { value, steps: 1 })
    }

    pub(super) fn variable(&self, name: &Str, traversal: &Traversal) -> Found {
        let instance = &self.program.instances[self.instance];
        self.cell(instance.variables.get(name), traversal, |lookup| {
            let (caller, each) = instance.caller.as_ref()?;
            let site = &self.program.sites[instance.site];
            let (parent, call) = site.parent.as_ref()?;
            let input = self.program.sites[*parent]
                .module
                .calls
                .get(call)?
                .inputs
                .get(name)?;
            let variable = site.module.variables.get(name)?;
            let names = Names::new(self.program, *caller, each).with_lookup(lookup);
            Some(input.expr.evaluate(&names).and_then(|value| {
                let value = match &variable.default {
                    Some(default) if value.is_null() && !variable.nullable => default.evaluate(&NoNames)?,
                    _ => value,
                };
                let value = fitting(variable, &value, "", input.expr.range())?;
                Ok(Resolved { value, steps: 1 })
            }))
        })
    }

    fn resource(
        &self,
        block: &Block<ResourceInstance>,
        shown: &str,
        steps: usize,
        traversal: &Traversal,
    ) -> Found {
        let (at, steps) = match select(block, shown, steps, traversal)? {
            Selected::Waiting => return Ok(later(steps)),
            Selected::All => {
                let all: Arc<[Address]> = block
                    .instances
                    .iter()
                    .flatten()
                    .map(|instance| instance.address.clone())
                    .collect();
                self.note(On::Many(all), traversal);
                let value = self.whole(block, |instance| Some(instance.now(self.lookup)))?;
                return Ok(Resolved { value, steps });
            }
            Selected::One(at, steps) => (at, steps),
        };
        let instance = block
            .instances
            .get(at)
            .and_then(Option::as_ref)
            .ok_or_else(Diagnostics::new)?;
        let Some((Step::Attribute(name), range)) = traversal.steps.get(steps) else {
            self.note(On::One(instance.address.clone(), None), traversal);
            return Ok(Resolved {
                value: instance.now(self.lookup),
                steps,
            });
        };
        self.note(On::One(instance.address.clone(), Some(name.clone())), traversal);
        let schema = instance.kind.schema();
        let Some(slot) = schema.slot(name) else {
            return Err(unsupported(schema, name, *range).into());
        };
        let now = self
            .lookup
            .and_then(|lookup| lookup.object(&instance.address)?.get(name).cloned());
        Ok(Resolved {
            value: now.unwrap_or_else(|| instance.view(slot)),
            steps: steps + 1,
        })
    }

    fn whole<T>(&self, block: &Block<T>, value: impl Fn(&T) -> Option<Value>) -> Result<Value, Diagnostics> {
        if self.lookup.is_some() {
            return together(block, value).ok_or_else(Diagnostics::new);
        }
        if let Some(whole) = block.whole.get() {
            return Ok(whole.clone());
        }
        let whole = together(block, value).ok_or_else(Diagnostics::new)?;
        Ok(block.whole.get_or_init(|| whole).clone())
    }

    fn word(
        &self,
        block: &Block<WordInstance>,
        shown: &str,
        address: &Address,
        steps: usize,
        traversal: &Traversal,
    ) -> Found {
        let bare = self.handles && is_bare(traversal, steps);
        let (at, steps) = match select(block, shown, steps, traversal)? {
            Selected::Waiting => return Ok(later(steps)),
            Selected::All => {
                let value = self.whole(block, |instance| Some(self.exports(instance)))?;
                self.note_origins(&value, traversal);
                return Ok(Resolved { value, steps });
            }
            Selected::One(at, steps) => (at, steps),
        };
        if bare {
            let address = super::program::keyed(address, block.keys.key(at).as_ref());
            return Ok(Resolved {
                value: handle(&address),
                steps,
            });
        }
        let instance = block
            .instances
            .get(at)
            .and_then(Option::as_ref)
            .ok_or_else(Diagnostics::new)?;
        let exports = self.exports(instance);
        let Some((Step::Attribute(name), range)) = traversal.steps.get(steps) else {
            self.note_origins(&exports, traversal);
            return Ok(Resolved {
                value: exports,
                steps,
            });
        };
        match exports.get(name) {
            _ if name.as_ref() == "address" => {
                // It depends on the key alone, so it is there before anything else of the block is.
                let address = super::program::keyed(address, block.keys.key(at).as_ref());
                Ok(Resolved {
                    value: Value::from(address.as_str()),
                    steps: steps + 1,
                })
            }
            Some(value) => {
                self.note_origins(value, traversal);
                Ok(Resolved {
                    value: value.clone(),
                    steps: steps + 1,
                })
            }
            None if instance.wait != Wait::Over => Ok(later(steps + 1)),
            None => {
                let known = self.program.words.get(&instance.expanded.block.word);
                Err(no_export(shown, name, *range, known.map_or(&[], |word| word.exports)).into())
            }
        }
    }

    fn exports(&self, instance: &WordInstance) -> Value {
        if instance.wait != Wait::Over {
            return Value::later(Type::Any);
        }
        match self.lookup {
            Some(lookup) => super::recipe::fill(self.program, &instance.exports, lookup),
            None => instance.exports.clone(),
        }
    }

    /// What a word exports stands for the resources that it comes from, not for all of the word's.
    fn note_origins(&self, value: &Value, traversal: &Traversal) {
        self.note(On::Many(self.program.sources(value).into()), traversal);
    }

    fn path(&self, part: &str) -> Value {
        let folder = &self.program.sites[self.program.instances[self.instance].site]
            .module
            .folder;
        Value::from(match part {
            "module" if !folder.is_empty() => folder.as_str(),
            "module" | "root" => ".",
            _ => self.program.files.folder(),
        })
    }

    fn own(&self, traversal: &Traversal) -> Found {
        match self.own {
            Some(own) => Ok(Resolved {
                value: own.clone(),
                steps: 0,
            }),
            None => {
                let detail = "`self` means something only in a postcondition.";
                Err(Diagnostic::error("Invalid reference", detail)
                    .at(traversal.range)
                    .into())
            }
        }
    }

    fn each_value(&self) -> Result<Value, Diagnostics> {
        let Each::Key { key, value, from, .. } = self.each else {
            return Err(Diagnostics::new());
        };
        match (self.lookup, from) {
            (Some(lookup), Some((expr, instance))) => {
                let names = Names::new(self.program, *instance, &Each::None).with_lookup(lookup);
                let all = expr.evaluate(&names)?;
                Ok(all.get(key).cloned().unwrap_or_else(|| value.clone()))
            }
            (Some(lookup), None) => Ok(super::recipe::fill(self.program, value, lookup)),
            (None, _) => Ok(value.clone()),
        }
    }

    fn repetition(&self, meant: &Meaning, traversal: &Traversal) -> Found {
        let (value, fed_by) = match (meant, self.each) {
            (Meaning::EachKey, Each::Key { key, fed_by, .. }) => (Value::String(key.clone()), fed_by),
            (Meaning::EachValue, Each::Key { fed_by, .. }) => (self.each_value()?, fed_by),
            (Meaning::CountIndex, Each::Count(index, fed_by)) => {
                (Value::Number(Number::from(*index)), fed_by)
            }
            (Meaning::CountIndex, _) => return Err(outside("count", "count", traversal)),
            _ => return Err(outside("each", "for_each", traversal)),
        };
        if !fed_by.is_empty() {
            self.note(On::Many(fed_by.clone()), traversal);
        }
        Ok(Resolved { value, steps: 1 })
    }
}

/// What is said of what waits for an answer, with so many steps taken.
fn later(steps: usize) -> Resolved {
    Resolved {
        value: Value::later(Type::Any),
        steps,
    }
}

/// The value that stands for a block of a word before it is expanded.
pub(super) fn handle(address: &Address) -> Value {
    Value::object([(Str::from("address"), Value::from(address.as_str()))])
}

impl Scope for Names<'_> {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        self.asked.set(self.asked.get() + 1);
        // Names that mean nothing were reported when the order was found.
        let (meant, steps) = meaning(traversal, &self.program.words).map_err(|_| Diagnostics::new())?;
        let instance = &self.program.instances[self.instance];
        match &meant {
            Meaning::Variable(name) => self.variable(name, traversal),
            Meaning::Local(name) => self.local(name, traversal),
            Meaning::EachKey | Meaning::EachValue | Meaning::CountIndex => self.repetition(&meant, traversal),
            Meaning::Own => self.own(traversal),
            Meaning::Path(part) => Ok(Resolved {
                value: self.path(part),
                steps,
            }),
            Meaning::Call(name) => self.call(name, steps, traversal),
            Meaning::Resource(name) => {
                let block = instance.resources.get(name).ok_or_else(Diagnostics::new)?;
                self.resource(block, &name.to_string(), steps, traversal)
            }
            Meaning::Word(name) => {
                let block = instance.words.get(name).ok_or_else(Diagnostics::new)?;
                self.word(
                    block,
                    &name.to_string(),
                    &instance.word_address(name),
                    steps,
                    traversal,
                )
            }
        }
    }

    fn files(&self) -> &dyn Files {
        &*self.program.files
    }

    fn plan_timestamp(&self) -> Option<Str> {
        self.program.plan_timestamp.clone()
    }

    fn now(&self) -> Option<Str> {
        self.lookup.and_then(|lookup| lookup.now())
    }

    fn chance(&self, place: Range) -> Option<[u8; 16]> {
        // The same expression is evaluated by all who use a local: each must get the same.
        let nth = self.calls.get();
        self.calls.set(nth + 1);
        let each = match self.each {
            Each::None => String::new(),
            Each::Count(index, _) => index.to_string(),
            Each::Key { key, .. } => format!("{key:?}"),
        };
        let call = format!(
            "{}:{}:{}:{each}:{nth}",
            place.source.0, place.start, self.instance
        );
        self.lookup.and_then(|lookup| lookup.chance(&call))
    }
}
