//! Evaluating again, once more is known than compilation knew.

use std::sync::Arc;

use meshform_lang::{Diagnostics, Expr};
use meshform_state::{Address, Str, Value};

use crate::desired::{Lookup, Recipe};
use crate::kind::Kind;

use super::names::Names;
use super::program::{Each, InstanceId, Opening, Program};
use super::source::{converted, kept};
use super::wording::explained;

/// Finds the value of one slot of a resource.
pub(super) struct Slot {
    pub(super) program: Arc<Program>,
    pub(super) kind: Arc<dyn Kind>,
    pub(super) slot: usize,
    /// The value as compilation knew it.
    pub(super) value: Value,
    pub(super) opening: Opening,
    pub(super) range: meshform_lang::Range,
}

impl Recipe for Slot {
    fn evaluate(&self, lookup: &dyn Lookup) -> Result<Value, Diagnostics> {
        let (schema, slot) = (self.kind.schema(), self.slot);
        match &self.opening {
            Opening::Source(source, instance, each) => {
                let names = Names::new(&self.program, *instance, each).with_lookup(lookup);
                let value = source.evaluate(&schema.attributes[slot].ty, &names);
                let value = explained(value, source.range())?;
                kept(&value, schema, slot, source.range())
            }
            Opening::Filled => {
                let value = fill(&self.program, &self.value, lookup);
                kept(&value, schema, slot, self.range)
            }
        }
    }
}

/// Finds the value of an output.
pub(super) struct OutputValue {
    pub(super) program: Arc<Program>,
    pub(super) expr: Expr,
    pub(super) instance: InstanceId,
    pub(super) sensitive: bool,
}

impl Recipe for OutputValue {
    fn evaluate(&self, lookup: &dyn Lookup) -> Result<Value, Diagnostics> {
        let names = Names::new(&self.program, self.instance, &Each::None).with_lookup(lookup);
        let value = explained(self.expr.evaluate(&names), self.expr.range())?;
        Ok(if self.sensitive {
            value.into_secret()
        } else {
            value
        })
    }
}

/// `value` with its later leaves replaced where they are known, those that name arguments of words included.
pub(super) fn fill(program: &Program, value: &Value, lookup: &dyn Lookup) -> Value {
    crate::resolve::fill(value, &WithWords { program, lookup })
}

/// A lookup that knows the arguments of words too.
struct WithWords<'a> {
    program: &'a Program,
    lookup: &'a dyn Lookup,
}

impl Lookup for WithWords<'_> {
    fn object(&self, address: &Address) -> Option<Value> {
        let Some(word) = self.program.word(address) else {
            return self.lookup.object(address);
        };
        let (instance, _, _) = self.program.handles.get(address)?;
        let names = Names::new(self.program, *instance, &word.each).with_lookup(self.lookup);
        let found = word.open.iter().filter_map(|(path, open)| {
            let value = open.expr.evaluate(&names).ok()?;
            Some((
                Str::clone(path),
                converted(&value, &open.ty, path, open.expr.range()).ok()?,
            ))
        });
        Some(Value::object(found))
    }

    fn now(&self) -> Option<Str> {
        self.lookup.now()
    }

    fn chance(&self, call: &str) -> Option<[u8; 16]> {
        self.lookup.chance(call)
    }
}
